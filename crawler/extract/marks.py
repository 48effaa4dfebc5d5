"""Lines that tell where they stand (`data/layouts/marks.toml`): breadcrumb, by-line, tags, neighbours, comments, …"""

from __future__ import annotations

import re
import tomllib
from functools import cache

from crawler.datafiles import data_file

_DECORATION = " \t\u3000【［[(（〔<《▪•·●○■□◆◇★☆※|–—-_*#“\"'「『>»"


@cache
def marks() -> list[dict[str, object]]:
    """The marks as written in the data file, in order."""
    with data_file("layouts", "marks.toml").open("rb") as file:
        return list(tomllib.load(file)["mark"])


@cache
def _compiled() -> tuple[list[tuple[int, re.Pattern[str]]], dict[str, int]]:
    """Patterns by the longest line each is for, and the limit of each mark: a long line can carry few of them."""
    limits = {str(mark["id"]): int(str(mark["longest"])) for mark in marks()}
    patterns, below = [], 0
    for limit in (60, 200, max(limits.values())):
        able = [mark for mark in marks() if limits[str(mark["id"])] > below]
        patterns.append((limit, re.compile("|".join(f"(?P<{mark['id']}>{mark['pattern']})" for mark in able))))
        below = limit
    return patterns, limits


SHORT: dict[str, str] = {}  # the marks of short lines: labels and menus come again on every page of a site
_MOST = 8192


def mark_of(text: str) -> str:
    """The id of the mark that the line `text` carries, or ""."""
    if len(text) >= 40:
        return _match(text)
    mark = SHORT.get(text)
    if mark is None:
        if len(SHORT) >= _MOST:
            SHORT.clear()
        mark = SHORT[text] = _match(text)
    return mark


def _match(text: str) -> str:
    patterns, limits = _compiled()
    size = len(text)
    for limit, pattern in patterns:
        if size <= limit:
            found = pattern.match(text.lower().lstrip(_DECORATION))
            if found is None or found.lastgroup is None or size > limits[found.lastgroup]:
                return ""
            return found.lastgroup
    return ""
