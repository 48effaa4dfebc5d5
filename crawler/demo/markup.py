"""Lines of a text → the HTML of a body, in the manner of a site."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape
from itertools import groupby

from crawler.demo.texts import GAP, cells, shown

INDENT = "　　"
_HAN = "[\u4e00-\u9fff]"
_AFTER_DE = re.compile(f"(?<={_HAN}的)(?={_HAN})")
MARKS = "`'"


def marked(line: str) -> str:
    """`line` with the single marks that some sites strew against copying: after 的, between two Han characters."""
    found = 0

    def mark(_: re.Match[str]) -> str:
        nonlocal found
        found += 1
        return MARKS[found // 3 % 2] if found % 3 == 1 else ""

    return _AFTER_DE.sub(mark, line)


def _table(rows: Iterable[str]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in cells(row)) + "</tr>\n" for row in rows)
    return f'<table border="1" cellspacing="0" cellpadding="3">\n{body}</table>\n'


def _paragraph(line: str, cut: bool) -> str:
    if line.startswith("## "):
        return f"<p><strong>{escape(line[3:])}</strong></p>\n"
    if line.startswith("> "):
        return f'<p style="text-align: right">{escape(line[2:])}</p>\n'
    text = escape(line, quote=False)
    if cut:  # the importer of this family put a line break after every semicolon
        text = re.sub("；(?!$)", "；<br />\n", text)
    return f"<p>{INDENT}{text}</p>\n"


def _lines(lines: list[str], wrap: Callable[[str], str]) -> str:
    """Rows that follow each other as one table, and `wrap` of every other line."""
    made: list[str] = []
    for is_row, group in groupby(lines, lambda line: line.startswith("|")):
        block = list(group)
        made += [_table(block)] if is_row else map(wrap, block)
    return "".join(made)


def _text(line: str) -> str:
    return escape(shown(line), quote=False)


def paragraphs(lines: list[str], *, cut: bool = False) -> str:
    """A `<p>` for each paragraph, tables as tables; verses (lines between empty ones) with `<br />` in one `<p>`."""
    if "" in lines:
        stanzas = [list(group) for filled, group in groupby(lines, bool) if filled]
        return "".join("<p>" + "<br />\n".join(map(escape, stanza)) + "</p>\n" for stanza in stanzas)
    return _lines(lines, lambda line: _paragraph(line, cut))


def cut_paragraphs(lines: list[str]) -> str:
    """`paragraphs` with a line break after each semicolon."""
    return paragraphs(lines, cut=True)


def blocks(lines: list[str]) -> str:
    """A `<div>` for each line and an empty one between stanzas, as editors in browsers leave them."""
    return _lines(lines, lambda line: f"<div>{_text(line)}</div>\n" if line else "<div><br></div>\n")


def breaks(lines: list[str]) -> str:
    """Nothing but text and `<BR>`, the way of pages made around the year 2000; tables stay."""
    end = "<BR>\n" if "" in lines else "<BR><BR>\n"
    return _lines(lines, lambda line: f"&nbsp;&nbsp;&nbsp;&nbsp;{_text(line)}{end}" if line else "<BR>\n")


MANNERS: dict[str, Callable[[list[str]], str]] = {
    "paragraphs": paragraphs,
    "cut": cut_paragraphs,
    "blocks": blocks,
    "breaks": breaks,
}


def hide_middle(lines: list[str], hidden: int) -> list[str]:
    """`lines` with the gap's neighbours run together around the site's notice, as such sites print it."""
    if GAP not in lines:
        return lines
    at = lines.index(GAP)
    glued = f"{lines[at - 1]}……此处隐藏{hidden}个字……{lines[at + 1]}"
    return [*lines[: at - 1], glued, *lines[at + 2 :]]
