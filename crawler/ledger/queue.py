"""What is fetched next: best first within a site, sites in turn. Only numbers live in memory, never the queue."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from crawler.ledger.sites import Sites
from crawler.ledger.tables import IS_QUEUED, frontier
from crawler.ledger.units import LIST, PAGING, Visit
from crawler.ledger.walks import Walk

_c = frontier.c
_NEXT = (
    select(_c.id, _c.url, _c.kind, _c.priority, _c.depth, _c.tries, _c.etag, _c.last_modified, _c.walk)
    .where(_c.site == bindparam("site"), IS_QUEUED)
    .order_by(_c.priority.desc(), _c.id)
    .limit(bindparam("most"))
)
_LENGTHS = select(_c.site, func.count()).where(IS_QUEUED).group_by(_c.site)


class Queue:
    """The sites in turn, how many URLs of each are queued, and which of them are in flight."""

    def __init__(self, connection: Connection, sites: Sites):
        self._connection, self._sites = connection, sites
        self._scope: set[int] | None = set()  # before a run begins nothing is wanted
        self._lengths: dict[int, int] = {}  # of the sites that have a queue
        self._turns: deque[int] = deque()  # the same sites
        self._flying: dict[int, set[int]] = {}
        self._full = False
        self.queued = self.flying = 0

    def begin(self, scope: set[int] | None, full: bool) -> None:
        """Counts what is queued for the sites of `scope` (None: all). Inside a transaction."""
        self._scope, self._full = scope, full
        self._lengths, self._flying, self._turns = {}, {}, deque()
        self.queued = self.flying = 0
        self.grow({row[0]: row[1] for row in self._connection.execute(_LENGTHS)})

    def grow(self, by: Mapping[int, int], more: bool = True) -> None:
        """Notes URLs that were queued (or, with negative numbers, that left the queue), by site."""
        for site, count in by.items():
            if not count or (self._scope is not None and site not in self._scope):
                continue
            if site not in self._lengths:
                self._turns.append(site)
            self._lengths[site] = self._lengths.get(site, 0) + count
            self.queued += count

    def landed(self, site: int, page: int) -> None:
        """The page `page` of `site` is no more in flight."""
        flying = self._flying.get(site)
        if flying and page in flying:
            flying.remove(page)
            self.flying -= 1
            if not flying:
                del self._flying[site]

    @property
    def waiting(self) -> int:
        """URLs that are queued and not in flight."""
        return self.queued - self.flying

    def ready(self, closed: Container[str] = ()) -> bool:
        """Whether `take` would find something: known without a look at the database."""
        return self.waiting > 0 and any(self._is_ready(site, closed) for site in self._turns)

    def _is_ready(self, site: int, closed: Container[str]) -> bool:
        return self._lengths[site] > len(self._flying.get(site, ())) and self._sites.hosts[site] not in closed

    def has(self, host: str) -> bool:
        """Whether URLs of the site are queued and not in flight."""
        return any(self._lengths.get(n, 0) > len(self._flying.get(n, ())) for n in self._sites.matching([host]))

    def take(self, most: int, closed: Container[str] = ()) -> list[Visit]:
        """At most `most` pages to fetch, from as many sites as there are, none of a site in `closed`. Inside a transaction."""
        taken: list[Visit] = []
        progress = True
        while progress and len(taken) < most and self._turns:
            progress = False
            share = -(-(most - len(taken)) // len(self._turns))
            for _ in range(len(self._turns)):
                site = self._turns.popleft()
                if self._lengths[site] <= 0:
                    del self._lengths[site]
                    continue
                self._turns.append(site)
                if self._is_ready(site, closed):
                    found = self._from(site, min(share, most - len(taken)))
                    taken += found
                    progress = progress or bool(found)
                if len(taken) == most:
                    break
        return taken

    def _from(self, site: int, most: int) -> list[Visit]:
        flying = self._flying.get(site, set())
        rows = self._connection.execute(_NEXT, {"site": site, "most": most + len(flying)}).all()
        made = [visit_of(row, self._sites.hosts[site], self._full) for row in rows if row.id not in flying][:most]
        if made:
            self._flying.setdefault(site, set()).update(visit.id for visit in made)
            self.flying += len(made)
        return made

    def put_back(self, visits: Iterable[Visit]) -> None:
        """Pages that were taken and are not asked for now: they are queued as before."""
        for visit in visits:
            self.landed(self._sites.matching([visit.host]).pop(), visit.id)


def visit_of(row: Row[*tuple[Any, ...]], host: str, full: bool) -> Visit:
    """The page of a row of the frontier, to be fetched; `full`: in a run that visits everything."""
    # A list without links is of no use to a walk that has to go all the way, and a full run asks anew.
    ask = not full and row.kind != PAGING and not (row.kind == LIST and row.walk == Walk.CUT)
    etag, modified = (row.etag or "", row.last_modified or "") if ask else ("", "")
    return Visit(row.id, row.url, host, row.kind, row.priority, row.depth, row.tries, etag, modified)
