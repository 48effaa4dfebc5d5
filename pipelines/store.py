"""Stage 500: the document goes into the ledger with its page, and from there to the feed."""

from __future__ import annotations

from scrapy.crawler import Crawler

from crawler.extensions import Run, run_of
from crawler.items import Document


class StorePipeline:
    def __init__(self, run: Run):
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        return cls(run_of(crawler))

    def process_item(self, item: Document) -> Document:
        self._run.store(item)
        return item
