"""The element that holds the whole document: the heaviest one, grown over siblings that read like it."""

from __future__ import annotations

import re

from crawler.extract.tree import Tree
from crawler.extract.weights import STOP, named

_PARAGRAPH = frozenset("p li dd dt h1 h2 h3 h4 h5 h6 blockquote pre tr figcaption".split())
_LISTS = frozenset(("ul", "ol", "dl", "tr", "tbody", "table"))
_COLUMNS = frozenset(("td", "th"))  # side by side, not one after the other
_DIGITS = re.compile(r"\d+")
_NUMERALS = "0123456789/-.:： 年月日"  # a date in pieces, a counter
_BUTTON = 0.4  # a word in a box that calls itself share, subscribe, login weighs less, the shortest verse more
_SMALL = 150  # a container that weighs less may be the teaser of a side bar


def find_container(tree: Tree, weights: list[float], marks: list[str], title_line: int) -> int:
    """The index of the element that holds the document; negative, a line, for a page with a heading and no text."""
    at = _heaviest(tree, weights)
    box = tree.elements[at]
    if title_line >= 0 and sum(weights[box.start : box.end]) < _SMALL:
        at = _below_title(tree, weights, marks, title_line)
    return grown(tree, weights, marks, at, title_line) if at >= 0 else at


def _heaviest(tree: Tree, weights: list[float]) -> int:
    """The element whose own lines and paragraphs weigh most; half of the weight counts for its parent, and so on up."""
    elements = tree.elements
    scores = [0.0] * len(elements)
    for line, weight in zip(tree.lines, weights, strict=True):
        if weight <= 0:
            continue
        at = line.element
        element = elements[at]
        if element.parent >= 0 and (
            element.tag in _PARAGRAPH or (not element.blocks and element.end - element.start <= 1)
        ):
            at = element.parent
        for _ in range(4):
            scores[at] += weight
            weight *= 0.5
            at = elements[at].parent
            if at < 0:
                break
    return max(range(len(scores)), key=scores.__getitem__)


def _below_title(tree: Tree, weights: list[float], marks: list[str], title_line: int) -> int:
    """For a text so short that side bars outweigh it: the element of the first line below the heading that is no furniture.

    When by-lines and neighbours follow the heading directly, the page has no text: then the line after
    the by-lines, negative.
    """
    elements, lines = tree.elements, tree.lines
    end = title_line + 1
    for index in range(title_line + 1, len(lines)):
        line, mark = lines[index], marks[index]
        if mark in ("turn", "related", "comments", "legal"):
            break
        if not mark and line.linked * 2 < len(line.text) and (weights[index] >= _BUTTON or len(line.text) > 4):
            element = elements[line.element]
            if not line.text.strip(_NUMERALS) or _in_byline(tree, marks, line.element, title_line):
                end = index + 1
                continue
            # A verse or a short line in a nameless box of its own is a paragraph, whatever the tag.
            own = element.end - element.start <= 1 and not element.hint and not element.blocks
            at = element.parent if own or element.tag in _PARAGRAPH else line.element
            return _whole(tree, marks, at, title_line)
        if mark in ("info", "summary"):
            end = index + 1
    return -end


def _in_byline(tree: Tree, marks: list[str], at: int, title_line: int) -> bool:
    """True in a list or a table of a few short lines of which one is a by-line: the others are values of its labels."""
    elements = tree.elements
    box = elements[at] if elements[at].tag in _LISTS else elements[elements[at].parent]
    if box.tag not in _LISTS or box.start <= title_line or box.end - box.start > 12:
        return False
    held = range(box.start, box.end)
    return any(marks[i] == "info" for i in held) and all(len(tree.lines[i].text) < 40 and not STOP.search(tree.lines[i].text) for i in held)


def _whole(tree: Tree, marks: list[str], at: int, title_line: int) -> int:
    """`at`, or the outermost element around it that holds nothing but unmarked lines without links: all stanzas of a poem."""
    elements, lines = tree.elements, tree.lines
    while (parent := elements[at].parent) > 0 and elements[parent].tag != "body":
        box = elements[parent]
        held = range(box.start, box.end)
        if box.start <= title_line or any(marks[i] or lines[i].linked for i in held) or named(box.hint):
            break
        at = parent
    return at


def grown(tree: Tree, weights: list[float], marks: list[str], at: int, title_line: int) -> int:
    """The container of the whole document: `at`, or an ancestor of it whose other children read like the document."""
    elements = tree.elements
    best = at
    while elements[at].parent > 0 and elements[at].tag != "body":
        parent = elements[at].parent
        here, above = elements[at], elements[parent]
        if here.tag in _PARAGRAPH and best == at:  # a row above a cell that was chosen holds other columns too
            best = at = parent
            continue
        before = range(max(above.start, title_line + 1), here.start)
        after = range(here.end, above.end)
        mine = sum(weights[here.start : here.end])
        more = _belongs(tree, weights, marks, before, at) + _belongs(tree, weights, marks, after, at)
        if (more > 0.02 * mine and (more > 20 or more > 0.3 * mine)) or (more > 4 and _goes_on(tree, marks, at)):
            best = parent
        at = parent
        if len(range(above.start, above.end)) > 4 * (here.end - here.start) + 60:
            break
    return best


def _goes_on(tree: Tree, marks: list[str], at: int) -> bool:
    """True when an element of the same tag and name follows right after `at` that holds nothing but plain lines."""
    elements, here = tree.elements, tree.elements[at]
    if not here.hint or named(here.hint):
        return False
    for other in elements[at + 1 :]:
        if other.start >= here.end:
            twin = other.start == here.end and (other.parent, other.tag, other.hint) == (here.parent, here.tag, here.hint)
            return twin and all(marks[i] in ("", "info") and not tree.lines[i].linked for i in range(other.start, other.end))
    return False


def _belongs(tree: Tree, weights: list[float], marks: list[str], span: range, container: int) -> float:
    """The weight of the lines of `span`, beside the container, that read like the same document."""
    elements = tree.elements
    parent = elements[container].parent
    found = 0.0
    for index in span:
        if marks[index] in ("comments", "related", "turn", "legal", "tags"):
            if index > elements[container].start:
                break
            found = 0.0
            continue
        weight = weights[index]
        if weight < 2:
            continue
        line = tree.lines[index]
        at = line.element
        while elements[at].parent != parent and elements[at].parent > 0 and at > parent:
            at = elements[at].parent
        twin = at == parent or (
            elements[at].tag == elements[container].tag
            and _DIGITS.sub("", elements[at].hint) == _DIGITS.sub("", elements[container].hint)
            and elements[at].tag not in _COLUMNS
            and (weight > 15 or bool(elements[at].hint))
        )
        plain = not elements[at].hint and (
            elements[at].tag in _PARAGRAPH
            or (elements[at].tag not in _COLUMNS and weight > 40 and STOP.search(line.text[-2:]) is not None)
        )
        if twin or plain:
            found += weight
    return found
