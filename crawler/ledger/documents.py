"""What was published under which id. All methods run inside the caller's transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, func, select, update

from crawler.items import Document, duplicate_row
from crawler.ledger.dialect import upsert
from crawler.ledger.frontier import chunked
from crawler.ledger.tables import documents
from crawler.urls import site_of

_c = documents.c
_FIND = select(
    _c.id, _c.url, _c.content_hash, _c.fingerprint, _c.revision, _c.status, _c.first_seen, _c.last_seen, _c.successor
).where(_c.id.in_(bindparam("ids", expanding=True)))
_SEEN = update(documents).where(_c.id == bindparam("row")).values(last_seen=bindparam("now"))
_PUBLISHED: BindParameter[str] = bindparam("published")
_EXCERPT = select(_c.id, _c.url, _c.revision, _c.excerpt).where(
    _c.id.in_(bindparam("ids", expanding=True)), _c.status == bindparam("published"), _c.excerpt.is_not(None)
)
_SUPERSEDED = update(documents).where(_c.id == bindparam("row")).values(status=bindparam("to"), successor=bindparam("by"))
_RELEASE = update(documents).where(_c.successor == bindparam("whole")).values(successor=None)
_STATUS = update(documents).where(_c.id == bindparam("row"), _c.status == _PUBLISHED).values(status=bindparam("to"))


class Status(StrEnum):
    PUBLISHED = "published"
    SUPERSEDED = "superseded"  # a better copy was published instead
    GONE = "gone"  # its page is no more


class Change(StrEnum):
    NEW = "new"
    REVISED = "revised"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Known:
    """A document that was published."""

    id: str
    url: str
    content_hash: str  # as in the feed
    fingerprint: bytes
    revision: int
    status: Status
    first_seen: int
    last_seen: int
    successor: str | None = None  # of a superseded one: the document that holds all of it


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A published document that its site cuts off: its revision, and what a line of duplicates/ says of it."""

    id: str
    revision: int
    row: dict[str, Any]


def fingerprint(document: Document) -> bytes:
    """16 bytes over everything whose change makes a new revision.

    Left out: what changes with the visit or the crawler and not with the page's document (fetched_at, quality,
    similar_to), the number of pages, and tags, which sites shuffle.
    """
    small = [document.title, document.date, document.published, document.author, document.source]
    rest = json.dumps([*small, document.category, document.parts, document.truncated])
    made = hashlib.blake2b(rest.encode(), digest_size=16)
    made.update(document.body.encode("utf-8", "surrogatepass"))
    return made.digest()


class Documents:
    def __init__(self, connection: Connection):
        self._connection = connection
        made: Any = upsert(connection.dialect.name, documents)
        changing = ("url", "content_hash", "fingerprint", "revision", "status", "last_seen", "excerpt", "successor")
        self._put = made.on_conflict_do_update(index_elements=["id"], set_={n: made.excluded[n] for n in changing})

    def find(self, ids: Iterable[str]) -> dict[str, Known]:
        """Those of `ids` that were published before."""
        return {
            row.id: Known(
                row.id,
                row.url,
                row.content_hash.hex(),
                row.fingerprint,
                row.revision,
                Status(row.status),
                row.first_seen,
                row.last_seen,
                row.successor,
            )
            for row in chunked(_FIND, "ids", ids, self._connection)
        }

    def store(self, arrived: list[Document], now: int, mark_of: Callable[[Document], bytes]) -> list[Change]:
        """Records documents, sets the `revision` of each, and says which of them are to be published. `mark_of` tells their fingerprints."""
        known = self.find({document.id for document in arrived})
        wholes = self.find({each.successor for each in known.values() if each.successor})
        rows: dict[str, dict[str, Any]] = {}
        changes = []
        for document in arrived:
            before, mark = known.get(document.id), mark_of(document)
            same = before is not None and before.fingerprint == mark
            held = before is not None and before.status is Status.SUPERSEDED
            whole = wholes.get(before.successor or "") if before else None
            # The deduplication need not find the whole of a short excerpt, only the excerpt of the whole.
            stays = same and held and whole is not None and whole.status is Status.PUBLISHED
            same = same and (stays or not held)  # otherwise its readers, who were told of a copy, are to hear of it again
            document.revision = before.revision + (not same) if before else 1
            changes.append(Change.NEW if before is None else Change.SAME if same else Change.REVISED)
            first = before.first_seen if before else now
            known[document.id] = Known(
                document.id, document.url, document.content_hash, mark, document.revision, Status.PUBLISHED, first, now
            )
            rows[document.id] = {
                "id": document.id,
                "url": document.url,
                "content_hash": bytes.fromhex(document.content_hash),
                "fingerprint": mark,
                "revision": document.revision,
                "status": (Status.SUPERSEDED if stays else Status.PUBLISHED).value,
                "first_seen": first,
                "last_seen": now,
                "excerpt": _excerpt(document) if document.truncated else None,
                "successor": before.successor if before and stays else None,
            }
        if rows:
            self._connection.execute(self._put, list(rows.values()))
        revised = [{"whole": document.id} for document, change in zip(arrived, changes, strict=True) if change is Change.REVISED]
        if revised:  # whether it holds them still is to be seen
            self._connection.execute(_RELEASE, revised)
        return changes

    def seen(self, ids: Iterable[str], now: int) -> None:
        """Their pages said that nothing has changed."""
        rows = [{"row": each, "now": now} for each in ids]
        if rows:
            self._connection.execute(_SEEN, rows)

    def withdraw(self, ids: Iterable[str], status: Status) -> int:
        """Published documents become gone or superseded; how many of `ids` were published."""
        made = 0
        for each in ids:
            given = {"row": each, "published": Status.PUBLISHED.value, "to": status.value}
            made += self._connection.execute(_STATUS, given).rowcount
        return made

    def supersede(self, successors: dict[str, str]) -> list[Excerpt]:
        """Published documents (ids) are superseded by others, which hold all of them; those that were published until now."""
        given = {"ids": list(successors), "published": Status.PUBLISHED.value}
        found = [
            # A ledger of version 3 has kept nothing of it but its address.
            Excerpt(row.id, row.revision, json.loads(row.excerpt) if row.excerpt else _nameless(row.id, row.url))
            for row in self._connection.execute(_EXCERPT, given)
        ]
        if found:
            to = Status.SUPERSEDED.value
            self._connection.execute(_SUPERSEDED, [{"row": each.id, "to": to, "by": successors[each.id]} for each in found])
        return found

    def counts(self) -> dict[Status, int]:
        made = dict.fromkeys(Status, 0)
        for row in self._connection.execute(select(_c.status, func.count()).group_by(_c.status)):
            made[Status(row[0])] = row[1]
        return made


def _excerpt(document: Document) -> str:
    return json.dumps(duplicate_row(document, "contained", "", 1.0), ensure_ascii=False)


def _nameless(id: str, url: str) -> dict[str, Any]:
    return duplicate_row(Document("", None, "", url, id, site_of(url), truncated=True), "contained", "", 1.0)
