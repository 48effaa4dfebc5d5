"""Stage 400: a copy of a published document is kept as a line of its own, never published again."""

from __future__ import annotations

from scrapy.crawler import Crawler

from crawler.document import pieces
from crawler.extensions import Run, run_of
from crawler.items import Document
from pipelines import Duplicate


class DeduplicatePipeline:
    def __init__(self, run: Run):
        self._run, self._known = run, run.known

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DeduplicatePipeline:
        return cls(run_of(crawler))

    def process_item(self, item: Document) -> Document:
        signature = self._known.prepare(item.body, parts=pieces(item), truncated=item.truncated)
        verdict = self._known.check(signature, exclude=item.id)
        if verdict.kind != "new":
            raise Duplicate(item, verdict.kind, str(verdict.of), verdict.similarity)
        self._known.add(item.id, signature)
        if self._run.merger:
            self._run.merger.keep(item, signature)
        if verdict.supersedes:
            self._run.supersede(item.id, verdict.supersedes)
        item.similar_to = [{"id": id, "similarity": value} for id, value in verdict.similar_to]
        return item
