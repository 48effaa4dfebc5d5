"""Every row of the table in one crawl: what is published, in which state each address ends, and what it cost."""

from __future__ import annotations

import sqlite3
import ssl
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, run_scrapy

from crawler.feed import verify
from tests.faults.server import Asked, Faults, Raw, Route, of, raw
from tests.faults.table import HOSTS, PAGES, Fault, Host, Place
from tests.faults.tls import self_signed
from tests.site import Library, written

MAIN, INNER, OTHER, SECRET = "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"
GOOD = 5  # articles of the library to which nothing happens
FAST = (
    "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "RETRY_TIMES=1", "-s", "DOWNLOAD_TIMEOUT=5",
    "-s", "DOWNLOAD_MAXSIZE=2000000", "-s", "RETRY_AFTER_DEFAULT=1", "-s", "CONCURRENT_REQUESTS=200",
    "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8", "-s", 'DEFAULT_REQUEST_HEADERS={"X-Pass": "geheim", "Cookie": "sid=geheim"}',
    "-s", "PROFILE_PAGES=0",  # the table says what one page comes to, whatever waits beside it
    "-s", "CONTACT=https://crawler.example/about",
)  # fmt: skip


class Shelf(Library):
    """A library on an address of loopback: `numbers` are its articles, those of `long` have two pages."""

    def __init__(self, numbers: range, long: set[int] = frozenset()):  # type: ignore[assignment]
        super().__init__(articles=0, per_page=200)
        for number in numbers:
            self.add(written(number, pages=2 if number in long else 1))

    def page(self, path: str) -> Raw:
        return of(self._find(f"http://{self.host}{path.partition('?')[0]}"))


@dataclass
class World:
    """The server, what it was asked, the crawl that ended, and what stands in its ledger."""

    server: Faults
    run: Run
    states: dict[str, tuple[str, str]]  # by URL: state, and what was noted
    feed: dict[str, dict[str, Any]]
    libraries: dict[str, Shelf]

    def path(self, fault: Fault) -> str:
        return f"/doc/{number_of(fault)}.html"

    def url(self, fault: Fault) -> str:
        return f"http://{MAIN}:{self.server.port}{self.path(fault)}"

    def hits(self, host: str, path: str) -> int:
        return sum(1 for asked in self.server.to(host) if asked.path.partition("?")[0] == path)


def number_of(fault: Fault) -> int:
    return GOOD + 1 + PAGES.index(fault)


def address(host: Host) -> str:
    return f"127.0.1.{1 + HOSTS.index(host)}"


def main_route(library: Shelf, server: Faults) -> Route:
    """The library's pages, with the faults in their places."""
    faults = {f"/doc/{number_of(fault)}{'_2' if fault.part else ''}.html": fault for fault in PAGES}

    def route(asked: Asked) -> Raw:
        path = asked.path.partition("?")[0]
        if path == "/robots.txt":
            return raw("", status="404 Not Found")
        if path not in faults:
            return library.page(path)
        html = library.page(path).data.partition(b"\r\n\r\n")[2]
        base = f"http://{MAIN}:{server.port}"
        place = Place(html, base + path, f"{base}/", f"{base}/doc/1.html", f"{INNER}:{server.port}", server.port)
        return faults[path].make(place, asked)

    return route


def host_route(library: Shelf, host: Host) -> Route:
    def route(asked: Asked) -> Raw:
        return host.robots(asked) if asked.path.startswith("/robots.txt") else library.page(asked.path)

    return route


def set_up(tls: dict[str, ssl.SSLContext]) -> tuple[Faults, dict[str, Shelf]]:
    routes: dict[str, Route] = {}
    server = Faults(routes, tls)
    libraries = {MAIN: Shelf(range(1, GOOD + 1 + len(PAGES)), {number_of(fault) for fault in PAGES if fault.part})}
    routes[MAIN] = main_route(libraries[MAIN], server)
    for here in ("127.0.0.1", INNER):
        routes[here] = lambda asked: raw("<h1>inside</h1>")
    for host in HOSTS:
        first = 1000 + 10 * HOSTS.index(host)
        libraries[address(host)] = Shelf(range(first, first + 2))
        routes[address(host)] = host_route(libraries[address(host)], host)
    libraries[SECRET] = Shelf(range(2000, 2002))
    routes[SECRET] = lambda asked: libraries[SECRET].page(asked.path)
    return server, libraries


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("faults")
    server, libraries = set_up({SECRET: self_signed(folder, SECRET)})
    with server:
        for host, library in libraries.items():
            library.host = f"{host}:{server.port}"
        starts = [f"{'https' if host == SECRET else 'http'}://{library.host}/" for host, library in libraries.items()]
        run = run_scrapy("crawl", "wenku", "-a", f"start_urls={','.join(starts)}", *FAST, data=folder / "data")
        yield World(server, run, ledger(folder / "data"), {row["url"]: row for row in run.rows("feed")}, libraries)


