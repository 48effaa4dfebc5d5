"""Redirects that stand in a page: looked for only where the word does."""

from __future__ import annotations

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware
from scrapy.http import Response

_HEAD = 4 * 4096  # bytes; Scrapy looks at 4,096 characters, which have up to four each


class RefreshMiddleware(MetaRefreshMiddleware):
    """Scrapy's own decodes every page for it, which the reader does once more: a hundredth of a page's time."""

    def process_response(self, request: Request, response: Response, spider: Spider | None = None) -> Request | Response:
        return super().process_response(request, response) if _may_refresh(response.body[:_HEAD]) else response


def _may_refresh(head: bytes) -> bool:
    """Whether `head` holds the word, in whatever charset: in UTF-16 there are zeros between its letters."""
    return b"refresh" in head.lower() or b"\0" in head
