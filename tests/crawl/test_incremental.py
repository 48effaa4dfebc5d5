"""Scheduled runs: what a second visit asks for, what it finds, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Run

from crawler.feed import verify
from crawler.urls import document_id
from tests.site import Library

Scrapy = Callable[..., Run]


@pytest.fixture
def library() -> Iterator[Library]:
    with Library(articles=60, per_page=6, categories=2, paged=10) as served:
        yield served


def crawl(scrapy: Scrapy, library: Library, *more: str, status: int = 0) -> Run:
    run = scrapy(
        "crawl", "wenku", "-a", f"start_urls={library.start}", *more,
        "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", env=library.env,
    )  # fmt: skip
    assert run.status == status, run.err
    assert verify(run.data) == []
    return run


def test_the_first_run_brings_everything(scrapy: Scrapy, library: Library) -> None:
    run = crawl(scrapy, library)
    truth = library.truth()
    found = {row["url"]: row for row in run.rows("feed")}
    assert found.keys() == truth.keys()
    for url, row in found.items():
        assert {key: row[key] for key in ("title", "date", "body", "pages")} == truth[url]
    assert all(library.hits(library.url(n)) == 1 for n in range(1, 61)), "each article is opened once"
    assert "60 documents, 0 duplicates, 0 rejected, 0 failed" in run.last_line


def test_a_second_run_asks_for_lists_only(scrapy: Scrapy, library: Library) -> None:
    crawl(scrapy, library)
    first = library.hits()
    library.forget()
    run = crawl(scrapy, library)
    assert library.hits() <= 0.15 * first, f"{library.hits()} of {first} requests"
    assert not [served for served in library.server.served if "/doc/" in served.url]
    assert library.statuses[304] >= 2, "validators are sent and an unchanged list costs nothing"
    assert len(run.rows("feed")) == 60, "nothing is published again"
    assert "nothing new" in run.last_line


def test_a_new_document_is_found_without_walking_the_list_again(scrapy: Scrapy, library: Library) -> None:
    crawl(scrapy, library)
    known = {served.url for served in library.server.served}
    number = library.add()
    library.forget()
    run = crawl(scrapy, library)
    assert [row["url"] for row in run.rows("feed")][60:] == [library.url(number)]
    lists = {served.url for served in library.server.served if "/list_" in served.url}
    deep = {url for url in lists & known if not url.endswith("list_2.html")}
    assert not deep, "the list runs into known documents on its first pages"


def test_many_new_documents_are_found_through_the_deep_pages(scrapy: Scrapy, library: Library) -> None:
    crawl(scrapy, library)
    added = {library.url(library.add()) for _ in range(30)}
    run = crawl(scrapy, library)
    assert {row["url"] for row in run.rows("feed")[60:]} == added


def test_a_changed_document_is_a_revision(scrapy: Scrapy, library: Library) -> None:
    crawl(scrapy, library)
    changed = library.change(7)
    run = crawl(scrapy, library, "-a", "full=1")
    rows = [row for row in run.rows("feed") if row["url"] == library.url(7)]
    assert [row["revision"] for row in rows] == [1, 2]
    assert len({row["id"] for row in rows}) == 1 and rows[1]["body"] == changed.body
    assert len(run.rows("feed")) == 61, "the other 59 are not published again"
    assert "1 revised" in run.last_line and "59 unchanged" in run.last_line


def test_a_document_that_is_gone_is_recorded(scrapy: Scrapy, library: Library) -> None:
    crawl(scrapy, library)
    library.remove(9)
    run = crawl(scrapy, library, "-a", "full=1")
    assert "1 gone" in run.last_line
    assert "1 gone" in run.err.splitlines()[-2], "the address ends in the state gone"
    assert document_id(library.url(9)) in {row["id"] for row in run.rows("feed")}, "published parts never change"


def test_a_failed_page_is_tried_again_by_the_next_run(scrapy: Scrapy, library: Library) -> None:
    library.broken["/doc/5.html"] = 503
    run = crawl(scrapy, library, status=3)
    assert "59 documents" in run.last_line and "1 failed" in run.last_line and "again" in run.last_line
    library.broken.clear()
    library.forget()
    run = crawl(scrapy, library)
    assert {row["url"] for row in run.rows("feed")} == library.truth().keys()
    assert library.hits(library.url(6)) == 0


def test_an_article_is_not_published_by_halves(scrapy: Scrapy, library: Library) -> None:
    library.broken["/doc/10_2.html"] = 503
    run = crawl(scrapy, library, status=3)
    assert library.url(10) not in {row["url"] for row in run.rows("feed")}
    library.broken.clear()
    run = crawl(scrapy, library)
    assert {row["url"]: row["body"] for row in run.rows("feed")}[library.url(10)] == library.truth()[library.url(10)]["body"]


def test_the_states_add_up(scrapy: Scrapy, library: Library, tmp_path: Path) -> None:
    library.broken["/doc/5.html"] = 500
    run = crawl(scrapy, library, status=3)
    words = run.err.splitlines()[-2].replace(",", "").replace(":", "").split()
    numbers = {words[i + 1]: int(word) for i, word in enumerate(words) if word.isdigit()}
    assert numbers["addresses"] == numbers["queued"] + numbers["done"] + numbers["failed"] + numbers["gone"]
    assert numbers["failed"] == 1 and numbers["queued"] == 0
