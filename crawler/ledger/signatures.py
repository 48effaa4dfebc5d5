"""What the Deduplicator keeps beside each document: a record and a sample, opaque here: a `SignatureStore` of crawler.dedup."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from struct import pack
from sys import byteorder
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from crawler.dedup.store import Samples
from crawler.ledger.dialect import upsert
from crawler.ledger.frontier import chunked
from crawler.ledger.tables import samples, signatures
from crawler.ledger.transactions import Patience, transaction

_c = signatures.c
_s = samples.c
_PAGE = select(_s.seq, _s.ids, _s.sizes, _s.blob).where(_s.seq > bindparam("after")).order_by(_s.seq).limit(bindparam("most"))
_FIND = select(_c.id, _c.blob).where(_c.id.in_(bindparam("ids", expanding=True)))
_BATCH = 400  # groups in memory at a time, about 20,000 documents


class Signatures:
    """Records and samples by document id: at once visible to this process, safe together with the unit that brings the document.

    So a document that was recognised but never committed claims nothing after a kill. Raises DiskError and
    LedgerError like the ledger itself.
    """

    def __init__(self, connection: Connection, place: str, patience: Patience | None = None):
        self._connection, self._place, self._patience = connection, place, patience or Patience(0.0)
        self._seen = 0  # the last group that was read here, or written from here
        self._own = 0  # the group that the present transaction writes
        self._since: dict[str, int] = {}  # of documents that wait: the last group that was known when they were added
        self._waiting: dict[str, tuple[bytes, bytes] | None] = {}  # None: to be removed
        made = upsert(connection.dialect.name, signatures)
        self._put = made.on_conflict_do_update(index_elements=["id"], set_={"blob": made.excluded.blob})

    def add(self, id: str, record: bytes, sample: bytes) -> None:
        """Keeps `record`, in the place of an older one. Both are written when the document's unit is committed."""
        self._waiting[id] = record, sample
        self._since[id] = self._seen

    def remove(self, id: str) -> None:
        """Forgets a document's record, with the next commit."""
        self._waiting[id] = None
        self._since.pop(id, None)

    def get(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The records of those of `ids` that have one."""
        wanted = set(ids)
        found = {id: kept[0] for id in wanted & self._waiting.keys() if (kept := self._waiting[id]) is not None}
        missing = list(wanted - self._waiting.keys())
        if missing:
            found |= self._patience.with_it(lambda: self._find(missing))
        return found

    def _find(self, ids: list[str]) -> dict[str, bytes]:
        around = nullcontext() if self._connection.in_transaction() else transaction(self._connection, self._place, reading=True)
        with around:
            return {row.id: row.blob for row in chunked(_FIND, "ids", ids, self._connection)}

    def __len__(self) -> int:
        """How many are safe."""
        with transaction(self._connection, self._place, reading=True):
            return self._connection.scalar(select(func.count()).select_from(signatures)) or 0

    def samples(self) -> Iterator[Samples]:
        """Ids, sizes and samples of all that were ever safe, in the order of arrival, some thousand documents at a time;
        other work may go on in between."""
        self._seen = 0
        while True:
            with transaction(self._connection, self._place, reading=True):
                rows = self._connection.execute(_PAGE, {"after": self._seen, "most": _BATCH}).all()
            if not rows:
                return
            self._seen = rows[-1].seq
            yield _joined(rows)

    def arrived(self) -> list[tuple[int, Samples]]:
        """Groups that other workers of a fleet have written since this was asked last, with their numbers. Inside the
        transaction of `write`, in which nobody else writes."""
        rows = self._connection.execute(_PAGE, {"after": self._seen, "most": 1 << 30}).all()
        if rows:
            self._seen = rows[-1].seq
        return [(row.seq, _joined([row])) for row in rows]

    def oldest(self) -> int:
        """The last group that every document that waits to be written was held against."""
        return min(self._since.values(), default=self._seen)

    def write(self, ids: Iterable[str]) -> list[str]:
        """Writes what waits for the documents `ids`, and what is to be removed; which ones. Inside the caller's transaction."""
        kept = {each: waiting for each in ids if (waiting := self._waiting.get(each)) is not None}
        removed = [each for each, waiting in self._waiting.items() if waiting is None]
        if kept:
            self._connection.execute(self._put, [{"id": each, "blob": record} for each, (record, _) in kept.items()])
            found = [sample for _, sample in kept.values()]
            sizes = pack(f"<{len(found)}I", *map(len, found))
            group = {"ids": "\n".join(kept), "sizes": sizes, "blob": b"".join(found)}
            key = self._connection.execute(insert(samples), group).inserted_primary_key
            assert key is not None
            self._own = int(key[0])
        if removed:
            self._connection.execute(delete(signatures).where(_c.id == bindparam("of")), [{"of": i} for i in removed])
        return [*kept, *removed]

    def wrote(self, ids: Iterable[str]) -> None:
        """The transaction of `write` is safe."""
        self._seen = max(self._seen, self._own)
        for each in ids:
            self._waiting.pop(each, None)
            self._since.pop(each, None)


def _joined(rows: Sequence[Any]) -> Samples:
    """The samples of some groups as one."""
    sizes = array("I", b"".join(row.sizes for row in rows))
    if byteorder == "big":
        sizes.byteswap()
    return "\n".join(row.ids for row in rows).split("\n"), sizes.tolist(), b"".join(row.blob for row in rows)
