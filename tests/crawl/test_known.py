"""`scrapy explain` and `scrapy clean` read a page with what is known of its site: from the ledger, from a person, from the pages."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, run_there

from crawler.feed import verify
from crawler.profile import RULE
from crawler.warc import Archive, Info, Record
from tests.crawl.test_profile import FAST, LINE, Furnished, crawl
from tests.profile.sites import Family, families

Scrapy = Callable[..., Run]
HOST = "changhe.test.wenku.example"
GONE = f"- [{RULE}] {LINE}"


@pytest.fixture
def library() -> Iterator[Furnished]:
    with Furnished(articles=24, per_page=10) as served:
        yield served


def ledger(run: Run) -> Path:
    return run.data / "state" / "ledger.sqlite"


def change(run: Run, statement: str, *values: str) -> None:
    with closing(sqlite3.connect(ledger(run))) as database, database:
        assert database.execute(statement, values).rowcount in (1, -1)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def saved(library: Furnished, number: int, folder: Path) -> Path:
    answer = library._find(library.url(number))
    assert answer
    path = folder / f"{number:03}.html"
    path.write_bytes(answer.body)
    return path


def lines(run: Run, folder: Path) -> dict[str, str]:
    """The last line of each document in the feed below `folder`, by title."""
    assert verify(folder) == []
    rows = Run(subprocess.CompletedProcess([], 0, "", ""), folder).rows("feed")
    return {row["title"]: row["body"].splitlines()[-1] for row in rows}


# ---- explain ----------------------------------------------------------------------------------------------


def test_explain_knows_what_the_crawl_learned_and_writes_nothing(scrapy: Scrapy, library: Furnished, tmp_path: Path) -> None:
    run = crawl(scrapy, library)
    before = files(run.data)
    for asked in ([library.url(1)], [str(saved(library, 1, tmp_path)), "--url", library.url(1)]):
        told = scrapy("explain", *asked, env=library.env)
        assert told.status == 0 and told.err == ""
        assert "profile   learned from 20 articles\n" in told.out and GONE in told.out
    page = tmp_path / "page.html"
    assert scrapy("explain", "--html", str(page), library.url(1), env=library.env).status == 0
    assert "learned from 20 articles" in page.read_text("utf-8") and f'class="rule">{RULE}<' in page.read_text("utf-8")
    assert files(run.data) == before


def test_explain_by_general_rules(scrapy: Scrapy, library: Furnished, tmp_path: Path) -> None:
    unknown = scrapy("explain", library.url(1), env=library.env)
    assert f"profile   none: nothing is known of {HOST}; general rules" in unknown.out and f"+ {LINE}" in unknown.out
    assert not (tmp_path / "data").exists(), "a look made a ledger"
    crawl(scrapy, library)
    without = scrapy("explain", "-s", "PROFILE_PAGES=0", library.url(1), env=library.env)
    assert "profile   none: PROFILE_PAGES is 0; general rules" in without.out and f"+ {LINE}" in without.out
    nowhere = scrapy("explain", str(saved(library, 1, tmp_path)))
    assert "profile   none: the page does not say where it is from" in nowhere.out
    wrong = scrapy("explain", "-s", "PROFILE_PAGES=x", library.url(1), env=library.env)
    assert wrong.status == 2 and wrong.err == "wenku: setting PROFILE_PAGES must be a whole number, not 'x'\n"


def test_explain_while_a_crawl_writes(scrapy: Scrapy, library: Furnished) -> None:
    run = crawl(scrapy, library)
    with closing(sqlite3.connect(ledger(run), isolation_level=None)) as writer:
        writer.execute("begin immediate")
        writer.execute("update sites set round = round + 1")
        told = scrapy("explain", library.url(1), env=library.env)
        assert told.status == 0 and GONE in told.out and told.err == ""
        writer.execute("commit")  # nobody holds a lock that it would have to wait for


def test_explain_reads_what_a_killed_crawl_committed(scrapy: Scrapy, library: Furnished, tmp_path: Path) -> None:
    run = crawl(scrapy, library)
    killed = tmp_path / "killed" / "state"
    with closing(sqlite3.connect(ledger(run))) as writer:
        writer.execute("update sites set profile = replace(profile, '\"pages\": 20', '\"pages\": 21')")
        writer.commit()
        shutil.copytree(run.data / "state", killed, ignore=shutil.ignore_patterns("*-shm"))
    before = files(killed)
    assert before["ledger.sqlite-wal"]
    told = scrapy("explain", library.url(1), env=library.env, data=killed.parent)
    assert "profile   learned from 21 articles\n" in told.out and told.err == ""
    after = files(killed)
    after.pop("ledger.sqlite-shm", None)  # how SQLite's readers and writers agree; no data
    assert after == before


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update sites set profile = '{bad' where profile is not null", f"the stored profile of {HOST}: must be a table; it is left aside"),
        ("update sites set profile = '{\"kept\": []}' where profile is not null", f"the stored profile of {HOST}: unknown key 'kept'"),
        ("alter table sites drop column profile", "keeps no profiles that this program knows; a crawl brings it up to date"),
        ("alter table sites rename to others", "is no ledger (it has no table sites)"),
    ],
)
def test_a_broken_profile_or_ledger_is_told(scrapy: Scrapy, library: Furnished, tmp_path: Path, statement: str, said: str) -> None:
    change(crawl(scrapy, library), statement)
    told = scrapy("explain", library.url(1), env=library.env)
    assert told.status == 0 and "profile   none: nothing is known" in told.out and f"+ {LINE}" in told.out
    assert said in told.err and told.err.count("\n") == 1
    page = saved(library, 1, tmp_path)
    page.write_text(f"<!-- saved from url=(0099){library.url(1)} -->{page.read_text('utf-8')}", "utf-8")
    made = scrapy("clean", "-o", str(tmp_path / "out"), str(page))
    assert made.status == 0 and "1 documents" in made.out and said in made.err


def test_a_ledger_that_is_no_database_is_told(scrapy: Scrapy, library: Furnished) -> None:
    run = crawl(scrapy, library)
    for data in (b"", b"no database" * 500, ledger(run).read_bytes()[:5000]):
        ledger(run).write_bytes(data)
        told = scrapy("explain", library.url(1), env=library.env)
        assert told.status == 0 and f"+ {LINE}" in told.out
        assert "ledger.sqlite is " in told.err and told.err.count("\n") == 1, told.err
        assert ledger(run).read_bytes() == data


def test_a_crawl_learns_anew_what_cannot_be_read(scrapy: Scrapy, library: Furnished) -> None:
    run = crawl(scrapy, library)
    change(run, "update sites set profile = '{bad' where profile is not null")
    again = crawl(scrapy, library, "-a", "full=1")
    assert again.status == 0 and f"the stored profile of {HOST}: must be a table; it is learned anew" in again.err
    with closing(sqlite3.connect(ledger(run))) as database:
        kept = database.execute("select profile from sites where profile is not null").fetchone()[0]
    assert json.loads(kept)["repeats"][0]["text"] == LINE


# ---- what a person wrote --------------------------------------------------------------------------------------


def test_what_a_person_wrote_is_used(checkout: Path, library: Furnished) -> None:
    site = checkout / "data" / "sites" / "river.toml"
    site.write_text(f'start_urls = ["{library.start}"]\n[profile]\ndrop = ["{LINE}"]\n', "utf-8")
    told = run_there(checkout, "explain", library.url(1), env=library.env)
    assert "profile   given in data/sites/river.toml (drop)\n" in told.out and GONE in told.out, told.err
    site.write_text(f'start_urls = ["{library.start}"]\n[profile]\nkeep = ["{LINE}"]\n', "utf-8")
    assert run_there(checkout, "crawl", "wenku", "-a", "sites=river", *FAST, env=library.env).status == 0
    told = run_there(checkout, "explain", library.url(1), env=library.env)
    assert "profile   learned from 20 articles; given in data/sites/river.toml (keep)\n" in told.out
    assert f"+ {LINE}" in told.out, "a person's word wins"


def test_a_broken_file_of_a_site_is_told(checkout: Path, library: Furnished, tmp_path: Path) -> None:
    site = checkout / "data" / "sites" / "river.toml"
    page = saved(library, 1, tmp_path)
    for text, said in (
        ("[profile]\nkept = []", "river.toml: profile: unknown key 'kept'"),
        ('[[profile.layouts]]\ncontainer = "//div"', "river.toml: profile: layouts 1: container: '//div' is no path"),
    ):
        site.write_text(f'start_urls = ["{library.start}"]\n{text}\n', "utf-8")
        told = run_there(checkout, "explain", library.url(1), env=library.env)
        assert told.status == 0 and said in told.err and told.err.count("\n") == 1 and f"+ {LINE}" in told.out
        made = run_there(checkout, "clean", "-o", str(tmp_path / said[-4:]), str(page))
        assert made.status == 0 and said in made.err and "1 documents" in made.out
        run = run_there(checkout, "crawl", "wenku", "-a", "sites=river", env=library.env)
        assert run.status == 2 and said in run.err and "Traceback" not in run.err


def test_learn_adds_to_the_file_of_the_site_whatever_its_name(checkout: Path, library: Furnished) -> None:
    site = checkout / "data" / "sites" / "river.toml"
    text = f'start_urls = ["{library.start}"]\nskip = ["/doc/1[0-9]"]\n'
    site.write_text(text, "utf-8")
    run = run_there(checkout, "learn", "--update", *FAST, library.start, env=library.env)
    assert run.status == 0 and f"added to {site}: pages, articles, lists, layouts, repeats" in run.out, run.err
    assert site.read_text("utf-8").startswith(text) and not (site.parent / f"{HOST}.toml").exists()
    assert library.hits(library.url(9)) == 1 and library.hits(library.url(10)) == 0, "what a person skips is not looked at"
    assert run_there(checkout, "crawl", "wenku", "-a", "sites=river", *FAST, env=library.env).status == 0
    rows = run.rows("feed")
    assert len(rows) == 14 and not any(LINE in row["body"] for row in rows)


# ---- clean --------------------------------------------------------------------------------------------------


def archive(path: Path, pages: list[tuple[Family, int]]) -> Path:
    made = Archive(path, Info(), "test")
    for family, number in pages:
        url = family.url(number)
        made.write(Record(url, url, 200, family.page(number), "2026-01-02T03:04:05Z"), "OK", [])
    made.close()
    return path


def wanted(pages: list[tuple[Family, int]]) -> dict[str, str]:
    return {family.url(number): family.body(number) for family, number in pages}


def bodies(folder: Path) -> dict[str, str]:
    rows: list[dict[str, Any]] = Run(subprocess.CompletedProcess([], 0, "", ""), folder).rows("feed")
    return {row["url"]: row["body"] for row in rows}


def test_clean_learns_the_sites_of_an_archive_from_its_pages(scrapy: Scrapy, tmp_path: Path) -> None:
    box, breaks, few = families(11)[0], families(11)[4], families(11)[1]
    pages = [(family, number) for number in range(1, 31) for family in (box, breaks)] + [(few, 1), (few, 2)]
    warc = archive(tmp_path / "pages.warc.gz", pages)
    run = scrapy("clean", "-o", str(tmp_path / "out"), str(warc))
    assert run.status == 0 and "sites: 2 learned from these pages, 1 read by general rules\n" in run.out, run.err
    made, right = bodies(tmp_path / "out"), wanted(pages)
    assert {url: made[url] for url in right if few.url(1)[:20] not in url} == {url: right[url] for url in right if few.url(1)[:20] not in url}
    assert made.keys() == right.keys() and all(made[few.url(n)].startswith(few.body(n)) for n in (1, 2)), "nothing is lost"
    assert scrapy("clean", "-o", str(tmp_path / "again"), str(warc)).status == 0
    assert files(tmp_path / "again" / "feed").keys() == files(tmp_path / "out" / "feed").keys()
    assert bodies(tmp_path / "again") == made and not (tmp_path / "data").exists()
    general = scrapy("clean", "-s", "PROFILE_PAGES=0", "-o", str(tmp_path / "general"), str(warc))
    assert general.status == 0 and "sites:" not in general.out
    assert all(body != right[url] for url, body in bodies(tmp_path / "general").items())


def test_clean_uses_what_the_crawl_learned(scrapy: Scrapy, library: Furnished, tmp_path: Path) -> None:
    run = crawl(scrapy, library, "-s", "ARCHIVE=1")
    before = files(run.data / "state")
    warc = next((run.data / "archive").glob("*.warc.gz"))
    page = saved(library, 1, tmp_path)
    page.write_text(f"<!-- saved from url=(0099){library.url(1)} -->{page.read_text('utf-8')}", "utf-8")
    for name, source in (("one", page), ("all", warc)):
        made = scrapy("clean", "-o", str(tmp_path / name), str(source))
        assert made.status == 0 and "sites: 1 known before\n" in made.out, made.err
        assert LINE not in lines(made, tmp_path / name).values()
    assert bodies(tmp_path / "all") == {row["url"]: row["body"] for row in run.rows("feed")}
    assert files(run.data / "state") == before


def test_saved_pages_without_an_address_are_one_site_by_folder(scrapy: Scrapy, library: Furnished, tmp_path: Path) -> None:
    for name, numbers in (("saved", range(1, 9)), ("others", range(9, 15))):
        (tmp_path / name).mkdir()
        for number in numbers:
            saved(library, number, tmp_path / name)
    run = scrapy("clean", "-o", str(tmp_path / "out"), str(tmp_path / "saved"), str(tmp_path / "others"))
    assert run.status == 0 and "sites: 2 learned from these pages" in run.out and "14 documents" in run.out
    assert LINE not in lines(run, tmp_path / "out").values()


def test_pages_all_alike_are_told_and_not_lost(scrapy: Scrapy, tmp_path: Path) -> None:
    family = families(11)[0]
    for number in range(12):
        (tmp_path / f"{number:02}.html").write_bytes(family.page(1))
    run = scrapy("clean", "-o", str(tmp_path / "out"), *map(str, sorted(tmp_path.glob("*.html"))))
    assert run.status == 0 and "no profile: 12 pages, but only 1 different texts; general rules" in run.err
    assert "1 documents, 11 duplicates" in run.out and "sites: 1 read by general rules" in run.out
