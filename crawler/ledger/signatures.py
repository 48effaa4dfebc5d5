"""What the Deduplicator keeps beside each document: one record, opaque here: a `SignatureStore` of crawler.dedup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, bindparam, delete, func, select

from crawler.ledger.dialect import upsert
from crawler.ledger.errors import database_errors
from crawler.ledger.frontier import chunked
from crawler.ledger.tables import signatures

_c = signatures.c
_PAGE = select(_c.seq, _c.id, _c.blob).where(_c.seq > bindparam("after")).order_by(_c.seq).limit(bindparam("most"))
_FIND = select(_c.id, _c.blob).where(_c.id.in_(bindparam("ids", expanding=True)))
_BATCH = 5000


class Signatures:
    """Records by document id: at once visible to this process, safe together with the unit that brings the document.

    So a document that was recognised but never committed claims nothing after a kill. Raises DiskError and
    LedgerError like the ledger itself.
    """

    def __init__(self, connection: Connection, place: str):
        self._connection, self._place = connection, place
        self._waiting: dict[str, bytes | None] = {}  # None: to be removed
        made = upsert(connection.dialect.name, signatures)
        self._put = made.on_conflict_do_update(index_elements=["id"], set_={"blob": made.excluded.blob})

    def add(self, id: str, record: bytes) -> None:
        """Keeps `record`, in the place of an older one. It is written when the document's unit is committed."""
        self._waiting[id] = record

    def remove(self, id: str) -> None:
        """Forgets a document's record, with the next commit."""
        self._waiting[id] = None

    def get(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The records of those of `ids` that have one."""
        wanted = set(ids)
        found = {id: blob for id in wanted & self._waiting.keys() if (blob := self._waiting[id]) is not None}
        missing = list(wanted - self._waiting.keys())
        if missing:
            with database_errors(self._place), self._connection.begin():
                found |= {row.id: row.blob for row in chunked(_FIND, "ids", missing, self._connection)}
        return found

    def __len__(self) -> int:
        """How many are safe."""
        with database_errors(self._place), self._connection.begin():
            return self._connection.scalar(select(func.count()).select_from(signatures)) or 0

    def load(self) -> Iterator[tuple[str, bytes]]:
        """All safe ones in the order of arrival, a few thousand in memory at a time; other work may go on in between."""
        after = 0
        while True:
            with database_errors(self._place), self._connection.begin():
                rows = self._connection.execute(_PAGE, {"after": after, "most": _BATCH}).all()
            if not rows:
                return
            after = rows[-1].seq
            for row in rows:
                yield row.id, row.blob

    def write(self, ids: Iterable[str]) -> list[str]:
        """Writes what waits for the documents `ids`, and what is to be removed; which ones. Inside the caller's transaction."""
        blobs = {each: blob for each in ids if (blob := self._waiting.get(each)) is not None}
        removed = [each for each, blob in self._waiting.items() if blob is None]
        if blobs:
            self._connection.execute(self._put, [{"id": each, "blob": blob} for each, blob in blobs.items()])
        if removed:
            self._connection.execute(delete(signatures).where(_c.id == bindparam("of")), [{"of": i} for i in removed])
        return [*blobs, *removed]

    def wrote(self, ids: Iterable[str]) -> None:
        """The transaction of `write` is safe."""
        for each in ids:
            self._waiting.pop(each, None)
