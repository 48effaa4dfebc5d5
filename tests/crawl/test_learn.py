"""`scrapy learn URL`: what it finds of a new site, and the file that it proposes."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
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


MINE = f"""# ours, since 2019
start_urls = ["{Library.host}"]   # the front page
about = '芦汀'

[profile]  # looked at by hand
keep = ["甲方："]

[expect]
documents = 3
"""


def mine(tmp_path: Path, library: Library, text: str = MINE) -> Path:
    out = tmp_path / "mine.toml"
    out.write_bytes(text.replace(f'"{Library.host}"', f'"{library.start}"').encode())
    return out


@pytest.fixture
def library() -> Iterator[Furnished]:
    with Furnished(articles=30, per_page=10) as served:
        yield served


def test_without_update_a_file_is_left_alone(scrapy: Scrapy, library: Furnished, tmp_path: Path) -> None:
    out = mine(tmp_path, library)
    before = out.read_bytes()
    run = scrapy("learn", "-o", str(out), *FAST, library.start, env=library.env)
    assert run.status == 0 and run.err == "" and out.read_bytes() == before
    assert "layout div.content (100% of the pages)" in run.out and f'text = "{LINE}"' in run.out
    assert run.out.endswith(f"\n{out} lacks this; scrapy learn --update adds it\n")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])  # the latter as Notepad has it, with a byte order mark
def test_an_update_adds_what_the_file_lacks_and_nothing_twice(scrapy: Scrapy, library: Furnished, tmp_path: Path, newline: str) -> None:
    out = mine(tmp_path, library, MINE.replace("\n", newline))
    if newline == "\r\n":
        out.write_bytes(codecs.BOM_UTF8 + out.read_bytes())
    before = out.read_bytes()
    out.chmod(0o664)
    run = scrapy("learn", "--update", "-o", str(out), *FAST, library.start, env=library.env)
    assert run.status == 0 and run.out.endswith(f"added to {out}: pages, articles, lists, layouts, repeats; what stood there is as it was\n")
    top, below = before.split(b'keep = ["', 1)
    after = out.read_bytes()
    assert after.startswith(top) and b'keep = ["' + below in after, "every line of the person's is as it was"
    assert after.replace(b"\r\n", b"").count(b"\r") == 0 and after.count(b"\n") == after.count(newline.encode())
    site = read_site(out)
    assert site.expect and site.expect.documents == 3 and site.about == "芦汀" and site.profile
    assert site.profile.keep == ("甲方：",) and [lay.container for lay in site.profile.layouts] == ["div.content"]
    assert site.profile.repeats[0] == Repeat(LINE, "tail", 20, "div.content>p")
    again = scrapy("learn", "--update", "-o", str(out), *FAST, library.start, env=library.env)
    assert again.status == 0 and again.out.endswith(f"{out}: nothing to add\n") and out.read_bytes() == after
    assert out.stat().st_mode & 0o777 == 0o664 and list(tmp_path.glob(".*")) == []


def test_what_a_person_wrote_counts_and_what_differs_is_told(scrapy: Scrapy, library: Furnished, tmp_path: Path) -> None:
    text = f"""start_urls = ["{library.start}"]
[profile]
keep = ["{LINE}"]
engine = "own"
[[profile.layouts]]
container = "div#old"
"""
    out = mine(tmp_path, library, text)
    run = scrapy("learn", "--update", "-o", str(out), *FAST, library.start, env=library.env)
    assert run.status == 0, run.err
    said = run.out[run.out.index("mine.toml says otherwise, and counts:") :].splitlines()
    assert said[1:-1] == [
        "  engine: the file has own; found: nothing",
        "  layouts: not in the file: div.content",
        "  layouts: in the file, on none of these pages: div#old",
        f"  keep: the file keeps what comes again: tail 20 times: {LINE}",
    ]
    site = read_site(out)
    assert site.profile and (site.profile.engine, site.profile.repeats) == ("own", ())
    assert [lay.container for lay in site.profile.layouts] == ["div#old"]
    assert site.profile.articles == ("/doc/0.html",)


def test_a_profile_in_one_line_is_not_added_to(scrapy: Scrapy, library: Furnished, tmp_path: Path) -> None:
    out = mine(tmp_path, library, f'start_urls = ["{library.start}"]\nprofile = {{ keep = ["甲方："] }}\n')
    before = out.read_bytes()
    run = scrapy("learn", "--update", "-o", str(out), *FAST, library.start, env=library.env)
    assert run.status == 2 and out.read_bytes() == before and f'text = "{LINE}"' in run.out
    assert "mine.toml: to a profile in one line, or of lines such as profile.keep, nothing can be added" in run.last_line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mine", "mine.toml: not valid TOML"),
        (MINE.replace("keep", "kept"), "mine.toml: profile: unknown key 'kept'; known keys are "),
        (MINE + '[[profile.layouts]]\ncontainer = "//div"', "mine.toml: profile: layouts 1: container: '//div' is no path"),
        (MINE.replace(f'"{Library.host}"', '"http://a.example/"'), "mine.toml: is of a.example, not of changhe.test.wenku.example: name another"),
    ],
)
def test_a_broken_file_is_told_before_anything_is_fetched(
    scrapy: Scrapy, library: Furnished, tmp_path: Path, text: str, said: str
) -> None:
    out = mine(tmp_path, library, text)
    before = out.read_bytes()
    run = scrapy("learn", "--update", "-o", str(out), *FAST, library.start, env=library.env)
    assert run.status == 2 and run.err.count("\n") == 1 and said in run.err and out.read_bytes() == before
    assert library.hits() == 0


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
