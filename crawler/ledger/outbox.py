"""Lines that are safe in the ledger and not yet in a published part. All methods run inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from crawler.feed.folders import FOLDERS
from crawler.ledger.tables import outbox, parts

_c = outbox.c
DOCUMENTS = "documents"
_RANGE = (_c.kind == bindparam("of"), _c.id.between(bindparam("low"), bindparam("high")))
_ADD = insert(outbox)
# What no part has claimed: numbers are given in the order of commits, so each claim begins behind the one before.
_CLAIMED = select(func.coalesce(func.max(parts.c.high), 0)).where(parts.c.kind == _c.kind).scalar_subquery()
_FREE = _c.id > _CLAIMED
_WAITING = select(_c.kind, func.count(), func.min(_c.created)).where(_FREE).group_by(_c.kind)
_FIRST = select(_c.id).where(_c.kind == bindparam("of"), _FREE).order_by(_c.id).limit(bindparam("most"))
_LINES = select(_c.line).where(*_RANGE).order_by(_c.id)
_DELETE = delete(outbox).where(*_RANGE)
_EXCERPTS = select(_c.id, _c.excerpt).where(_c.excerpt.in_(bindparam("ids", expanding=True)), _c.kind == DOCUMENTS, _FREE)
_WAITING_LINES = select(_c.id, _c.line).where(_c.kind == bindparam("of"), _FREE)
_REWRITE = update(outbox).where(_c.id == bindparam("row")).values(line=bindparam("changed"))
_TAKE_BACK = delete(outbox).where(_c.id == bindparam("row"))


class Line(NamedTuple):
    """A line of the feed `kind` (crawler.feed.folders.FOLDERS). `excerpt`: the id of the document, when it is one that its
    site cuts off."""

    kind: str
    line: bytes
    excerpt: str | None = None


class Outbox:
    """`waiting` and `oldest` tell by kind how many lines there are and since when (epoch seconds)."""

    def __init__(self, connection: Connection):
        self._connection = connection
        self.waiting: dict[str, int] = dict.fromkeys(FOLDERS, 0)
        self.oldest: dict[str, int] = {}

    def load(self) -> None:
        """Counts what a former run left, or what is left after a part was published."""
        self.waiting, self.oldest = dict.fromkeys(FOLDERS, 0), {}
        for kind, count, created in self._connection.execute(_WAITING):
            self.waiting[kind], self.oldest[kind] = count, created

    def add(self, lines: list[Line], now: int) -> None:
        """Keeps lines; `noted` tells the counts after the commit."""
        if lines:
            rows = [{"kind": kind, "line": line, "created": now, "excerpt": excerpt} for kind, line, excerpt in lines]
            self._connection.execute(_ADD, rows)

    def take_back(self, ids: Iterable[str]) -> list[str]:
        """Takes out the lines of the excerpts `ids` that no part has claimed; of which, one for each line. `noted` tells the count."""
        found = self._connection.execute(_EXCERPTS, {"ids": list(ids)}).all()
        if found:
            self._connection.execute(_TAKE_BACK, [{"row": row.id} for row in found])
        return [row.excerpt for row in found]

    def rewrite(self, kind: str, words: Iterable[str], change: Callable[[bytes], bytes | None]) -> None:
        """Puts what `change` makes of them in the place of the waiting lines of `kind` in which one of `words` stands."""
        wanted = [word.encode() for word in words]
        for row in self._connection.execute(_WAITING_LINES, {"of": kind}).all():
            if any(word in row.line for word in wanted) and (line := change(row.line)):
                self._connection.execute(_REWRITE, {"row": row.id, "changed": line})

    def noted(self, lines: Iterable[Line], taken_back: int, now: int) -> None:
        """So many lines were taken back, and `lines` added."""
        self.waiting[DOCUMENTS] = max(self.waiting[DOCUMENTS] - taken_back, 0)  # one may be another worker's
        for line in lines:
            self.waiting[line.kind] += 1
            self.oldest.setdefault(line.kind, now)

    def first(self, kind: str, most: int) -> list[int]:
        """The numbers of the oldest lines of a kind that are in no part yet."""
        return list(self._connection.scalars(_FIRST, {"of": kind, "most": most}))

    def lines(self, kind: str, low: int, high: int) -> Iterator[bytes]:
        given = {"of": kind, "low": low, "high": high}
        options = {"yield_per": 50}  # bodies are large
        yield from self._connection.scalars(_LINES, given, execution_options=options)

    def remove(self, kind: str, low: int, high: int) -> None:
        self._connection.execute(_DELETE, {"of": kind, "low": low, "high": high})
