"""Stage 300: what may be published. It stands before deduplication: a rejected page must claim no fingerprint."""

from __future__ import annotations

from crawler.items import Document
from crawler.validate import check
from pipelines import Rejected


class ValidatePipeline:
    def process_item(self, item: Document) -> Document:
        rejection = check(item)
        if rejection:
            raise Rejected(item.url, rejection)
        return item
