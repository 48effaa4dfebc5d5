"""Answers are whole, and pages are pages: what arrives cut off fails, what is a file is not read as a page."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawler.net.robots import AS_IT_IS
from crawler.net.verdicts import Incomplete, NotAPage, note
from crawler.sniff import not_a_page
from crawler.unpack import CODINGS, CutOff, TooLarge, unpack
from crawler.whole import cut_off


class TruthMiddleware:
    """In the place of Scrapy's decompression, which hands on what it could read of a cut stream without a word.

    Content-Length and chunks are checked by Scrapy itself (DOWNLOAD_FAIL_ON_DATALOSS).
    """

    def __init__(self, crawler: Crawler):
        self._crawler, self._limit = crawler, crawler.settings.getint("DOWNLOAD_MAXSIZE")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TruthMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        request.headers.setdefault("Accept-Encoding", ", ".join(CODINGS))

    def process_response(self, request: Request, response: Response) -> Request | Response:
        try:
            response = self._unpacked(response)
        except TooLarge as error:
            note(self._crawler, "answers over DOWNLOAD_MAXSIZE")
            raise IgnoreRequest(f"too large: {error} (DOWNLOAD_MAXSIZE)") from None
        except CutOff as error:
            return self._again(request, str(error))
        if not 200 <= response.status < 300 or request.meta.get(AS_IT_IS):
            return response
        name = not_a_page(response.body)
        if name:
            note(self._crawler, "files that were sent as pages")
            raise NotAPage(f"not a page: {name}")
        why = "a part that nobody asked for (HTTP 206)" if response.status == 206 else cut_off(response.body)
        return self._again(request, why) if why else response

    def _unpacked(self, response: Response) -> Response:
        listed = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
        if not listed or not response.body:
            return response
        body = unpack(response.body, listed.split(","), self._limit)
        headers = response.headers.copy()
        del headers["Content-Encoding"]
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        return response.replace(cls=kind, headers=headers, body=body)

    def _again(self, request: Request, why: str) -> Request:
        """The request once more, while it has tries left. Raises Incomplete after that."""
        assert self._crawler.spider
        retry = get_retry_request(request, reason="cut off", spider=self._crawler.spider)
        if retry is None:
            note(self._crawler, "answers that were cut off")
            raise Incomplete(f"cut off: {why}")
        return retry
