"""Stage 100: a page as read becomes a document, or is rejected."""

from __future__ import annotations

from scrapy.crawler import Crawler

from crawler.document import cleaned_document
from crawler.extensions import Run, run_of
from crawler.items import Article, Document
from pipelines import Rejected


class CleanPipeline:
    def __init__(self, run: Run):
        self._record = run.record

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CleanPipeline:
        return cls(run_of(crawler))

    def process_item(self, item: Article) -> Document:
        made = cleaned_document(item, self._record.cleaned)
        if isinstance(made, Document):
            return made
        raise Rejected(item.url, made)
