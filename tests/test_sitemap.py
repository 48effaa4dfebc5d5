"""Sitemaps: what they name, and what hostile ones cost."""

from __future__ import annotations

import gzip

import pytest

from crawler.sitemap import read_sitemap

URL = "http://www.a.cn/sitemap.xml"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'


def entries(*addresses: str) -> bytes:
    return (HEAD + "".join(f"<url><loc>{a}</loc><priority>0.8</priority></url>" for a in addresses) + "</urlset>").encode()


def test_pages_in_their_order_and_once() -> None:
    made = read_sitemap(entries("http://www.a.cn/2.html", " http://www.a.cn/1.html\n", "/3.html", "http://www.a.cn/2.html"), URL)
    assert made.pages == ["http://www.a.cn/2.html", "http://www.a.cn/1.html", "http://www.a.cn/3.html"]
    assert (made.sitemaps, made.bad, made.cut) == ([], 0, False)


def test_bad_entries_are_counted_and_no_more() -> None:
    bad = ["javascript:alert(1)", "mailto:a@a.cn", "file:///etc/passwd", "ftp://a.cn/1", "http://[::1/", "http://a b/"]
    made = read_sitemap(entries(*bad, "http://www.a.cn/1.html"), URL)
    assert made.pages == ["http://www.a.cn/1.html"] and made.bad == len(bad)


def test_an_index_names_sitemaps() -> None:
    text = '<sitemapindex><sitemap><loc>http://www.a.cn/s1.xml.gz</loc></sitemap><sitemap><loc><![CDATA[/s2.xml]]></loc></sitemap>'
    made = read_sitemap(text.encode(), URL)
    assert made.sitemaps == ["http://www.a.cn/s1.xml.gz", "http://www.a.cn/s2.xml"] and not made.pages


@pytest.mark.parametrize("cut", [False, True])
def test_gzip(cut: bool) -> None:
    data = gzip.compress(entries(*(f"http://www.a.cn/{n}.html" for n in range(500))))
    made = read_sitemap(data[: len(data) // 2] if cut else data, URL)
    assert made.cut is cut and (0 < len(made.pages) < 500 if cut else len(made.pages) == 500)


def test_entities_are_read_and_none_is_declared() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + entries("http://www.a.cn/v?aid=1&amp;p=2", "http://www.a.cn/&b;")
    assert read_sitemap(bomb, URL).pages[0] == "http://www.a.cn/v?aid=1&p=2"


def test_plain_text_and_rss() -> None:
    assert read_sitemap("\ufeff".encode() + b"http://www.a.cn/1.html\r\n\r\nhttp://www.a.cn/2.html", URL).pages[-1] == "http://www.a.cn/2.html"
    rss = b"<rss><channel><item><link>http://www.a.cn/1.html</link></item></channel></rss>"
    atom = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link rel="alternate" href="http://www.a.cn/1.html"/></entry></feed>'
    assert read_sitemap(rss, URL).pages == read_sitemap(atom, URL).pages == ["http://www.a.cn/1.html"]


def test_a_bomb_is_read_to_the_limit() -> None:
    bomb = gzip.compress(HEAD.encode() + b" " * 20_000_000 + b"<loc>/1.html</loc>")
    made = read_sitemap(bomb, URL, most_bytes=1_000_000)
    assert made.cut and not made.pages


def test_more_entries_than_the_limit() -> None:
    made = read_sitemap(entries(*(f"/{n}.html" for n in range(100))), URL, most=10)
    assert made.cut and len(made.pages) == 10


@pytest.mark.parametrize(
    "data",
    [b"", b"\x1f\x8b", b"\x1f\x8bgarbage", b"<html><p>404</p></html>", b"\xff\xfe" * 99, b"<loc>" * 50_000, b"<link " * 50_000,
     b"<loc>http://a" + b"/" * 400_000 + b"</loc>"],
)  # fmt: skip
def test_broken_files_name_nothing(data: bytes) -> None:
    assert read_sitemap(data, URL).pages in ([], read_sitemap(data, URL).pages[:1])
