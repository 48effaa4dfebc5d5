"""Sends the pages of sites with `browser = true` to the browser; crawler/browser.py has all that is decided."""

from __future__ import annotations

from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from crawler.browser import HANDLER, context, settle
from crawler.flights import META
from crawler.urls import site_of


class BrowserMiddleware:
    """Stands behind Scrapy's HttpProxyMiddleware, so that the browser takes the same proxy."""

    def __init__(self) -> None:
        from scrapy_playwright.page import PageMethod  # an extra

        self._method: Any = PageMethod
        self._hosts: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BrowserMiddleware:
        if crawler.settings.getdict("DOWNLOAD_HANDLERS").get("http") != HANDLER:
            raise NotConfigured
        middleware = cls()
        crawler.signals.connect(middleware.spider_opened, signals.spider_opened)
        return middleware

    def spider_opened(self, spider: Spider) -> None:
        self._hosts = frozenset(h for site in getattr(spider, "sites", ()) if site.browser for h in site.hosts)

    def process_request(self, request: Request) -> None:
        """Pages alone: robots.txt is no page. Without validators: the frame is the same when the data is not."""
        if META in request.meta and site_of(request.url) in self._hosts:
            for name in ("If-None-Match", "If-Modified-Since"):
                request.headers.pop(name, None)
            request.meta.update(context(request.meta.get("proxy", "")))
            request.meta["playwright_page_methods"] = [self._method(settle)]
