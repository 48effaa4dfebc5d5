"""One honest name on every request, with the address at which a site's owner can reach the operator."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler


class IdentityMiddleware:
    def __init__(self, name: str):
        self._name = name

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> IdentityMiddleware:
        contact = crawler.settings["CONTACT"]
        return cls(crawler.settings["USER_AGENT"] + (f" (+{contact})" if contact else ""))

    def process_request(self, request: Request) -> None:
        request.headers.setdefault("User-Agent", self._name)
