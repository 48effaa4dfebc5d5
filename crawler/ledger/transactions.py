"""One transaction, on SQLite and on PostgreSQL, where workers write one after the other and wait for a database that is away.

Every group of units is written under one lock of the whole fleet. So a worker sees everything that was written
before, numbers are given in the order of commits, and the price is that commits do not overlap: measured, 14 ms for
a group of 50 pages (tests/benchmarks/commit_speed.py), so 3,500 a second for the whole fleet (README, "Many machines").
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, func, select

from crawler.ledger.errors import Away, database_errors

WRITERS = 0x77656E6B75  # "wenku": the advisory lock under which a worker writes
CRAWLS = WRITERS + 1  # held by everybody who crawls: by workers together, by a crawl without a fleet alone
MAKERS = WRITERS + 2  # held while tables are made or migrated
RETRY_SECONDS = 0.5
GRACE_SECONDS = 4 * RETRY_SECONDS  # after it was away: whose leases ran out meanwhile says first what he works on
Result = TypeVar("Result")
logger = logging.getLogger("wenku")
_ALONE = select(func.pg_advisory_xact_lock(WRITERS))


@contextmanager
def transaction(connection: Connection, place: object, reading: bool = False) -> Iterator[None]:
    """All of it or nothing; `reading` ones wait for no writer. Errors of the database come as LedgerError, DiskError or
    (it cannot be reached) Away."""
    with database_errors(place), connection.begin():
        if connection.dialect.name == "postgresql" and not reading:
            connection.execute(_ALONE)
        yield


class Patience:
    """Does something again while the database is away, for `seconds` at most. It holds the whole process up: without
    its memory a worker has nothing to do, and what is under way on the net waits in the kernel's buffers."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep):
        self._seconds, self._clock, self._sleep = seconds, clock, sleep
        self._back = float("-inf")

    @property
    def since_back(self) -> float:
        """For how many seconds a database that was away has been there again."""
        return self._clock() - self._back

    def with_it(self, attempt: Callable[[], Result]) -> Result:
        """What `attempt` returns. It must be one that may be repeated after any of its steps. Raises Away when patience is over."""
        since: float | None = None
        while True:
            try:
                made = attempt()
            except Away as away:
                now = self._clock()
                if since is None:
                    since = now
                    if self._seconds:
                        logger.warning("%s; waiting for it", away)
                if now - since >= self._seconds:
                    raise
                self._sleep(RETRY_SECONDS)
            else:
                if since is not None:
                    self._back = self._clock()
                    logger.warning("the ledger is back after %.0f s; going on", self._clock() - since)
                return made
