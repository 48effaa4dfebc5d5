"""Articles that wait until the profile of their site is ready: the edge between `crawler.profile` and a running crawl.

What waits is still in flight for the ledger: a kill loses nothing, the pages are fetched again. Nothing waits when the crawl
stops, when its site is exhausted, or when Scrapy has no room for more.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from scrapy.crawler import Crawler
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred

from crawler.items import Article
from crawler.ledger import Ledger
from crawler.page import Knowledge, Page
from crawler.profile import Lessons, Profile, ProfileError, from_dict
from crawler.sites import Site
from crawler.text import printable

logger = logging.getLogger("wenku")
LOOK_SECONDS = 1.0  # between looks for a profile that another worker has learned
_Waiting = Deferred[Page]


class Holding:
    """The sites of a crawl that are being learned. `notes` are lines for the end of the run, by site."""

    def __init__(self, crawler: Crawler, ledger: Ledger):
        assert crawler.stats
        self._crawler, self._ledger, self._stats = crawler, ledger, crawler.stats
        self._size = crawler.settings.getint("PROFILE_PAGES")
        self._sites: dict[str, Lessons[_Waiting]] = {}
        self._spent: Callable[[Iterable[str]], Iterable[str]] = lambda hosts: ()
        self._waits: Callable[[str], None] = lambda url: None
        self._known: set[str] = set()  # hosts whose first profile is kept
        self._looked = 0.0
        self.held: Counter[str] = Counter()
        self.notes: dict[str, list[str]] = {}

    @property
    def total(self) -> int:
        """Articles that wait."""
        return self.held.total()

    def watch(self, spent: Callable[[Iterable[str]], Iterable[str]], waits: Callable[[str], None]) -> None:
        """`spent` tells which of the sites given to it will bring no more articles; `waits` is told of each that begins to wait."""
        self._spent, self._waits = spent, waits

    def reader(self, site: str) -> Knowledge | None:
        """What a page of `site` is to be read with, None for general rules."""
        return self._lessons(site).reader if self._size else None

    async def read(self, article: Article) -> Article:
        """The article as its site's profile reads it; waits for that profile when it is not known yet."""
        if not self._size:
            return article
        waiting: _Waiting = Deferred()
        host = article.site
        self.held[host] += 1
        self._go_on(host, self._lessons(host).take(waiting, article.page))
        if not waiting.called:
            self._waits(article.url)
        page = await maybe_deferred_to_future(waiting)
        if page is not article.page or page.layout:
            self._stats.inc_value("wenku/profile/lines", sum(bool(block.rule) for block in page.blocks))
        article.page = page
        return article

    def tick(self) -> None:
        """Lets go of what must not wait any longer. Called a few times a second."""
        if not self.total:
            return
        hosts = [host for host, count in self.held.items() if count]
        engine = self._crawler.engine
        slot = engine._slot if engine else None  # Scrapy tells nobody that a spider begins to close
        full = engine is not None and engine.scraper.slot is not None and engine.scraper.slot.needs_backout()
        if slot is None or slot.closing is not None or full:
            spent: Iterable[str] = hosts
        else:
            spent = list(self._spent(hosts))
        for host in spent:
            self._go_on(host, self._sites[host].flush())
        self._adopt()

    def _adopt(self) -> None:
        """In a fleet a site's profile is learned once: who waits for one uses that of the worker that had it first."""
        if not self._ledger.worker or time.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        unknown = [host for host in self.held if self.held[host] and self._sites[host].unknown]
        for host in self._ledger.with_profile(unknown) if unknown else ():
            if profile := self._stored(host):
                self._go_on(host, self._sites[host].adopt(profile))

    def _go_on(self, host: str, released: list[tuple[_Waiting, Page]]) -> None:
        self.held[host] -= len(released)
        for waiting, page in released:
            waiting.callback(page)

    def _lessons(self, host: str) -> Lessons[_Waiting]:
        if host not in self._sites:
            hosts: Mapping[str, Site] = getattr(self._crawler.spider, "hosts", {})
            site = hosts.get(host)
            self._sites[host] = Lessons(
                self._stored(host),
                site.profile if site else None,
                sample=self._size,
                learned=lambda profile: self._learned(host, profile),
                told=lambda line: self._note(host, line),
                noted=lambda line: logger.warning("profile of %s: %s", host, line),
            )
        return self._sites[host]

    def _stored(self, host: str) -> Profile | None:
        data = self._ledger.profile(host)
        if data is None:
            return None
        self._known.add(host)
        try:
            return from_dict(data, f"the stored profile of {host}")
        except ProfileError as error:
            self._note(host, f"{printable(str(error), 200)}; it is learned anew")
            return None

    def _learned(self, host: str, profile: Profile) -> Profile:
        """Keeps it, unless another worker was quicker with the first one; the profile to use."""
        first = bool(self._ledger.worker) and host not in self._known
        other = self._ledger.save_profile(host, profile.to_dict(), first)
        self._known.add(host)
        if other is not None:
            return self._stored(host) or profile
        told = f"{len(profile.layouts)} layouts, {len(profile.repeats)} lines that come again"
        logger.info("profile of %s: %d articles, %s", host, profile.pages, told)
        return profile

    def _note(self, host: str, line: str) -> None:
        logger.warning("profile of %s: %s", host, line)
        self.notes.setdefault(host, []).append(line)
