"""What can be read of the books while a run works with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sqlalchemy import Connection

from crawler.ledger import runs
from crawler.ledger.commit import Writer
from crawler.ledger.documents import Documents, Known, Status
from crawler.ledger.frontier import Frontier
from crawler.ledger.runs import Run
from crawler.ledger.sites import Sites
from crawler.ledger.transactions import Patience, transaction
from crawler.ledger.units import Counts, State

Result = TypeVar("Result")


class Books:
    """The part of the ledger that answers questions. Every method may raise LedgerError."""

    _connection: Connection
    _place: str
    _patience: Patience
    _scope: set[int] | None
    _frontier: Frontier
    _documents: Documents
    _sites: Sites
    _writer: Writer
    _clock: Callable[[], float]

    def _wanted(self, site: int) -> bool:
        return self._scope is None or site in self._scope

    def _do(self, step: Callable[[], Result], reading: bool = False) -> Result:
        """`step` in a transaction of its own, done once more when the database was away."""

        tries = 0

        def attempt() -> Result:
            nonlocal tries
            tries += 1
            with transaction(self._connection, self._place, reading):
                if tries > 1:
                    self._sites.load()
                return step()

        return self._patience.with_it(attempt)

    @property
    def run_counts(self) -> Counts:
        """What this run did so far (committed units)."""
        return self._writer.counts

    def counts(self) -> dict[State, int]:
        """URLs by state for the sites of this run, of all sites when no run has begun. Their sum is the URLs known. Reads the table."""
        return self._do(lambda: self._frontier.counts(self._scope), reading=True)

    def document_counts(self) -> dict[Status, int]:
        """Documents of all runs by status."""
        return self._do(lambda: self._documents.counts(), reading=True)

    def known(self, urls: Iterable[str]) -> dict[str, State]:
        """Those of `urls` (canonical) that the ledger knows, with their state. Pending units do not show."""
        wanted = list(urls)
        return self._do(lambda: self._frontier.known(wanted), reading=True)

    def document(self, id: str) -> Known | None:
        """What is known of a published document: hash, revision, status, first and last seen. Pending units do not show."""
        return self._do(lambda: self._documents.find([id]).get(id), reading=True)

    def quarantined(self) -> list[str]:
        """URLs of this run's sites that failed too often: only a full run or a start address tries them again."""
        return self._do(lambda: self._frontier.quarantined(self._wanted), reading=True)

    def history(self, most: int = 100) -> list[Run]:
        """The latest runs, the newest first."""
        return self._do(lambda: runs.history(self._connection, most), reading=True)

    def profile(self, host: str) -> Any:
        """What `save_profile` was given for a site, or None."""
        return self._do(lambda: self._sites.profile(host), reading=True)

    def with_profile(self, hosts: Iterable[str]) -> list[str]:
        """Those of `hosts` whose site has been given one."""
        return self._do(lambda: self._sites.with_profile(hosts), reading=True)

    def save_profile(self, host: str, profile: Any, first: bool = False) -> Any:
        """Keeps a JSON value with a site; `first`: unless another worker has given it one, which is returned then."""

        def step() -> Any:
            other = self._sites.save_profile(host, profile, int(self._clock()), first)
            self._sites.load()
            return other

        return self._do(step)
