"""robots.txt is asked for before anything else of a host, and obeyed (RFC 9309)."""

from __future__ import annotations

import time
from collections import OrderedDict
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred

from crawler.net.patience import hosts_of
from crawler.net.verdicts import Forbidden, InnerAddress, PutOff, note
from crawler.robots import ALLOW_ALL, Robots, parse_robots, product_token
from crawler.text import printable
from crawler.urls import BadUrl, canonical, site_of

AS_IT_IS = "wenku_as_it_is"  # meta: no page is expected, the body is not judged (robots.txt, sitemaps)
REDIRECTS = 5  # RFC 9309, 2.3.1.2: at least five; behind that the file counts as missing
FRESH_SECONDS = 86_400.0  # RFC 9309, 2.4: no copy is used for longer, unless no other can be had
KEPT = 5_000  # copies in memory: a crawl of more hosts at a time asks again
NO_MORE_REDIRECTS = "max redirections reached"  # what Scrapy's RedirectMiddleware says


class RobotsMiddleware:
    """In the place of Scrapy's, to which a server's error means that everything is allowed."""

    def __init__(self, crawler: Crawler):
        settings = crawler.settings
        if not settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler, self._hosts = crawler, hosts_of(crawler)
        self._agent = product_token(settings["ROBOTSTXT_USER_AGENT"] or settings["USER_AGENT"])
        self._retry, self._slowest = settings.getfloat("ROBOTS_RETRY_SECONDS"), settings.getfloat("CRAWL_DELAY_MAX")
        self._least = settings.getfloat("DOWNLOAD_DELAY")
        self._sitemaps = settings.getint("SITEMAP_MAX_FILES") if settings.getbool("SITEMAPS") else 0
        self._known: OrderedDict[str, tuple[Robots, float]] = OrderedDict()
        self._waiting: dict[str, list[Deferred[None]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            return
        robots = await self._robots(request)
        if not robots.allows(request.url):
            note(self._crawler, "forbidden by robots.txt")
            raise Forbidden("forbidden by robots.txt")
        if min(robots.delay, self._slowest) > self._least:
            self._slow_down(request, min(robots.delay, self._slowest))

    async def _robots(self, request: Request) -> Robots:
        """What the host of `request` says. Raises PutOff when it does not say anything for now."""
        parts = urlsplit(request.url)
        origin, site = f"{parts.scheme}://{parts.netloc}", site_of(request.url)
        while origin in self._waiting:
            turn: Deferred[None] = Deferred()
            self._waiting[origin].append(turn)
            await maybe_deferred_to_future(turn)
        robots, since = self._known.get(origin, (None, 0.0))
        if robots is None or time.monotonic() - since > FRESH_SECONDS:
            if why := self._hosts.why_off(site):
                raise PutOff(site, why)
            self._waiting[origin] = []
            try:
                robots = await self._fetch(origin, request, robots)
            finally:
                for turn in self._waiting.pop(origin):
                    turn.callback(None)
        self._known.move_to_end(origin)
        return robots

    async def _fetch(self, origin: str, page: Request, old: Robots | None) -> Robots:
        site = site_of(page.url)
        made, why = await self._ask(origin, page.meta.get("redirect_urls"))
        made = made or old
        if made is None:
            note(self._crawler, "robots.txt that did not come")
            self._hosts.put_off(site, self._retry, f"robots.txt: {why}")
            raise PutOff(site, f"robots.txt: {why}")
        self._known[origin] = (made, time.monotonic())
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        if old is None:
            self._offer(site, made, origin)
        return made

    async def _ask(self, origin: str, led: list[str] | None) -> tuple[Robots | None, str]:
        """What robots.txt says, or None and why that cannot be known: then nothing is allowed for now. Raises InnerAddress.

        `led` are the redirects that led to this host, if any: nobody who was led somewhere has named it.
        """
        assert self._crawler.engine
        meta = {"dont_obey_robotstxt": True, "redirect_ttl": REDIRECTS, AS_IT_IS: True} | ({"redirect_urls": led} if led else {})
        request = Request(f"{origin}/robots.txt", priority=1000, callback=NO_CALLBACK, meta=meta)
        try:
            response = await self._crawler.engine.download_async(request)
        except InnerAddress as error:
            if error.host == (urlsplit(origin).hostname or "").lower():
                raise  # it is not robots.txt that leads there: the page does
            return None, str(error)
        except PutOff as error:
            return None, str(error)
        except IgnoreRequest as error:
            return (ALLOW_ALL, "") if NO_MORE_REDIRECTS in str(error) else (None, printable(str(error)))
        except Exception as error:
            return None, printable(f"{type(error).__name__}: {error}")
        if 200 <= response.status < 300:
            return parse_robots(response.body, self._agent), ""
        if response.status == 429 or response.status >= 500:
            return None, f"HTTP {response.status}"
        return ALLOW_ALL, ""

    def _offer(self, site: str, robots: Robots, origin: str) -> None:
        """Notes the sitemaps that lie on a site of this crawl."""
        wanted = getattr(self._crawler.spider, "hosts", ())
        found = []
        for url in robots.sitemaps[: self._sitemaps]:
            try:
                made = canonical(url, origin)
            except BadUrl:
                note(self._crawler, "bad entries of sitemaps")
                continue
            if site_of(made) in wanted:
                found.append(made)
        if found:
            self._hosts.found_sitemaps(site, found)

    def _slow_down(self, request: Request, delay: float) -> None:
        """One request at a time, so many seconds apart. AutoThrottle would go faster on a quick server."""
        assert self._crawler.engine
        downloader = self._crawler.engine.downloader
        key = downloader.get_slot_key(request)
        if key not in downloader.per_slot_settings:
            downloader.per_slot_settings[key] = {"concurrency": 1, "delay": delay, "jitter": 0}
            if key in downloader.slots:
                slot = downloader.slots[key]
                slot.concurrency, slot.delay, slot.jitter = 1, delay, 0.0
        request.meta["autothrottle_dont_adjust_delay"] = True
