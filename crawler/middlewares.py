"""Scrapy's hooks on the way of a request: so far, to the bundled library."""

from __future__ import annotations

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler

from crawler.demo import DemoServer
from crawler.urls import site_of


class DemoMiddleware:
    """Serves the bundled library while a crawl wants it, and sends its requests there.

    The library has stable host names and a free port: its server is a forward proxy for those names
    alone, so a document's URL and id are the same in every run.
    """

    def __init__(self) -> None:
        self._hosts: frozenset[str] = frozenset()
        self._server: DemoServer | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DemoMiddleware:
        middleware = cls()
        crawler.signals.connect(middleware.spider_opened, signals.spider_opened)
        crawler.signals.connect(middleware.spider_closed, signals.spider_closed)
        return middleware

    def spider_opened(self, spider: Spider) -> None:
        demos = [site for site in getattr(spider, "sites", ()) if site.served_by == "demo"]
        if demos:
            self._hosts = frozenset(host for site in demos for host in site.hosts)
            self._server = DemoServer()
            self._server.start()

    def spider_closed(self) -> None:
        if self._server:
            self._server.stop()

    def process_request(self, request: Request) -> None:
        if self._server and site_of(request.url) in self._hosts:
            request.meta["proxy"] = self._server.proxy
            request.meta["download_slot"] = "demo"
            request.meta["autothrottle_dont_adjust_delay"] = True
