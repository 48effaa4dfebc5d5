"""Which open elements a tag ends without saying so (HTML 13.2.6): a paragraph ends where a block begins, a cell where the
next one does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from crawler.extract.tree import Element

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
# These end an open paragraph. (A table does not in a page of the old kind; such a paragraph is empty anyway.)
ENDS_PARAGRAPH: Final = HEADINGS | frozenset(
    "address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer form "
    "header hgroup hr li listing main menu nav ol p pre section summary table ul xmp".split()
)
_TABLE = frozenset(("table", "tbody", "thead", "tfoot", "tr"))
_BODIES = frozenset(("tbody", "thead", "tfoot"))
_SCOPE = frozenset(("html", "body", "table", "td", "th", "caption", "marquee"))
_LISTS = _SCOPE | {"ul", "ol", "dir", "menu"}
# An <li> looks for an open one through these alone.
_LOOSE = frozenset(("address", "div", "p"))
_TERMS = frozenset(("dd", "dt"))
_CELLS = frozenset(("td", "th"))
ITEM_ENDS = {"li": frozenset(("li",)), "dd": _TERMS, "dt": _TERMS}
_IN_TABLE = {
    "tr": _BODIES | {"table"},
    "td": _BODIES | {"table", "tr"},
    "th": _BODIES | {"table", "tr"},
    **dict.fromkeys(("tbody", "thead", "tfoot", "caption"), frozenset(("table",))),
}
_ROOTS = frozenset(("html", "body"))
_AROUND_TABLE = _ROOTS | {"table"}
_TABLE_ENDS = _CELLS | _TABLE | {"caption"}
# Where one of these begins directly inside such an element, it ends nothing.
ROOMY: Final[dict[str, frozenset[str]]] = {
    "li": frozenset(("ul", "ol")),
    **dict.fromkeys(HEADINGS, frozenset("article body div header section td".split())),
    **dict.fromkeys(_TERMS, frozenset(("dl",))),
}


def ended_by(elements: Sequence[Element], current: int, name: str) -> int:
    """The element inside which a new `name` begins: `current` or an ancestor of it, -1 when it may not stand here at all.

    Blocks that are no part of a list or table end no more than an open paragraph.
    """
    if name in _IN_TABLE:
        return _find(elements, current, _IN_TABLE[name], _ROOTS)
    if name in HEADINGS:
        return elements[current].parent if elements[current].tag in HEADINGS else current
    if name == "table":
        return elements[_up(elements, current, "table")].parent if elements[current].tag in _TABLE else current
    wanted = ITEM_ENDS[name]
    at = current
    while at > 1:
        tag = elements[at].tag
        if tag in wanted:
            return elements[at].parent
        if tag not in _LOOSE:
            return current
        at = elements[at].parent
    return current


def closed_by(elements: Sequence[Element], current: int, name: str) -> int:
    """The element that the end tag of `name` closes, with all that is open inside it; -1 when there is none."""
    if name in HEADINGS:
        return _find(elements, current, HEADINGS, _SCOPE)
    wanted = frozenset((name,))
    if name in _TABLE_ENDS:
        return _find(elements, current, wanted, _ROOTS if name == "table" else _AROUND_TABLE)
    return _find(elements, current, wanted, _LISTS if name == "li" else _SCOPE)


def _find(elements: Sequence[Element], at: int, wanted: frozenset[str], barrier: frozenset[str]) -> int:
    while at > 1:
        tag = elements[at].tag
        if tag in wanted:
            return at
        if tag in barrier:
            return -1
        at = elements[at].parent
    return -1


def _up(elements: Sequence[Element], at: int, tag: str) -> int:
    while elements[at].tag != tag and at > 1:
        at = elements[at].parent
    return at
