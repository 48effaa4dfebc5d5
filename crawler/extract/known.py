"""What is known of a site's pages beforehand: where heading and text stand is looked at before the whole page is weighed."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from crawler.extract.address import family, shape
from crawler.extract.body import ENOUGH
from crawler.extract.title import Title, confirmed
from crawler.extract.tree import Element, Tree, name_of
from crawler.page import Knowledge

_NAMES = re.compile("[#.][^>]*")  # of elements: the 1 of h1 is none
_DIGITS = re.compile(r"\d+")


class Known(NamedTuple):
    """Where the heading is displayed, which element holds the article, and the layout by which that is known."""

    title: Title
    box: int
    layout: str


def masked(path: str) -> str:
    """A path in which numbers do not count: div#post-123 is one place on all pages."""
    return _NAMES.sub(lambda name: _DIGITS.sub("0", name[0]), path) if any(map(str.isdigit, path)) else path


class _Way(NamedTuple):
    """A path or way (crawler.extract.tree) ready to be looked for: the element's name, and those around it from inside out."""

    tag: str
    start: str  # of its hint: what stands before a number is the same on all pages
    name: str
    around: tuple[str, ...]


@lru_cache(maxsize=4096)
def _ready(way: str) -> _Way:
    *around, name = way.split(">")
    cut = min((at for at in (name.find("#"), name.find(".")) if at >= 0), default=len(name))
    return _Way(name[:cut], _DIGITS.split(name[cut:], maxsplit=1)[0], name, tuple(reversed(around)))


def find_known(tree: Tree, knowledge: Knowledge, url: str) -> Known | None:
    """Where a layout of the site has heading and text; None when no layout fits beyond doubt: then general rules decide.

    The address must look like that of an article, the heading's place must be there once, and `<title>` must name it.
    """
    if not knowledge.layouts or (shape(url) != "article" and family(url) not in knowledge.articles):
        return None
    for layout in knowledge.layouts:
        if not layout.box or not layout.title:
            continue
        headings = _places(tree, _ready(layout.title))
        boxes = _places(tree, _ready(layout.box)) if len(headings) == 1 else []
        if not boxes:
            continue
        box = boxes[0] if len(boxes) == 1 else max(boxes, key=lambda at: _size(tree, at))
        if _size(tree, box) < ENOUGH:
            return None
        element = tree.elements[headings[0]]
        if element.start < element.end and tree.lines[element.start].element == headings[0]:
            title = confirmed(tree, element.start)
            return Known(title, box, layout.container) if title else None
    return None


def _size(tree: Tree, at: int) -> int:
    """The characters outside of links that stand in the element."""
    element = tree.elements[at]
    return sum([len(line.text) - line.linked for line in tree.lines[element.start : element.end]])


def _places(tree: Tree, way: _Way) -> list[int]:
    tag, start, name, around = way
    found: list[int] = []
    elements = tree.elements
    for at, element in enumerate(elements):
        if element.tag == tag and element.hint.startswith(start) and _is_named(element, name) and _is_inside(elements, element, around):
            found.append(at)
    return found


def _is_inside(elements: list[Element], element: Element, around: tuple[str, ...]) -> bool:
    above = element.parent
    for name in around:
        if above < 0 or not _is_named(elements[above], name):
            return False
        above = elements[above].parent
    return True


def _is_named(element: Element, name: str) -> bool:
    own = name_of(element)
    return own == name or ("0" in name and masked(own) == name)
