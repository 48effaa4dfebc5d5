"""The ledger's tests of later runs once more, as a worker of a fleet: what it takes are leases, and a database is shared."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import REPO
from fleet.servers import Postgres
from fleet.test_merge import DictShelf

from crawler.ledger import Ended, Ledger, Link, Unit
from crawler.ledger.fleet import Fleet
from crawler.ledger.leases import FILL, LOOK_SECONDS

sys.path.insert(0, str(REPO / "tests" / "ledger"))

from crawls import DAY, A, Answer, Clock, crawl, listing
from test_ledger_excerpts import *  # noqa: F403
from test_ledger_rounds import *  # noqa: F403
from test_ledger_rounds import library, rows


@pytest.fixture(autouse=True)
def as_worker(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    databases: dict[Path, str] = {}
    shelves: dict[Path, DictShelf] = {}
    opened: Callable[..., Ledger] = Ledger.open

    def open_there(data_dir: str | Path, **given: Any) -> Ledger:
        place = Path(data_dir)
        databases[place] = databases.get(place) or postgres.database()
        fleet = Fleet(shelves.setdefault(place, DictShelf()), patience=0)
        return opened(place, url=databases[place], fleet=fleet, **given)

    monkeypatch.setattr(Ledger, "open", open_there)


def test_a_walk_cut_off_long_ago_goes_all_the_way_below_new_documents(tmp_path: Path) -> None:
    """As in test_ledger_rounds, but for the order: what lies on the shelf since the cut comes before the lists."""
    clock = Clock()
    crawl(tmp_path, library(6), clock, limit=5)
    clock.now += 2 * DAY
    assert crawl(tmp_path, library(6, first=3), clock)[1] is Ended.COMPLETE
    assert len(rows(tmp_path)) == 21


def test_documents_below_the_place_of_a_cut_are_found_although_known_ones_stand_above(tmp_path: Path) -> None:
    """As in test_ledger_rounds, but for what the limit lets the run see: further pages of lists come earlier."""
    clock = Clock()
    crawl(tmp_path, library(6), clock)
    assert crawl(tmp_path, library(6, first=15), clock, limit=9)[1] is Ended.LIMITED
    assert 18 < len(rows(tmp_path)) < 18 + 9
    clock.now += 2 * DAY
    assert crawl(tmp_path, library(6, first=21), clock)[1] is Ended.COMPLETE
    assert len(rows(tmp_path)) == 18 + 21
    assert crawl(tmp_path, library(6, first=21), clock)[0] == [f"{A}/", f"{A}/list/"]


def test_pages_are_found_although_as_many_leave_the_queue(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path)
    starts = [f"{A}/{number}/" for number in range(3)]
    ledger.begin_run([Link(url, "list") for url in starts])
    assert len(ledger.take(9)) == 3
    time.sleep(LOOK_SECONDS + 0.1)
    assert not ledger.ready(), "a look that is believed for a while from now on"
    for url in starts:
        ledger.add(Unit(url, kind="list", links=[Link(f"{url}2.html", "paging")]))
    ledger.commit()
    assert ledger.ready(), "three pages more, three less: the crawl must not end here"
    assert len(ledger.take(9)) == 3
    for url in starts:
        ledger.add(Unit(f"{url}2.html", kind="list"))
    assert ledger.end_run() is Ended.COMPLETE
    ledger.close()


def test_a_further_page_of_a_list_that_is_queued_in_a_later_run_is_nobodys(tmp_path: Path) -> None:
    clock, bar = Clock(), [f"{A}/list/2"]
    first: dict[str, Answer] = {
        f"{A}/": listing(f"{A}/", [], lists=(f"{A}/list/",)),
        f"{A}/list/": listing(f"{A}/list/", [f"{A}/1.html"], further=bar[0]),
        bar[0]: listing(bar[0], [f"{A}/2.html"]),
    }
    assert crawl(tmp_path, first, clock)[1] is Ended.COMPLETE
    later = first | {f"{A}/list/": listing(f"{A}/list/", [f"{A}/4.html", f"{A}/3.html"], further=bar[0])}
    fetched, ended = crawl(tmp_path, later, clock)
    assert bar[0] in fetched and ended is Ended.COMPLETE


def test_the_next_page_of_a_list_comes_in_time_when_the_queue_runs_low(tmp_path: Path) -> None:
    """Else one worker reads the last articles while all others wait for what the list leads to."""
    ledger = Ledger.open(tmp_path)
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    assert [visit.kind for visit in ledger.take(5)] == ["list"]
    few = [f"{A}/{number}.html" for number in range(20)]
    ledger.commit([listing(f"{A}/", few, further=f"{A}/list_2.html")])
    assert ledger.take(5)[0].url == f"{A}/list_2.html"
    many = [f"{A}/{number}.html" for number in range(20, 20 + 2 * FILL)]
    ledger.commit([listing(f"{A}/list_2.html", many, further=f"{A}/list_3.html")])
    taken = ledger.take(20 + FILL)
    assert taken and {visit.kind for visit in taken} == {"article"}, "documents come before lists as long as there are many"
    ledger.close()


def test_a_page_that_was_put_back_keeps_the_crawl_from_ending(tmp_path: Path) -> None:
    """It is free with the next tick; until then no look at the tables shows it."""
    ledger = Ledger.open(tmp_path)
    ledger.begin_run([Link(f"{A}/1", "other"), Link(f"{A}/2", "other")])
    one, two = ledger.take(2)
    ledger.put_back([two], -100)
    ledger.commit([Unit(one.url, kind="other")])
    time.sleep(LOOK_SECONDS + 0.1)
    assert ledger.ready() and not ledger.ready(closed={"a.example"}) and not ledger.idle("a.example")
    ledger.tick()
    assert [visit.url for visit in ledger.take(2)] == [two.url]
    ledger.close()
