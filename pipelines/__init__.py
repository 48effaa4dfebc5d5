"""The stages of an item, in the order of ITEM_PIPELINES: one file, one class, one call into `crawler/`.

A stage transforms, or drops with a reason: `Rejected` for a page that is no publishable document,
`Duplicate` for a copy. Both are kept in feeds of their own, so that nothing disappears unseen.
"""

from __future__ import annotations

from typing import Any

from scrapy.exceptions import DropItem


class Kept(DropItem):
    """An item that is not published, and the `row` that is kept of it instead, in the folder `feed`."""

    feed = ""

    def __init__(self, message: str, row: dict[str, Any]):
        super().__init__(message, log_level="INFO")
        self.row = row


class Rejected(Kept):
    """A page that looked like a document and is not published."""

    feed = "rejected"

    def __init__(self, url: str, reason: str, detail: str):
        super().__init__(f"rejected ({reason}) {url}", {"url": url, "reason": reason, "detail": detail})
        self.reason = reason


class Duplicate(Kept):
    """A copy of a document that is published already."""

    feed = "duplicates"
