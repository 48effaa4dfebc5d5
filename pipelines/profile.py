"""Stage 50: the article is read with what is known about its site; the first ones of an unknown site wait for that."""

from __future__ import annotations

from scrapy.crawler import Crawler

from crawler.extensions import Run, run_of
from crawler.items import Article


class ProfilePipeline:
    def __init__(self, run: Run):
        self._holding = run.holding

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ProfilePipeline:
        return cls(run_of(crawler))

    async def process_item(self, item: Article) -> Article:
        return await self._holding.read(item)
