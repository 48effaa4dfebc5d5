"""What the Deduplicator keeps beside each document: one blob, opaque here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

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
    """Blobs by document id. Writing happens with the unit of the page (Unit.signature); reading at any time."""

    def __init__(self, connection: Connection, place: str):
        self._connection, self._place = connection, place
        made = upsert(connection.dialect.name, signatures)
        self._put = made.on_conflict_do_update(index_elements=["id"], set_={"blob": made.excluded.blob})

    def put(self, blobs: Mapping[str, bytes]) -> None:
        """Inside the caller's transaction."""
        if blobs:
            self._connection.execute(self._put, [{"id": each, "blob": blob} for each, blob in blobs.items()])

    def remove(self, ids: Iterable[str]) -> None:
        """Inside the caller's transaction."""
        self._connection.execute(delete(signatures).where(_c.id.in_(list(ids))))

    def get(self, ids: Iterable[str]) -> dict[str, bytes]:
        with database_errors(self._place), self._connection.begin():
            return {row.id: row.blob for row in chunked(_FIND, "ids", ids, self._connection)}

    def __len__(self) -> int:
        with database_errors(self._place), self._connection.begin():
            return self._connection.scalar(select(func.count()).select_from(signatures)) or 0

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """All of them in the order of arrival, a few thousand in memory at a time; other work may go on in between."""
        after = 0
        while True:
            with database_errors(self._place), self._connection.begin():
                rows = self._connection.execute(_PAGE, {"after": after, "most": _BATCH}).all()
            if not rows:
                return
            after = rows[-1].seq
            for row in rows:
                yield row.id, row.blob
