"""What a ledger needs to know of the fleet whose worker it serves."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crawler.ledger.errors import LedgerError
from crawler.ledger.lock import Lock
from crawler.ledger.units import Visit

LEASE_SECONDS = 60.0
PATIENCE_SECONDS = 600.0
MOST_WORKERS = 256  # on one data folder; a machine has fewer processors


class ShelfAway(Exception):
    """Redis cannot be reached. Nothing is lost by it: the ledger knows every page."""


class Shelf(Protocol):
    """Pages that were taken out of the ledger for the whole fleet, by place (a ledger and a host). It may forget everything at
    any time.

    Raises ShelfAway.
    """

    def put(self, place: str, visits: Sequence[Visit]) -> None:
        """Lays pages on the shelf."""
        ...

    def take(self, place: str, most: int) -> list[Visit]:
        """Takes at most `most` of them, the most urgent first."""
        ...


@dataclass(frozen=True, slots=True)
class Fleet:
    """`lease`: seconds after which a page whose worker says nothing is handed out again; a worker at work says so three
    times in that time. `patience`: seconds for which a database that is away is waited for."""

    shelf: Shelf
    lease: float = LEASE_SECONDS
    patience: float = PATIENCE_SECONDS


class Member:
    """A worker's place at a data folder: the first that is free. Its name stays with the place, so that a worker
    that was killed is followed by one that ends what it had begun to publish."""

    def __init__(self, state: Path):
        """Raises LedgerError when all places are taken, Held when a crawl without a fleet has the folder, DiskError."""
        self._state, self._others = state, Lock(state, shared=True)
        for number in range(1, MOST_WORKERS + 1):
            lock = Lock.free(state, f"worker-{number}")
            if lock:
                self._lock, self.name = lock, _name(state, number)
                return
        self._others.release()
        raise LedgerError(f"{MOST_WORKERS} workers hold {state.parent}: start more with another DATA_DIR")

    def leavers(self) -> list[tuple[Lock, str]]:
        """The places at this folder whose worker is gone, locked for the caller, with their names."""
        found = []
        for path in sorted(self._state.glob("worker-*.name")):
            lock = Lock.free(self._state, path.stem)
            if lock:
                found.append((lock, path.read_text("ascii").strip()))
        return found

    def release(self) -> None:
        self._lock.release()
        self._others.release()


def _name(state: Path, number: int) -> str:
    """The name of a place, made when there is none: no two folders of the world have the same."""
    path = state / f"worker-{number}.name"
    if not path.exists():
        host = "".join(c for c in socket.gethostname().lower() if c.isascii() and (c.isalnum() or c == "-"))[:40]
        draft = path.with_suffix(".new")
        draft.write_text(f"{host or 'worker'}-{number}-{secrets.token_hex(4)}\n", "ascii")
        draft.rename(path)
    return path.read_text("ascii").strip()
