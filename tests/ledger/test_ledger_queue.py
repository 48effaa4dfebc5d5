"""What is fetched, in which order, and in which state each URL is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from crawls import A, Clock, article, document, listing

from crawler.dedup import SignatureStore
from crawler.ledger import SITEMAP, Ended, Ledger, LedgerError, Link, State, Unit


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger.open(tmp_path, clock=Clock())
    yield made
    made.close()


def urls(ledger: Ledger, most: int = 100) -> list[str]:
    return [visit.url for visit in ledger.take(most)]


def test_best_first_and_in_order_of_discovery(ledger: Ledger) -> None:
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    assert urls(ledger) == [f"{A}/"]
    links = [Link(f"{A}/p2", "paging", 10), Link(f"{A}/2", "article", 20), Link(f"{A}/1", "article", 20)]
    ledger.commit([Unit(f"{A}/", kind="list", links=[*links, Link(f"{A}/list", "list", 30)])])
    assert urls(ledger) == [f"{A}/list", f"{A}/2", f"{A}/1", f"{A}/p2"]


def test_what_is_in_flight_is_not_given_twice_until_a_new_run(ledger: Ledger) -> None:
    ledger.begin_run([Link(f"{A}/{n}", "article", 20) for n in range(5)])
    assert len(urls(ledger, 3)) == 3
    assert (ledger.waiting, ledger.in_flight) == (2, 3)
    assert len(urls(ledger, 3)) == 2
    assert urls(ledger, 3) == []
    ledger.begin_run([Link(f"{A}/0", "article", 20)])
    assert len(urls(ledger)) == 5, "as after a kill"


def test_take_commits_what_is_pending_before_it_says_that_nothing_is_left(ledger: Ledger) -> None:
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    ledger.take(1)
    ledger.add(listing(f"{A}/", [f"{A}/1"]))
    assert ledger.pending == 1
    assert urls(ledger) == [f"{A}/1"]
    assert ledger.pending == 0


def test_sites_take_turns(ledger: Ledger) -> None:
    starts = [Link(f"http://{host}.example/{n}", "article", 20) for host in "abc" for n in range(10)]
    starts.append(Link("http://a.example/best", "list", 99))
    ledger.begin_run(starts)
    first = ledger.take(9)
    assert Counter(visit.host for visit in first) == {"a.example": 3, "b.example": 3, "c.example": 3}
    assert first[0].url == "http://a.example/best"
    assert {visit.host for visit in ledger.take(2)} <= {"a.example", "b.example", "c.example"}
    rest = ledger.take(100, closed={"b.example"})
    assert "b.example" not in {visit.host for visit in rest}
    assert {visit.host for visit in ledger.take(100)} == {"b.example"}


def test_one_busy_site_gets_the_whole_share(ledger: Ledger) -> None:
    ledger.begin_run([Link(f"{A}/{n}", "article", 20) for n in range(50)] + [Link("http://b.example/", "list", 40)])
    assert len(ledger.take(16)) == 16


def test_a_known_url_is_not_added_again_but_moves_up(ledger: Ledger) -> None:
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    ledger.take(1)
    links = [Link(f"{A}/x", "other", 0), Link(f"{A}/y", "article", 20)]
    ledger.commit([Unit(f"{A}/", kind="list", links=links)])
    assert ledger.run_counts.links == 2
    again = [Link("http://www.a.example/x/", "article", 25), Link("https://a.example/y", "article", 20)]
    ledger.commit([Unit(f"{A}/", kind="list", links=again)])
    assert ledger.run_counts.links == 2, "twins have one key"
    first = ledger.take(1)[0]
    assert (first.url, first.kind, first.priority) == (f"{A}/x", "article", 25)


def test_every_url_is_in_exactly_one_state(ledger: Ledger) -> None:
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    ledger.take(1)
    ledger.commit([listing(f"{A}/", [f"{A}/{n}" for n in range(6)])])
    ledger.take(4)
    units = [article(f"{A}/0"), Unit(f"{A}/1", State.GONE), Unit(f"{A}/2", State.FAILED, note="timeout")]
    ledger.commit(units)
    expected = {State.QUEUED: 3, State.DONE: 2, State.FAILED: 1, State.GONE: 1}
    assert ledger.counts() == expected
    assert ledger.known([f"{A}/1", f"{A}/5", f"{A}/9"]) == {f"{A}/1": State.GONE, f"{A}/5": State.QUEUED}
    assert (ledger.waiting, ledger.in_flight) == (2, 1)
    ledger.commit(units)
    assert ledger.counts() == expected, "the same unit once more changes no count"
    assert (ledger.waiting, ledger.in_flight) == (2, 1)


def test_pages_read_with_another_need_no_visit(ledger: Ledger) -> None:
    ledger.begin_run([Link(f"{A}/1", "article", 20), Link(f"{A}/1_2", "other", 0)])
    unit = article(ledger.take(1)[0].url)
    unit.covers = [f"{A}/1_2", f"{A}/1_3", f"{A}/1"]
    ledger.commit([unit])
    assert urls(ledger) == []
    assert ledger.counts()[State.DONE] == 3
    assert ledger.end_run() is Ended.COMPLETE
    ledger.begin_run([Link(f"{A}/1", "article", 20)], full=True)
    assert urls(ledger) == [f"{A}/1"]


def test_a_page_that_nobody_queued_can_be_committed(ledger: Ledger) -> None:
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    ledger.commit([article("http://elsewhere.example/1")])
    assert ledger.known(["http://elsewhere.example/1"]) == {"http://elsewhere.example/1": State.DONE}
    assert ledger.waiting == 1


def test_a_run_takes_from_its_own_sites_alone(ledger: Ledger) -> None:
    ledger.begin_run([Link(f"{A}/", "list", 40), Link("http://b.example/", "list", 40)])
    ledger.begin_run([Link("http://b.example/", "list", 40)])
    assert urls(ledger) == ["http://b.example/"]
    assert sum(ledger.counts().values()) == 1
    ledger.begin_run()
    assert len(urls(ledger)) == 2, "no names: every site known"


def test_groups_are_due_by_number_and_by_time(tmp_path: Path) -> None:
    clock = Clock()
    ledger = Ledger.open(tmp_path, clock=clock)
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    assert not ledger.due()
    ledger.add(article(f"{A}/0"))
    assert not ledger.due()
    clock.now += 0.5
    assert ledger.due()
    ledger.tick()
    assert ledger.pending == 0
    for n in range(50):
        ledger.add(article(f"{A}/{n}"))
    assert ledger.due()
    ledger.close()


def test_parts_are_published_by_number_by_time_and_at_the_end(tmp_path: Path) -> None:
    clock = Clock()
    ledger = Ledger.open(tmp_path, clock=clock, part_rows=10, part_seconds=60)
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    ledger.commit([article(f"{A}/{n}") for n in range(25)])
    assert [part.rows for part in ledger.publish()] == [10, 10]
    clock.now += 59
    assert ledger.publish() == []
    clock.now += 1
    assert [(part.rows, part.first, part.last) for part in ledger.publish()] == [(5, 21, 25)]
    ledger.commit([article(f"{A}/x")])
    ledger.end_run()
    assert [part.last for part in ledger.publish(everything=True)] == []
    assert len(list((tmp_path / "feed").glob("documents-*.jsonl"))) == 4
    ledger.close()


def test_units_outside_a_run_are_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="begin_run first"):
        ledger.commit([article(f"{A}/1")])


def test_a_failed_commit_writes_nothing_and_keeps_the_units(ledger: Ledger) -> None:
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    bad = Unit(
        f"{A}/1", kind="article", document=document(f"{A}/1", similar_to=[{"id": "x", "similarity": float("nan")}])
    )
    with pytest.raises(ValueError):
        ledger.commit([article(f"{A}/0"), bad])
    assert ledger.pending == 2
    assert ledger.known([f"{A}/0", f"{A}/1"]) == {}
    assert ledger.run_counts.pages == 0
    assert ledger.document_counts()["published"] == 0


def test_signatures_are_visible_at_once_and_safe_with_their_document(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path)
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    for n in range(3):
        ledger.signatures.add(document(f"{A}/{n}").id, b"%d" % n, b"sample"[:n])
    first, second, third = (document(f"{A}/{n}").id for n in range(3))
    assert ledger.signatures.get([second]) == {second: b"1"}
    assert len(ledger.signatures) == 0
    ledger.commit([article(f"{A}/0"), article(f"{A}/1")])
    assert list(ledger.signatures.samples()) == [([first, second], [0, 1], b"s")]
    ledger.signatures.remove(first)
    ledger.commit([article(f"{A}/2")])
    ledger.commit([Unit(f"{A}/9")])
    ledger.close()
    ledger = Ledger.open(tmp_path)
    assert list(ledger.signatures.samples()) == [([first, second, third], [0, 1, 2], b"ssa")]
    assert ledger.signatures.get([first, second, third]) == {second: b"1", third: b"2"}
    ledger.close()


def test_signatures_are_the_store_that_the_deduplicator_asks_for(ledger: Ledger) -> None:
    store: SignatureStore = ledger.signatures
    store.add("a" * 20, record=b"x", sample=b"y")
    assert store.get(["a" * 20, "b" * 20]) == {"a" * 20: b"x"}
    store.remove("a" * 20)
    assert store.get(["a" * 20]) == {}


def test_a_profile_stays_with_its_site(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path)
    assert ledger.profile("a.example") is None
    assert ledger.save_profile("a.example", {"标题": [1]}, first=True) is None
    assert ledger.save_profile("a.example", {"标题": [3]}, first=True) == {"标题": [1]}, "another was quicker"
    assert ledger.save_profile("a.example", {"标题": [1, 2]}) is None
    assert ledger.with_profile(["b.example", "a.example"]) == ["a.example"]
    ledger.close()
    ledger = Ledger.open(tmp_path)
    assert ledger.profile("a.example") == {"标题": [1, 2]}
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    assert urls(ledger) == [f"{A}/"]
    assert ledger.profile("a.example") == {"标题": [1, 2]}
    ledger.close()


def test_the_desktop_address_of_two_twins_is_fetched(ledger: Ledger) -> None:
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    ledger.take(1)
    twins = ["http://m.a.example/1.html", f"{A}/1.html", f"{A}/2.html", f"{A}/m/2.html"]
    for url in twins:
        ledger.commit([Unit(f"{A}/", kind="list", links=[Link(url, "article", 20)])])
    assert urls(ledger) == [f"{A}/1.html", f"{A}/2.html"]


def test_what_is_put_back_comes_after_everything_else(ledger: Ledger) -> None:
    ledger.begin_run([Link(f"{A}/{n}", "article", 20) for n in range(3)])
    first = ledger.take(1)
    assert not first[0].url.endswith("/2")
    ledger.put_back(first, -20)
    assert (ledger.waiting, ledger.in_flight, ledger.ready(), ledger.ready({"a.example"})) == (3, 0, True, False)
    again = ledger.take(3)
    assert [visit.url for visit in again][-1] == first[0].url and again[-1].priority == -20


def test_a_page_that_could_not_be_asked_for_is_queued_as_before(ledger: Ledger) -> None:
    ledger.begin_run([Link(f"{A}/{n}", "article", 20) for n in range(3)])
    taken = ledger.take(2)
    assert ledger.waiting == 1 and ledger.ready() and not ledger.ready({taken[0].host})
    ledger.put_back(taken)
    assert (ledger.waiting, ledger.in_flight) == (3, 0)
    assert ledger.counts()[State.QUEUED] == 3
    assert urls(ledger) == [f"{A}/{n}" for n in range(3)], "in their old order"
    assert not ledger.ready()
    assert ledger.end_run(Ended.COMPLETE) is Ended.INCOMPLETE


def test_sitemaps_are_visited_in_each_round(ledger: Ledger) -> None:
    start = Link(f"{A}/", "list", 40)
    ledger.begin_run([start])
    ledger.take(9)
    ledger.commit([Unit(f"{A}/", kind="list", links=[Link(f"{A}/s.xml", SITEMAP, 1)])])
    assert [visit.kind for visit in ledger.take(9)] == [SITEMAP]
    ledger.commit([Unit(f"{A}/s.xml", kind=SITEMAP, links=[Link(f"{A}/1.html", "article", 2)])])
    ledger.take(9)
    ledger.commit([Unit(f"{A}/1.html", kind="article")])
    ledger.end_run()
    ledger.begin_run([start])
    assert urls(ledger) == [f"{A}/", f"{A}/s.xml"]
