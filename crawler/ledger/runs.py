"""The runs: when, how they ended, what they did. All functions run inside the caller's transaction."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import Connection, bindparam, insert, select, update

from crawler.ledger.tables import runs
from crawler.ledger.units import Counts


class Ended(StrEnum):
    """How a run ended (RUNNING: it has not, or it was killed and nobody has noticed yet)."""

    RUNNING = "running"
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"  # some pages failed
    LIMITED = "limited"  # stopped by a limit or a signal: the next run goes on
    FAILED = "failed"
    KILLED = "killed"


@dataclass(frozen=True, slots=True)
class Run:
    id: int
    pid: int
    full: bool
    started: int
    ended: int | None
    status: Ended
    counts: Counts


_COUNT = update(runs).where(runs.c.id == bindparam("run")).values(counts=bindparam("now"))


def begin(connection: Connection, full: bool, now: int, worker: str | None = None) -> int:
    """The number of a new run. Runs that never ended, of this worker in a fleet, are marked killed: whoever calls holds the lock."""
    old = update(runs).where(runs.c.status == Ended.RUNNING.value, runs.c.worker.is_not_distinct_from(worker))
    connection.execute(old.values(status=Ended.KILLED.value))
    row = {
        "pid": os.getpid(),
        "full": full,
        "started": now,
        "status": Ended.RUNNING.value,
        "counts": json.dumps(asdict(Counts())),
        "worker": worker,
    }
    key = connection.execute(insert(runs), row).inserted_primary_key
    assert key is not None
    return int(key[0])


def count(connection: Connection, run: int, counts: Counts) -> None:
    connection.execute(_COUNT, {"run": run, "now": json.dumps(asdict(counts), ensure_ascii=False)})


def end(connection: Connection, run: int, status: Ended, now: int) -> None:
    connection.execute(update(runs).where(runs.c.id == run).values(status=status.value, ended=now))


def history(connection: Connection, most: int) -> list[Run]:
    """The latest runs, the newest first."""
    rows = connection.execute(select(runs).order_by(runs.c.id.desc()).limit(most))
    return [
        Run(row.id, row.pid, row.full, row.started, row.ended, Ended(row.status), Counts(**json.loads(row.counts)))
        for row in rows
    ]
