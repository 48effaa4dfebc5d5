"""Sites that answer strangely: what a crawl makes of them, and that it neither hangs nor publishes nonsense."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import Run
from scrapy import Request
from scrapy.http import Response as Answer

from crawler.demo import Response, Server
from crawler.feed import verify
from crawler.flights import Flight, Flights
from crawler.ledger import State, Visit
from tests.site import Library

Scrapy = Callable[..., Run]
HOST = "www.strange.test.wenku.example"
FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "RETRY_TIMES=0")
Change = Callable[[str, Response | None], Response | None]


class Strange(Library):
    """A library whose answers pass through `twist` (path, answer) before they are sent."""

    def __init__(self, twist: Change, host: str = Library.host, **kwargs: Any):
        self.host = host
        super().__init__(**kwargs)
        self.twist = twist

    def _find(self, url: str) -> Response | None:
        path = "/" + url.split("/", 3)[3]
        return self.twist(path, super()._find(url))


def crawl(scrapy: Scrapy, library: Library, *more: str) -> Run:
    run = scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", *FAST, *more, env=library.env)
    assert verify(run.data) == []
    return run


def moved(to: str) -> Response:
    return Response(302, "text/html", b"", location=to, modified="")


@pytest.fixture
def strange() -> Iterator[Callable[..., Strange]]:
    opened: list[Strange] = []

    def make(twist: Change, **kwargs: Any) -> Strange:
        opened.append(Strange(twist, **({"articles": 12, "paged": 6} | kwargs)))
        return opened[-1].start_server()  # type: ignore[return-value]

    yield make
    for library in opened:
        library.stop_server()


def test_a_later_page_that_redirects_to_the_first(scrapy: Scrapy, strange: Callable[..., Strange]) -> None:
    library = strange(lambda path, answer: moved("/doc/6.html") if path == "/doc/6_2.html" else answer)
    run = crawl(scrapy, library)
    assert run.status == 0, run.err
    row = next(r for r in run.rows("feed") if r["url"] == library.url(6))
    first = "\n".join(line for line in library.truth()[library.url(6)]["body"].split("\n")[:4])
    assert (row["pages"], row["truncated"], row["body"]) == (1, True, first)


def test_an_article_without_its_second_page_is_marked(scrapy: Scrapy, strange: Callable[..., Strange]) -> None:
    library = strange(lambda path, answer: None if path == "/doc/6_2.html" else answer)
    run = crawl(scrapy, library)
    row = next(r for r in run.rows("feed") if r["url"] == library.url(6))
    assert row["truncated"] and row["pages"] == 1


def test_an_article_that_redirects_to_the_home_page_is_gone(scrapy: Scrapy, strange: Callable[..., Strange]) -> None:
    library = strange(lambda path, answer: moved("/") if path == "/doc/3.html" else answer)
    run = crawl(scrapy, library)
    assert run.status == 0 and "11 documents" in run.last_line and "1 gone" in run.last_line
    library.forget()
    crawl(scrapy, library)
    assert library.hits(library.url(3)) == 0


def test_a_site_that_asks_to_come_back_later(scrapy: Scrapy, strange: Callable[..., Strange]) -> None:
    sorry = Response(200, "text/html; charset=utf-8", "<title>提示</title><p>访问过于频繁，请稍后再试</p>".encode(), modified="")
    library = strange(lambda path, answer: sorry if path.startswith("/doc/1") else answer)
    run = crawl(scrapy, library)
    assert run.status == 3 and "4 failed" in run.last_line, "1, 10, 11 and 12"
    library.twist = lambda path, answer: answer
    run = crawl(scrapy, library)
    assert {row["url"] for row in run.rows("feed")} == library.truth().keys()


def test_304_to_a_request_without_validators_is_no_answer(scrapy: Scrapy, strange: Callable[..., Strange]) -> None:
    library = strange(lambda path, answer: Response(304, "text/html", b"", modified="") if path == "/doc/4.html" else answer)
    run = crawl(scrapy, library)
    assert run.status == 3 and "1 failed" in run.last_line


def test_a_redirect_to_another_site_is_not_followed_into_the_feed(scrapy: Scrapy) -> None:
    other = Strange(lambda path, answer: answer, host=HOST, articles=14)
    own = Strange(lambda path, answer: moved(other.url(14)) if path == "/doc/4.html" else answer, articles=12)
    with Server(lambda url: (other if HOST in url else own)._find(url), {HOST, own.host}) as server:
        run = scrapy("crawl", "wenku", "-a", f"start_urls={own.start}", *FAST, env={"http_proxy": server.proxy})
        assert run.status == 0, run.err
        assert {row["url"] for row in run.rows("feed")} == own.truth().keys() - {own.url(4)}
        own.twist = lambda path, answer: moved(other.start)
        run = scrapy("crawl", "wenku", "-a", f"start_urls={own.start}", *FAST, "-a", "full=1", env={"http_proxy": server.proxy})
    assert f"{own.start} leads to {other.start}" in run.err, "a library that moved is named, and where it went"


def test_a_host_that_hangs_leaves_room_for_the_others(scrapy: Scrapy) -> None:
    def slow(path: str, answer: Response | None) -> Response | None:
        time.sleep(10 if path.startswith("/doc/") else 0)
        return answer

    hanging = Strange(slow, host=HOST, articles=40)
    quick = Library(articles=60)

    def find(url: str) -> Response | None:
        return hanging._find(url) if HOST in url else quick._find(url)

    with Server(find, {HOST, Library.host}) as server:
        began = time.monotonic()
        run = scrapy(
            "crawl", "wenku", "-a", f"start_urls={hanging.start},{quick.start}", *FAST,
            "-s", "CLOSESPIDER_TIMEOUT=8", env={"http_proxy": server.proxy},
        )  # fmt: skip
    assert run.status == 5, run.err
    published = {row["url"] for row in run.rows("feed") if HOST not in row["url"]}
    assert published == quick.truth().keys(), f"{len(published)} of 60 after {time.monotonic() - began:.0f} s"


def test_a_note_fits_every_database_whatever_the_error_says() -> None:
    flight = Flight(Visit(1, "http://a.cn/", "a.cn", "article", 0, 0, 0, "", ""))
    flight.fail(ValueError("\ud800\x00\n" * 1000))
    assert flight.state is State.FAILED and flight.note.startswith("ValueError")
    assert len(flight.note.encode()) < 1000 and flight.note.isprintable()


def test_fetch_leaves_the_ledger_alone(scrapy: Scrapy, strange: Callable[..., Strange]) -> None:
    library = strange(lambda path, answer: answer)
    crawl(scrapy, library)
    library.forget()
    run = scrapy("fetch", "--nolog", library.url(1), env=library.env)
    assert run.status == 0 and library.truth()[library.url(1)]["title"] in run.out, run.err
    assert library.hits() <= 3, "the page, and robots.txt"


def test_depth_limit_is_kept_and_articles_stay_whole(scrapy: Scrapy, strange: Callable[..., Strange]) -> None:
    library = strange(lambda path, answer: answer)
    run = crawl(scrapy, library, "-s", "DEPTH_LIMIT=1")
    assert run.status == 0, run.err
    pages = {row["url"]: row["pages"] for row in run.rows("feed")}
    assert len(pages) == 5 and pages[library.url(12)] == 3, "the five articles that the home page shows"


@pytest.mark.parametrize(
    ("sent", "kept"), [(b'W/"1a-\xe9"', 'W/"1a-é"'), (b'"a\0b"', ""), (b'"a\x1bb"', ""), (b'"' + b"x" * 5000, ""), (b"", "")]
)
def test_validators_that_are_none_are_not_kept(sent: bytes, kept: str) -> None:
    """PostgreSQL takes no NUL: a page that sent one ended every worker of a fleet, at each start."""
    landed: list[Flight] = []
    flights = Flights(None, landed.append)
    visit = Visit(1, "http://a.example/", "a.example", "list", 0, 0, 0, "", "")
    request = flights.begin(visit, Request("http://a.example/", lambda response: iter(())))
    assert request.callback
    flight = flights.up[1]
    answer = Answer("http://a.example/", headers={"ETag": sent, "Last-Modified": sent}, request=request)
    list(request.callback(answer))
    assert (flight.etag, flight.last_modified) == (kept, kept)
