"""The bundled library: it is whole, always the same, and its truth is what its pages show."""

from __future__ import annotations

import re
import time
from collections import Counter
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from crawler.demo import DEAD, Response, hosts, library, starts, truth
from crawler.demo import library as build
from crawler.demo.build import SiteBuilder
from crawler.demo.library import find
from crawler.demo.markup import marked
from crawler.demo.serve import address
from crawler.demo.sites import sites
from crawler.demo.texts import GAP, texts

PAGES = library()
ROWS = truth()
DOCUMENTS = [row for row in ROWS if row["expect"] == "document"]
ENCODING = {site.host: site.charset for site in sites().values()}
ENCODING |= {site.mobile.partition("/")[0]: site.charset for site in sites().values() if site.mobile}


def text_of(url: str) -> str:
    """The source of a page, decoded strictly: a byte that is no character fails the test."""
    return PAGES[url].body.decode(ENCODING[urlsplit(url).netloc])


def links(url: str) -> list[str]:
    """The absolute addresses of a page's links, as a browser without scripts resolves them."""
    html = re.sub(r"(?s)<script.*?</script>", "", text_of(url), flags=re.I)
    base = re.search(r'<base href="([^"]+)"', html, re.I)
    found = re.findall(r"""<a\b[^>]*?\bhref=(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", html, re.I)
    hrefs = [unescape(a or b or c) for a, b, c in found]
    return [
        address(urljoin(base[1] if base else url, href).split("#")[0], "")
        for href in hrefs
        if not href.startswith(("javascript:", "#"))
    ]


def shingles(text: str) -> set[str]:
    squeezed = re.sub(r"\s", "", text)
    return {squeezed[i : i + 5] for i in range(len(squeezed) - 4)}


def similarity(a: set[str], b: set[str]) -> float:
    return len(a & b) / len(a | b)


def test_two_builds_are_equal() -> None:
    again = {}
    for key, site in sites().items():
        again |= SiteBuilder(site, [t for t in texts() if t.site == key]).pages()
    assert again == PAGES


def test_it_is_built_in_no_time() -> None:
    begin = time.process_time()
    build()
    assert time.process_time() - begin < 0.5


def test_counts() -> None:
    assert len(DOCUMENTS) >= 75
    assert len({row["url"] for row in DOCUMENTS}) == len(DOCUMENTS)
    assert {row["url"] for row in ROWS} <= set(PAGES)
    expected = Counter(row["expect"].split(" of ")[0] for row in ROWS)
    assert expected["exact copy"] >= 4 and expected["near copy"] >= 3 and expected["rejected"] >= 3
    assert expected["contained copy"] >= 1
    assert Counter(row["pages"] for row in DOCUMENTS)[3] >= 2
    assert sum(bool(row["headings"]) for row in DOCUMENTS) >= 4
    assert sum(row["truncated"] for row in DOCUMENTS) >= 3
    assert len(starts()) == 8 and {urlsplit(url).netloc for url in starts()} <= hosts()


def test_each_site_has_a_column_of_several_pages() -> None:
    for site in sites().values():
        lists = [url for url, page in PAGES.items() if page.kind == "list" and urlsplit(url).netloc == site.host]
        assert len(lists) > len(site.categories), f"{site.key}: no list goes on"
    bijian = [url for url in PAGES if re.search(r"/a/gongwen/(list_1_\d+\.html)?$", url)]
    assert len(bijian) == 4


@pytest.mark.parametrize("url", sorted(url for url, page in PAGES.items() if page.status != 301 and page.kind != "robots"))
def test_links_resolve(url: str) -> None:
    foreign = {link for link in links(url) if urlsplit(link).netloc not in hosts()}
    assert foreign <= {"https://cn.wordpress.example/", "http://cn.wordpress.example/"}
    lost = {link for link in links(url) if not find(PAGES, link)} - foreign
    assert {urlsplit(link).path for link in lost} <= set(DEAD)


def test_every_document_is_reached_from_the_home_pages() -> None:
    seen, queue = set(starts()), list(starts())
    while queue:
        url = queue.pop()
        page = find(PAGES, url)
        if page is None or page.status >= 400:
            continue
        url = url if url in PAGES else url.partition("?")[0]
        found = [page.location] if page.location else links(url) if page.kind != "robots" else []
        new = {link for link in found if urlsplit(link).netloc in hosts()} - seen
        seen |= new
        queue += new
    missing = {row["url"] for row in ROWS if not row["url"].startswith("http://m.")} - seen
    # Script addresses are linked here and there only, as on real sites.
    assert not {url for url in missing if "?p=" not in url and "view.php" not in url}


def displayed(url: str) -> str:
    html = re.sub(r"(?s)<script.*?</script>|<[^>]+>", "", text_of(url), flags=re.I)
    return re.sub(r"\s", "", unescape(html))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["url"].removeprefix("http://"))
def test_the_truth_stands_on_the_pages(row: dict[str, Any]) -> None:
    later = [link for link in links(row["url"]) if re.search(rf"{re.escape(stem(row['url']))}[_&/]\w*=?\d+", link)]
    shown = "".join(displayed(url) for url in dict.fromkeys([row["url"], *sorted(set(later))]))
    text = next(t for t in texts() if t.key == row["key"])
    if "http://m." not in row["url"]:
        assert len(set(later)) >= row["pages"] - 1
    for line in row["body"].split("\n"):
        wanted = marked(line) if text.extras.get("marks") else line
        if line != GAP:
            assert re.sub(r"\s", "", wanted) in shown
    assert re.sub(r"\s", "", row["title"]) in shown
    if row["date"]:
        assert row["date"] in shown or "{}年{}月{}日".format(*row["date"].split("-")) in shown
    for value in [row["author"], row["source"], *row["tags"]]:
        assert "http://m." in row["url"] or not value or value.replace(" ", "") in shown


def stem(url: str) -> str:
    return url.removesuffix(".html")


def test_separate_documents_are_no_near_duplicates() -> None:
    sets = [(row["key"], shingles(row["body"])) for row in DOCUMENTS]
    close = [(a, b) for i, (a, x) in enumerate(sets) for b, y in sets[:i] if similarity(x, y) >= 0.5]
    assert not close


def test_siblings_share_their_template() -> None:
    bodies = {row["key"]: shingles(row["body"]) for row in DOCUMENTS}
    assert 0.3 < similarity(bodies["tonggao-tingshui"], bodies["tonggao-tingshui-b"]) < 0.5


def test_copies_are_what_they_are_called() -> None:
    bodies = {row["url"]: row["body"] for row in ROWS}

    def key(text: str) -> str:
        return re.sub(r"[^\w]", "", re.sub(r"X+|\*+", "#", text))

    for row in ROWS:
        kind, _, original = row["expect"].partition(" copy of ")
        if kind == "exact":
            assert key(row["body"]) == key(bodies[original])
        elif kind == "near":
            assert 0.85 < similarity(shingles(row["body"]), shingles(bodies[original])) < 1
        elif kind == "contained":
            assert shingles(row["body"]) < shingles(bodies[original])


def test_charsets_are_said_as_in_the_field() -> None:
    def head(name: str) -> tuple[str, bytes]:
        page = PAGES[f"http://{sites()[name].host}/"]
        return page.content_type, page.body[:600].lower()

    assert all("charset" not in head(name)[0] for name in ("bijian", "laohuai", "qingxi", "qingshan"))
    assert b"gb2312" in head("bijian")[1] and b"gb2312" in head("qingxi")[1]
    assert b"charset" not in head("laohuai")[1]
    for name, encoding in (("bijian", "utf-8"), ("laohuai", "utf-8"), ("qingxi", "gb18030")):
        with pytest.raises(UnicodeDecodeError):
            PAGES[f"http://{sites()[name].host}/"].body.decode(encoding)


def test_links_as_they_are_met() -> None:
    source = "".join(text_of(url) for url, page in PAGES.items() if page.kind in ("home", "list"))
    for form in ('href="http://www.qingshan.demo.wenku.example//', "href=http://", "javascript:", 'href="/', 'href="//', 'href="show.asp'):
        assert form in source, form
    moved = [page for page in PAGES.values() if page.status == 301]
    assert moved and all(page.location in PAGES for page in moved)
    errors = Counter(page.status for page in PAGES.values() if page.kind == "error")
    assert errors[200] == errors[500] == 8


def test_types() -> None:
    assert all(isinstance(page, Response) for page in PAGES.values())
    for row in DOCUMENTS:
        assert row["title"] and row["body"] and "\n\n" not in row["body"]
        assert (row["date"] is None) == (row["key"] == "sy-liushou")
        if row["published"]:
            assert row["published"].startswith(row["date"]) and row["published"].endswith("+08:00")
