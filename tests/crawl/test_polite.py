"""A good guest: hosts that want to wait are asked another time, Crawl-delay is kept, sitemaps are read."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from conftest import Run

from crawler.demo import Response, Server
from crawler.feed import verify
from tests.site import Library, written

Scrapy = Callable[..., Run]
FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "AUTOTHROTTLE_ENABLED=False")
XML = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'


class Host(Library):
    """A library with files beside its pages; `files` holds an answer for a path, None for a 404.

    `busy` paths answer once with the status that they hold. `times` are those of all requests.
    """

    def __init__(self, **kwargs: int):
        super().__init__(**({"articles": 6} | kwargs))
        self.files: dict[str, Response | None] = {}
        self.busy: dict[str, int] = {}
        self.times: list[tuple[str, float]] = []

    def _find(self, url: str) -> Response | None:
        path = "/" + url.split("/", 3)[3]
        self.times.append((path, time.monotonic()))
        if path in self.busy:
            return Response(self.busy.pop(path), "text/html", b"", modified="")
        return self.files[path] if path in self.files else super()._find(url)

    def robots(self, text: str, status: int = 200) -> None:
        self.files["/robots.txt"] = Response(status, "text/plain", text.encode(), modified="")

    def sitemap(self, path: str, text: str, *, packed: bool = False) -> None:
        self.files[path] = Response(200, "application/gzip" if packed else "text/xml", gzip.compress(text.encode()) if packed else text.encode())


@pytest.fixture
def library() -> Iterator[Host]:
    with Host() as served:
        yield served


def crawl(scrapy: Scrapy, library: Host, *more: str, status: int = 0) -> Run:
    run = scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", *FAST, *more, env=library.env)
    assert run.status == status, run.err
    assert verify(run.data) == []
    return run


def test_a_robots_file_that_does_not_come_puts_the_site_off_and_no_further(scrapy: Scrapy, library: Host) -> None:
    library.robots("", status=503)
    run = crawl(scrapy, library, status=3)
    assert "0 documents" in run.last_line and "1 queued" in run.err
    assert f"wenku: put off: {library.host.removeprefix('www.')} (robots.txt: HTTP 503); its pages stay queued" in run.err
    assert {path for path, _ in library.times} == {"/robots.txt"}
    library.robots("User-agent: *\nDisallow: /about.html")
    run = crawl(scrapy, library)
    assert {row["url"] for row in run.rows("feed")} == library.truth().keys()


def test_a_site_that_asks_for_an_hour_in_the_middle_gets_it(scrapy: Scrapy, library: Host) -> None:
    """What was read is published, what is left stays queued, and the next run goes on there."""
    library.files["/doc/3.html"] = Response(429, "text/html", b"", modified="")
    run = crawl(scrapy, library, "-s", "RETRY_AFTER_DEFAULT=9999", status=3)
    assert "HTTP 429, come back in 9999 s" in run.err and "queued" in run.err
    del library.files["/doc/3.html"]
    run = crawl(scrapy, library)
    assert {row["url"] for row in run.rows("feed")} == library.truth().keys()


def test_the_whole_host_rests_when_one_page_is_refused(scrapy: Scrapy, library: Host) -> None:
    """What waited for its turn in the downloader waits too."""
    library.busy["/doc/6.html"] = 429
    crawl(scrapy, library, "-s", "DOWNLOAD_DELAY=0.5", "-s", "DOWNLOAD_DELAY_JITTER=0",
          "-s", "RETRY_AFTER_DEFAULT=3")  # fmt: skip
    refused = next(moment for path, moment in library.times if path == "/doc/6.html")
    assert min(moment for _, moment in library.times if moment > refused) - refused >= 3


def test_crawl_delay_is_kept_though_the_server_is_quick(scrapy: Scrapy, library: Host) -> None:
    library.robots("User-agent: *\nCrawl-delay: 0.25")
    crawl(scrapy, library, "-s", "AUTOTHROTTLE_ENABLED=True", "-s", "AUTOTHROTTLE_START_DELAY=0")
    times = [moment for path, moment in library.times if path != "/robots.txt"]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert len(gaps) >= 7 and sum(gaps) / len(gaps) >= 0.22, "0.25 s but for the clock's grain"


def test_a_host_that_was_put_off_gets_another_chance_while_there_is_other_work(scrapy: Scrapy, library: Host) -> None:
    other = Library(articles=0)
    other.host = "www.other.test.wenku.example"
    for number in range(100, 112):
        other.add(written(number))
    library.busy["/robots.txt"] = 500
    with Server(lambda url: (other if other.host in url else library)._find(url), {other.host, library.host}) as server:
        run = scrapy("crawl", "wenku", "-a", f"start_urls={library.start},{other.start}", *FAST, "-s", "DOWNLOAD_DELAY=0.3",
                     "-s", "ROBOTS_RETRY_SECONDS=1", env={"http_proxy": server.proxy})  # fmt: skip
    assert run.status == 0, run.err
    assert {row["url"] for row in run.rows("feed")} == library.truth().keys() | other.truth().keys()
    assert "put off" in run.err and "18 documents" in run.last_line


def test_crawl_delay_has_an_end(scrapy: Scrapy, library: Host) -> None:
    library.robots("User-agent: *\nCrawl-delay: 3600")
    run = crawl(scrapy, library, "-s", "CRAWL_DELAY_MAX=0.1")
    assert {row["url"] for row in run.rows("feed")} == library.truth().keys()


def test_sitemaps_bring_what_no_list_shows(scrapy: Scrapy, library: Host) -> None:
    hidden = library.add()
    path = f"/doc/{hidden}.html"
    page = Library._find(library, library.url(hidden))
    library.remove(hidden)
    library.files[path] = page
    library.robots("User-agent: *\nDisallow: /secret/\nSitemap: /index.xml\nSitemap: javascript:alert(1)\nSitemap: http://elsewhere.cn/s.xml")
    library.sitemap("/index.xml", "<sitemapindex><loc>/a.xml.gz</loc><loc>/index.xml</loc><loc>http://10.0.0.1/b.xml</loc></sitemapindex>")
    entries = [path, "/doc/1.html", "javascript:alert(2)", "/secret/9.html", "/files/1.pdf", "http://elsewhere.cn/1.html", "/no/such/7.html"]
    library.sitemap("/a.xml.gz", XML.format("".join(f"<url><loc>{entry}</loc></url>" for entry in entries)), packed=True)
    run = crawl(scrapy, library)
    assert {row["url"] for row in run.rows("feed")} == {*library.truth(), library.url(hidden)}
    assert "2 bad entries of sitemaps" in run.err and "1 forbidden by robots.txt" in run.err, run.err
    assert "1 gone" in run.last_line
    asked = [path for path, _ in library.times]
    assert asked.count("/index.xml") == asked.count("/a.xml.gz") == 1
    library.times.clear()
    crawl(scrapy, library)
    assert "/index.xml" in [path for path, _ in library.times], "a sitemap is looked at in each round"
    assert path not in [path for path, _ in library.times]


def test_sitemaps_can_be_left_alone_and_have_limits(scrapy: Scrapy, library: Host) -> None:
    library.robots("Sitemap: /index.xml")
    library.sitemap("/index.xml", "<sitemapindex>" + "".join(f"<loc>/{n}.xml</loc>" for n in range(9)) + "</sitemapindex>")
    for n in range(9):
        library.sitemap(f"/{n}.xml", XML.format("".join(f"<loc>/x/{n}{m}.html</loc>" for m in range(9))))
    crawl(scrapy, library, "-s", "SITEMAPS=0")
    assert "/index.xml" not in [path for path, _ in library.times]
    run = crawl(scrapy, library, "-a", "full=1", "-s", "SITEMAP_MAX_FILES=3", "-s", "SITEMAP_MAX_ENTRIES=5")
    assert sum(path.endswith(".xml") for path, _ in library.times) == 3
    assert "sitemaps left out (SITEMAP_MAX_FILES)" in run.err and "sitemaps that were cut off (SITEMAP_MAX_ENTRIES)" in run.err
