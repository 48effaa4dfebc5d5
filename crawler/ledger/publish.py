"""From the outbox to published parts, so that a kill between any two steps changes nothing of the result.

intent row → temporary file → fsync → rename → manifest → fsync of the folder → intent marked done, lines deleted.
A part's lines, name and packing are fixed by its intent, so doing an intent once more writes the same bytes.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from crawler.feed import FOLDERS, Feed, Part
from crawler.ledger.errors import LedgerError
from crawler.ledger.fleet import Member
from crawler.ledger.lock import Lock
from crawler.ledger.outbox import Outbox
from crawler.ledger.tables import parts
from crawler.ledger.transactions import transaction

_c = parts.c
_INTENTS = select(parts).where(~_c.done, _c.worker.is_not_distinct_from(bindparam("of"))).order_by(_c.id)
_LAST = select(func.max(_c.number), func.max(_c.first + _c.rows)).where(_c.kind == bindparam("of"))
_PUBLISHED = select(parts).where(_c.done, _c.kind == bindparam("of"), _c.name.is_not(None)).order_by(_c.number)
_DONE = (
    update(parts)
    .where(_c.id == bindparam("row"))
    .values(
        done=True,
        name=bindparam("new_name"),
        rows=bindparam("new_rows"),
        bytes=bindparam("new_bytes"),
        sha256=bindparam("new_sha256"),
    )
)


class Publisher:
    """Publishes when a kind has `rows` lines, or its oldest line waits for `seconds`, or everything at the end.

    The workers of a fleet share the outbox: who finds that it is time claims the next lines, whoever brought them, for a
    part whose number no other has. An intent is carried out in the data folder in which it was made, by its worker
    or by one that has taken the place of it.
    """

    def __init__(
        self, connection: Connection, place: str, feed: Feed, outbox: Outbox, rows: int, seconds: float, lock: Lock | Member
    ):
        self._connection, self._place = connection, place
        self._feed, self.outbox = feed, outbox
        self._rows, self._seconds = rows, seconds
        self._member = lock if isinstance(lock, Member) else None
        self._worker = self._member.name if self._member else None
        self._unfinished = False

    def recover(self) -> None:
        """Ends what a killed run had begun to publish, and writes a manifest that was removed. Only under the lock."""
        if not self._member:
            self._feed.sweep()  # others may be writing otherwise; what is done again is written over
        for kind in FOLDERS:
            with transaction(self._connection, self._place, reading=True):
                recorded = [_part(row) for row in self._connection.execute(_PUBLISHED, {"of": kind})]
            if recorded and not self._feed.parts(kind):
                self._feed.relist(kind, recorded)
        self._finish(self._worker)
        self._take_over()
        self._count()

    def _finish(self, worker: str | None) -> None:
        """Carries out what was begun under that name."""
        with transaction(self._connection, self._place, reading=True):
            intents = list(self._connection.execute(_INTENTS, {"of": worker}))
        for intent in intents:
            self._carry_out(intent)

    def _take_over(self) -> None:
        """Ends what workers on this folder had begun that are gone."""
        leavers = self._member.leavers() if self._member else []
        try:
            for _, name in leavers:
                self._finish(name)
        finally:
            for lock, _ in leavers:
                lock.release()

    def _count(self) -> None:
        with transaction(self._connection, self._place, reading=True):
            self.outbox.load()

    def due(self, now: float) -> bool:
        return any(self._is_due(kind, now) for kind in FOLDERS)

    def _is_due(self, kind: str, now: float) -> bool:
        waiting = self.outbox.waiting[kind]
        return waiting >= self._rows or (waiting > 0 and now - self.outbox.oldest[kind] >= self._seconds)

    def publish(self, run: int, now: float, everything: bool = False) -> list[Part]:
        """Publishes what is due, or all there is; the new parts. Raises DiskError: then it goes on at the next start."""
        made = []
        if self._unfinished:  # the database went away in between
            self._finish(self._worker)
        if everything and self._member:
            self._take_over()
            self._count()
        for kind in FOLDERS:
            while self._is_due(kind, now) or (everything and self.outbox.waiting[kind]):
                self._unfinished = True
                intent = self._intend(kind, run)
                if intent is not None:
                    made.append(self._carry_out(intent))
                self._unfinished = False
                self._count()
        return made

    def _intend(self, kind: str, run: int) -> Row[*tuple[Any, ...]] | None:
        """Claims the next lines of `kind` for a part; None when others have claimed them all."""
        with transaction(self._connection, self._place):
            numbers = self.outbox.first(kind, self._rows)
            if not numbers:
                return None
            highest, following = self._connection.execute(_LAST, {"of": kind}).one()
            values = {
                "kind": kind,
                "number": max(self._feed.next_number(kind), (highest or 0) + 1),
                "run": run,
                "first": max(self._feed.next_sequence(kind), following or 1),
                "low": numbers[0],
                "high": numbers[-1],
                "compression": self._feed.compression,
                "rows": len(numbers),
                "worker": self._worker,
                "done": False,
            }
            key = self._connection.execute(insert(parts), values).inserted_primary_key
            assert key is not None
            return self._connection.execute(select(parts).where(_c.id == key[0])).one()

    def _carry_out(self, intent: Row[*tuple[Any, ...]]) -> Part:
        # The lines are read while they are written; the feed raises its own errors in between.
        with transaction(self._connection, self._place, reading=True):
            part = self._feed.publish(
                intent.kind,
                self.outbox.lines(intent.kind, intent.low, intent.high),
                run=intent.run,
                number=intent.number,
                first=intent.first,
                compression=intent.compression,
            )
        if part is None:
            raise LedgerError(f"{self._place} has lost the rows of part {intent.number} of {intent.kind}: use a backup")
        with transaction(self._connection, self._place):
            done = {
                "row": intent.id,
                "new_name": part.name,
                "new_rows": part.rows,
                "new_bytes": part.bytes,
                "new_sha256": part.sha256,
            }
            self._connection.execute(_DONE, done)
            self.outbox.remove(intent.kind, intent.low, intent.high)
        return part


def _part(row: Row[*tuple[Any, ...]]) -> Part:
    return Part(row.name, row.rows, row.bytes, row.sha256, row.run, row.first, row.first + row.rows - 1)
