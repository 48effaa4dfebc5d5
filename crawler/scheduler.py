"""The ledger's frontier as Scrapy's scheduler: what is fetched next, and what a page came to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.core.scheduler import BaseScheduler, Scheduler
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.extensions import Run
from crawler.flights import META, Flight, Flights, flight_of
from crawler.items import Document
from crawler.ledger import SITEMAP, Link, State, Unit, Visit
from crawler.net.patience import hosts_of
from crawler.net.robots import AS_IT_IS
from pipelines import Duplicate, Rejected

START = 40  # before everything that a page links to
SITEMAPS = 1  # behind everything that the lists show: they complete what the lists leave out


class _Those:
    """The hosts for which `of` is true: asked one at a time, where a set of thousands would have to be made for each page."""

    def __init__(self, of: Callable[[str], bool]):
        self._of = of

    def __contains__(self, host: object) -> bool:
        return isinstance(host, str) and self._of(host)


class LedgerScheduler(BaseScheduler):
    """Hands out what the ledger has queued, a few pages ahead, and writes back what came of each page.

    Start requests go to the ledger. Redirects, retries and further pages of an article belong to a flight
    that is under way and wait in memory only: after a kill the page begins anew.
    """

    def __init__(self, crawler: Crawler):
        settings, run = crawler.settings, crawler.get_extension(Run)
        assert run, "EXTENSIONS must hold crawler.extensions.Run: it holds the ledger"
        self._run, self._ledger = run, run.ledger
        self._hosts = hosts_of(crawler)
        self._off = _Those(self._hosts.is_off)
        # So many pages of one host are under way at a time: a host that hangs must leave room for the others.
        self._per_host = max(1, settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"))
        self._depth = settings.getint("DEPTH_LIMIT")
        self._ahead = max(1, settings.getint("CONCURRENT_REQUESTS"))
        self._memory: deque[Request] = deque()
        self._taken: deque[Visit] = deque()
        crawler.signals.connect(self._item_scraped, signals.item_scraped)
        crawler.signals.connect(self._item_dropped, signals.item_dropped)
        crawler.signals.connect(self._item_error, signals.item_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BaseScheduler:  # type: ignore[override]
        """Scrapy's own scheduler for a spider that crawls no sites (scrapy fetch, scrapy shell)."""
        return cls(crawler) if crawler.get_extension(Run) else Scheduler.from_crawler(crawler)

    def open(self, spider: Spider) -> None:
        self._spider = spider
        self.flights = Flights(spider.parse, self._landed)
        urls = [url for site in getattr(spider, "sites", ()) for url in site.start_urls]
        self._starts = set(urls)
        starts = [Link(url, "list", START) for url in urls]
        with self._run.guarded():
            self._ledger.begin_run(starts, hosts=getattr(spider, "hosts", None), full=getattr(spider, "full", False))

    def close(self, reason: str) -> None:
        """What is still under way when nothing is left to do ended without a word; after a stop it stays queued."""
        if reason == "finished" and not self._run.problem:
            for flight in list(self.flights.up.values()):
                flight.fail("its request was dropped")
                flight.open = 1
                self.flights.close_one(flight)

    def has_pending_requests(self) -> bool:
        if self._run.problem:
            return False
        self._put_back()
        return bool(self._memory or self._taken or self._ledger.ready(self._off) or self._links_pending())

    def _links_pending(self) -> bool:
        """Writes what is pending when it is all that is left: its links may be more to do."""
        if self._ledger.pending and not self.flights.up:
            with self._run.guarded():
                self._ledger.commit()
        return self._ledger.ready(self._off)

    def _put_back(self) -> None:
        """Pages at hand of hosts that want to be left alone are queued again: the crawl may end without them."""
        off = [visit for visit in self._taken if visit.host in self._off]
        if off:
            self._taken = deque(visit for visit in self._taken if visit not in off)
            self._ledger.put_back(off)

    def enqueue_request(self, request: Request) -> bool:
        """Start addresses are queued in the ledger already; everything else that Scrapy schedules waits in memory."""
        if META in request.meta or request.url not in self._starts:
            self._memory.append(request)
        return True

    def next_request(self) -> Request | None:
        if self._run.problem:
            return None
        if self._memory:
            return self._memory.popleft()
        visit = self._next_visit() or self._take()
        if visit is None and self._ledger.pending and len(self.flights.up) < self._ahead:
            with self._run.guarded():
                self._ledger.commit()  # there is room, and what waits to be written may bring pages of other hosts
            visit = self._take()
        if visit is None:
            return None
        headers = {"If-None-Match": visit.etag, "If-Modified-Since": visit.last_modified}
        request = Request(
            visit.url,
            self._spider.parse,
            errback=getattr(self._spider, "failed", None),
            headers={name: value for name, value in headers.items() if value},
            meta={"kind": visit.kind} | ({AS_IT_IS: True} if visit.kind == SITEMAP else {}),
        )
        return self.flights.begin(visit, request)

    def _take(self) -> Visit | None:
        """A page from the ledger, and some more to have at hand."""
        with self._run.guarded():
            at_hand = {visit.host for visit in self._taken}
            self._taken.extend(self._ledger.take(self._ahead, _Those(lambda host: host in at_hand or self._is_busy(host))))
        return self._next_visit()

    def _next_visit(self) -> Visit | None:
        """The first page at hand whose host has room."""
        for place, visit in enumerate(self._taken):
            if self.flights.by_host[visit.host] < self._per_host and not self._hosts.is_resting(visit.host):
                del self._taken[place]
                return visit
        return None

    def _is_busy(self, host: str) -> bool:
        """Whether the host has enough pages under way, or wants to be left alone."""
        return self.flights.by_host.get(host, 0) >= self._per_host or self._hosts.is_resting(host)

    def _item_scraped(self, item: Any, response: Response | Failure) -> None:
        flight = flight_of(response)
        if flight:
            if isinstance(item, Document):
                flight.document = self._run.stored(item.id)
            self.flights.close_one(flight)

    def _item_dropped(self, exception: BaseException, response: Response | Failure) -> None:
        flight = flight_of(response)
        if flight:
            if isinstance(exception, Rejected):
                flight.rejected = exception.row
            elif isinstance(exception, Duplicate):
                flight.duplicates.append(exception.row)
            self.flights.close_one(flight)

    def _item_error(self, response: Response | Failure, failure: Failure) -> None:
        flight = flight_of(response)
        if flight:
            flight.fail(failure.value or "error in a pipeline")
            self.flights.close_one(flight)

    def _landed(self, flight: Flight) -> None:
        document = flight.document if flight.state is State.DONE and not flight.put_off else None
        if flight.document and not document:
            self._run.forget(flight.document)
        if flight.put_off:
            self._ledger.put_back([flight.visit])
            return
        if flight.state is State.DONE:
            flight.links += [Link(url, SITEMAP, SITEMAPS) for url in self._hosts.take_sitemaps(flight.visit.host)]
        if self._depth and flight.visit.depth >= self._depth:
            flight.links.clear()
        unit = Unit(
            url=flight.visit.url,
            state=flight.state,
            kind=flight.kind,
            links=flight.links,
            covers=flight.covers,
            document=document,
            supersedes=self._run.superseded_by(document) if document else (),
            duplicates=flight.duplicates,
            rejected=flight.rejected,
            etag=flight.etag,
            last_modified=flight.last_modified,
            unchanged=flight.unchanged,
            note=flight.note,
        )
        self._ledger.add(unit)
        self._run.record.landed(flight.visit.host, unit)
