"""What a worker of a fleet fetches next: pages out of the shelf that all workers share, each leased to one of them.

The ledger stays the truth. A queued page is free, or lies on the shelf (`holder` is ""), or is with a worker (its
name); the last two until the lease is over. What comes from the shelf counts when the ledger has it there, so a page
that lies there twice, or in vain, does no harm; when the shelf is empty, what the ledger has on it is laid out once more.
Redis is asked outside of transactions: one that is slow holds up who asks it, and not the fleet.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, cast, exists, func, or_, select, update

from crawler.ledger.fleet import Fleet, ShelfAway
from crawler.ledger.queue import visit_of
from crawler.ledger.sites import Sites
from crawler.ledger.tables import IS_QUEUED, frontier, schema_version, sites
from crawler.ledger.units import PAGING, State, Unit, Visit, url_id

FILL = 256  # pages of a host laid on the shelf at a time: half a second's work of the fastest two workers, until a commit shows more
_NEXT_PAGE = 25  # before articles, behind lists: the priority on the shelf of a list's further pages when the queue runs low
LOOK_SECONDS = 0.5  # so long what a look at the tables found is believed
IDLE_SECONDS = 0.1  # so long by a worker that has nothing to do: it waits for pages, or for the end
PAUSE_SECONDS = 0.5  # for which a Redis that is away is left alone at least
ON_SHELF = ""
Do = Callable[[Callable[[], Any]], Any]
_c = frontier.c
_NOW = cast(func.date_part("epoch", func.now()), BigInteger)  # the server's clock: those of the workers may differ
_OVER = or_(_c.lease.is_(None), _c.lease <= _NOW)
_LEASE: Any = bindparam("seconds", type_=BigInteger)
_IDS: Any = bindparam("ids", expanding=True)
# By site: whether something is queued that is not in flight here, and whether something of it is to be had. A page may be with
# this worker without its knowledge, when the answer to a commit was lost: it is free again after its lease.
_QUEUED = exists().where(_c.site == sites.c.id, IS_QUEUED, _c.id.not_in(bindparam("flying", expanding=True)))
_TO_BE_HAD = exists().where(_c.site == sites.c.id, IS_QUEUED, or_(_OVER, _c.holder == ON_SHELF))
_LOOK = select(sites.c.id, _TO_BE_HAD.label("free")).where(_QUEUED).order_by(sites.c.id)
# Pages are handed out without the lock of all writers. Rows that another transaction is at are passed over, so nobody waits
# here, no row is given twice, and no two transactions wait for each other.
_BEST = (
    select(_c.id)
    .where(_c.site == bindparam("of"), IS_QUEUED, or_(_OVER, _c.holder == ON_SHELF))
    .order_by(_c.priority.desc(), _c.id)
    .limit(FILL)
    .with_for_update(skip_locked=True)
    .cte("best")
)
_LAY_OUT = update(frontier).where(_c.id == _BEST.c.id).values(lease=_NOW + _LEASE, holder=ON_SHELF)
_LAY_OUT_ROWS = _LAY_OUT.returning(
    _c.id, _c.url, _c.kind, _c.priority, _c.depth, _c.tries, _c.etag, _c.last_modified, _c.walk
)
_THERE = (
    select(_c.id)
    .where(_c.id.in_(_IDS), IS_QUEUED, or_(_c.holder == ON_SHELF, _c.holder == bindparam("me")))
    .with_for_update(skip_locked=True)
    .cte("there")
)
_TAKE = update(frontier).where(_c.id == _THERE.c.id).values(lease=_NOW + _LEASE, holder=bindparam("me")).returning(_c.id)
_MINE = update(frontier).where(_c.id.in_(_IDS), IS_QUEUED, _c.holder == bindparam("me"))
_RENEW = _MINE.values(lease=_NOW + _LEASE)
_RETURN = _MINE.values(lease=None, holder=None)
_OTHERS = select(_c.id, _c.key).where(
    _c.key.in_(bindparam("keys", expanding=True)), or_(~IS_QUEUED, _c.holder.is_distinct_from(bindparam("me")))
)
_NAME = select(schema_version.c.name)
_RETURN_ALL = update(frontier).where(_c.holder == bindparam("me"), IS_QUEUED).values(lease=None, holder=None)


class LeasedQueue:
    """The same face as `Queue`, over leases."""

    def __init__(
        self, connection: Connection, sites: Sites, fleet: Fleet, worker: str, clock: Callable[[], float] = time.monotonic
    ):
        self._connection, self._sites, self._fleet, self._worker, self._clock = connection, sites, fleet, worker, clock
        self._scope: set[int] | None = set()
        self._full = False
        self._flying: dict[int, int] = {}  # page: site
        self._returned: dict[int, int] = {}  # the same, of those that are to be free again
        self._turns: deque[int] = deque()  # sites of which something is to be had
        self._queued: dict[int, bool] = {}  # sites with a queue, and whether something of it is to be had
        self._looked = self._renewed = float("-inf")
        self._name = ""  # of the ledger: several fleets may have one Redis
        self._rested = float("-inf")  # until then a Redis that did not answer is left alone

    def begin(self, scope: set[int] | None, full: bool) -> None:
        """Inside a transaction. What this worker had before a kill is free again."""
        self._scope, self._full = scope, full
        self._flying, self._returned = {}, {}
        self._name = str(self._connection.scalar(_NAME))
        self.leave()
        self._look()

    def leave(self) -> None:
        """Gives back everything that is leased to this worker. Inside a transaction."""
        self._connection.execute(_RETURN_ALL, {"me": self._worker})

    def grow(self, by: Mapping[int, int], more: bool = True) -> None:
        """Pages were queued if `more`, however many left the queue with them: the next look shows them."""
        if more:
            self._looked = float("-inf")

    def landed(self, site: int, page: int) -> None:
        """The page `page` of `site` is no more in flight."""
        self._flying.pop(page, None)

    def own(self, units: list[Unit]) -> list[Unit]:
        """Without failures of pages that are not with this worker any more: its lease ran out, perhaps while it was cut off,
        and whoever has the page, or had it, knows better. Inside a transaction."""
        failed = {url_id(unit.url) for unit in units if unit.state is State.FAILED}
        if not failed:
            return units
        rows = self._connection.execute(_OTHERS, {"keys": list(failed), "me": self._worker}).all()
        for row in rows:
            self._flying.pop(row.id, None)
        others = {row.key for row in rows}
        return [unit for unit in units if unit.state is not State.FAILED or url_id(unit.url) not in others]

    def put_back(self, visits: Iterable[Visit]) -> None:
        """They were taken and not asked for: free with the next `renew`."""
        for visit in visits:
            site = self._flying.pop(visit.id, None)
            if site is not None:
                self._returned[visit.id] = site

    @property
    def flying(self) -> int:
        return len(self._flying)

    @property
    def waiting(self) -> int:
        """How many sites have pages to be had, as far as is known: 0 when none."""
        return len(self._turns)

    @property
    def stale(self) -> bool:
        """Whether it is time for a look at the tables."""
        return self._clock() - self._looked >= (LOOK_SECONDS if self._flying else IDLE_SECONDS)

    def refresh(self) -> None:
        """Looks at the tables when the last look is old. Inside a transaction."""
        if self.stale:
            self._look()

    def _look(self) -> None:
        self._sites.load()  # other workers find sites and begin rounds
        rows = self._connection.execute(_LOOK, {"flying": list(self._flying)}).all()
        self._queued = {row.id: row.free for row in rows if self._scope is None or row.id in self._scope}
        kept = [site for site in self._turns if self._queued.get(site)]
        self._turns = deque([*kept, *(site for site, free in self._queued.items() if free and site not in set(kept))])
        self._looked = self._clock()

    def ready(self, closed: Container[str] = ()) -> bool:
        """Whether pages are queued, with whatever other worker, but for the hosts in `closed`: a worker stays while others
        work, since what they leave behind is its own. What was put back is not free yet, and no look shows it."""
        there = self._queued.keys() | self._returned.values()
        return any(self._sites.hosts[site] not in closed for site in there)

    def has(self, host: str) -> bool:
        """Whether pages of the site are to be had, as far as is known."""
        return any(self._queued.get(site) or site in self._returned.values() for site in self._sites.matching([host]))

    def take(self, most: int, closed: Container[str], do: Do) -> list[Visit]:
        """At most `most` pages to fetch, from as many sites as there are, none of a site in `closed`. `do` carries out a step in
        a transaction (which needs no lock), once more when the database was away. Raises ShelfAway, and then leaves Redis alone for a while."""
        if self._clock() < self._rested:
            return []
        with self._patient():
            asked = self._from_shelf(most, [site for site in self._turns if self._sites.hosts[site] not in closed])
        found = do(lambda: [(site, *self._lease(site, share, visits)) for site, share, visits in asked])
        taken: list[Visit] = []
        for site, visits, _ in found:
            taken += visits
            self._flying |= {visit.id: site for visit in visits}
            for visit in visits:
                self._returned.pop(visit.id, None)
            self._turns.remove(site)
            if visits:
                self._turns.append(site)
        with suppress(ShelfAway), self._patient():  # what does not arrive there is laid out once more
            for site, _, spare in found:
                if spare:
                    self._fleet.shelf.put(self._place(site), spare)
        return taken

    @contextmanager
    def _patient(self) -> Iterator[None]:
        """Around questions to Redis: it may take its time to say that it is away, and is asked again after twice that time."""
        asked = self._clock()
        try:
            yield
        except ShelfAway:
            now = self._clock()
            self._rested = now + max(PAUSE_SECONDS, 2 * (now - asked))
            raise

    def _from_shelf(self, most: int, open_sites: list[int]) -> list[tuple[int, int, list[Visit]]]:
        """Of each site how many pages are wanted of it, and those that lay on the shelf."""
        asked: list[tuple[int, int, list[Visit]]] = []
        for place, site in enumerate(open_sites):
            share = -(-most // (len(open_sites) - place))
            if not share:
                break
            visits = self._fleet.shelf.take(self._place(site), share)
            most -= len(visits) or share
            asked.append((site, share, visits))
        return asked

    def _lease(self, site: int, most: int, visits: list[Visit]) -> tuple[list[Visit], list[Visit]]:
        """`visits` that the ledger has on the shelf, from now on with this worker; without any, `most` that it has, and more to
        lay on the shelf. Inside a transaction."""
        found = self._confirmed(visits)
        if found:
            return found, []
        rows = self._connection.execute(_LAY_OUT_ROWS, {"of": site, "seconds": int(self._fleet.lease)}).all()
        laid = [visit_of(row, self._sites.hosts[site], self._full) for row in rows]
        if len(rows) < FILL:  # the queue runs low: the next page of a list comes in time, not when others have run out
            laid = [replace(v, priority=_NEXT_PAGE) if v.kind == PAGING else v for v in laid]
        laid.sort(key=lambda visit: (-visit.priority, visit.id))
        return self._confirmed(laid[:most]), laid[most:]

    def _confirmed(self, visits: list[Visit]) -> list[Visit]:
        """Those that the ledger has on the shelf, from now on with this worker: others were lost and found meanwhile. One that is
        in flight here (its lease was over) stays that, and is not begun a second time."""
        if not visits:
            return []
        given = {"ids": [visit.id for visit in visits], "me": self._worker, "seconds": int(self._fleet.lease)}
        mine = set(self._connection.scalars(_TAKE, given)) - self._flying.keys()
        found = [visit for visit in visits if visit.id in mine]
        return [replace(visit, etag="", last_modified="") for visit in found] if self._full else found

    def _place(self, site: int) -> str:
        return f"{self._name}:{self._sites.hosts[site]}"

    @property
    def due(self) -> bool:
        """Whether it is time to say that the leased pages are being worked on, or not any more."""
        return bool(self._returned) or (
            bool(self._flying) and self._clock() - self._renewed >= self._fleet.lease / 3
        )

    def renew(self) -> list[int]:
        """Says so. Inside a transaction; `renewed` is to be told what was given back when it is safe."""
        returned = list(self._returned)
        if returned:
            self._connection.execute(_RETURN, {"ids": returned, "me": self._worker})
        if self._flying:
            given = {"ids": list(self._flying), "me": self._worker, "seconds": int(self._fleet.lease)}
            self._connection.execute(_RENEW, given)
        return returned

    def renewed(self, returned: list[int]) -> None:
        """What was put back is free."""
        for page in returned:
            self._returned.pop(page, None)
            self._looked = float("-inf")
        self._renewed = self._clock()


__all__ = ["LeasedQueue", "ShelfAway"]
