"""The stages of an item, in the order of ITEM_PIPELINES: one file, one class, one call into `crawler/`.

A stage transforms, or drops with a reason: `Rejected` for a page that is no publishable document,
`Duplicate` for a copy. Both are kept in feeds of their own, so that nothing disappears unseen.
"""

from __future__ import annotations

from typing import Any

from scrapy.exceptions import DropItem

from crawler.document import rejected_row
from crawler.items import Document, duplicate_row
from crawler.validate import Rejection


class Rejected(DropItem):
    """A page that looked like a document and is not published; `row` is kept of it instead."""

    def __init__(self, url: str, rejection: Rejection):
        super().__init__(f"rejected ({rejection.reason}: {rejection.detail}) {url}", log_level="INFO")
        self.row: dict[str, Any] = rejected_row(url, rejection)


class Duplicate(DropItem):
    """A copy of a document that is published already; `row` is everything of it but its text."""

    def __init__(self, copy: Document, kind: str, of: str, similarity: float):
        super().__init__(f"{kind} duplicate of {of} ({similarity:.2f}) {copy.url}", log_level="INFO")
        self.row: dict[str, Any] = duplicate_row(copy, kind, of, similarity)
