"""Two workers in one process over a real PostgreSQL: what each step of one does to the other."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from conftest import REPO

from crawler.dedup import Deduplicator
from crawler.feed import verify
from crawler.items import Document
from crawler.ledger import Ended, Ledger, Link, State, Unit, Visit
from crawler.ledger.fleet import Fleet
from crawler.merge import Merger
from tests.site import written

sys.path.insert(0, str(REPO / "tests" / "ledger"))

from crawls import A, document


class DictShelf:
    """A shelf in memory, which can be emptied."""

    def __init__(self) -> None:
        self.pages: dict[str, list[Visit]] = {}

    def put(self, host: str, visits: Sequence[Visit]) -> None:
        self.pages.setdefault(host, []).extend(visits)

    def take(self, host: str, most: int) -> list[Visit]:
        lying = sorted(self.pages.get(host, []), key=lambda visit: -visit.priority)
        found, self.pages[host] = lying[:most], lying[most:]
        return found


class Worker:
    def __init__(self, folder: Path, database: str, shelf: DictShelf, lease: float = 60):
        self.ledger = Ledger.open(folder, url=database, fleet=Fleet(shelf, lease=lease, patience=0))
        self.known = Deduplicator(self.ledger.signatures)
        self.ledger.merging = self.merger = Merger(self.known, self.ledger.signatures)

    def brings(self, url: str, body: str) -> Document:
        """The document of a page, which is new as far as this worker knows; it waits for the next commit."""
        made = document(url, body)
        signature = self.known.prepare(body)
        assert self.known.check(signature, exclude=made.id).kind == "new"
        self.known.add(made.id, signature)
        self.merger.keep(made, signature)
        self.ledger.add(Unit(url, kind="article", document=made))
        return made


@pytest.fixture
def two(tmp_path: Path, database: str) -> Iterator[tuple[Worker, Worker, DictShelf]]:
    shelf = DictShelf()
    made = [Worker(tmp_path, database, shelf) for _ in range(2)]
    yield made[0], made[1], shelf
    for worker in made:
        worker.ledger.close()


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    return [json.loads(line) for path in sorted((folder / name).glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]


def test_near_copies_that_two_workers_bring_at_once_are_merged(two: tuple[Worker, Worker, DictShelf], tmp_path: Path) -> None:
    a, b, _ = two
    body = written(1, paragraphs=8).body
    near = body.replace("，", "，而且", 1)
    for worker in (a, b):
        worker.ledger.begin_run([Link(f"{A}/", "list", 40)])
    first, second = a.brings(f"{A}/1", body), b.brings(f"{A}/2", near)
    other = b.brings(f"{A}/3", written(3, paragraphs=8).body)
    a.ledger.commit()
    b.ledger.commit()
    assert b.known.check(body, exclude=second.id).of == first.id, "what others wrote is known from then on"
    for worker in (a, b):
        worker.ledger.end_run()
    assert {row["id"] for row in rows(tmp_path, "feed")} == {first.id, other.id}
    assert [(row["duplicate_of"], row["kind"]) for row in rows(tmp_path, "duplicates")] == [(first.id, "near")]
    assert verify(tmp_path) == []


def test_a_signature_of_another_body_is_not_believed(two: tuple[Worker, Worker, DictShelf], tmp_path: Path) -> None:
    """A page that came twice before it was written, the second time with another text."""
    a, b, _ = two
    for worker in (a, b):
        worker.ledger.begin_run([Link(f"{A}/", "list", 40)])
    body = written(1, paragraphs=8).body
    a.brings(f"{A}/1", body)
    late = b.brings(f"{A}/2", body.replace("，", "，而且", 1))
    b.merger.keep(document(late.url, written(2, paragraphs=8).body), b.known.prepare(written(2, paragraphs=8).body))
    for worker in (a, b):
        worker.ledger.commit()
    for worker in (a, b):
        worker.ledger.end_run()
    assert len(rows(tmp_path, "feed")) == 1 and [row["kind"] for row in rows(tmp_path, "duplicates")] == ["near"]


def test_one_page_brought_by_two_workers_is_published_once(two: tuple[Worker, Worker, DictShelf], tmp_path: Path) -> None:
    """A lease had run out while its worker was still at it."""
    a, b, _ = two
    for worker in (a, b):
        worker.ledger.begin_run([Link(f"{A}/", "list", 40)])
    body = written(1, paragraphs=8).body
    for worker in (a, b):
        worker.brings(f"{A}/1", body)
    for worker in (a, b):
        worker.ledger.commit()
    for worker in (a, b):
        worker.ledger.end_run()
    assert len(rows(tmp_path, "feed")) == 1 and rows(tmp_path, "duplicates") == []


def test_pages_are_given_once_and_found_again_when_the_shelf_is_emptied(two: tuple[Worker, Worker, DictShelf]) -> None:
    a, b, shelf = two
    starts = [Link(f"{A}/{number}", "article", 20) for number in range(100)]
    for worker in (a, b):
        worker.ledger.begin_run(starts)
    given = [visit.url for worker in (a, b, a) for visit in worker.ledger.take(10)]
    assert len(given) == len(set(given)) == 30
    shelf.pages.clear()
    while visits := b.ledger.take(10):
        given += [visit.url for visit in visits]
    assert sorted(given) == sorted(link.url for link in starts), "all of them, none twice"


def test_what_a_killed_worker_had_is_free_when_its_place_is_taken_again(tmp_path: Path, database: str) -> None:
    shelf = DictShelf()
    first = Worker(tmp_path, database, shelf)
    first.ledger.begin_run([Link(f"{A}/{number}", "article", 20) for number in range(5)])
    assert len(first.ledger.take(5)) == 5
    first.ledger.close()  # without the end of a run, as after a kill
    again = Worker(tmp_path, database, shelf)
    again.ledger.begin_run([Link(f"{A}/0", "article", 20)])
    assert again.ledger.worker == first.ledger.worker
    assert len(again.ledger.take(10)) == 5
    assert again.ledger.counts()[State.QUEUED] == 5
    again.ledger.close()


def test_a_failure_of_a_page_that_others_brought_meanwhile_counts_for_nothing(tmp_path: Path, database: str) -> None:
    """A worker was cut off until its lease was over; another one had no trouble with the page."""
    shelf = DictShelf()
    a, b = (Worker(tmp_path, database, shelf, lease=1) for _ in range(2))
    for worker in (a, b):
        worker.ledger.begin_run([Link(f"{A}/1", "article", 20)])
    assert len(a.ledger.take(1)) == 1
    taken: list[Visit] = []
    end = time.monotonic() + 10
    while not taken:  # until the lease is over, by the server's clock
        assert time.monotonic() < end
        taken = b.ledger.take(1)
        time.sleep(0.1)
    a.ledger.add(Unit(f"{A}/1", State.FAILED, note="timeout"))
    a.ledger.commit()
    assert a.ledger.counts()[State.QUEUED] == 1 and a.ledger.in_flight == 0, "the other has it"
    b.brings(f"{A}/1", written(1).body)
    b.ledger.commit()
    a.ledger.add(Unit(f"{A}/1", State.FAILED, note="timeout"))
    a.ledger.commit()
    assert a.ledger.counts()[State.DONE] == 1 and a.ledger.run_counts.failed == 0
    for worker in (a, b):
        assert worker.ledger.end_run() is Ended.COMPLETE
        worker.ledger.close()
    assert len(rows(tmp_path, "feed")) == 1


def test_a_failure_of_an_own_page_counts(two: tuple[Worker, Worker, DictShelf]) -> None:
    a, _, _ = two
    a.ledger.begin_run([Link(f"{A}/1", "article", 20)])
    a.ledger.take(1)
    a.ledger.add(Unit(f"{A}/1", State.FAILED, note="timeout"))
    a.ledger.commit()
    assert a.ledger.counts()[State.FAILED] == 1 and a.ledger.run_counts.failed == 1
