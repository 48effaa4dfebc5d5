"""Lines, gaps, tables, hidden text, and pages made to hurt."""

from __future__ import annotations

import time

import pytest

from crawler.extract import read_page
from crawler.extract.walk import read_tree
from crawler.page import Block


def lines(body: str) -> list[tuple[str, str, int]]:
    return [(line.text, line.tag, line.gap) for line in read_tree(f"<html><body>{body}</body></html>").lines]


def blocks(body: str) -> list[Block]:
    return read_page(f"<html><body>{body}</body></html>").blocks


def test_lines_of_one_paragraph_have_no_gap() -> None:
    assert lines("<p>甲<br>乙<br/>丙</p><p>丁</p>") == [
        ("甲", "p", 1),
        ("乙", "br", 0),
        ("丙", "br", 0),
        ("丁", "p", 1),
    ]


def test_empty_lines_are_counted() -> None:
    assert [gap for *_, gap in lines("<div>甲<br><br>乙<br><br><br>丙</div>")] == [1, 1, 2]
    assert [gap for *_, gap in lines("<p>甲</p><p>&nbsp;<br></p><p>乙</p>")] == [1, 2]
    assert [gap for *_, gap in lines("<div>甲</div><div><br></div><div>乙</div>")] == [1, 2]


def test_white_space_is_folded_and_the_indent_counted() -> None:
    block = blocks("<p>　　甲\n   乙&nbsp;丙 </p>")[0]
    assert (block.text, block.indent) == ("甲 乙 丙", 2)


def test_preformatted_lines_stay() -> None:
    assert [text for text, *_ in lines("<pre>男：甲\n女：乙\n\n合：丙</pre>")] == ["男：甲", "女：乙", "合：丙"]


def test_a_row_of_data_is_one_line() -> None:
    table = "<table><tr><th>姓名</th><th>成绩</th></tr><tr><td><p>甲</p></td><td>90</td></tr></table>"
    assert [text for text, *_ in lines(table)] == ["姓名\t成绩", "甲\t90"]


def test_an_empty_cell_keeps_its_place() -> None:
    assert [text for text, *_ in lines("<table><tr><td>甲</td><td></td><td>乙</td></tr></table>")] == ["甲\t\t乙"]


def test_a_row_for_layout_stays_apart() -> None:
    table = f"<table><tr><td>{'菜单<br>' * 9}</td><td>{'<p>正文一段。</p>' * 9}</td></tr></table>"
    assert len(lines(table)) == 18


@pytest.mark.parametrize(
    "hidden",
    [
        '<span style="display:none">乱码</span>',
        '<div style="DISPLAY : NONE">乱码</div>',
        '<p style="visibility:hidden">乱码</p>',
        '<font style="font-size:0px">乱码</font>',
        '<font class="jammer">乱码</font>',
        "<p hidden>乱码</p>",
        "<script>乱码</script>",
        "<style>乱码</style>",
        "<textarea>乱码</textarea>",
        "<!-- 乱码 -->",
    ],
)
def test_hidden_text_is_not_displayed(hidden: str) -> None:
    assert "乱码" not in "".join(text for text, *_ in lines(f"<p>甲{hidden}乙</p>"))


def test_visible_styles_stay() -> None:
    assert lines('<p style="font-size:0.9em;display:block">甲</p>') == [("甲", "p", 1)]


def test_the_share_of_links() -> None:
    assert blocks('<p>甲乙<a href="/1.html">丙丁</a></p>')[0].links == 0.5


def test_an_address_hidden_from_robots_is_read() -> None:
    hidden = "".join(f"{byte:02x}" for byte in [7, *(ord(char) ^ 7 for char in "a@b.example")])
    assert (
        lines(f'<p>信箱<span class="__cf_email__" data-cfemail="{hidden}">[email]</span></p>')[0][0]
        == "信箱a@b.example"
    )


def test_all_text_of_the_page_is_kept_in_order() -> None:
    body = '<div class="nav"><a href="/">首页</a></div><h1>题目</h1><p>第一段文字，说了一些事情。</p><div class="foot">版权所有</div>'
    assert [block.text for block in blocks(body)] == ["首页", "题目", "第一段文字，说了一些事情。", "版权所有"]


HOSTILE = {
    "100,000 attributes": "<p " + " ".join(f'a{n}="1"' for n in range(100_000)) + ">甲</p><p>乙</p>",
    "100,000 nested div": "<div>" * 100_000 + "甲" + "</div>" * 100_000 + "<p>乙</p>",
    "100,000 nested spans": "<span>" * 100_000 + "甲",
    "1,000,000 siblings": "<p>甲</p>" * 1_000_000,
    "50,000 options": "<select>" + '<option value="/a.html">1' * 50_000 + "</select><p>甲</p>",
    "open quotes": '<a href="' * 50_000,
    "only <": "<" * 500_000,
    "open comments": "<!--" * 100_000,
    "nested tables": "<table><tr><td>" * 20_000 + "甲",
}


CUT = {"100,000 nested div", "1,000,000 siblings", "nested tables", "only <"}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_are_bounded(name: str) -> None:
    page = HOSTILE[name]
    began = time.process_time()
    read = read_page(page, "http://a.example/1.html")
    assert time.process_time() - began < max(0.2, 0.2 * len(page) / 100_000)
    assert read.cut == (name in CUT)
    if "乙" in page:
        assert any("乙" in block.text for block in read.blocks)


def test_an_ordinary_page_is_not_cut() -> None:
    picture = f'<img src="data:image/png;base64,{"A" * 200_000}">'
    assert not read_page(f"<html><body>{picture}<p>甲</p></body></html>").cut
    assert not read_page("<p>甲" * 30_000).cut


def test_a_long_style_sheet_is_not_taken_for_a_giant_tag() -> None:
    style = "<style>" + ".a .b { color: red; margin: 0 } " * 3_000 + "</style>"
    read = read_page(f"<html><head>{style}</head><body><p>甲</p></body></html>")
    assert not read.cut
    assert [block.text for block in read.blocks] == ["甲"]


@pytest.mark.parametrize(
    ("source", "href", "title"),
    [
        ('<a href="/1.html" title=甲>乙</a>', "/1.html", "甲"),
        ("<a title=\"甲\" href='/1.html'>乙</a>", "/1.html", "甲"),
        ("<A HREF=/1.html TITLE=甲>乙</A>", "/1.html", "甲"),
        ('<a class="b" href="/1.html?a=1&amp;b=2">乙</a>', "/1.html?a=1&b=2", ""),
        ('<a\nhref = "/1.html"\n>乙</a>', "/1.html", ""),
        ('<a href="/1.html"title="甲">乙</a>', "/1.html", "甲"),
        ('<a data-href="/2.html" href="/1.html">乙</a>', "/1.html", ""),
        ('<a title="甲>丙" href="/1.html">乙</a>', "/1.html", "甲>丙"),
        ('<a href="/1.html" href=', "/1.html", ""),
    ],
)
def test_attributes_in_every_spelling(source: str, href: str, title: str) -> None:
    anchors = read_tree(source).anchors
    assert [(anchor.href, anchor.title) for anchor in anchors] == ([(href, title)] if ">" in source else [])


@pytest.mark.parametrize(
    "meta", ['name="date" content=2020-01-02', "name=date content='2020-01-02'", 'name="date" content="2020-01-02"/']
)
def test_metadata_in_every_spelling(meta: str) -> None:
    assert read_tree(f"<head><meta {meta}></head>").meta == {"date": "2020-01-02"}
