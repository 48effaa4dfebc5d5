"""The walk over the source displays what a browser's parser displays."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawler.extract.encoding import decode
from crawler.extract.walk import read_tree

GOLDEN = sorted((Path(__file__).parent / "golden").rglob("*.html"))
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
NOT_DISPLAYED = "head, title, script, style, noscript, template, textarea, iframe, object, video, audio, canvas, svg, math, button, noframes, option"
SPACE = re.compile(r"\s+")


def by_browser(text: str) -> str:
    tree = LexborHTMLParser(text)
    for node in tree.css(NOT_DISPLAYED + ", [hidden], [style*='display:none']"):
        node.decompose()
    return SPACE.sub("", tree.root.text() if tree.root else "")


def by_us(text: str) -> str:
    return SPACE.sub("", "".join(line.text for line in read_tree(text).lines))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_pages(path: Path) -> None:
    text = decode(path.read_bytes()).text
    assert by_us(text) == by_browser(text)


def test_saved_pages_of_real_sites() -> None:
    if not CORPUS.is_dir():
        pytest.skip("the saved sites are not here: ../shared/corpus")
    pages = random.Random(3).sample(sorted(CORPUS.glob("*/**/*.html")), 150)
    differ = []
    for path in pages:
        text = decode(path.read_bytes()).text
        if sorted(by_us(text)) != sorted(by_browser(text)):
            differ.append(path.name)
    # What is left: hidden by a style in another spelling, or a table whose stray text a browser moves above it.
    assert len(differ) <= 0.05 * len(pages), differ


PIECES = (
    "<div>", "</div>", "<p>", "</p>", '<a href="/1.html">', "</a>", "<ul>", "<li>", "</li>", "</ul>", "<br>", "<b>", "</b>",
    '<div class="a" id=\'b\'>', "<h2>", "</h2>", "<dl>", "<dt>", "<dd>", "</dl>", "<span>", "</span>", "甲", "乙 ", "丙&amp;丁", "&nbsp;",
    "<!-- 注 -->", "<script>if (a<b) { '</div>' }</script>", "<style>p { }</style>", '<p title="a>b">', "1 < 2", "a<", "<hr/>", "<font color=red>",
    "<div style='display:none'>", "<section>", "</section>", "<blockquote>", "</blockquote>", "<P ALIGN=center>", "<img src='x' alt='<b>'>",
)  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_broken_markup(pieces: list[str]) -> None:
    page = "<html><body>" + "".join(pieces) + "</body></html>"
    assert by_us(page) == by_browser(page)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("<table><tr><td>甲<td>乙<tr><td>丙<td>丁</table>", ["甲\t乙", "丙\t丁"]),
        ("<ul><li>甲<li>乙</ul>丙", ["甲", "乙", "丙"]),
        ("<p>甲<div>乙</div>丙", ["甲", "乙", "丙"]),
        ("<dl><dt>甲<dd>乙<dt>丙</dl>", ["甲", "乙", "丙"]),
        ("<h1>甲<h2>乙</h2>", ["甲", "乙"]),
        ("甲</p>乙", ["甲", "乙"]),
        ("<div>甲<p style='display:none'>隐<div>乙</div></div>", ["甲", "乙"]),
        ("<td>甲</td><tr>乙</tr>", ["甲", "乙"]),  # a browser drops the tags and runs the words together
        ('<div title="甲>乙<丙">丁</div>', ["丁"]),
        ("<textarea><p>甲</textarea>乙", ["乙"]),
        ("甲<svg><path d='M 0'/><text>图</text></svg>乙", ["甲乙"]),
        ("<select><option value='/2.html'>第2页<option value='/3.html'>第3页</select>甲", ["甲"]),
    ],
)
def test_what_html_closes_by_itself(source: str, lines: list[str]) -> None:
    assert [line.text for line in read_tree(source).lines] == lines
