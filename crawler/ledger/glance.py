"""What the ledger has learned of a site, for commands that only look: no lock, no table made or migrated, nothing written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from crawler.feed.errors import DiskError
from crawler.ledger.dialect import parse, reading_engine
from crawler.ledger.errors import LedgerError, database_errors
from crawler.ledger.open import FILE
from crawler.ledger.sites import read_profile
from crawler.ledger.tables import sites


class Glance:
    """Profiles by host; use it with `with`. It opens at the first question; a ledger that does not exist knows nothing.

    A crawl may be running: it is not held up, and what it has committed is seen.
    """

    def __init__(self, data_dir: str | Path, url: str = ""):
        self._file, self._url = Path(data_dir) / "state" / FILE, url
        self._place = str(self._file)
        self._connection: Connection | None = None

    def __enter__(self) -> Glance:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection.engine.dispose()

    def profile(self, host: str) -> Any:
        """What was kept of this site, as `save_profile` was given it; None when it is unknown. Raises LedgerError."""
        if not self._url and not self._file.exists():
            return None
        if self._url:
            self._place = parse(self._url).render_as_string(hide_password=True)
        try:
            with database_errors(self._place):
                self._connection = self._connection or self._open()
                with self._connection.begin():
                    return read_profile(self._connection, host)
        except DiskError as error:  # its words are about writing
            raise LedgerError(f"{self._place} cannot be read: {getattr(error.__cause__, 'orig', error)}") from None
        except DBAPIError:
            raise LedgerError(f"{self._place} keeps no profiles that this program knows; a crawl brings it up to date") from None

    def _open(self) -> Connection:
        engine = reading_engine(self._url or f"sqlite:///{self._file}")
        try:
            if not inspect(engine).has_table(sites.name):
                raise LedgerError(f"{self._place} is no ledger (it has no table {sites.name})")
            return engine.connect()
        except BaseException:
            engine.dispose()
            raise
