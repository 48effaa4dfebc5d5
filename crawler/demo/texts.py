"""The library's texts: crawler/demo/texts/*.toml → Text, copies included.

In a body, a line is a paragraph; `## ` begins a piece of a collection, `> ` is set to the right (a
signature), `| a | b |` is a row of a table, `~~~` turns the page, and an empty line ends a stanza.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from crawler.datafiles import package_root

FOLDER = package_root() / "demo" / "texts"
PAGE_BREAK = "~~~"
GAP = "[…]"  # where a site hides a piece of the middle
_HALF = {code + 0xFEE0: code for code in map(ord, ",:;!?()")} | {0x3000: 0x20}


@dataclass(frozen=True, slots=True)
class Text:
    """One document as its author wrote it, and what its site does to it.

    `expect` is what a crawl must make of its page: "document", "rejected", or "exact copy", "near
    copy", "contained copy" (then `of` is the original's key). `hold` is how the site holds back the rest:
    "unfinished", "download" or "middle"; `hidden` is how many characters it claims to hide.
    """

    key: str
    site: str
    category: str
    title: str
    date: datetime
    lines: tuple[str, ...]
    tags: tuple[str, ...] = ()
    author: str = ""
    source: str = ""
    undated: bool = False
    hold: str = ""
    hidden: int = 0
    expect: str = "document"
    of: str = ""
    extras: dict[str, Any] = field(default_factory=dict)  # what single families want: warm-up, inner title…

    @property
    def pages(self) -> list[list[str]]:
        """The lines of each page of the article."""
        pages: list[list[str]] = [[]]
        for line in self.lines:
            if line == PAGE_BREAK:
                pages.append([])
            else:
                pages[-1].append(line)
        return pages

    @property
    def headings(self) -> list[str]:
        """The headings of a collection's pieces."""
        return [line[3:] for line in self.lines if line.startswith("## ")]

    @property
    def body(self) -> str:
        """What must be published: one paragraph, verse or row a line, cells separated by a tab, no empty lines."""
        return "\n".join(shown(line) for line in self.lines if line and line != PAGE_BREAK)


def shown(line: str) -> str:
    """The text of a line, without the marks of this file format."""
    if line.startswith("|"):
        return "\t".join(cells(line))
    return line[3:] if line.startswith("## ") else line.removeprefix("> ")


def cells(line: str) -> list[str]:
    """The cells of a table's row."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _text(table: dict[str, Any]) -> Text:
    known = {name: table.pop(name) for name in Text.__slots__ if name in table}
    known["lines"] = tuple(table.pop("body").strip("\n").split("\n"))
    known["tags"] = tuple(known.get("tags", ()))
    return Text(**known, extras=table)


def _copy(original: Text, table: dict[str, Any]) -> Text:
    """`original` as another site shows it: words replaced, the width of its punctuation changed, cut short, garbled."""
    lines = original.lines[: table.pop("first_lines", None)]
    for old, new in table.pop("replace", ()):
        if not any(old in line for line in lines):
            raise ValueError(f"copy of {original.key}: nothing to replace: {old}")
        lines = tuple(line.replace(old, new) for line in lines)
    if table.pop("garbled", False):  # UTF-8 that was once read as GBK and saved
        lines = tuple(line.encode().decode("gbk", "replace") for line in lines)
    if table.pop("half_width", False):
        lines = tuple(line.translate(_HALF) for line in lines)
    values = {name: table.pop(name) for name in Text.__slots__ if name in table}
    fresh: dict[str, Any] = {"author": "", "source": "", "tags": (), "hold": "", "expect": "exact copy"}
    values = fresh | values | {"lines": lines, "extras": table}
    values["of"] = original.key if values["expect"].endswith("copy") else ""
    return replace(original, **values)


@cache
def texts() -> tuple[Text, ...]:
    """Every text, originals first, in the order of the files. Raises ValueError for two of one key."""
    files = [tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))]
    made = {}
    for table in (t for file in files for t in file.get("document", ())):
        text = _text(table)
        if text.key in made:
            raise ValueError(f"two texts have the key {text.key}")
        made[text.key] = text
    copies = [_copy(made[t.pop("of")], t) for file in files for t in file.get("copy", ())]
    return (*made.values(), *copies)
