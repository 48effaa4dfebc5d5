"""The ledger's frontier as Scrapy's scheduler: what is fetched next, and what a page came to.

Scrapy says when an item was scraped or dropped, but not when a page is finished: its callback may still
yield, a further page of the article may be on its way, an item may be in the pipelines. A `Flight`
counts these; at zero the page has landed, and becomes one unit of the ledger.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.extensions import Run
from crawler.items import Document
from crawler.ledger import Link, State, Unit, Visit
from crawler.page import Kind
from crawler.urls import canonical
from pipelines import Duplicate, Rejected

META = "flight"  # the request's meta key; redirects, retries and the further pages of an article carry it on
GONE = (404, 410)
START = 40  # before everything that a page links to
# A page that was read as one of these is not what its link promised; the ledger keeps what it turned out to be.
PART = "part"  # a later page of an article: what the spider says of one that a link led to
KINDS = {Kind.ARTICLE: "article", Kind.LIST: "list", Kind.HOME: "list"}


@dataclass(slots=True, eq=False)
class Flight:
    """One visit while it is under way, and what came of it so far.

    `open` counts callbacks that run or are still to come, and items in the pipelines.
    """

    visit: Visit
    open: int = 0
    links: list[Link] = field(default_factory=list)
    covers: list[str] = field(default_factory=list)
    document: Document | None = None
    duplicates: list[dict[str, Any]] = field(default_factory=list)
    rejected: dict[str, Any] | None = None
    state: State = State.DONE
    note: str = ""
    kind: str = ""
    etag: str = ""
    last_modified: str = ""
    unchanged: bool = False
    answered: bool = False


class Flights:
    """Follows every request from the scheduler's hands to its end; calls `landed(flight)` once for each."""

    def __init__(self, links_to: Callable[..., Any], landed: Callable[[Flight], None]):
        self._links_to, self._landed = links_to, landed
        self.up: dict[int, Flight] = {}
        self.by_host: Counter[str] = Counter()

    def begin(self, visit: Visit, request: Request) -> Request:
        """`request` as the first one of a flight."""
        flight = self.up[visit.id] = Flight(visit)
        self.by_host[visit.host] += 1
        return self._follow(flight, request)

    def _follow(self, flight: Flight, request: Request) -> Request:
        flight.open += 1
        request.meta[META] = flight
        callback, errback = request.callback, request.errback
        request.callback = lambda response, **kwargs: self._run(flight, callback, response, kwargs)
        request.errback = lambda failure: self._run(flight, errback, failure, {})
        return request

    def _run(self, flight: Flight, function: Any, result: Response | Failure, kwargs: dict[str, Any]) -> Iterator[Any]:
        """The output of a callback or errback, without its links: they belong to the unit, not to Scrapy's queue."""
        try:
            if self._answered(flight, result):
                for output in function(result, **kwargs) or ():
                    if not isinstance(output, Request):
                        flight.open += 1
                        yield output
                    elif output.callback == self._links_to:
                        flight.links.append(Link(output.url, output.meta["kind"], output.priority))
                    else:
                        flight.covers.append(canonical(output.url))
                        yield self._follow(flight, output)
            _note_kind(flight, result)
        except Exception as error:
            flight.state, flight.note = State.FAILED, f"{type(error).__name__}: {error}"
            self.close_one(flight)
            raise
        self.close_one(flight)

    def _answered(self, flight: Flight, result: Response | Failure) -> bool:
        """Keeps what the answer itself says; False when there is nothing in it for the spider."""
        if isinstance(result, Response):
            if not flight.answered:
                flight.etag = (result.headers.get("ETag") or b"").decode("latin-1")
                flight.last_modified = (result.headers.get("Last-Modified") or b"").decode("latin-1")
            flight.answered = True
            return True
        error = result.value
        status = error.response.status if isinstance(error, HttpError) else 0
        if status == 304 and not flight.answered:
            flight.unchanged = True
            flight.etag, flight.last_modified = flight.visit.etag, flight.visit.last_modified
            return False
        if isinstance(error, IgnoreRequest) and not status:
            flight.note = str(error)
            flight.state = State.DONE if "robots" in flight.note else State.FAILED
            return "robots" not in flight.note
        if not flight.answered:  # a later page that is gone leaves the article what it is
            flight.state = State.GONE if status in GONE else State.FAILED
        elif status not in GONE:
            flight.state = State.FAILED
        flight.note = f"HTTP {status}" if status else f"{type(error).__name__}: {error}"
        return True

    def close_one(self, flight: Flight) -> None:
        """One thing less to wait for."""
        flight.open -= 1
        if flight.open == 0 and flight.visit.id in self.up:
            del self.up[flight.visit.id]
            self.by_host[flight.visit.host] -= 1
            if not self.by_host[flight.visit.host]:
                del self.by_host[flight.visit.host]
            self._landed(flight)


