"""What a person expects of a site: when it does not come, the crawl says so and ends with status 4."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from conftest import Run, run_there

from crawler.expect import Seen, judge
from crawler.sites import Expect, Site, SiteError, read_site
from tests.crawl.test_profile import FAST
from tests.site import Library

TODAY = date(2024, 6, 30)


def seen(*days: str | None) -> Seen:
    made = Seen()
    for day in days:
        made.add(day)
    return made


def missed(expect: Expect, *days: str | None) -> list[str]:
    site = Site("a", ("http://a.example/",), expect=expect)
    return [row["found"] for row in judge(site, seen(*days), TODAY) if not row["met"]]


def test_each_expectation() -> None:
    assert missed(Expect(documents=2), "2024-06-01") == ["1"]
    assert missed(Expect(dated=0.9), "2024-06-01", None) == ["50%"]
    assert missed(Expect(newest_days=10), "2024-06-01", "2024-06-19") == ["11 days"]
    assert missed(Expect(newest_days=10), None) == ["no date"]
    assert missed(Expect(2, 0.5, 30), "2024-06-01", None) == []
    assert missed(Expect(dated=1.0, newest_days=1)) == [], "nothing came: nothing to be said of dates"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("documents = -1", "expect: documents must be a whole number of at least 0, not -1"),
        ("dated = 90", "expect: dated must be a share from 0 to 1, not 90"),
        ('newest_days = "3"', "expect: newest_days must be a whole number of at least 0, not '3'"),
        ("minimum = 3", "expect: unknown key 'minimum'; known keys are documents, dated, newest_days"),
    ],
)
def test_a_wrong_expectation_is_told(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "a.toml"
    path.write_text(f'start_urls = ["http://a.example/"]\n[expect]\n{line}\n', "utf-8")
    with pytest.raises(SiteError) as told:
        read_site(path)
    assert str(told.value).endswith(said)


def expecting(checkout: Path, start: str, documents: int) -> None:
    text = f'start_urls = ["{start}"]\n[expect]\ndocuments = {documents}\ndated = 0.5\n'
    (checkout / "data" / "sites" / "few.toml").write_text(text, "utf-8")


def crawl(checkout: Path, library: Library) -> Run:
    return run_there(checkout, "crawl", "wenku", "-a", "sites=few", *FAST, env=library.env)


def test_a_missed_expectation_ends_with_status_4(checkout: Path) -> None:
    with Library(articles=9) as library:
        expecting(checkout, library.start, 100)
        run = crawl(checkout, library)
    assert run.status == 4, run.err
    assert "wenku: expected of few: at least 100 documents; found: 9" in run.err
    assert "wenku: not as expected: 9 documents" in run.err
    assert run_there(checkout, "report").status == 0
    page = (run.data / "report" / "index.html").read_text("utf-8")
    assert "at least 100 documents" in page and ">missed<" in page and ">met<" in page


def test_a_page_that_failed_hides_no_missed_expectation(checkout: Path) -> None:
    with Library(articles=9) as library:
        library.broken["/doc/3.html"] = 500
        expecting(checkout, library.start, 9)
        run = crawl(checkout, library)
        assert run.status == 4 and "at least 9 documents; found: 8" in run.err, run.err
        assert run.last_line.endswith("the same command again goes on")
        expecting(checkout, library.start, 8)
        shutil.rmtree(run.data / "state")
        shutil.rmtree(run.data / "feed")
        assert crawl(checkout, library).status == 3


def test_of_a_host_that_wants_to_wait_nothing_is_said_yet(checkout: Path) -> None:
    with Library(articles=9) as library:
        library.broken["*"] = 503
        expecting(checkout, library.start, 9)
        run = run_there(checkout, "crawl", "wenku", "-a", "sites=few", *FAST, "-s", "ROBOTS_RETRY_SECONDS=1", env=library.env)
    assert run.status == 3 and "wenku: put off: changhe.test" in run.err and "expected of" not in run.err, run.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[profile]\nkept = ["a"]', "profile: unknown key 'kept'; known keys are "),
        ('[[profile.layouts]]\ncontainer = "//div"', "profile: layouts 1: container: '//div' is no path"),
        ("profile = 3", "profile must be a table"),
    ],
)
def test_a_wrong_profile_is_told(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "a.toml"
    path.write_text(f'start_urls = ["http://a.example/"]\n{text}\n', "utf-8")
    with pytest.raises(SiteError) as told:
        read_site(path)
    assert said in str(told.value)
