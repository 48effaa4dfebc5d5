"""The façade: one object that a run works with. The package's docstring is its page."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Container, Iterable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from crawler.feed import Feed, Part, check_compression, prepare_folder
from crawler.ledger import runs
from crawler.ledger.books import Books
from crawler.ledger.commit import Writer
from crawler.ledger.documents import Documents
from crawler.ledger.errors import LedgerError
from crawler.ledger.fleet import Fleet, Member, ShelfAway
from crawler.ledger.frontier import NOWHERE, Frontier
from crawler.ledger.leases import LeasedQueue
from crawler.ledger.lock import Lock
from crawler.ledger.open import connect, lock_of
from crawler.ledger.outbox import Outbox
from crawler.ledger.publish import Publisher
from crawler.ledger.queue import Queue
from crawler.ledger.runs import Ended, Run
from crawler.ledger.signatures import Signatures
from crawler.ledger.sites import Sites, begin_rounds, close_rounds
from crawler.ledger.transactions import GRACE_SECONDS, Patience
from crawler.ledger.units import Counts, Link, Policy, State, Unit, Visit, url_id
from crawler.urls import site_of

logger = logging.getLogger("wenku")
GROUP = 50  # units in one transaction: a kill costs at most so many pages fetched again (and those in flight)
GROUP_SECONDS = 0.5
PART_ROWS = 1000  # about 10 MB of documents
PART_SECONDS = 60.0  # a long crawl delivers while it runs


class Ledger(Books):
    """See the package's docstring. `pending` units wait for the next commit; `run` is the present run's number (0: none).

    Every method that touches the database raises DiskError when the disk is full or refuses, and LedgerError
    when the database is damaged. After either nothing more is written; `close` and start again.
    """

    def __init__(
        self,
        connection: Connection,
        place: str,
        lock: Lock | Member,
        publisher: Publisher,
        policy: Policy,
        clock: Callable[[], float],
        fleet: Fleet | None = None,
    ):
        self._connection, self._place, self._lock, self._clock = connection, place, lock, clock
        self.policy, self.run, self._full = policy, 0, False
        self._beside: Lock | None = None  # of an SQLite file elsewhere
        self._scope: set[int] | None = None
        self._pending: list[Unit] = []
        self._told = False  # that Redis is away
        self._since = 0.0  # when the oldest pending unit was added
        self.worker = lock.name if isinstance(lock, Member) else None
        # In a fleet: what becomes of units whose documents another worker may have brought as well (crawler.merge).
        self.merging: Callable[[list[Unit]], list[Unit]] | None = None
        # What is told of each excerpt that was withdrawn: its site, and how many of its lines no reader will see.
        self.completing: Callable[[str, int], None] | None = None
        self._patience = Patience(fleet.patience if fleet else 0.0)
        self.signatures = Signatures(connection, place, self._patience)
        self._sites = Sites(connection)
        self._frontier = Frontier(connection, self._sites)
        self._queue: Queue | LeasedQueue = Queue(connection, self._sites)
        if fleet and self.worker:
            self._queue = LeasedQueue(connection, self._sites, fleet, self.worker)
        self._documents = Documents(connection)
        self._writer = Writer(connection, self._frontier, publisher.outbox, self.signatures, policy)
        self._publisher = publisher

    @classmethod
    def open(
        cls,
        data_dir: str | Path,
        *,
        url: str = "",
        compression: str = "",
        policy: Policy | None = None,
        part_rows: int = PART_ROWS,
        part_seconds: float = PART_SECONDS,
        clock: Callable[[], float] = time.time,
        fleet: Fleet | None = None,
    ) -> Ledger:
        """Takes the lock, opens or makes the ledger below `data_dir`, and ends what a killed run had begun to publish.

        `url` is LEDGER_URL (default: SQLite in DATA_DIR/state), `compression` of parts "", "gzip" or "zstd";
        a part is published at `part_rows` rows, or when its oldest row is `part_seconds` old. `fleet`: one of several
        workers over one PostgreSQL. Raises Held, LedgerError, FeedError, DiskError.
        """
        check_compression(compression)
        state = prepare_folder(data_dir) / "state"
        lock = Member(state) if fleet else Lock(state)
        connection = beside = None
        try:
            beside = lock_of(url)
            feed = Feed(data_dir, compression=compression, shared=fleet is not None)  # true only under the lock
            connection, place = connect(state, url, fleet=fleet is not None)
            publisher = Publisher(connection, place, feed, Outbox(connection), part_rows, part_seconds, lock)
            ledger = cls(connection, place, lock, publisher, policy or Policy(), clock, fleet)
            ledger._beside = beside
            ledger._do(ledger._sites.load, reading=True)
            publisher.recover()
        except BaseException:
            if connection is not None:
                connection.close()
                connection.engine.dispose()
            lock.release()
            if beside is not None:
                beside.release()
            raise
        return ledger

    def begin_run(self, starts: Iterable[Link] = (), *, hosts: Iterable[str] | None = None, full: bool = False) -> Run:
        """Begins a run over the sites of `starts` and `hosts` (neither: every site known) and queues what is due.

        Start addresses are visited in each round, whatever became of them before.
        """
        given, now = list(starts), int(self._clock())


        def step() -> None:
            self.run = runs.begin(self._connection, full, now, self.worker)
            self._sites.load()
            self._sites.ensure({site_of(link.url) for link in given}, None)
            named = {site_of(link.url) for link in given} | set(hosts or ())
            self._scope = self._sites.matching(named) if named else None
            begin_rounds(self._connection, self.run, self._scope, full, now - self.policy.round_age, now)
            self._sites.load()
            self._writer.begin(self.run)
            links = {url_id(link.url): (link, NOWHERE) for link in given}
            self._frontier.add(links, self.run)
            self._frontier.start(links, self.run)
            self._queue.begin(self._scope, full)

        self._do(step)
        return next(run for run in self.history() if run.id == self.run)

    def take(self, most: int, closed: Container[str] = ()) -> list[Visit]:
        """At most `most` pages to fetch, best first within a site, sites in turn, none of the hosts in `closed`.

        Commits the pending units when nothing else is left: their links may be more to do. [] means: nothing that is
        neither in flight nor of a closed host. Cheap to call when there is nothing.
        """
        if self._pending and not self._queue.waiting:
            self.commit()
        if not self.ready(closed):
            return []
        queue = self._queue
        if not isinstance(queue, LeasedQueue):
            return self._do(lambda: queue.take(most, closed))
        self._renew()
        if self._patience.since_back < GRACE_SECONDS:
            return []
        try:
            taken = queue.take(most, closed, lambda step: self._do(step, reading=True))  # waits for no writer
            self._told = self._told and not taken
            return taken
        except ShelfAway as away:
            self._shelf_away(away)
            return []

    def ready(self, closed: Container[str] = ()) -> bool:
        """Whether a page is queued that is neither in flight nor of a host in `closed`."""
        if isinstance(self._queue, LeasedQueue) and self._queue.stale:
            self._do(self._queue.refresh, reading=True)
        return self._queue.ready(closed)

    def idle(self, host: str) -> bool:
        """Whether nothing of this site is queued but what is in flight, and no unit waits that may bring more."""
        return not self._pending and not self._queue.has(host)

    def put_back(self, visits: Collection[Visit], priority: int | None = None) -> None:
        """Pages that were taken and are not asked for now: they are queued as before, or with another priority."""
        if visits and priority is not None:
            self._do(lambda: self._frontier.lower([visit.id for visit in visits], priority))
        self._queue.put_back(visits)

    def _shelf_away(self, away: ShelfAway) -> None:
        """Told once; the pages that were under way go on, and others come when it is back."""
        if not self._told:
            logger.warning("%s; waiting for it", away)
        self._told = True

    def add(self, unit: Unit) -> None:
        """Notes a unit for the next commit. Its page stays in flight until then."""
        if not self._pending:
            self._since = self._clock()
        self._pending.append(unit)

    @property
    def pending(self) -> int:
        return len(self._pending)

    @property
    def waiting(self) -> int:
        """URLs that are queued and not in flight."""
        return self._queue.waiting

    @property
    def in_flight(self) -> int:
        """Pages taken whose unit is not committed yet."""
        return self._queue.flying

    def due(self, now: float | None = None) -> bool:
        """Whether it is time to commit: GROUP units, or the oldest waits for GROUP_SECONDS."""
        if not self._pending:
            return False
        return len(self._pending) >= GROUP or (self._clock() if now is None else now) - self._since >= GROUP_SECONDS

    def commit(self, units: Iterable[Unit] = ()) -> Counts:
        """Writes the pending units (and `units`) in one transaction; the run's counts so far.

        Returns when they are on the disk. On an error none of them is written and they stay pending.
        """
        self._pending += units
        if self._pending:
            if not self.run:
                raise LedgerError("units can only be committed in a run: call begin_run first")
            now = int(self._clock())
            self._writer.ready.prepare(self._pending)
            written = self._do(lambda: self._writer.write(self._merged(), now))
            self._pending = []
            self._writer.wrote(written, now)
            if self.completing:
                for host, lines in written.excerpts.unseen:
                    self.completing(host, lines)
            self._queue.grow(written.queued, written.more)
            for site, page in written.landed:
                self._queue.landed(site, page)
        return self._writer.counts

    def _merged(self) -> list[Unit]:
        units = self._queue.own(self._pending) if isinstance(self._queue, LeasedQueue) else self._pending
        return self.merging(units) if self.merging else units

    def publish(self, everything: bool = False) -> list[Part]:
        """Publishes what is due (or everything that is committed); the new parts."""
        now = self._clock()
        if everything or self._publisher.due(now):
            return self._patience.with_it(lambda: self._publisher.publish(self.run, now, everything))
        return []

    def tick(self) -> None:
        """Commits and publishes when it is time. Call it after units were added, and a few times a second."""
        if self.due():
            self.commit()
        self._renew()
        self.publish()

    def _renew(self) -> None:
        if isinstance(self._queue, LeasedQueue) and self._queue.due:
            self._queue.renewed(self._do(self._queue.renew))

    def end_run(self, status: Ended = Ended.COMPLETE) -> Ended:
        """Commits, publishes everything and closes the books.

        COMPLETE becomes INCOMPLETE when pages of this run's sites are left in the queue, failed in this run, or failed
        before and wait for another try (quarantined ones do not). Returns the status.
        """
        self.commit()
        self.publish(everything=True)

        def step() -> Ended:
            ended = status
            if isinstance(self._queue, LeasedQueue):
                self._queue.leave()
            counts = self._frontier.counts(self._scope)
            failed = self._writer.counts.failed or self._frontier.retrying(self._wanted)
            if ended is Ended.COMPLETE and (counts[State.QUEUED] or failed):
                ended = Ended.INCOMPLETE
            close_rounds(self._connection)
            runs.end(self._connection, self.run, ended, int(self._clock()))
            return ended

        return self._do(step)

    def close(self) -> None:
        """Lets go of the database and the lock. Never raises; what was not committed is fetched again by the next run."""
        with suppress(Exception):
            self._connection.close()
            self._connection.engine.dispose()
        self._lock.release()
        if self._beside is not None:
            self._beside.release()
