"""ARCHIVE=1: what was fetched is kept, and cleaning it gives what the crawl gave."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, run_scrapy

from crawler.archived import archived_articles
from crawler.feed import verify
from crawler.warc import Archive, Info, Record, WarcError, read_records
from tests.site import Library

Scrapy = Callable[..., Run]


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Run:
    # Of copies the first one is published, and articles that wait for a profile come later in a crawl than in its archive.
    return run_scrapy("crawl", "wenku", "-s", "ARCHIVE=1", "-s", "PROFILE_PAGES=0", data=tmp_path_factory.mktemp("archive") / "data")


def without_time(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["url"]: {key: value for key, value in row.items() if key != "fetched_at"} for row in rows}


def test_cleaning_an_archive_gives_the_documents_of_the_crawl(crawl: Run, scrapy: Scrapy, tmp_path: Path) -> None:
    assert crawl.status == 0, crawl.err
    archives = list((crawl.data / "archive").iterdir())
    assert [path.name for path in archives] == ["run-0000001.warc.gz"]
    again = scrapy("clean", "-o", str(tmp_path / "data"), str(archives[0]))
    assert again.status == 0, again.err
    assert without_time(again.rows("feed")) == without_time(crawl.rows("feed"))
    assert without_time(again.rows("duplicates")) == without_time(crawl.rows("duplicates"))
    assert without_time(again.rows("rejected")) == without_time(crawl.rows("rejected"))
    assert max(row["pages"] for row in again.rows("feed")) > 1
    assert verify(tmp_path / "data") == []


def test_the_archive_holds_every_answer_and_no_secret(crawl: Run) -> None:
    path = crawl.data / "archive" / "run-0000001.warc.gz"
    info, *records = read_records(path)
    assert isinstance(info, Info) and "qingshan.demo.wenku.example" in info.hosts
    statuses = {record.status for record in records if isinstance(record, Record)}
    assert {200, 404} <= statuses
    raw = gzip.decompress(path.read_bytes()).lower()
    assert b"set-cookie" not in raw and b"warc-type: request" not in raw
    assert path.stat().st_mode & 0o777 == 0o640


def test_without_it_nothing_is_kept(scrapy: Scrapy) -> None:
    with Library(articles=1) as served:
        run = scrapy("crawl", "wenku", "-a", f"start_urls={served.start}", env=served.env)
    assert run.status == 0 and not (run.data / "archive").exists()


# ---- reading --------------------------------------------------------------------------------------------


def page(number: int, pages: int, site: str = "http://a.test") -> bytes:
    links = "".join(f'<a href="{site}/1_{n}.html">{n}</a> ' for n in range(1, pages + 1))
    more = f'<a href="{site}/1_{number + 1}.html">下一页</a>' if number < pages else ""
    text = "".join(
        f"<p>第{number}页的第{n}段：春天到了，河边的柳树发了芽，孩子们在堤上放风筝，老人坐着看。</p>"
        for n in range(1, 5)
    )
    return f'<html><head><title>河边的春天</title></head><body><h1>河边的春天</h1><p>时间：2024-03-12</p><div class="content">{text}</div><div class="pages">{links}{more}</div></body></html>'.encode()


def written(path: Path, records: list[Record], info: Info | None = None) -> Path:
    archive = Archive(path, info or Info(), "test")
    for record in records:
        archive.write(record, "", [("Content-Type", "text/html; charset=utf-8")])
    archive.close()
    return path


def answer(number: int, pages: int = 3, status: int = 200, asked: str = "") -> Record:
    url = f"http://a.test/1_{number}.html"
    return Record(url, asked or url, status, page(number, pages) if status == 200 else b"", "2026-01-02T03:04:05Z")


def articles(path: Path) -> list[tuple[int, bool]]:
    return [(made.page.pages, made.page.cut) for made in archived_articles(path)]


def test_pages_are_joined_whatever_their_order(tmp_path: Path) -> None:
    for order in ([1, 2, 3], [3, 2, 1], [2, 1, 3], [1, 3, 2]):
        path = written(tmp_path / f"{order}.warc.gz", [answer(number) for number in order])
        assert articles(path) == [(3, False)], order


@pytest.mark.parametrize("status", [404, 503])
def test_an_article_without_its_end_is_cut(tmp_path: Path, status: int) -> None:
    assert articles(written(tmp_path / "a.warc.gz", [answer(1), answer(2), answer(3, status=status)])) == [(2, True)]
    assert articles(written(tmp_path / "b.warc.gz", [answer(1)])) == [(1, True)]


def test_a_page_behind_a_redirect_is_found(tmp_path: Path) -> None:
    moved = Record("http://a.test/1_2.htm", "http://a.test/1_2.html", 200, page(2, 2), "2026-01-02T03:04:05Z")
    assert articles(written(tmp_path / "a.warc.gz", [answer(1, pages=2), moved])) == [(2, False)]


def test_another_site_and_pages_beyond_the_limit_are_left_out_as_in_the_crawl(tmp_path: Path) -> None:
    records = [answer(number) for number in (1, 2, 3)]
    assert articles(written(tmp_path / "a.warc.gz", records, Info(frozenset({"b.test"})))) == []
    assert articles(written(tmp_path / "b.warc.gz", records, Info(frozenset({"a.test"}), pages=2))) == [(2, True)]


def test_a_torn_archive_gives_what_is_whole_and_says_so(tmp_path: Path, scrapy: Scrapy) -> None:
    path = written(tmp_path / "a.warc.gz", [answer(1, pages=1), answer(2, pages=1)])
    path.write_bytes(path.read_bytes()[:-40])
    made = []
    with pytest.raises(WarcError, match="is torn"):
        made.extend(archived_articles(path))
    run = scrapy("clean", "-o", str(tmp_path / "out"), str(path))
    assert run.status == 1 and "1 documents" in run.out and "is torn at http://a.test/1_2.html" in run.err, run.err


def test_the_next_run_gives_the_archive_of_a_killed_one_its_name(tmp_path: Path) -> None:
    killed = Archive(tmp_path / "run-0000001.warc.gz", Info(), "test")
    killed.write(answer(1, pages=1), "OK", [])
    assert [path.name for path in tmp_path.iterdir()] == ["run-0000001.warc.gz.open"]
    written(tmp_path / "run-0000002.warc.gz", [answer(2, pages=1)])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run-0000001.warc.gz", "run-0000002.warc.gz"]
    killed._file.close()
