"""One delay per host for the whole fleet: every request takes its turn in Redis before it leaves."""

from __future__ import annotations

import logging
import math
import time
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.task import deferLater

from crawler.fleet.server import PREFIX, connect, reached
from crawler.ledger.fleet import ShelfAway
from crawler.net.patience import asked_to_wait, hosts_of
from crawler.net.verdicts import PutOff
from crawler.urls import site_of

logger = logging.getLogger("wenku")
AGAIN_SECONDS = 1.0  # until Redis is asked once more when it is away: without a turn nothing is sent
# Who comes so late for his turn was held up (a database that was away holds up the whole process): others have had the
# turns after it meanwhile, and he takes a new one.
LATE_SECONDS = 1.0
LONGEST_REST = 86400.0  # no host is left alone for longer
LOOK_SECONDS = 0.5  # so often a worker without a delay asks whether the host rests
# The moment of the next turn at a host is kept in milliseconds of Redis' own clock. A turn that is taken moves it on. A rest
# that the host asked for is a key that goes when it is over; while it is longer than who asks can wait, no turn is taken.
_TAKE = """
local rest = math.max(redis.call('PTTL', KEYS[2]), 0)
if rest > tonumber(ARGV[2]) then return {rest, 1} end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local at = math.max(now + rest, tonumber(redis.call('GET', KEYS[1]) or '0') or 0)
local after = at + tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', string.format('%.0f', after - now + 1000))
return {at - now, 0}
"""
_REST = """
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '1', 'PX', ARGV[1]) end
"""


class Turns:
    """Turns at hosts, in whole milliseconds. Raises ShelfAway."""

    def __init__(self, server: Any):
        self._server = server
        self._take, self._rest = server.register_script(_TAKE), server.register_script(_REST)

    def take(self, host: str, delay: float, longest: float = math.inf) -> tuple[float, bool]:
        """Takes the next turn at `host`, after which nobody has one for `delay` seconds; the seconds until it comes. And whether
        none was taken, because the host rests for more than `longest` seconds: then those are told."""
        with reached():
            most = round(min(longest, LONGEST_REST) * 1000)
            wait, off = self._take(keys=[f"{PREFIX}turn:{host}", _key(host)], args=[round(delay * 1000), most])
            return float(wait) / 1000, bool(off)

    def rest(self, host: str, seconds: float) -> None:
        """Nobody asks anything of `host` for so long."""
        with reached():
            self._rest(keys=[_key(host)], args=[max(round(min(seconds, LONGEST_REST) * 1000), 1)])

    def resting(self, host: str) -> bool:
        """Whether the host rests, perhaps since a turn was taken."""
        with reached():
            return bool(self._server.exists(_key(host)))


def _key(host: str) -> str:
    return f"{PREFIX}rest:{host}"


class TurnsMiddleware:
    """Stands last before the downloader, so that retries, redirects and robots.txt take their turns too.

    The delay is that of Scrapy's slot, which AutoThrottle and Crawl-delay set; never less than DOWNLOAD_DELAY.
    """

    def __init__(self, crawler: Crawler):
        if not crawler.settings["REDIS_URL"]:
            raise NotConfigured
        self._crawler, self._hosts = crawler, hosts_of(crawler)
        self._turns = Turns(connect(crawler.settings["REDIS_URL"]))
        self._look_again: dict[str, float] = {}  # by host, when
        self._longest = crawler.settings.getfloat("RETRY_AFTER_MAX")
        self._default = crawler.settings.getfloat("RETRY_AFTER_DEFAULT")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TurnsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        from twisted.internet import reactor

        delay, host = self._delay(request), site_of(request.url)
        if not delay and not self._rests_by_now(host):
            return
        while True:
            wait = await self._take(host, delay)
            if wait <= 0:
                return
            asked = time.monotonic()
            await maybe_deferred_to_future(deferLater(reactor, wait, lambda: None))
            if time.monotonic() - asked < wait + LATE_SECONDS and not self._rests(host):
                return

    async def _take(self, host: str, delay: float) -> float:
        """The seconds until the next turn at `host`, which is taken; waits for a Redis that is away. Raises PutOff when the host
        asked another worker for a longer rest than this one waits for."""
        from twisted.internet import reactor

        told = False
        while True:
            try:
                wait, off = self._turns.take(host, delay, self._longest)
            except ShelfAway as away:
                if not told:
                    logger.warning("%s; nothing is asked of %s without a turn", away, host)
                told = True
                await maybe_deferred_to_future(deferLater(reactor, AGAIN_SECONDS, lambda: None))
                continue
            if not off:
                return wait
            self._hosts.refused(host, wait, f"another worker was told to come back in {wait:.0f} s")
            raise PutOff(host, self._hosts.why_off(host) or "it rests")

    def _rests_by_now(self, host: str) -> bool:
        """As `_rests`, asked now and then; of a Redis that hangs less often still."""
        asked = time.monotonic()
        if asked < self._look_again.get(host, 0.0):
            return False
        rests = self._rests(host)
        now = time.monotonic()
        if not rests:
            self._look_again[host] = now + max(LOOK_SECONDS, 10 * (now - asked))
        return rests

    def _rests(self, host: str) -> bool:
        try:
            return self._turns.resting(host)
        except ShelfAway:
            return False  # nothing is known; with a delay, a turn was taken while it was there

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
        seconds = asked_to_wait(response, self._default)
        if seconds:
            try:
                self._turns.rest(site_of(request.url), seconds)
            except ShelfAway as away:
                logger.warning("%s", away)
        return response
