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
def _compiled() -> tuple[re.Pattern[str], dict[str, int], int]:
    limits = {str(mark["id"]): int(str(mark["longest"])) for mark in marks()}
    pattern = "|".join(f"(?P<{mark['id']}>{mark['pattern']})" for mark in marks())
    return re.compile(pattern), limits, max(limits.values())


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
    pattern, limits, longest = _compiled()
    if len(text) > longest:
        return ""
    found = pattern.match(text.lower().lstrip(_DECORATION))
    if found is None or found.lastgroup is None or len(text) > limits[found.lastgroup]:
        return ""
    return found.lastgroup
