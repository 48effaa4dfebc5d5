"""`read_text`: a page of which only the text is left, one line after the other."""

from __future__ import annotations

from crawler.page import Block, Kind, Page, Zone


def read_text(text: str, url: str = "") -> Page:
    """The lines of `text` as blocks."""
    page = Page(url=url, kind=Kind.ARTICLE)
    gap = 1
    for raw in text.splitlines():
        line = raw.strip()
        if not line:
            gap += 1
            continue
        indent = len(raw) - len(raw.lstrip("\u3000\xa0"))
        page.blocks.append(Block(line, Zone.BODY, "", gap, 0.0, indent))
        gap = 0
    return page
