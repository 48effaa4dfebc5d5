"""`scrapy learn URL`: what it finds of a new site, and the file that it proposes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conftest import Run

from crawler.profile import Repeat
from crawler.sites import read_site
from tests.crawl.test_profile import FAST, LINE, Furnished
from tests.site import Library

Scrapy = Callable[..., Run]


def test_a_new_site_is_looked_at_and_a_file_proposed(scrapy: Scrapy, tmp_path: Path) -> None:
    out = tmp_path / "changhe.toml"
    with Furnished(articles=60, per_page=10) as library:
        run = scrapy("learn", "-o", str(out), *FAST, library.start, env=library.env)
        assert run.status == 0, run.err
        assert library.hits() <= 62, "a look, not a crawl"
    assert "layout div.content (100% of the pages)" in run.out and "title: body>h1; 20 of 20, confidence " in run.out
    assert "date: body>div.info; 20 of 20" in run.out and "articles: /doc/0.html" in run.out
    assert f"tail 20 times: {LINE}" in run.out
    site = read_site(out)
    assert site.start_urls == (library.start,) and site.profile
    assert site.profile.repeats[0] == Repeat(LINE, "tail", 20, "div.content>p")


def test_a_file_that_is_there_is_not_touched(scrapy: Scrapy, tmp_path: Path) -> None:
    out = tmp_path / "mine.toml"
    out.write_text("mine", "utf-8")
    run = scrapy("learn", "-o", str(out), "http://www.changhe.test.wenku.example/")
    assert run.status == 2 and run.last_line.startswith("wenku: mine.toml: this site has a file; what a person wrote stays")
    assert out.read_text("utf-8") == "mine"


def test_a_site_without_articles_is_told(scrapy: Scrapy, tmp_path: Path) -> None:
    with Library(articles=12) as library:
        library.broken["*"] = 404
        run = scrapy("learn", "-o", str(tmp_path / "x.toml"), *FAST, library.start, env=library.env)
    assert run.status == 1 and "no article was found (1 failed" in run.last_line and not (tmp_path / "x.toml").exists()


def test_too_few_articles_make_a_file_without_a_profile(scrapy: Scrapy, tmp_path: Path) -> None:
    out = tmp_path / "two.toml"
    with Furnished(articles=2) as library:
        run = scrapy("learn", "-o", str(out), *FAST, library.start, env=library.env)
    assert run.status == 0 and "no profile: only 2 articles: at least 5 are needed" in run.out
    assert read_site(out).profile is None


def test_no_address(scrapy: Scrapy) -> None:
    assert scrapy("learn", "ftp://a.example/").status == 2
