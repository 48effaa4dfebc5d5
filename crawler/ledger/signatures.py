"""What the Deduplicator keeps beside each document: a record and a sample, opaque here: a `SignatureStore` of crawler.dedup."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from struct import pack
from sys import byteorder

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from crawler.ledger.dialect import upsert
from crawler.ledger.errors import database_errors
from crawler.ledger.frontier import chunked
from crawler.ledger.tables import samples, signatures

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

    def __init__(self, connection: Connection, place: str):
        self._connection, self._place = connection, place
        self._waiting: dict[str, tuple[bytes, bytes] | None] = {}  # None: to be removed
        made = upsert(connection.dialect.name, signatures)
        self._put = made.on_conflict_do_update(index_elements=["id"], set_={"blob": made.excluded.blob})

    def add(self, id: str, record: bytes, sample: bytes) -> None:
        """Keeps `record`, in the place of an older one. Both are written when the document's unit is committed."""
        self._waiting[id] = record, sample

    def remove(self, id: str) -> None:
        """Forgets a document's record, with the next commit."""
        self._waiting[id] = None

    def get(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The records of those of `ids` that have one."""
        wanted = set(ids)
        found = {id: kept[0] for id in wanted & self._waiting.keys() if (kept := self._waiting[id]) is not None}
        missing = list(wanted - self._waiting.keys())
        if missing:
            with database_errors(self._place), self._connection.begin():
                found |= {row.id: row.blob for row in chunked(_FIND, "ids", missing, self._connection)}
        return found

    def __len__(self) -> int:
        """How many are safe."""
        with database_errors(self._place), self._connection.begin():
            return self._connection.scalar(select(func.count()).select_from(signatures)) or 0

    def samples(self) -> Iterator[tuple[list[str], list[int], bytes]]:
        """Ids, sizes and samples of all that were ever safe, in the order of arrival, some thousand documents at a time;
        other work may go on in between."""
        after = 0
        while True:
            with database_errors(self._place), self._connection.begin():
                rows = self._connection.execute(_PAGE, {"after": after, "most": _BATCH}).all()
            if not rows:
                return
            after = rows[-1].seq
            sizes = array("I", b"".join(row.sizes for row in rows))
            if byteorder == "big":
                sizes.byteswap()
            yield "\n".join(row.ids for row in rows).split("\n"), sizes.tolist(), b"".join(row.blob for row in rows)

    def write(self, ids: Iterable[str]) -> list[str]:
        """Writes what waits for the documents `ids`, and what is to be removed; which ones. Inside the caller's transaction."""
        kept = {each: waiting for each in ids if (waiting := self._waiting.get(each)) is not None}
        removed = [each for each, waiting in self._waiting.items() if waiting is None]
        if kept:
            self._connection.execute(self._put, [{"id": each, "blob": record} for each, (record, _) in kept.items()])
            found = [sample for _, sample in kept.values()]
            sizes = pack(f"<{len(found)}I", *map(len, found))
            group = {"ids": "\n".join(kept), "sizes": sizes, "blob": b"".join(found)}
            self._connection.execute(insert(samples), group)
        if removed:
            self._connection.execute(delete(signatures).where(_c.id == bindparam("of")), [{"of": i} for i in removed])
        return [*kept, *removed]

    def wrote(self, ids: Iterable[str]) -> None:
        """The transaction of `write` is safe."""
        for each in ids:
            self._waiting.pop(each, None)
