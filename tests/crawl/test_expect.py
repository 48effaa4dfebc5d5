"""What a person expects of a site: when it does not come, the crawl says so and ends with status 4."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from conftest import REPO

from crawler.expect import Seen, judge
from crawler.sites import Expect, Site, SiteError, read_site

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


def test_a_missed_expectation_ends_with_status_4(tmp_path: Path) -> None:
    copy = tmp_path / "checkout"
    for part in ("crawler", "spiders", "pipelines", "data"):
        shutil.copytree(REPO / part, copy / part, ignore=shutil.ignore_patterns("*.jsonl", "*.sqlite*", "__pycache__"))
    shutil.copy(REPO / "scrapy.cfg", copy)
    start = 'start_urls = ["http://www.qingxi.demo.wenku.example/"]\nserved_by = "demo"\n'
    (copy / "data" / "sites" / "few.toml").write_text(f"{start}[expect]\ndocuments = 100\ndated = 0.5\n", "utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WENKU_")} | {"PYTHONPATH": str(copy)}
    process = subprocess.run(
        [sys.executable, "-m", "scrapy", "crawl", "wenku", "-a", "sites=few"], cwd=copy, env=environment, capture_output=True, text=True
    )  # fmt: skip
    assert process.returncode == 4, process.stderr
    assert "wenku: expected of few: at least 100 documents; found: 9" in process.stderr
    assert "wenku: not as expected: 9 documents" in process.stderr


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
