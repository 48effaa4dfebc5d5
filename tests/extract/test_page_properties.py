"""What holds for every page, whatever the bytes: reading never raises, and what it returns can be worked with."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crawler.clean import clean
from crawler.extract import join_pages, read_page
from crawler.page import Kind, Page, Zone
from crawler.traps import Traps, fingerprint
from crawler.urls import followable

GOLDEN = [path.read_bytes() for path in sorted((Path(__file__).parent / "golden").rglob("*.html"))]
URLS = st.one_of(
    st.sampled_from(["", "http://www.a.cn/", "http://www.a.cn/sanwen/12_2.html", "http://a.cn/list.php?cid=1&page=3", "http://[::1]/x", "//a", "http://a.cn:8080"]),
    st.text(max_size=20).map("http://a.cn/".__add__),
    st.text(max_size=20),
)  # fmt: skip
PIECES = st.sampled_from(
    (
        "<html>", "<head>", "<title>春天_文库", "</title>", "<base href='//b.cn/x/'>", '<link rel="canonical" href="http://a.cn:99999/">', "<body>", "</body>",
        '<meta name="keywords" content="a,b">', '<meta charset="gbk">', '<script type="application/ld+json">{"@type":"Article"', "</script>",
        "<h1>春天的小河", "</h1>", "<div id=content>", "</div>", "<p>", "</p>", "<br>", "<table><tr><td>", "</td>", "</table>", "<a href='/1.html'>", "<a href='http://[x/'>",
        "<a href='javascript:;'>", "<a href=\"12_3.html\">下一页</a>", "</a>", "2024-01-30 11:00", "时间：9999-99-99", "来源：", "第1页/共99999999页", "篇一：", "上一篇：", "&#0;", "&#x110000;", "&nbsp;",
        "\x00", "\ufeff", "\u202e", "\ud83d", "<!--", "-->", "<![CDATA[", "<svg>", "<textarea>", "<select><option value='/a/2.html'>2", "当前位置：首页 > 散文 > ", "<b", "'\"", "声明：本站", "我们在河边种树。" * 9,
    )
)  # fmt: skip
MARKUP = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=40).map("".join)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A golden page that lost a stretch, got another one twice and some bytes changed."""
    page = bytearray(draw(st.sampled_from(GOLDEN)))
    places = st.integers(0, len(page))
    for _ in range(draw(st.integers(1, 4))):
        start, end = sorted((draw(places), draw(places)))
        match draw(st.sampled_from(("cut", "twice", "bytes", "short"))):
            case "cut":
                del page[start : min(end, start + 500)]
            case "twice":
                page[end:end] = page[start : start + 500]
            case "bytes":
                page[start : start + 4] = draw(st.binary(max_size=4))
            case _:
                del page[max(start, 200) :]
    return bytes(page)


def check(page: Page, url: str) -> None:
    """What everything behind `read_page` relies on."""
    assert all(block.text and "\n" not in block.text for block in page.blocks)
    assert all(0.0 <= block.links <= 1.0 for block in page.blocks)
    assert len({link.url for link in page.links}) == len(page.links)
    if url.startswith("http://www.a.cn/"):
        assert all(link.url.startswith(("http://", "https://")) for link in page.links)
    assert not page.page_urls or 1 <= page.page_number <= len(page.page_urls)
    sites = {"a.cn", "b.cn"}
    links = [(made, link.kind) for link in page.links if (made := followable(link.url, sites))]
    traps = Traps()
    assert len(traps.read("http://a.cn/", page, links)) <= len(links)
    traps.address("http://a.cn/1.html", page)
    assert fingerprint(page) == fingerprint(page)
    cleaned = clean(page)
    blocks = {*cleaned.kept, *(item.block for item in cleaned.dropped)}
    if page.kind is Kind.ARTICLE:
        shown = [n for n, block in enumerate(page.blocks) if block.zone is not Zone.BODY]
        assert blocks.issuperset(shown), "what stands outside the body is dropped, and told"
    join_pages([page, page])


FEW = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@FEW
@given(st.binary(max_size=600), URLS)
@example(b"\xff\xfe<\x00p\x00>\x00", "")
@example(b"\x1f\x8b\x08" * 50, "http://a.cn/")
@example(b"", "http://a.cn/")
def test_any_bytes(data: bytes, url: str) -> None:
    check(read_page(data, url), url)


@FEW
@given(MARKUP, URLS)
def test_any_markup(text: str, url: str) -> None:
    page = read_page(text, url)
    check(page, url)
    assert read_page(text, url) == page, "reading has no memory"


@FEW
@given(MARKUP, URLS, st.sampled_from(["utf-8", "gb18030", "big5", "utf-16"]), st.sampled_from([None, "gbk", "utf-8", "nonsense", "utf-16"]))
def test_any_markup_in_any_encoding(text: str, url: str, written: str, declared: str | None) -> None:
    check(read_page(text.encode(written, "replace"), url, encoding=declared), url)


@FEW
@given(damaged())
def test_damaged_pages(data: bytes) -> None:
    url = "http://www.a.cn/sanwen/12.html"
    check(read_page(data, url), url)
