"""The ledger's frontier as Scrapy's scheduler: what is fetched next, and what a page came to."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.core.scheduler import BaseScheduler, Scheduler
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.extensions import Run
from crawler.flights import META, Flight, Flights, flight_of, outcome
from crawler.items import Document
from crawler.ledger import SITEMAP, Link, State, Unit, Visit
from crawler.net.patience import hosts_of
from crawler.net.robots import AS_IT_IS
from crawler.traps import BARREN, GO, Traps, Verdict
from crawler.urls import site_of
from pipelines import Duplicate, Rejected

START = 40  # before everything that a page links to
LAST = -100  # addresses that may be worth nothing, after everything else of their site
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
        self._run, self._ledger, self._holding = run, run.ledger, run.holding
        run.holding.watch(self._spent, self._waits)
        self._promised: set[str] = set()  # articles that wait for a profile, each counted as the document that it will be
        self._hosts = hosts_of(crawler)
        self._off = _Those(lambda host: self._hosts.is_off(host) or self._is_full(host))
        # So many pages of one host are under way at a time: a host that hangs must leave room for the others.
        self._per_host = max(1, settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"))
        self._depth = settings.getint("DEPTH_LIMIT")
        self._most = settings.getint("SITE_MAX_PAGES")
        self._asked: Counter[str] = Counter()  # pages, by host
        self._ahead = max(1, settings.getint("CONCURRENT_REQUESTS"))
        self._batch = 2 * self._ahead if run.ledger.worker else self._ahead  # in a fleet each look waits for all that write
        self._leads: set[str] = set()  # sites that pages led to since the last commit that was made for their sake
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
        self._traps: Traps = getattr(spider, "traps", None) or Traps(0)
        if hasattr(spider, "knows"):
            spider.knows = self._holding.reader
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
        if self._ledger.pending and len(self.flights.up) <= self._holding.total:
            with self._run.guarded():
                self._ledger.commit()
        return self._ledger.ready(self._off)

    def _put_back(self) -> None:
        """Pages at hand of hosts that want to be left alone, or gave enough, are queued again: the crawl may end without them."""
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
        room = len(self.flights.up) - self._holding.total < self._ahead
        if visit is None and room and self._ledger.pending and not all(map(self._is_busy, self._leads)):
            with self._run.guarded():
                self._ledger.commit()  # what waits to be written may bring pages of hosts that have room
            self._leads.clear()
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
        self._asked[visit.host] += 1
        return self.flights.begin(visit, request)

    def _take(self) -> Visit | None:
        """A page from the ledger, and some more to have at hand."""
        found = None
        while found is None and not self._run.problem:
            at_hand = {visit.host for visit in self._taken}
            closed = _Those(lambda host, at_hand=at_hand: host in at_hand or self._is_busy(host))  # type: ignore[misc]
            taken: list[Visit] = []
            with self._run.guarded():
                taken = self._ledger.take(self._batch, closed)
            if not taken:
                return None
            self._taken.extend(taken)
            found = self._next_visit()
        return found

    def _next_visit(self) -> Visit | None:
        """The first page at hand whose host has room, and that is worth a visit."""
        later: list[Visit] = []
        found = None
        for _ in range(len(self._taken)):
            visit = self._taken.popleft()
            if found or self._is_busy(visit.host):
                self._taken.append(visit)
                continue
            last = visit.priority <= LAST
            if last and self._under_way(visit.host) > 0 and self._traps.spent(visit.url):
                self._taken.append(visit)  # what is under way may show that it is worth it
                continue
            verdict = GO if visit.url in self._starts or visit.kind == SITEMAP else self._traps.look(visit.url)
            if not verdict.reason:
                found = visit
            elif verdict.reason == BARREN and not last:
                later.append(visit)
            else:
                self._leave(visit, verdict)
        with self._run.guarded():
            self._ledger.put_back(later, LAST)
        return found

    def _leave(self, visit: Visit, verdict: Verdict) -> None:
        """A page that is not fetched: it is done with, for a reason that is told."""
        self._run.limit(verdict.reason)
        links = [Link(verdict.instead, visit.kind, visit.priority)] if verdict.instead else []
        self._leads.update(site_of(link.url) for link in links)
        unit = Unit(visit.url, links=links, note=f"not fetched: {verdict.reason}", left=True)
        self._ledger.add(unit)
        self._run.record.landed(visit.host, unit)

    def _is_busy(self, host: str) -> bool:
        """Whether the host has enough pages under way, wants to be left alone, or gave enough in this run."""
        busy = self._under_way(host) >= self._per_host
        return busy or self._hosts.is_resting(host) or self._is_full(host)

    def _is_full(self, host: str) -> bool:
        """Whether a run has asked the host for as much as it may; what is left stays in the queue for the next."""
        full = bool(self._most) and self._asked.get(host, 0) >= self._most
        if full and self._ledger.waiting:
            self._run.limit("hosts that gave SITE_MAX_PAGES", host)
        return full

    def _under_way(self, host: str) -> int:
        """Pages of the host that are being fetched or read; one that waits for its site's profile takes no room."""
        return self.flights.by_host.get(host, 0) - self._holding.held[host]

    def _waits(self, url: str) -> None:
        """An article waits for its site's profile: its site is no trap for bringing no documents meanwhile."""
        self._promised.add(url)
        self._traps.landed(url, "document")

    def _spent(self, hosts: Iterable[str]) -> list[str]:
        """Those of `hosts` of which nothing but what waits for a profile is left; all, when nothing else is left at all."""
        if len(self.flights.up) <= self._holding.total and not self.has_pending_requests():
            return list(hosts)
        at_hand = {visit.host for visit in self._taken}
        return [host for host in hosts if host not in at_hand and self._under_way(host) <= 0 and self._ledger.idle(host)]

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
        if self._depth and flight.visit.depth >= self._depth and flight.links:
            self._run.limit("links of pages at DEPTH_LIMIT", many=len(flight.links))
            flight.links.clear()
        if flight.limit:
            self._run.limit(flight.limit)
        self._leads.update(site_of(link.url) for link in flight.links)
        became = outcome(flight)
        if flight.visit.url not in self._promised or became != "document":
            self._traps.landed(flight.visit.url, became)
        self._promised.discard(flight.visit.url)
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