def _note_kind(flight: Flight, result: Response | Failure) -> None:
    """What the spider found the page to be; the first answer of a flight decides."""
    if flight.kind or not isinstance(result, Response) or "page_kind" not in result.meta:
        return
    found = result.meta["page_kind"]
    flight.kind = KINDS.get(found, found if found == PART else "other")
    if found == Kind.ERROR:
        flight.state, flight.note = State.GONE, "an error page with status 200"
    landed = canonical(result.url)
    if found == Kind.ARTICLE and landed != flight.visit.url:
        flight.covers.append(landed)
        flight.note = f"redirect to {landed}"


def _flight_of(response: Response | Failure | None) -> Flight | None:
    """The flight that an item's response belongs to; items that a spider made of nothing have none."""
    request = getattr(response, "request", None)
    return request.meta.get(META) if request is not None else None


class LedgerScheduler(BaseScheduler):
    """Hands out what the ledger has queued, a few pages ahead, and writes back what came of each page.

    Start requests go to the ledger. Redirects, retries and further pages of an article belong to a flight
    that is under way and wait in memory only: after a kill the page begins anew.
    """

    def __init__(self, crawler: Crawler):
        settings, run = crawler.settings, crawler.get_extension(Run)
        assert run, "EXTENSIONS must hold crawler.extensions.Run: it holds the ledger"
        self._run, self._ledger = run, run.ledger
        # So many pages of one host are handed out at a time: more would fill the downloader while it waits.
        self._per_host = 2 * max(1, settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"))
        self._ahead = max(1, settings.getint("CONCURRENT_REQUESTS"))
        self._memory: deque[Request] = deque()
        self._taken: deque[Visit] = deque()
        crawler.signals.connect(self._item_scraped, signals.item_scraped)
        crawler.signals.connect(self._item_dropped, signals.item_dropped)
        crawler.signals.connect(self._item_error, signals.item_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LedgerScheduler:
        return cls(crawler)

    def open(self, spider: Spider) -> None:
        self._spider = spider
        self.flights = Flights(spider.parse, self._landed)
        urls = [url for site in getattr(spider, "sites", ()) for url in site.start_urls]
        self._starts = set(urls)
        starts = [Link(url, "list", START) for url in urls]
        self._ledger.begin_run(starts, hosts=getattr(spider, "hosts", None), full=getattr(spider, "full", False))

    def close(self, reason: str) -> None:
        """What is still under way was not finished: it stays queued."""

    def has_pending_requests(self) -> bool:
        if self._run.problem:
            return False
        return bool(self._memory or self._taken or self._ledger.waiting or self._links_pending())

    def _links_pending(self) -> bool:
        """Writes what is pending when it is all that is left: its links may be more to do."""
        if self._ledger.pending and not self.flights.up:
            with self._run.guarded():
                self._ledger.commit()
        return bool(self._ledger.waiting)

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
        if not self._taken:
            with self._run.guarded():
                self._taken.extend(self._ledger.take(self._ahead, self._busy()))
        if not self._taken:
            return None
        visit = self._taken.popleft()
        headers = {"If-None-Match": visit.etag, "If-Modified-Since": visit.last_modified}
        request = Request(
            visit.url,
            self._spider.parse,
            errback=getattr(self._spider, "failed", None),
            headers={name: value for name, value in headers.items() if value},
            meta={"kind": visit.kind},
        )
        return self.flights.begin(visit, request)

    def _busy(self) -> set[str]:
        """The hosts that have enough pages under way."""
        return {host for host, count in self.flights.by_host.items() if count >= self._per_host}

    def _item_scraped(self, item: Any, response: Response | Failure) -> None:
        flight = _flight_of(response)
        if flight:
            if isinstance(item, Document):
                flight.document = self._run.stored(item.id)
            self.flights.close_one(flight)

    def _item_dropped(self, exception: BaseException, response: Response | Failure) -> None:
        flight = _flight_of(response)
        if flight:
            if isinstance(exception, Rejected):
                flight.rejected = exception.row
            elif isinstance(exception, Duplicate):
                flight.duplicates.append(exception.row)
            self.flights.close_one(flight)

    def _item_error(self, response: Response | Failure, failure: Failure) -> None:
        flight = _flight_of(response)
        if flight:
            flight.state, flight.note = State.FAILED, f"{type(failure.value).__name__}: {failure.value}"
            self.flights.close_one(flight)

    def _landed(self, flight: Flight) -> None:
        document = flight.document if flight.state is State.DONE else None
        self._ledger.add(
            Unit(
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
        )
