"""ARCHIVE=1: every answer goes into a WARC file of its run, before anybody reads it."""

from __future__ import annotations

from pathlib import Path

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from twisted.web.http import RESPONSES

from crawler.extensions import Run, run_of
from crawler.feed import DiskError
from crawler.settings import BOT_NAME
from crawler.warc import Archive, Info, Record, now

NOT_MODIFIED = 304  # says nothing that is not in an older archive


class Keep:
    """Writes DATA_DIR/archive/run-0000001.warc.gz; `scrapy clean` of it gives the documents of the crawl."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._folder = Path(crawler.settings["DATA_DIR"]) / "archive"
        self._archive: Archive | None = None
        crawler.signals.connect(self.response_received, signals.response_received)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Keep:
        """Raises NotConfigured unless ARCHIVE is set and the spider crawls sites."""
        if not crawler.settings.getbool("ARCHIVE") or not getattr(crawler.spidercls, "crawls_sites", False):
            raise NotConfigured
        return cls(crawler)

    def response_received(self, response: Response, request: Request, spider: Spider) -> None:
        run = run_of(self._crawler)
        if response.status == NOT_MODIFIED or run.problem:
            return
        asked = request.meta.get("redirect_urls", [request.url])[0]
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        ]
        reason = RESPONSES.get(response.status, b"").decode("ascii")
        try:
            if self._archive is None:
                self._archive = self._opened(spider, run)
            self._archive.write(Record(response.url, asked, response.status, response.body, now()), reason, headers)
        except DiskError as error:
            run.fail(error)

    def _opened(self, spider: Spider, run: Run) -> Archive:
        pages = self._crawler.settings.getint("ARTICLE_MAX_PAGES")
        info = Info(frozenset(getattr(spider, "hosts", ())), pages)
        return Archive(self._folder / f"run-{run.ledger.run:07}.warc.gz", info, BOT_NAME)

    def spider_closed(self) -> None:
        if self._archive:
            try:
                self._archive.close()
            except DiskError as error:
                run = run_of(self._crawler)
                run.problem = run.problem or error
