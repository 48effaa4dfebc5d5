"""Pages of blogs: the side bar, and older posts, share the element that holds the text."""

from __future__ import annotations

import re

from crawler.extract.tree import Line, Tree
from crawler.extract.weights import STOP, is_dateline

_SIDE_LINES = 8  # below fewer lines a moment may be that of a programme: there the by-line has to say that it is one
_MOMENT = re.compile(r"\d\s*[:：]\s*\d\d|发[表布佈]|posted", re.I)
_POSTED = re.compile(r"发[表布佈]于|發[表佈]於|张贴|張貼|posted", re.I)
_POST = 100  # characters between two by-lines, or these are the rows of a programme
_SHORT = 16  # characters of an entry of a side bar


def own_post(tree: Tree, weights: list[float], marks: list[str], first: int, last: int) -> tuple[int, int]:
    """The bounds of the newest post between the lines `first` and `last`; these, when the text is no blog's.

    A by-line with day and time below a side bar's short lines and links begins a post, and so does one right at the
    top; with two and more later ones that are set like it, the post ends where the next begins. The line that opens gets the mark of a by-line.
    """
    lines = tree.lines
    far = first + _SIDE_LINES
    if first < last and _opens(lines[first], _MOMENT):
        later = _alike(tree, first, last)
        if len(later) > 1 and sum(weights[first + 1 : later[0]]) > _POST:
            marks[first] = marks[first] or "info"
            return first + 1, later[0]
    opening = next((at for at in range(first, last) if _opens(lines[at], _MOMENT if at >= far else _POSTED)), -1)
    if opening < 0 or not _is_side_bar(lines[first:opening]):
        return first, last
    if sum(weights[first:opening]) > 0.3 * sum(weights[opening + 1 : last]):
        return first, last
    marks[opening] = marks[opening] or "info"
    later = _alike(tree, opening, last)
    return opening + 1, later[0] if len(later) > 1 else last


def _alike(tree: Tree, opening: int, last: int) -> list[int]:
    """The later lines that give a moment and are set like the line `opening`."""
    lines = tree.lines
    form = tree.path(lines[opening].element)
    return [at for at in range(opening + 1, last) if _opens(lines[at], _MOMENT) and tree.path(lines[at].element) == form]


def _opens(line: Line, sign: re.Pattern[str]) -> bool:
    text = line.text
    return len(text) <= 90 and ("20" in text or "19" in text) and sign.search(text) is not None and is_dateline(text)


def _is_side_bar(lines: list[Line]) -> bool:
    """True when most of the lines are links or entries of a few characters, and no paragraph is among them."""
    entries = sum(1 for line in lines if line.linked or (len(line.text) < _SHORT and not STOP.search(line.text)))
    return entries * 4 >= 3 * len(lines)
