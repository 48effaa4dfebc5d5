"""Pages under way: which one a request, an answer or an item belongs to, and when nothing more will come of it.

Scrapy says when an item was scraped or dropped, but not when a page is finished: its callback may still
yield, a further page of the article may be on its way, an item may be in the pipelines. A `Flight`
counts these; at zero the page has landed, and becomes one unit of the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.extract import Wall, read_page, wall_of
from crawler.items import Document, Found
from crawler.ledger import SITEMAP, Link, State, Visit
from crawler.net.verdicts import Final, PutOff
from crawler.page import Kind
from crawler.text import printable
from crawler.urls import canonical

META = "flight"  # the request's meta key; redirects, retries and the further pages of an article carry it on
GONE = (404, 410)
VALIDATOR = 1000  # characters; those met in the field have at most 80
# A page that was read as one of these is not what its link promised; the ledger keeps what it turned out to be.
PART = "part"  # a later page of an article: what the spider says of one that a link led to
LATER = "later"  # an error page that speaks of a passing trouble: too many requests, maintenance
GUARDED = (403, 412, 468, 521)  # statuses with which robot checks are sent
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
    limit: str = ""  # which limit its answer hit
    put_off: bool = False  # its host wants to be left alone: the page stays queued

    def fail(self, why: BaseException | str) -> None:
        """The page did not come, or could not be read: tried again later. The note is one line fit for every database."""
        text = str(why) if isinstance(why, str | IgnoreRequest) else f"{type(why).__name__}: {why}"
        self.state, self.note = State.FAILED, printable(text, 300)
        self.limit = self.limit or _limit(why)


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
                    if isinstance(output, Found):
                        flight.links += [Link(*link) for link in output.links]
                    elif not isinstance(output, Request):
                        flight.open += 1
                        yield output
                    elif output.callback == self._links_to:
                        flight.links.append(Link(output.url, output.meta["kind"], output.priority))
                    else:
                        flight.covers.append(canonical(output.url))
                        yield self._follow(flight, output)
            _note_kind(flight, result)
        except Exception as error:
            flight.fail(error)
            self.close_one(flight)
            raise
        self.close_one(flight)

    def _answered(self, flight: Flight, result: Response | Failure) -> bool:
        """Keeps what the answer itself says; False when there is nothing in it for the spider."""
        if isinstance(result, Response):
            if not flight.answered:
                flight.etag, flight.last_modified = _validator(result, "ETag"), _validator(result, "Last-Modified")
            flight.answered = True
            return True
        error = result.value
        http = error if isinstance(error, HttpError) else None
        status = http.response.status if http else 0
        asked = flight.visit.etag or flight.visit.last_modified
        if status == 304 and not flight.answered and asked:
            flight.unchanged = True
            flight.etag, flight.last_modified = flight.visit.etag, flight.visit.last_modified
            return False
        if isinstance(error, IgnoreRequest) and not status:
            return _ignored(flight, error)
        if not flight.answered:  # a later page that is gone leaves the article what it is
            flight.state = State.GONE if status in GONE else State.FAILED
        elif status not in GONE:
            flight.state = State.FAILED
        flight.note = _told(http) if http else printable(f"{type(error).__name__}: {error}", 300)
        flight.limit = _limit(error)
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


def _validator(response: Response, name: str) -> str:
    """A header that a later visit gives back; "" for one that no database takes (NUL) or that is no header (RFC 9110, 5.5)."""
    value = (response.headers.get(name) or b"").decode("latin-1")
    return value if value.isprintable() and len(value) <= VALIDATOR else ""


def _ignored(flight: Flight, error: IgnoreRequest) -> bool:
    """An answer that a middleware kept from us; True when the spider is to hear of it."""
    if isinstance(error, PutOff) and error.site == flight.visit.host:
        flight.put_off = True
        return False
    if isinstance(error, Final):
        if not flight.answered:
            flight.note = printable(str(error), 300)
        return flight.answered  # an article without this page is published as truncated
    flight.fail(error)
    return True


def _told(error: HttpError) -> str:
    """The status, and whether the page that came with it is a robot check."""
    response = error.response
    wall = None
    if response.status in GUARDED and b"<script" in response.body:
        wall = wall_of(read_page(response.body, response.url), response.body)
    return f"HTTP {response.status}" + (f", {wall}" if wall else "")


def _note_kind(flight: Flight, result: Response | Failure) -> None:
    """What the spider found the page to be; the first answer of a flight decides."""
    if not isinstance(result, Response) or "page_kind" not in result.meta:
        return
    found = result.meta["page_kind"]
    if isinstance(found, Wall):
        flight.fail(f"{found} instead of the page")
    if flight.kind:
        return
    flight.kind = KINDS.get(found, found if found in (PART, SITEMAP) else "other")
    if found == LATER:
        flight.fail("an error page with status 200 that asks to come back later")
    elif found == Kind.ERROR:
        flight.state, flight.note = State.GONE, "an error page with status 200"
    flight.covers += filter(None, [result.meta.get("covers")])  # the address that the article names as its own
    landed = canonical(result.url)
    if landed == flight.visit.url:
        return
    flight.note = f"redirect to {landed}"
    if found == Kind.ARTICLE:
        flight.covers.append(landed)
    elif flight.visit.kind == "article" and found in (Kind.HOME, Kind.LIST):
        # What sites do with articles that they took away; the list has a visit of its own.
        flight.state, flight.kind = State.GONE, "article"


def _limit(error: BaseException | str | None) -> str:
    """Which limit of an answer an error tells of, in words for the end of the run; "" for none."""
    if isinstance(error, DownloadTimeoutError):
        return "answers that took longer than DOWNLOAD_TIMEOUT"
    return "answers over DOWNLOAD_MAXSIZE" if isinstance(error, DownloadCancelledError) else ""


def outcome(flight: Flight) -> str:
    """What became of a page, in the words of `crawler.traps`; "" where nothing follows from it."""
    if flight.state is State.GONE:
        return "gone"
    if flight.state is not State.DONE:
        return ""
    if flight.document or flight.unchanged:
        return "document"
    return "duplicate" if flight.duplicates else "rejected" if flight.rejected else ""


def flight_of(response: Response | Failure | None) -> Flight | None:
    """The flight that an item's response belongs to; items that a spider made of nothing have none."""
    request = getattr(response, "request", None)
    return request.meta.get(META) if request is not None else None
