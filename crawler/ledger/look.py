"""Looking into the ledger without the lock, while a crawl may be running: for reports. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import func, select

from crawler.ledger.errors import LedgerError, database_errors
from crawler.ledger.open import FILE, connect
from crawler.ledger.runs import Run, history
from crawler.ledger.tables import documents, frontier, sites

_AT_ONCE = 500  # values in one IN (…)
_STATES = (
    select(sites.c.host, frontier.c.state, func.count())
    .join(sites, sites.c.id == frontier.c.site)
    .group_by(sites.c.host, frontier.c.state)
)


class Look:
    """A connection to read from; use it with `with`. Raises LedgerError when there is no ledger or it is damaged."""

    def __init__(self, data_dir: str | Path, url: str = ""):
        state = Path(data_dir) / "state"
        if not url and not (state / FILE).exists():
            raise LedgerError(f"{data_dir} holds no ledger: crawl first, or name another folder with -s DATA_DIR=…")
        self._connection, self._place = connect(state, url)

    def __enter__(self) -> Look:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._connection.engine.dispose()

    def runs(self, most: int) -> list[Run]:
        """The latest runs, the newest first."""
        with database_errors(self._place), self._connection.begin():
            return history(self._connection, most)

    def states(self) -> dict[str, dict[str, int]]:
        """By site, how many of its URLs are in which state. Reads the whole table."""
        found: dict[str, dict[str, int]] = {}
        with database_errors(self._place), self._connection.begin():
            for host, state, count in self._connection.execute(_STATES):
                found.setdefault(host, {})[state] = count
        return found

    def urls(self, ids: Iterable[str]) -> dict[str, str]:
        """The URLs of documents by id."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, str] = {}
        with database_errors(self._place), self._connection.begin():
            for start in range(0, len(wanted), _AT_ONCE):
                some = documents.c.id.in_(wanted[start : start + _AT_ONCE])
                found.update(
                    (row.id, row.url)
                    for row in self._connection.execute(select(documents.c.id, documents.c.url).where(some))
                )
        return found
