"""Scrapy's HTTP client, which works out a host's name in its IDNA form once and not for each request."""

from __future__ import annotations

from functools import lru_cache

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from twisted.internet import endpoints

HOSTS = 4096


class FetchHandler(HTTP11DownloadHandler):
    """Twisted makes an endpoint for each request, also where a connection is open, and checks each label of the host again:
    0.3 of 22 s under cProfile (5,000 pages of tests/benchmarks/speed.py)."""

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        known = endpoints._idnaBytes  # type: ignore[attr-defined]  # with Scrapy's own fallbacks by now
        if not hasattr(known, "cache_info"):
            endpoints._idnaBytes = lru_cache(HOSTS)(known)  # type: ignore[attr-defined]
