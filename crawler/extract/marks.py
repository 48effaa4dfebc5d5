"""Lines that tell where they stand (`data/layouts/marks.toml`): breadcrumb, by-line, tags, neighbours, comments, …"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache

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


def mark_of(text: str) -> str:
    """The id of the mark that the line `text` carries, or ""."""
    return _short(text) if len(text) < 40 else _match(text)


@lru_cache(maxsize=8192)
def _short(text: str) -> str:
    """Labels and menus come again on every page of a site."""
    return _match(text)


def _match(text: str) -> str:
    pattern, limits, longest = _compiled()
    if len(text) > longest:
        return ""
    found = pattern.match(text.lower().lstrip(_DECORATION))
    if found is None or found.lastgroup is None or len(text) > limits[found.lastgroup]:
        return ""
    return found.lastgroup
