"""Redirects in pages are found in whatever charset, and pages without the word are left alone."""

from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse
from scrapy.utils.test import get_crawler

from crawler.net.refresh import RefreshMiddleware

PAGE = '<html><head><title>转到新地址</title><META HTTP-EQUIV="{word}" CONTENT="0; URL=/new.html"></head><body>请稍候</body></html>'
URL = "http://a.example/old.html"


def answered(page: str, charset: str) -> str:
    """Where the middleware sends the request on to, "" for nowhere."""
    middleware = RefreshMiddleware.from_crawler(get_crawler())
    request, response = Request(URL), HtmlResponse(URL, body=page.encode(charset), encoding=charset)
    made = middleware.process_response(request, response)
    return made.url if isinstance(made, Request) else ""


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "big5", "utf-16"])
def test_a_redirect_in_a_page(charset: str) -> None:
    page = PAGE.replace("请稍候", "請稍候").replace("转", "轉") if charset == "big5" else PAGE
    assert answered(page.format(word="Refresh"), charset).partition("?")[0] == "http://a.example/new.html"  # UTF-16: with a "?"


def test_a_redirect_behind_a_long_head() -> None:
    filling = "<!--" + "字" * 3800 + "-->"
    assert answered(PAGE.format(word="refresh").replace("<title>", filling + "<title>"), "utf-8") == "http://a.example/new.html"


def test_other_pages_are_not_decoded() -> None:
    assert answered(PAGE.format(word="expires"), "utf-8") == ""
    response = HtmlResponse(URL, body=PAGE.format(word="expires").encode(), encoding="utf-8")
    RefreshMiddleware.from_crawler(get_crawler()).process_response(Request(URL), response)
    assert response._cached_ubody is None
