"""One delay per host for the whole fleet: every request takes its turn in Redis before it leaves."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.task import deferLater

from crawler.fleet.server import PREFIX, connect, reached
from crawler.hosts import retry_after
from crawler.ledger.fleet import ShelfAway
from crawler.urls import site_of

logger = logging.getLogger("wenku")
AGAIN_SECONDS = 1.0  # until Redis is asked once more when it is away: without a turn nothing is sent
# Who comes so late for his turn was held up (a database that was away holds up the whole process): others have had the
# turns after it meanwhile, and he takes a new one.
LATE_SECONDS = 1.0
# The moment of the next turn at a host is kept in milliseconds of Redis' own clock. A turn that is taken moves it on;
# a rest that the host asked for moves it to its end.
_TAKE = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local at = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
local after = at + tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', string.format('%.0f', after - now + 1000))
return at - now
"""
_REST = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local at = math.max(now + tonumber(ARGV[1]), tonumber(redis.call('GET', KEYS[1]) or '0'))
redis.call('SET', KEYS[1], string.format('%.0f', at), 'PX', string.format('%.0f', at - now + 1000))
return at - now
"""


class Turns:
    """Turns at hosts, in whole milliseconds. Raises ShelfAway."""

    def __init__(self, server: Any):
        self._take, self._rest = server.register_script(_TAKE), server.register_script(_REST)

    def take(self, host: str, delay: float) -> float:
        """Takes the next turn at `host`, after which nobody has one for `delay` seconds; the seconds until it comes."""
        with reached():
            return float(self._take(keys=[f"{PREFIX}turn:{host}"], args=[round(delay * 1000)])) / 1000

    def rest(self, host: str, seconds: float) -> None:
        """Nobody has a turn at `host` for so long."""
        with reached():
            self._rest(keys=[f"{PREFIX}turn:{host}"], args=[round(seconds * 1000)])


class TurnsMiddleware:
    """Stands last before the downloader, so that retries, redirects and robots.txt take their turns too.

    The delay is that of Scrapy's slot, which AutoThrottle and Crawl-delay set; never less than DOWNLOAD_DELAY.
    """

    def __init__(self, crawler: Crawler):
        if not crawler.settings["REDIS_URL"]:
            raise NotConfigured
        self._crawler = crawler
        self._turns = Turns(connect(crawler.settings["REDIS_URL"]))
        self._longest = crawler.settings.getfloat("RETRY_AFTER_MAX")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TurnsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        from twisted.internet import reactor

        delay = self._delay(request)
        if not delay:
            return
        while True:
            wait = await self._take(site_of(request.url), delay)
            if wait <= 0:
                return
            asked = time.monotonic()
            await maybe_deferred_to_future(deferLater(reactor, wait, lambda: None))
            if time.monotonic() - asked < wait + LATE_SECONDS:
                return

    async def _take(self, host: str, delay: float) -> float:
        """The seconds until the next turn at `host`, which is taken; waits for a Redis that is away."""
        from twisted.internet import reactor

        told = False
        while True:
            try:
                return self._turns.take(host, delay)
            except ShelfAway as away:
                if not told:
                    logger.warning("%s; nothing is asked of %s without a turn", away, host)
                told = True
                await maybe_deferred_to_future(deferLater(reactor, AGAIN_SECONDS, lambda: None))

    def _delay(self, request: Request) -> float:
        assert self._crawler.engine
        downloader = self._crawler.engine.downloader
        key, settings = downloader.get_slot_key(request), self._crawler.settings
        given = settings.getdict("DOWNLOAD_SLOTS").get(key, {}).get("delay")
        if given is not None:
            return float(given)
        slot = downloader.slots.get(key)
        return max(settings.getfloat("DOWNLOAD_DELAY"), slot.delay if slot else 0.0)

    def process_response(self, request: Request, response: Response) -> Response:
        """A host that wants to be left alone is left alone by all workers."""
        if response.status in (429, 503):
            seconds = retry_after((response.headers.get("Retry-After") or b"").decode("latin-1"), datetime.now(UTC))
            if seconds:
                try:
                    self._turns.rest(site_of(request.url), min(seconds, self._longest))
                except ShelfAway as away:
                    logger.warning("%s", away)
        return response