def ledger(data: Path) -> dict[str, tuple[str, str]]:
    with sqlite3.connect(data / "state" / "ledger.sqlite") as connection:
        rows = connection.execute("select url, state, coalesce(error, result, '') from frontier").fetchall()
    connection.close()
    return {url: (state, note) for url, state, note in rows}


@pytest.mark.parametrize("fault", PAGES, ids=[fault.name for fault in PAGES])
def test_page(world: World, fault: Fault) -> None:
    state, note = world.states[world.url(fault)]
    assert state == fault.state, note
    assert fault.note in note
    row = world.feed.get(world.url(fault))
    assert (row is not None) is fault.published
    if row and not fault.truncated:
        assert row["body"] == world.libraries[MAIN].truth()[world.url(fault)]["body"], "published as it is, or not at all"
    if row:
        assert row["truncated"] is fault.truncated
    path = world.path(fault).replace(".html", "_2.html" if fault.part else ".html")
    assert 1 <= world.hits(MAIN, path) <= fault.most, "asked for no more often than needed"


@pytest.mark.parametrize("host", HOSTS, ids=[host.name for host in HOSTS])
def test_host(world: World, host: Host) -> None:
    at = f"{address(host)}:{world.server.port}"
    assert sum(1 for url in world.feed if f"//{at}/" in url) == host.documents
    assert world.states[f"http://{at}/"][0] == host.start
    assert world.hits(address(host), "/robots.txt") <= host.most
    if host.start == "queued":
        assert not [asked for asked in world.server.to(address(host)) if not asked.path.startswith("/robots.txt")]
    if host.said:
        assert host.said in reason(world, address(host))


def reason(world: World, host: str) -> str:
    """Why the log says that a host was put off."""
    return next(line for line in world.run.err.splitlines() if f"WARNING {host}:" in line and "put off" in line)


def test_nothing_of_a_bad_certificate_is_read(world: World) -> None:
    assert world.states[f"https://{SECRET}:{world.server.port}/"][0] == "queued"
    assert "certificate" in reason(world, SECRET)
    assert not list(world.server.to(SECRET)), "not even a question is sent"


def test_every_address_is_in_one_state_and_the_end_line_says_so(world: World) -> None:
    line = next(line for line in world.run.err.splitlines() if "addresses known" in line)
    counts = Counter(state for state, _ in world.states.values())
    assert line == f"wenku: {len(world.states)} addresses known: " + ", ".join(
        f"{counts[state]} {state}" for state in ("queued", "done", "failed", "gone")
    )
    assert sum(counts.values()) == len(world.states)
    asked = {asked.path for asked in world.server.to(MAIN)}
    known = {"/" + url.split("/", 3)[3] for url in world.states if MAIN in url}
    assert {path for path in asked - known if "?" not in path and "%" not in path} == {"/robots.txt"}, (
        "what was asked for is in the books, but for where redirects led"
    )


def test_the_run_is_incomplete_and_what_is_published_is_sound(world: World) -> None:
    assert world.run.status == 3, world.run.err
    assert verify(world.run.data) == []
    assert "Traceback" not in world.run.err


def test_what_was_met_is_said(world: World) -> None:
    met = next(line for line in world.run.err.splitlines() if line.startswith("wenku: met: "))
    for words in (
        "files that were sent as pages", "answers that were cut off", "ways to inner addresses refused", "forbidden by robots.txt",
        "pages behind a robot check", "requests to come back later", "answers over DOWNLOAD_MAXSIZE", "robots.txt that did not come",
    ):  # fmt: skip
        assert words in met, met
    assert "wenku: put off: 127.0." in world.run.err


def test_nobody_inside_was_asked(world: World) -> None:
    assert not list(world.server.to(INNER)) and not list(world.server.to("127.0.0.1"))


def test_one_honest_name(world: World) -> None:
    assert {asked.headers["user-agent"] for asked in world.server.asked} == {"wenku/0.1 (+https://crawler.example/about)"}


def test_a_host_that_asks_for_a_second_is_left_alone_for_one(world: World) -> None:
    """No request reaches the host in the second after an answer 429 (but those that were under way at that moment)."""
    for fault in (fault for fault in PAGES if fault.name.startswith(("429, ", "503, "))):
        first, second = sorted(asked.at for asked in world.server.to(MAIN, world.path(fault)))
        assert second - first >= 1.0


def test_what_was_meant_for_one_host_does_not_reach_another(world: World) -> None:
    straight = next(asked for asked in world.server.to("127.0.1.1") if asked.path == "/")
    led = next(asked for asked in world.server.to("127.0.1.1") if asked.path == "/about.html?from=here")
    assert straight.headers["x-pass"] == "geheim", "the operator gave it to every host"
    assert led.headers.keys() == {"host", "accept-encoding", "accept", "accept-language", "user-agent", "connection"} - (
        {"accept", "accept-language", "connection"} - led.headers.keys()
    )


def test_no_traps_for_the_terminal(world: World) -> None:
    assert all(line.isprintable() for line in world.run.err.splitlines())
    assert "geheim" not in world.run.err
