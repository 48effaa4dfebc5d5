"""Hosts that ask to be left alone are: Retry-After (RFC 9110, 10.2.3) on 429 and 503, for the whole host."""

from __future__ import annotations

import logging
import random
import time
from datetime import UTC, datetime
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.task import deferLater

from crawler.hosts import Hosts, retry_after
from crawler.net.verdicts import PutOff, Resting, note
from crawler.urls import site_of

WAITS = "wenku_waits"  # meta: how often a request waited because of its own answer
PATIENCE = 3  # so many rests in a row; a host that still refuses is put off
JITTER = 0.1  # a tenth longer at most: those who were sent away together do not come back together
SLICE = 1.0  # seconds; a stop is noticed after so long
logger = logging.getLogger("wenku")
_hosts: WeakKeyDictionary[Crawler, Hosts] = WeakKeyDictionary()


def hosts_of(crawler: Crawler) -> Hosts:
    """How the hosts of a crawl want to be treated; one object for all who ask."""
    if crawler not in _hosts:
        _hosts[crawler] = Hosts(time.monotonic, crawler.settings.getfloat("RETRY_AFTER_MAX"), PATIENCE, _tell)
    return _hosts[crawler]


def _tell(host: str, why: str) -> None:
    logger.warning("%s is put off for now: %s", host, why)


class PatienceMiddleware:
    """Holds requests while their host rests, and lets go of those whose host is put off.

    It stands below RetryMiddleware, so that an answer that says when to come back is not one of its few tries.
    """

    def __init__(self, crawler: Crawler):
        self._crawler, self._hosts = crawler, hosts_of(crawler)
        self._default = crawler.settings.getfloat("RETRY_AFTER_DEFAULT")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PatienceMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        from twisted.internet import reactor

        site = site_of(request.url)
        while True:
            why = self._hosts.why_off(site)
            if why:
                raise PutOff(site, why)
            left = self._hosts.rest(site)
            if not left:
                return
            if self._closing():
                raise PutOff(site, "stopped while the host rests")
            await maybe_deferred_to_future(deferLater(reactor, min(left, SLICE), lambda: None))

    def _closing(self) -> bool:
        """Whether the crawl is to end. Scrapy has no signal for that moment: spider_closed comes after the last request."""
        engine = self._crawler.engine
        slot = engine._slot if engine else None
        return not self._crawler.crawling or slot is None or slot.closing is not None

    def process_response(self, request: Request, response: Response) -> Request | Response:
        site = site_of(request.url)
        seconds = asked_to_wait(response, self._default)
        if seconds is None:
            if response.status < 500:
                self._hosts.answered(site)
            return response
        note(self._crawler, "requests to come back later")
        why = f"HTTP {response.status}, come back in {seconds:.0f} s"
        self._hosts.refused(site, seconds * (1 + random.uniform(0, JITTER)), why, request.url)
        self._drain(request)
        why = self._hosts.why_off(site)
        if why:
            raise PutOff(site, why)
        waits = request.meta.get(WAITS, 0)
        return _again(request, waits + 1) if waits < PATIENCE else response

    def _drain(self, request: Request) -> None:
        """Takes what waits for its turn at the host out of the downloader: a slot knows no rest."""
        assert self._crawler.engine
        slot = self._crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
        while slot and slot.queue:
            slot.queue.popleft()[1].errback(Resting())

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        return _again(request, request.meta.get(WAITS, 0)) if isinstance(exception, Resting) else None


def asked_to_wait(response: Response, default: float) -> float | None:
    """The seconds for which the answer wants to be left alone (`default` for a 429 that does not say), None when it does not."""
    if response.status not in (429, 503):
        return None
    value = (response.headers.get("Retry-After") or b"").decode("latin-1")
    seconds = retry_after(value, datetime.now(UTC)) if value else None
    return default if seconds is None and response.status == 429 else seconds


def _again(request: Request, waits: int) -> Request:
    return request.replace(dont_filter=True, meta={**request.meta, WAITS: waits})
