"""What leaves the house: the data card when a run is over, and with FEED_URL the feed itself, part by part."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import AsyncioLoopingCall, create_looping_call
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThread

from crawler.extensions import COMPLETE, DISK, EXIT_STATUS, INCOMPLETE, run_of
from crawler.feed import CARD, DiskError, FeedError, Store, deliver, read_manifest, write_card

logger = logging.getLogger("wenku")


class Delivery:
    """Brings new parts to FEED_URL while the crawl goes on, in a thread: a slow store must not hold up the pages.

    A store that cannot be reached is no reason to stop crawling: what is missing there is brought the next time, by this
    run, the next one, or `scrapy feed deliver`.
    """

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._folder = Path(crawler.settings["DATA_DIR"])
        self._url = crawler.settings["FEED_URL"]
        self._seconds = max(1.0, crawler.settings.getfloat("FEED_PART_SECONDS"))
        self._clock: AsyncioLoopingCall | LoopingCall | None = None
        self._under_way: Deferred[Any] | None = None
        for name in ("botocore", "aiobotocore"):  # they tell where they found a password
            logging.getLogger(name).setLevel(logging.WARNING)
        crawler.signals.connect(self.spider_opened, signals.spider_opened)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Delivery:
        """Raises NotConfigured for a spider that crawls no sites."""
        if not getattr(crawler.spidercls, "crawls_sites", False):
            raise NotConfigured
        return cls(crawler)

    def spider_opened(self) -> None:
        if self._url:
            self._clock = create_looping_call(self._begin)
            self._clock.start(self._seconds, now=False)

    def _begin(self) -> None:
        """One delivery at a time."""
        if self._under_way is None:
            self._under_way = deferToThread(deliver, self._folder, Store(self._url))
            self._under_way.addErrback(lambda failure: logger.warning("%s", failure.getErrorMessage()))
            self._under_way.addBoth(self._landed)

    def _landed(self, result: Any) -> None:
        self._under_way = None

    async def spider_closed(self) -> None:
        """After the run has published everything (its extension stands before this one in EXTENSIONS)."""
        if self._clock is not None and self._clock.running:
            self._clock.stop()
        run = run_of(self._crawler)
        if run.problem:
            return
        if self._under_way is not None:
            await maybe_deferred_to_future(self._under_way)
        try:
            await maybe_deferred_to_future(deferToThread(self._finish, run.ledger.run))
        except (DiskError, FeedError) as error:
            assert self._crawler.stats
            if self._crawler.stats.get_value(EXIT_STATUS) in (COMPLETE, INCOMPLETE):
                self._crawler.stats.set_value(EXIT_STATUS, DISK)
            run.last_words = f"wenku: {error}\n{run.last_words}"

    def _finish(self, run: int) -> None:
        parts = read_manifest(self._folder / "feed", "documents").parts.values()
        if not (self._folder / CARD).is_file() or any(part.run == run for part in parts):
            write_card(self._folder)
        if self._url:
            deliver(self._folder, Store(self._url))
