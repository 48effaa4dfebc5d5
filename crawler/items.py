"""What a spider yields. An Article (as read) travels through the pipelines and becomes a Document (as published).

The fields of `Document`, in this order, are the keys of a feed line (data/README.md);
`data/schema/document.schema.json` is generated from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict

from crawler.page import Page


class PartSpan(TypedDict):
    """A piece of a collection: its heading, and its span in `body` in characters."""

    heading: str
    start: int
    end: int


class Similar(TypedDict):
    """A document that shares much text and was kept apart on purpose."""

    id: str
    similarity: float


Quality = dict[str, float | int | dict[str, int]]


@dataclass(slots=True)
class Article:
    """A page that looks like a document, its pages joined: what a spider yields."""

    page: Page
    url: str  # canonical URL of the first page
    site: str
    fetched_at: str  # RFC 3339 UTC


@dataclass(slots=True)
class Found:
    """The links that a page shows, for the frontier: (canonical address, kind as crawler.ledger.Link has it, priority).

    A spider yields one of these for a page: a Request for each link, of which most are known already, cost more than the
    page's parse.
    """

    links: list[tuple[str, str, int]]


@dataclass(slots=True)
class Document:
    """One line of the feed."""

    title: str
    date: str | None
    body: str
    url: str
    id: str
    site: str
    published: str | None = None
    category: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    author: str | None = None
    source: str | None = None
    parts: list[PartSpan] = field(default_factory=list)
    pages: int = 1
    truncated: bool = False
    quality: Quality = field(default_factory=dict)
    similar_to: list[Similar] = field(default_factory=list)
    content_hash: str = ""
    revision: int = 1
    fetched_at: str = ""


def duplicate_row(copy: Document, kind: str, of: str, similarity: float) -> dict[str, object]:
    """What the duplicates feed keeps of a copy: the verdict, and every field but the text."""
    row: dict[str, object] = {
        "url": copy.url,
        "title": copy.title,
        "date": copy.date,
        "duplicate_of": of,
        "kind": kind,
        "similarity": round(similarity, 4),
    }
    fields = ((name, getattr(copy, name)) for name in Document.__dataclass_fields__)
    return row | {name: value for name, value in fields if name not in row and name != "body"}
