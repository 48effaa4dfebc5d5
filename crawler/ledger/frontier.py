"""The frontier: every URL that was ever seen, once, with its state. All methods run inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, Row, and_, bindparam, func, or_, select, update

from crawler.ledger.dialect import CHUNK, upsert
from crawler.ledger.sites import Sites
from crawler.ledger.tables import frontier, sites
from crawler.ledger.units import ARTICLE, LIST, OTHER, PAGING, PART, Link, State, url_id
from crawler.ledger.walks import Walk
from crawler.urls import is_mobile, site_of

_c = frontier.c
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_KNOWN = select(
    _c.key, _c.id, _c.url, _c.state, _c.kind, _c.priority, _c.round, _c.visited_round, _c.site
).where(_c.key.in_(_KEYS))
_PAGES = select(frontier).where(_c.key.in_(_KEYS))
_WALKS = select(_c.id, _c.walk).where(_c.id.in_(_IDS))
_QUEUE = update(frontier).where(_c.id.in_(_IDS)).values(state=State.QUEUED.value)
_RAISE = (
    update(frontier)
    .where(_c.id == bindparam("row"))
    .values(priority=bindparam("to"), kind=bindparam("as_kind"), url=bindparam("at"))
)
_LOWER = update(frontier).where(_c.id.in_(_IDS)).values(priority=bindparam("to"))
_FREE: dict[str, Any] = {"lease": None, "holder": None}  # a page that is queued once more is nobody's (crawler.ledger.leases)
_COVER = update(frontier).where(_c.id.in_(_IDS)).values(state=State.DONE.value, kind=PART, next_visit=None, **_FREE)
_SET_WALK = update(frontier).where(_c.id == bindparam("row")).values(walk=bindparam("to"))
_OUTCOME = "state kind tries next_visit visited visited_round etag last_modified result error walk".split()
_FINISH = (
    update(frontier).where(_c.id == bindparam("row")).values({name: bindparam(f"new_{name}") for name in _OUTCOME} | _FREE)
)
_further = frontier.alias()
_WHOLE = (
    update(frontier)
    .where(
        _c.id.in_(_IDS),
        ~select(_further.c.id)
        .where(
            _further.c.root == _c.id,
            or_(
                _further.c.state == State.QUEUED.value,
                and_(_further.c.state == State.FAILED.value, _further.c.next_visit.is_not(None)),
            ),
        )
        .exists(),
    )
    .values(walk=Walk.WHOLE.value)
)


class Place(NamedTuple):
    """Where links were found."""

    depth: int = 0
    parent: int | None = None  # the page that shows them
    root: int | None = None  # the list to which its further pages belong


NOWHERE = Place()
Links = Mapping[bytes, tuple[Link, Place]]  # by the key of their URL


class Added(NamedTuple):
    """What came of links that were offered."""

    queued: dict[int, int]  # how many were unknown, by site
    fresh: set[bytes]  # first seen in the present round of their site: those, and known ones
    again: dict[bytes, tuple[int, int]]  # further pages of lists, done in an earlier round: number and site


def chunked(
    statement: Any, name: str, values: Iterable[Any], connection: Connection
) -> Iterable[Row[*tuple[Any, ...]]]:
    """The rows of `statement` for all of `values`, a chunk of its expanding parameter `name` at a time."""
    everything = list(values)
    for start in range(0, len(everything), CHUNK):
        # At most CHUNK small rows: taking them all at once is twice as fast as one by one.
        yield from connection.execute(statement, {name: everything[start : start + CHUNK]}).all()


class Frontier:
    def __init__(self, connection: Connection, sites: Sites):
        self._connection, self._sites = connection, sites
        # Another writer (a fleet) may add a key between the look and the insert: then its row stands.
        self._insert = upsert(connection.dialect.name, frontier).on_conflict_do_nothing(index_elements=["key"])

    def known(self, urls: Iterable[str]) -> dict[str, State]:
        """Those of `urls` that the ledger knows, with their state."""
        keys = {url: url_id(url) for url in urls}
        states = {row.key: State(row.state) for row in chunked(_KNOWN, "keys", set(keys.values()), self._connection)}
        return {url: states[key] for url, key in keys.items() if key in states}

    def add(self, links: Links, run: int | None) -> Added:
        """Adds the unknown ones of `links` to the queue.

        A known one in the queue gets the higher of both priorities, a kind when it had none, and the better of two
        addresses that have one key: not the mobile twin's.
        """
        known: set[bytes] = set()
        made = Added({}, set(), {})
        raised: list[dict[str, Any]] = []
        rounds = self._sites.rounds
        for key, number, url, state, kind, priority, first, visited, site in chunked(
            _KNOWN, "keys", links, self._connection
        ):
            known.add(key)
            link = links[key][0]
            if first == rounds.get(site, 0):
                made.fresh.add(key)
            if link.kind == PAGING and state == State.DONE and visited != rounds.get(site, 0):
                made.again[key] = (number, site)
            if state == State.QUEUED:
                better = link.url if link.url != url and is_mobile(url) and not is_mobile(link.url) else url
                if link.priority > priority or better != url:
                    named = link.kind if kind == OTHER and link.kind in (ARTICLE, LIST) else kind
                    to = max(priority, link.priority)
                    raised.append({"row": number, "to": to, "as_kind": named, "at": better})
        if raised:
            self._connection.execute(_RAISE, raised)
        missing = [key for key in links if key not in known]
        if missing:
            made.fresh.update(missing)
            self._insert_all(missing, links, run, made.queued)
        return made

    def _insert_all(self, keys: list[bytes], links: Links, run: int | None, queued: dict[int, int]) -> None:
        hosts = {key: site_of(links[key][0].url) for key in keys}
        self._sites.ensure(set(hosts.values()), run)
        rows = []
        for key, host in hosts.items():
            link, place = links[key]
            site = self._sites.number(host)
            queued[site] = queued.get(site, 0) + 1
            rows.append(
                {
                    "key": key,
                    "url": link.url,
                    "site": site,
                    "kind": link.kind,
                    "state": State.QUEUED.value,
                    "priority": link.priority,
                    "depth": place.depth,
                    "parent": place.parent,
                    "root": place.root if link.kind == PAGING else None,
                    "round": self._sites.rounds[site],
                    "visited_round": 0,
                    "walk": Walk.CUT.value,
                    "tries": 0,
                }
            )
        self._connection.execute(self._insert, rows)

    def pages(self, keys: Iterable[bytes]) -> dict[bytes, dict[str, Any]]:
        """The whole rows of known pages, as dictionaries that may be changed, with the `current_round` of their site."""
        rows = [dict(row._mapping) for row in chunked(_PAGES, "keys", keys, self._connection)]
        return {row["key"]: {**row, "current_round": self._sites.rounds.get(row["site"], 0)} for row in rows}

    def walks(self, roots: Iterable[int]) -> dict[int, int]:
        return {row.id: row.walk for row in chunked(_WALKS, "ids", roots, self._connection)}

    def finish(self, rows: list[dict[str, Any]]) -> None:
        """Writes the outcome of visits: rows of `pages`, changed."""
        if rows:
            given = [{"row": row["id"], **{f"new_{name}": row[name] for name in _OUTCOME}} for row in rows]
            self._connection.execute(_FINISH, given)

    def queue(self, ids: Collection[int]) -> None:
        if ids:
            self._connection.execute(_QUEUE, {"ids": list(ids)})

    def lower(self, ids: Collection[int], to: int) -> None:
        """Gives queued pages another priority."""
        if ids:
            self._connection.execute(_LOWER, {"ids": list(ids), "to": to})

    def cover(self, ids: Collection[int]) -> None:
        """Takes pages that were read as part of another out of the queue."""
        if ids:
            self._connection.execute(_COVER, {"ids": list(ids)})

    def start(self, keys: Iterable[bytes], run: int) -> None:
        """Queues start addresses of the sites whose round begins with `run`, whatever became of them before."""
        new = select(sites.c.id).where(sites.c.run == run)
        again = _QUEUE.where(_c.site.in_(new))
        self._connection.execute(again, {"ids": [row.id for row in chunked(_KNOWN, "keys", keys, self._connection)]})

    def set_walks(self, walks: dict[int, int]) -> None:
        if walks:
            self._connection.execute(_SET_WALK, [{"row": row, "to": walk} for row, walk in walks.items()])

    def close_walks(self, roots: Collection[int]) -> None:
        """Marks those lists as walked of which no further page is waiting."""
        if roots:
            self._connection.execute(_WHOLE, {"ids": list(roots)})

    def counts(self, scope: set[int] | None) -> dict[State, int]:
        """How many URLs are in each state, those of the sites of `scope` alone unless it is None."""
        made = dict.fromkeys(State, 0)
        for row in self._connection.execute(select(_c.site, _c.state, func.count()).group_by(_c.site, _c.state)):
            if scope is None or row.site in scope:
                made[State(row.state)] += row[2]
        return made

    def retrying(self, wanted: Callable[[int], bool]) -> bool:
        """Whether a page of the sites that `wanted` accepts has failed and will be tried again."""
        waiting = select(_c.site).distinct().where(_c.state == State.FAILED.value, _c.next_visit.is_not(None))
        return any(wanted(row.site) for row in self._connection.execute(waiting))

    def quarantined(self, wanted: Callable[[int], bool]) -> list[str]:
        """The URLs that failed too often to be tried again by themselves, of the sites that `wanted` accepts."""
        given_up = select(_c.url, _c.site).where(_c.state == State.FAILED.value, _c.next_visit.is_(None))
        return [row.url for row in self._connection.execute(given_up.order_by(_c.id)) if wanted(row.site)]
