"""A crawl learns its sites: furniture that no rule knows goes from the first document on, and nothing is lost while articles wait."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import REPO, Run

from crawler.demo import Response
from crawler.feed import verify
from tests.site import Library

Scrapy = Callable[..., Run]
FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "RETRY_TIMES=0")
LINE = "芦汀旧驿的掌柜替你守着架上落灰的旧纸。"


class Furnished(Library):
    """Puts a line below each page of a text. Articles after number `new` are laid out in another way, with another line."""

    new = 10_000

    def _find(self, url: str) -> Response | None:
        answer = super()._find(url)
        if answer is None or answer.kind != "article":
            return answer
        html = answer.body.decode()
        number = int(url.rsplit("/", 1)[1].partition(".")[0].partition("_")[0])
        head, _, rest = html.partition('<div class="content">')
        text, _, foot = rest.partition("</div>")
        if number > self.new:
            made = f'{head}<section><article id="nr">{text}<p>竹里茶寮门前的溪水一年四季不结冰。</p></article></section>{foot}'
        else:
            made = f'{head}<div class="content">{text}<p>{LINE}</p></div>{foot}'
        return replace(answer, body=made.encode())


@pytest.fixture
def library() -> Iterator[Furnished]:
    with Furnished(articles=40, per_page=10, paged=12) as served:
        yield served


def crawl(scrapy: Scrapy, library: Library, *more: str, **others: Any) -> Run:
    run = scrapy("crawl", "wenku", "-a", f"start_urls={library.start}", *FAST, *more, env=library.env, **others)
    assert verify(run.data) == []
    return run


def bodies(run: Run) -> dict[str, str]:
    return {row["url"]: row["body"] for row in run.rows("feed")}


def truth(library: Library) -> dict[str, str]:
    return {url: row["body"] for url, row in library.truth().items()}


def profile(run: Run) -> dict[str, Any]:
    with closing(sqlite3.connect(run.data / "state" / "ledger.sqlite")) as database:
        return json.loads(database.execute("select profile from sites where profile is not null").fetchone()[0])


def test_furniture_goes_from_the_first_document_on_and_the_next_run_knows_it(scrapy: Scrapy, library: Furnished) -> None:
    run = crawl(scrapy, library)
    assert run.status == 0 and bodies(run) == truth(library), run.err
    assert profile(run)["repeats"][0]["text"] == LINE and profile(run)["pages"] == 20
    library.add()
    again = crawl(scrapy, library)
    assert again.status == 0 and bodies(again) == truth(library)
    assert "profile of" not in again.err, "learned again"


def test_without_learning_the_line_stays(scrapy: Scrapy, library: Furnished) -> None:
    run = crawl(scrapy, library, "-s", "PROFILE_PAGES=0")
    assert run.status == 0 and all(body.endswith(LINE) for body in bodies(run).values())


def test_a_changed_layout_is_noticed_and_learned(scrapy: Scrapy, library: Furnished) -> None:
    library.new = 40
    first = crawl(scrapy, library)
    for _ in range(25):
        library.add()
    run = crawl(scrapy, library)
    assert run.status == 0 and "the layout has changed: text in article#nr, not in div.content" in run.err
    assert bodies(first).items() <= bodies(run).items()
    assert bodies(run) == truth(library)
    assert [layout["container"] for layout in profile(run)["layouts"]] == ["div.content", "article#nr"]
    assert scrapy("report").status == 0
    assert "the layout has changed: text in article#nr, not in div.content" in (run.data / "report" / "index.html").read_text("utf-8")


def test_a_site_of_two_pages_is_told(scrapy: Scrapy) -> None:
    with Furnished(articles=2) as library:
        run = crawl(scrapy, library)
    assert run.status == 0 and "no profile: only 2 articles: at least 5 are needed; general rules" in run.err
    assert bodies(run) == {url: f"{body}\n{LINE}" for url, body in truth(library).items()}


class Answering(Furnished):
    """Every article's address brings the text of the first one, or `instead` of it."""

    instead = ""

    def _find(self, url: str) -> Response | None:
        answer = super()._find(self.url(1) if "/doc/" in url else url)
        return replace(answer, body=self.instead.encode()) if answer and self.instead and "/doc/" in url else answer


def test_pages_all_alike_are_told_and_nothing_is_lost(scrapy: Scrapy) -> None:
    with Answering(articles=12) as library:
        run = crawl(scrapy, library)
        assert run.status == 0 and "no profile: 12 pages, but only 1 different texts; general rules" in run.err, run.err
        [body] = bodies(run).values()
        assert body == f"{library._state.articles[1].body}\n{LINE}" and len(run.rows("duplicates")) == 11


def test_an_error_page_on_every_address_is_told_and_teaches_nothing(scrapy: Scrapy) -> None:
    with Answering(articles=12) as library:
        library.instead = "<title>页面不存在</title><h1>404</h1><p>抱歉，您访问的页面不存在或已被删除。</p>"
        run = crawl(scrapy, library)
        assert run.status == 0 and "0 documents, 0 duplicates, 0 rejected, 0 failed, 12 gone" in run.last_line, run.err
        with closing(sqlite3.connect(run.data / "state" / "ledger.sqlite")) as database:
            assert database.execute("select count(*) from sites where profile is not null").fetchone() == (0,)


def test_what_waits_is_published_when_the_crawl_stops(scrapy: Scrapy, library: Furnished) -> None:
    run = crawl(scrapy, library, "-s", "CLOSESPIDER_PAGECOUNT=12")
    assert run.status == 5 and len(bodies(run)) >= 5, run.err
    assert bodies(run).items() <= truth(library).items()
    assert bodies(crawl(scrapy, library)) == truth(library)


def test_when_there_is_no_room_to_wait_nothing_hangs(scrapy: Scrapy, library: Furnished) -> None:
    run = crawl(scrapy, library, "-s", "SCRAPER_SLOT_MAX_ACTIVE_SIZE=9000")
    assert run.status == 0 and bodies(run).keys() == truth(library).keys(), run.err


def test_a_kill_while_articles_wait_loses_nothing(scrapy: Scrapy, library: Furnished, tmp_path: Path) -> None:
    library.delay["/doc/1.html"] = 30.0
    data = tmp_path / "data"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WENKU_") and not k.lower().endswith("_proxy")}
    process = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "crawl", "wenku", "-a", f"start_urls={library.start}", *FAST, "-s", "PROFILE_PAGES=60"],
        cwd=REPO, env=environment | library.env | {"WENKU_DATA_DIR": str(data)}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while library.hits() < 40:  # all but the slow one; each of them waits
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    library.delay.clear()
    assert not list((data / "feed").glob("*.jsonl"))
    assert bodies(crawl(scrapy, library, data=data)) == truth(library)


def test_articles_that_wait_earn_like_documents(scrapy: Scrapy) -> None:
    """Where many links lead nowhere, the documents that wait keep the site from being taken for a trap."""
    with Furnished(articles=120, per_page=10) as library:
        library.broken.update({f"/doc/{number}.html": 404 for number in range(1, 121) if number % 6})
        run = crawl(scrapy, library, "-s", "TRAP_PAGES=20")
        assert len(bodies(run)) == 20, run.err
