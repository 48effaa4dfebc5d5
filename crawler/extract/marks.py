"""Lines that tell where they stand (`data/layouts/marks.toml`): breadcrumb, by-line, tags, neighbours, comments, …"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import NamedTuple

from crawler.datafiles import data_file

_DECORATION = " \t\u3000【［[(（〔<《▪•·●○■□◆◇★☆※|–—-_*#“\"'「『>»"


@cache
def marks() -> list[dict[str, object]]:
    """The marks as written in the data file, in order."""
    with data_file("layouts", "marks.toml").open("rb") as file:
        return list(tomllib.load(file)["mark"])


class _Wordy(NamedTuple):
    """A mark that is looked at only where one of its words stands: one search for all of them is three times as fast as one each."""

    id: str
    longest: int
    words: re.Pattern[str]
    pattern: re.Pattern[str]


class _Tier(NamedTuple):
    """The marks that a line of at most `longest` characters may carry: a long line can carry few."""

    longest: int
    begins: frozenset[str]
    pattern: re.Pattern[str]


class _Compiled(NamedTuple):
    tiers: list[_Tier]
    limits: dict[str, int]
    wordy: list[_Wordy]


@cache
def _compiled() -> _Compiled:
    plain = [mark for mark in marks() if "needs" not in mark]
    limits = {str(mark["id"]): int(str(mark["longest"])) for mark in plain}
    tiers: list[_Tier] = []
    below = 0
    for limit in (60, 200, max(limits.values())):
        able = [mark for mark in plain if limits[str(mark["id"])] > below]
        pattern = re.compile("|".join(f"(?P<{mark['id']}>{mark['pattern']})" for mark in able))
        tiers.append(_Tier(limit, frozenset("".join(str(mark["begins"]) for mark in able)), pattern))
        below = limit
    wordy = [
        _Wordy(str(mark["id"]), int(str(mark["longest"])), _any(mark["needs"]), re.compile(str(mark["pattern"])))
        for mark in marks()
        if "needs" in mark
    ]
    return _Compiled(tiers, limits, wordy)


def _any(words: object) -> re.Pattern[str]:
    assert isinstance(words, list)
    return re.compile("|".join(map(re.escape, words)))


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
    made = _compiled()
    size = len(text)
    bare = text.lower().lstrip(_DECORATION)
    if not bare:
        return ""
    for tier in made.tiers:
        if size <= tier.longest:
            first = bare[0]
            able = first in tier.begins or first.isdecimal() or "\ue000" <= first <= "\uf8ff"
            found = tier.pattern.match(bare) if able else None
            if found is not None and found.lastgroup is not None:
                return found.lastgroup if size <= made.limits[found.lastgroup] else ""
            break
    for mark in made.wordy:
        if size <= mark.longest and mark.words.search(bare) and mark.pattern.match(bare):
            return mark.id
    return ""
