"""The sites that the ledger knows, their rounds, and what was learned about them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, exists, or_, select, update
from sqlalchemy.sql import ColumnElement

from crawler.ledger.dialect import CHUNK, upsert
from crawler.ledger.tables import IS_QUEUED, frontier, sites
from crawler.ledger.units import PART, State
from crawler.ledger.walks import Walk

_FIND = select(sites.c.id, sites.c.host, sites.c.round).where(sites.c.host.in_(bindparam("hosts", expanding=True)))


class Sites:
    """Hosts and their numbers. Grows by a few hundred bytes a site."""

    def __init__(self, connection: Connection):
        self._connection = connection
        self._ids: dict[str, int] = {}
        self.hosts: dict[int, str] = {}
        self.rounds: dict[int, int] = {}

    def load(self) -> None:
        """Reads all of them, and forgets what a transaction that was rolled back had added. Inside a transaction."""
        self._ids, self.hosts, self.rounds = {}, {}, {}
        for row in self._connection.execute(select(sites.c.id, sites.c.host, sites.c.round)):
            self._learn(row.id, row.host, row.round)

    def _learn(self, number: int, host: str, current: int) -> None:
        self._ids[host], self.hosts[number], self.rounds[number] = number, host, current

    def number(self, host: str) -> int:
        """The number of a site, which must be known (see `ensure`)."""
        return self._ids[host]

    def ensure(self, hosts: AbstractSet[str], run: int | None) -> None:
        """Adds the unknown ones of `hosts`; in the middle of a run their first round begins at once. Inside a transaction."""
        missing = sorted(hosts - self._ids.keys())
        if not missing:
            return
        first = {"round": 1, "open": True, "run": run} if run is not None else {"round": 0, "open": False, "run": None}
        statement = upsert(self._connection.dialect.name, sites).on_conflict_do_nothing(index_elements=["host"])
        self._connection.execute(statement, [{"host": host, "full": False, **first} for host in missing])
        for start in range(0, len(missing), CHUNK):
            for row in self._connection.execute(_FIND, {"hosts": missing[start : start + CHUNK]}):
                self._learn(row.id, row.host, row.round)

    def matching(self, hosts: Iterable[str]) -> set[int]:
        """The numbers of those of `hosts` that are known."""
        return {self._ids[host] for host in hosts if host in self._ids}

    def profile(self, host: str) -> Any:
        """What `save_profile` was given for this site, or None."""
        return read_profile(self._connection, host)

    def with_profile(self, hosts: Iterable[str]) -> list[str]:
        """Those of `hosts` whose site has one."""
        wanted, found = sorted(hosts), list[str]()
        for start in range(0, len(wanted), CHUNK):
            chunk = sites.c.host.in_(wanted[start : start + CHUNK])
            found += self._connection.scalars(select(sites.c.host).where(chunk, sites.c.profile.is_not(None)))
        return found

    def save_profile(self, host: str, profile: Any, now: int, first: bool = False) -> Any:
        """Keeps a JSON value with a site, which is added when it is unknown. `first`: unless there is one, which is returned;
        None otherwise. Inside a transaction."""
        text = json.dumps(profile, ensure_ascii=False, sort_keys=True)
        made = upsert(self._connection.dialect.name, sites).values(host=host, profile=text, learned=now)
        unless = sites.c.profile.is_(None) if first else None
        new = {"profile": text, "learned": now}
        kept = made.on_conflict_do_update(index_elements=["host"], set_=new, where=unless).returning(sites.c.id)
        return None if self._connection.execute(kept).first() else self.profile(host)


def read_profile(connection: Connection, host: str) -> Any:
    """What was kept of a site, or None. A text that is no JSON comes as it is: who reads profiles says that it is none."""
    text = connection.scalar(select(sites.c.profile).where(sites.c.host == host))
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def close_rounds(connection: Connection) -> None:
    """Ends the round of each site that has nothing left in the queue."""
    left = exists().where(and_(frontier.c.site == sites.c.id, IS_QUEUED))
    connection.execute(update(sites).where(sites.c.open, ~left).values(open=False))


def begin_rounds(connection: Connection, run: int, scope: set[int] | None, full: bool, oldest: int, now: int) -> None:
    """Begins a round for each site of `scope` (None: all) that is not in one, and queues what is due.

    A round that began before `oldest` counts as over, one that is not full as over when `full` is asked for.
    """
    close_rounds(connection)
    over = or_(~sites.c.open, sites.c.started < oldest, sites.c.started.is_(None))
    if full:
        over = or_(over, ~sites.c.full)
    begin = update(sites).values(round=sites.c.round + 1, open=True, run=run, started=now, full=full)
    for chunk in _chunks(scope):
        connection.execute(begin.where(over, _within(sites.c.id, chunk)))
    new = frontier.c.site.in_(select(sites.c.id).where(sites.c.run == run))
    queue = update(frontier).values(state=State.QUEUED.value)
    idle = frontier.c.state != State.QUEUED.value
    if full:
        again = queue.values(walk=Walk.CUT.value, tries=0).where(idle, frontier.c.kind != PART)
    else:
        cut = case((frontier.c.walk == Walk.OPEN.value, Walk.CUT.value), else_=frontier.c.walk)
        again = queue.values(walk=cut).where(idle, frontier.c.next_visit <= now)
    connection.execute(again.where(new))
    # In rounds that go on only what failed gets another chance; on whatever site, so that one look at the table is enough.
    connection.execute(queue.where(frontier.c.state == State.FAILED.value, frontier.c.next_visit <= now))


def _chunks(scope: set[int] | None) -> list[list[int] | None]:
    if scope is None:
        return [None]
    ordered = sorted(scope)
    return [ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK)]


def _within(column: ColumnElement[int], chunk: list[int] | None) -> ColumnElement[bool]:
    return column.is_not(None) if chunk is None else column.in_(chunk)
