"""Runs after the first: lists again, articles not, what is new, what has changed, what is gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from crawls import DAY, A, Answer, Clock, article, crawl, document, failed, listing

from crawler.feed import FOLDERS, verify
from crawler.ledger import Ended, Ledger, Link, State, Status, Unit, Visit


def rows(folder: Path, kind: str = "documents") -> list[dict[str, Any]]:
    files = sorted((folder / FOLDERS[kind]).glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def library(pages: int, first: int = 0) -> dict[str, Answer]:
    """One list of `pages` pages with three articles each; the newest article stands first. `first` new ones on top."""
    newest = pages * 3 + first
    numbers = list(range(newest, 0, -1))
    made: dict[str, Answer] = {f"{A}/": listing(f"{A}/", [], lists=(f"{A}/list/",))}
    count = -(-newest // 3)
    for page in range(count):
        url = f"{A}/list/" if page == 0 else f"{A}/list/{page + 1}"
        shown = [f"{A}/{number}.html" for number in numbers[page * 3 : page * 3 + 3]]
        made[url] = listing(url, shown, further=f"{A}/list/{page + 2}" if page + 1 < count else "")
    return made


def test_a_second_run_fetches_lists_only_and_publishes_nothing(tmp_path: Path) -> None:
    clock = Clock()
    first, ended = crawl(tmp_path, library(5), clock)
    assert (len(first), ended) == (1 + 5 + 15, Ended.COMPLETE)
    again, ended = crawl(tmp_path, library(5), clock)
    assert (again, ended) == ([f"{A}/", f"{A}/list/"], Ended.COMPLETE)
    assert len(rows(tmp_path)) == 15
    assert verify(tmp_path) == []


def test_validators_are_given_back_and_304_is_the_end_of_a_walk(tmp_path: Path) -> None:
    clock = Clock()
    crawl(tmp_path, library(3), clock)
    asked: list[str] = []

    def not_modified(visit: Visit) -> Unit:
        asked.append(visit.etag)
        return Unit(visit.url, unchanged=True)

    answers: dict[str, Answer] = dict.fromkeys([f"{A}/", f"{A}/list/"], not_modified)
    for _ in range(2):
        assert crawl(tmp_path, answers, clock) == ([f"{A}/", f"{A}/list/"], Ended.COMPLETE)
    assert asked == ['"1"'] * 4, "a 304 keeps the validators"


def test_new_documents_are_found_and_the_walk_stops_at_known_ones(tmp_path: Path) -> None:
    clock = Clock()
    crawl(tmp_path, library(10), clock)
    fetched, _ = crawl(tmp_path, library(10, first=4), clock)
    new = {f"{A}/{number}.html" for number in range(31, 35)}
    assert {url for url in fetched if url.endswith(".html")} == new
    lists = [url for url in fetched if not url.endswith(".html")]
    assert lists == [f"{A}/", f"{A}/list/", f"{A}/list/2", f"{A}/list/3"], "the third page shows none that is new"
    assert len(rows(tmp_path)) == 34


def test_documents_that_the_home_page_showed_first_do_not_end_a_walk(tmp_path: Path) -> None:
    clock = Clock()
    crawl(tmp_path, library(4), clock)
    answers = library(4, first=5)
    shown = [f"{A}/{number}.html" for number in range(17, 11, -1)]
    answers[f"{A}/"] = listing(f"{A}/", shown, lists=(f"{A}/list/",))
    fetched, _ = crawl(tmp_path, answers, clock)
    assert f"{A}/13.html" in fetched
    assert len(rows(tmp_path)) == 17


def test_a_new_document_in_a_side_bar_does_not_open_every_list_to_its_end(tmp_path: Path) -> None:
    clock = Clock()

    def with_side_bar(extra: list[str]) -> dict[str, Answer]:
        answers = library(8)
        for unit in answers.values():
            assert isinstance(unit, Unit)
            unit.links = [*unit.links, *(Link(url, "article", 20) for url in extra)]
        return answers

    crawl(tmp_path, with_side_bar([]), clock)
    fetched, _ = crawl(tmp_path, with_side_bar([f"{A}/breaking.html"]), clock)
    assert sorted(fetched) == sorted([f"{A}/", f"{A}/list/", f"{A}/breaking.html", f"{A}/list/2"])


def test_numbered_paging_is_walked_page_by_page(tmp_path: Path) -> None:
    """Each page links to all the others, the next one first: one new document costs one further page, not all."""

    def numbered(first: int) -> dict[str, Answer]:
        answers = library(8, first)
        pages = [url for url in answers if url != f"{A}/"]
        for place, url in enumerate(pages):
            unit = answers[url]
            assert isinstance(unit, Unit)
            others = pages[place + 1 :] + pages[1:place]
            unit.links = [*unit.links, *(Link(other, "paging", 10) for other in others)]
        return answers

    clock = Clock()
    crawl(tmp_path, numbered(0), clock)
    fetched, _ = crawl(tmp_path, numbered(1), clock)
    known = [url for url in fetched if "list" in url]
    assert known == [f"{A}/list/", f"{A}/list/2", f"{A}/list/9"], "the ninth page was unknown"
    assert len(rows(tmp_path)) == 25


def test_a_walk_that_failed_in_the_middle_goes_to_the_end_next_time(tmp_path: Path) -> None:
    clock = Clock()
    answers = library(6)
    answers[f"{A}/list/3"] = failed()
    fetched, ended = crawl(tmp_path, answers, clock)
    assert ended is Ended.INCOMPLETE
    assert f"{A}/list/4" not in fetched
    fetched, ended = crawl(tmp_path, library(6), clock)
    assert ended is Ended.COMPLETE
    assert len(rows(tmp_path)) == 18
    again, _ = crawl(tmp_path, library(6), clock)
    assert again == [f"{A}/", f"{A}/list/"], "whole again"


def test_a_walk_cut_off_long_ago_goes_all_the_way_below_new_documents(tmp_path: Path) -> None:
    """Two days after the cut the lists are visited first; the walk does not stop at the documents that were known."""
    clock = Clock()
    crawl(tmp_path, library(6), clock, limit=5)
    clock.now += 2 * DAY
    fetched, ended = crawl(tmp_path, library(6, first=3), clock)
    assert fetched[:2] == [f"{A}/", f"{A}/list/"]
    assert ended is Ended.COMPLETE
    assert len(rows(tmp_path)) == 21


def test_documents_below_the_place_of_a_cut_are_found_although_known_ones_stand_above(tmp_path: Path) -> None:
    """Fifteen new ones, of which a limit lets the run see six; two days later six more stand on top, and below them the
    six that are known: the nine that nobody has seen have moved down to pages that were done long ago."""
    clock = Clock()
    crawl(tmp_path, library(6), clock)
    _, ended = crawl(tmp_path, library(6, first=15), clock, limit=9)
    assert ended is Ended.LIMITED
    assert len(rows(tmp_path)) == 18 + 6
    clock.now += 2 * DAY
    _, ended = crawl(tmp_path, library(6, first=21), clock)
    assert ended is Ended.COMPLETE
    assert len(rows(tmp_path)) == 18 + 21
    assert crawl(tmp_path, library(6, first=21), clock)[0] == [f"{A}/", f"{A}/list/"]


def test_an_unfinished_round_is_gone_on_with(tmp_path: Path) -> None:
    clock = Clock()
    first, ended = crawl(tmp_path, library(4), clock, limit=6)
    assert ended is Ended.LIMITED
    second, ended = crawl(tmp_path, library(4), clock)
    assert ended is Ended.COMPLETE
    assert not set(first) & set(second), "nothing is fetched again"
    assert len(first) + len(second) == 1 + 4 + 12


def test_full_walks_everything_without_validators(tmp_path: Path) -> None:
    clock = Clock()
    first, _ = crawl(tmp_path, library(4), clock)
    answers: dict[str, Answer] = library(4)
    seen: list[Visit] = []
    for url, unit in [(f"{A}/", answers[f"{A}/"]), (f"{A}/1.html", article(f"{A}/1.html"))]:
        answers[url] = lambda visit, unit=unit: seen.append(visit) or unit  # type: ignore[misc]
    again, _ = crawl(tmp_path, answers, clock, full=True)
    assert sorted(again) == sorted(first)
    assert [visit.etag for visit in seen] == ["", ""]
    assert len(rows(tmp_path)) == 12, "unchanged documents are not published again"
    assert crawl(tmp_path, library(4), clock)[0] == [f"{A}/", f"{A}/list/"]


def test_a_full_run_that_was_cut_off_goes_on_and_does_not_begin_anew(tmp_path: Path) -> None:
    clock = Clock()
    first, _ = crawl(tmp_path, library(4), clock)
    part, _ = crawl(tmp_path, library(4), clock, full=True, limit=7)
    rest, ended = crawl(tmp_path, library(4), clock, full=True)
    assert ended is Ended.COMPLETE
    assert sorted(part + rest) == sorted(first)


def test_a_changed_document_is_a_new_revision_on_its_revisit_date(tmp_path: Path) -> None:
    clock = Clock()
    crawl(tmp_path, library(2), clock)
    clock.now += 31 * DAY
    answers = library(2)
    answers[f"{A}/3.html"] = article(f"{A}/3.html", "我们后来又在南坡种了三十棵柳树，雨下了三天。")
    fetched, _ = crawl(tmp_path, answers, clock)
    assert len(fetched) == 2 + 6
    found = [(row["id"], row["revision"]) for row in rows(tmp_path) if row["url"] == f"{A}/3.html"]
    assert [revision for _, revision in found] == [1, 2]
    assert found[0][0] == found[1][0]
    assert len(rows(tmp_path)) == 7
    assert verify(tmp_path) == []
    ledger = Ledger.open(tmp_path, clock=clock)
    known = ledger.document(found[0][0])
    assert known and (known.revision, known.status) == (2, Status.PUBLISHED)
    assert known.last_seen - known.first_seen == 31 * DAY
    assert ledger.history(1)[0].counts.unchanged == 5
    ledger.close()


@pytest.mark.parametrize(
    "change", [{"title": "另一题"}, {"date": "2024-01-01"}, {"truncated": True}, {"author": "某人"}]
)
def test_what_makes_a_revision(tmp_path: Path, change: dict[str, Any]) -> None:
    ledger = Ledger.open(tmp_path)
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    for changes in (
        {},
        {"fetched_at": "2027-01-01T00:00:00+00:00", "quality": {"x": 1}, "tags": ["树"]},
        change,
        change,
    ):
        ledger.commit([Unit(f"{A}/1", kind="article", document=document(f"{A}/1", **changes))])
    ledger.end_run()
    ledger.close()
    assert [row["revision"] for row in rows(tmp_path)] == [1, 2]


def status(folder: Path, clock: Clock, url: str) -> Status:
    """What has become of the document with this address."""
    ledger = Ledger.open(folder, clock=clock)
    known = ledger.document(document(url).id)
    ledger.close()
    assert known
    return known.status


def test_a_document_is_withdrawn_when_a_second_look_finds_it_gone(tmp_path: Path) -> None:
    clock, url = Clock(), f"{A}/2.html"
    crawl(tmp_path, library(2), clock)
    clock.now += 31 * DAY
    answers = library(2) | {url: Unit(url, State.GONE)}
    _, ended = crawl(tmp_path, answers, clock)
    assert ended is Ended.COMPLETE
    assert status(tmp_path, clock, url) is Status.PUBLISHED, "some sites answer 404 while they are being rebuilt"
    clock.now += DAY // 2
    assert url not in crawl(tmp_path, answers, clock)[0], "not at once"
    for days in (1, 8, 31):
        clock.now += days * DAY
        assert url in crawl(tmp_path, answers, clock)[0]
        assert status(tmp_path, clock, url) is Status.GONE
    ledger = Ledger.open(tmp_path, clock=clock)
    assert ledger.document_counts() == {Status.PUBLISHED: 5, Status.SUPERSEDED: 0, Status.GONE: 1}
    assert sum(run.counts.withdrawn for run in ledger.history()) == 1
    ledger.close()
    clock.now += 365 * DAY
    assert url not in crawl(tmp_path, answers, clock)[0], "gone long enough"


def test_a_document_that_comes_back_is_not_withdrawn(tmp_path: Path) -> None:
    clock, url = Clock(), f"{A}/2.html"
    crawl(tmp_path, library(2), clock)
    for answer in (State.GONE, State.DONE, State.GONE):
        clock.now += 31 * DAY
        changed = {url: Unit(url, State.GONE)} if answer is State.GONE else {}
        assert url in crawl(tmp_path, library(2) | changed, clock)[0]
    assert status(tmp_path, clock, url) is Status.PUBLISHED


def test_a_document_with_another_address_than_its_page_is_withdrawn_with_the_page(tmp_path: Path) -> None:
    clock, page, best = Clock(), f"{A}/2.html", f"{A}/sanwen/2.html"
    moved = {page: Unit(page, kind="article", document=document(best), covers=[best], etag='"1"')}
    crawl(tmp_path, library(2) | moved, clock)
    assert status(tmp_path, clock, best) is Status.PUBLISHED
    clock.now += 31 * DAY
    crawl(tmp_path, library(2) | {page: Unit(page, unchanged=True)}, clock)
    for days in (31, 2):
        clock.now += days * DAY
        assert page in crawl(tmp_path, library(2) | {page: Unit(page, State.GONE)}, clock)[0]
    assert status(tmp_path, clock, best) is Status.GONE


def test_a_better_address_without_a_document_is_no_reason_to_withdraw_it(tmp_path: Path) -> None:
    clock, page, best = Clock(), f"{A}/2.html", f"{A}/sanwen/2.html"
    answers = library(2) | {page: Unit(page, kind="article", document=document(best)), best: Unit(best, State.GONE)}
    answers[f"{A}/"] = listing(f"{A}/", [best], lists=(f"{A}/list/",))
    crawl(tmp_path, answers, clock)
    clock.now += 2 * DAY
    assert best in crawl(tmp_path, answers, clock)[0]
    assert status(tmp_path, clock, best) is Status.PUBLISHED


def test_a_page_that_is_left_stays_what_it_was(tmp_path: Path) -> None:
    clock, url = Clock(), f"{A}/2.html"
    crawl(tmp_path, library(2), clock)
    for answer in (Unit(url, note="not fetched: nothing new", left=True), Unit(url, State.GONE), Unit(url, State.GONE)):
        clock.now += 31 * DAY
        assert url in crawl(tmp_path, library(2) | {url: answer}, clock)[0]
    assert status(tmp_path, clock, url) is Status.GONE, "the ledger still knew that it was a document"


def test_copies_and_rejections_are_told_once(tmp_path: Path) -> None:
    clock = Clock()
    copy = {
        "url": f"{A}/1.html",
        "title": "x",
        "date": None,
        "duplicate_of": "0" * 20,
        "kind": "near",
        "similarity": 0.9,
    }
    answers = library(1)
    answers[f"{A}/1.html"] = Unit(f"{A}/1.html", kind="article", duplicates=[copy])
    reject = {"url": f"{A}/2.html", "reason": "stub", "detail": "8"}
    answers[f"{A}/2.html"] = Unit(f"{A}/2.html", kind="article", rejected=reject)
    for _ in range(3):
        crawl(tmp_path, answers, clock)
        clock.now += 40 * DAY
    assert (len(rows(tmp_path)), len(rows(tmp_path, "duplicates")), len(rows(tmp_path, "rejected"))) == (1, 1, 1)
    answers[f"{A}/2.html"] = Unit(f"{A}/2.html", kind="article", rejected={**reject, "reason": "garbled"})
    crawl(tmp_path, answers, clock)
    assert [row["reason"] for row in rows(tmp_path, "rejected")] == ["stub", "garbled"]
    assert verify(tmp_path) == []


def test_failures_come_back_with_growing_gaps_and_are_quarantined(tmp_path: Path) -> None:
    clock = Clock()
    answers = library(1)
    answers[f"{A}/1.html"] = failed("raised KeyError")
    tried: list[float] = []
    begin = clock.now
    for hours in (0, 0.5, 1, 1.5, 2, 7, 7.5, 8, 31, 31.5, 32, 100, 500):
        clock.now = begin + 3600 * hours
        fetched, ended = crawl(tmp_path, answers, clock)
        if f"{A}/1.html" in fetched:
            tried.append(hours)
        if len(tried) < 5:
            assert ended is Ended.INCOMPLETE, "it waits for another try"
    assert tried == [0, 0.5, 1.5, 7.5, 31.5]
    assert ended is Ended.COMPLETE
    ledger = Ledger.open(tmp_path, clock=clock)
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    assert ledger.quarantined() == [f"{A}/1.html"]
    assert ledger.counts()[State.FAILED] == 1
    ledger.close()
    assert f"{A}/1.html" in crawl(tmp_path, library(1), clock, full=True)[0]
    assert len(rows(tmp_path)) == 3


def test_a_start_address_is_visited_in_each_round_whatever_became_of_it(tmp_path: Path) -> None:
    clock = Clock()
    for answer in (Unit(f"{A}/", State.GONE), Unit(f"{A}/", kind="article"), Unit(f"{A}/", kind="other")):
        assert crawl(tmp_path, {f"{A}/": answer}, clock)[0] == [f"{A}/"]


def test_a_killed_run_is_recorded(tmp_path: Path) -> None:
    clock = Clock()
    ledger = Ledger.open(tmp_path, clock=clock)
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    ledger.commit([article(f"{A}/1")])
    ledger.close()
    crawl(tmp_path, library(1), clock)
    ledger = Ledger.open(tmp_path, clock=clock)
    latest, killed = ledger.history()
    assert (killed.status, killed.ended, killed.counts.documents) == (Ended.KILLED, None, 1)
    assert (latest.status, latest.counts.failed) == (Ended.COMPLETE, 0)
    assert latest.ended == int(clock.now)
    ledger.close()
