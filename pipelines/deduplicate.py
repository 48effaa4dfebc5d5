"""Stage 400: a copy of a published document is kept as a line of its own, never published again."""

from __future__ import annotations

from crawler.items import Document
from pipelines import Duplicate


class DeduplicatePipeline:
    def __init__(self) -> None:
        self._known: dict[str, str] = {}  # content hash: id of the document that has it

    def process_item(self, item: Document) -> Document:
        first = self._known.setdefault(item.content_hash, item.id)
        if first != item.id:
            raise Duplicate(
                f"exact duplicate of {first} {item.url}",
                {
                    "url": item.url,
                    "title": item.title,
                    "date": item.date,
                    "duplicate_of": first,
                    "kind": "exact",
                    "similarity": 1.0,
                },
            )
        return item
