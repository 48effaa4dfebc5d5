"""Where the document stands on the page: its container, and the zone of every line.

Lines of text give weight to the element that holds them (a paragraph's own element passes it on);
the heaviest element is the container, and it grows over siblings that read like the same document.
Inside it, marks and link lists at the edges are cut away. Weights count characters outside links.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from crawler.extract.date import DATE, GLUED, LABEL
from crawler.extract.marks import mark_of
from crawler.extract.tree import Line, Tree
from crawler.page import Zone

_SENTENCE = re.compile("[。！？；!?;：:，,、…]")
_STOP = re.compile("[。！？!?…；;]")
_PARAGRAPH = frozenset("p li dd dt h1 h2 h3 h4 h5 h6 blockquote pre tr figcaption".split())
_CONTAINER = frozenset("div td th article section main body center form fieldset html dl ul ol table tbody".split())
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5"))
_SMALL = 150  # a container that weighs less may be the teaser of a side bar
_SIDE_TAGS = frozenset("nav footer aside header menu".split())
# Names in class or id that designers of many sites share; they only lower a weight, they never decide alone.
_SIDE_NAME = re.compile(
    r"comment|pinglun|(?:^|[ #._-])(?:cmt|pl|foot|footer|nav|menu|side|sidebar|share|bdshare|related|relate|relevant|"
    r"recommend|tuijian|xiangguan|hot|rank|copyright|declare|disclaimer|shengming|breadcrumb|crumb|crumbs|pagelist|pages?|"
    r"digg|vote|tags?|login|search|friendlink|links|toolbar|qrcode|popup|modal|dialog|reply|reward|author-?(?:info|box)|bio)"
    r"(?:$|[ ._-]|box|list|bar|area|er|info|wrap|con|s\b)",
    re.I,
)
_TURNS = frozenset("上下前后«‹←<[【")  # a line that is all link is looked at only when it may lead to a neighbour
_DIGITS = re.compile(r"\d+")
_COLUMNS = frozenset(("td", "th"))  # side by side, not one after the other
_COMMENTS = re.compile(r"comment|pinglun|(?:^|[ #._-])(?:cmt|reply|replies|respond)(?:$|[ ._-]|list|s\b)", re.I)
_TOPS = frozenset(("crumbs", "share", "turn", "editor", "tags", "comments"))
ENDS = frozenset(("turn", "comments", "related", "legal", "tags", "share", "editor"))


@dataclass(slots=True)
class Layout:
    """`zones` and `marks` have one entry a line; `first` to `last` (exclusive) is the body, `weight` its characters."""

    zones: list[Zone]
    marks: list[str]
    weights: list[float] = field(default_factory=list)
    container: int = 0
    first: int = 0
    last: int = 0
    weight: float = 0.0


def _is_teaser(lines: list[Line], index: int) -> bool:
    """True when the line is the beginning of one of the next lines: a summary cut from the text."""
    text = lines[index].text.rstrip(".…。 ")
    if len(text) < 16 or lines[index].tag in _HEADINGS:
        return False
    element = lines[index].element
    return any(line.element != element and len(line.text) > len(text) + 4 and line.text.startswith(text) for line in lines[index + 1 : index + 12])


def weigh(line: Line, mark: str) -> float:
    """How much `line` reads like a document: its characters outside links, none for furniture."""
    if mark:
        return 0.0
    length = len(line.text)
    if line.linked * 2 > length:
        # Whole paragraphs set as one link do occur; titles of other articles are short and have no full stop.
        return length * 0.7 if length > 60 and len(_STOP.findall(line.text)) > 1 else 0.0
    free = length - line.linked
    if free < 4:
        return 0.5
    return free * (1.0 if _SENTENCE.search(line.text) else 0.6)


def find_body(tree: Tree, title_line: int) -> Layout:
    """The zones of all lines of `tree`. `title_line` is the line of the heading, -1 when it was not found."""
    lines = tree.lines
    marks = [
        mark_of(line.text) if line.linked * 2 <= len(line.text) or line.linked < 12 or line.text[0] in _TURNS else ""
        for line in lines
    ]
    layout = Layout([Zone.SIDE] * len(lines), marks)
    if not lines:
        return layout
    top = max(title_line + 1, 0)
    for index in range(top, min(top + 8, len(lines))):
        if not marks[index] and is_dateline(lines[index].text):
            marks[index] = "info"
        elif not marks[index] and _is_teaser(lines, index):
            marks[index] = "summary"
    weights = [weigh(line, mark) for line, mark in zip(lines, marks, strict=True)]
    layout.weights = weights
    _mark_comments(tree, marks, title_line)
    _damp(tree, weights, marks, title_line)
    at = _heaviest(tree, weights)
    box = tree.elements[at]
    if title_line >= 0 and sum(weights[box.start : box.end]) < _SMALL:
        at = _below_title(tree, marks, title_line)
    if at >= 0:
        layout.container = _grow(tree, weights, marks, at, title_line)
        _bounds(tree, layout, title_line)
    else:
        layout.container = tree.lines[title_line].element
        layout.first = layout.last = -at
    _paint(tree, layout, title_line)
    layout.weight = sum(w for w, zone in zip(weights, layout.zones, strict=True) if zone is Zone.BODY)
    return layout


def _mark_comments(tree: Tree, marks: list[str], title_line: int) -> None:
    """Give the first line of an element that calls itself the comments that mark."""
    for element in tree.elements:
        if element.hint and title_line < element.start < element.end and _named(element.hint) == "comments":
            marks[element.start] = marks[element.start] or "comments"


@lru_cache(maxsize=4096)
def _named(hint: str) -> str:
    """What id and class call an element: "comments", "side" or "". One site has few of them on all its pages."""
    return "comments" if _COMMENTS.search(hint) else "side" if _SIDE_NAME.search(hint) else ""


def _damp(tree: Tree, weights: list[float], marks: list[str], title_line: int) -> None:
    """Take most of the weight from lines in elements that call themselves navigation, comments, footer…

    What stands above the heading, or below the neighbours, related articles and comments, weighs less too.
    """
    passed = 0.0
    below = False
    for index, line in enumerate(tree.lines):
        if index < title_line or below:
            weights[index] *= 0.4
        elif index > title_line >= 0:
            passed += weights[index] if _STOP.search(line.text) else 0.0
            below = passed > 30 and marks[index] in ("turn", "related", "comments")
    total = sum(weights)
    for element in tree.elements:
        start, end = element.start, element.end
        if start == end or start <= title_line < end:
            continue
        if element.tag in _SIDE_TAGS or (element.hint and _named(element.hint)):
            held = sum(weights[start:end])
            if 0 < held < 0.7 * total:
                weights[start:end] = [weight * 0.1 for weight in weights[start:end]]


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


def _below_title(tree: Tree, marks: list[str], title_line: int) -> int:
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
        if not mark and line.linked * 2 < len(line.text):
            element = elements[line.element]
            return element.parent if element.tag in _PARAGRAPH else line.element
        if mark in ("info", "summary"):
            end = index + 1
    return -end


def _grow(tree: Tree, weights: list[float], marks: list[str], at: int, title_line: int) -> int:
    """The container of the whole document: `at`, or an ancestor of it whose other children read like the document."""
    elements = tree.elements
    best = at
    while elements[at].parent > 0 and elements[at].tag != "body":
        parent = elements[at].parent
        here, above = elements[at], elements[parent]
        if here.tag in _PARAGRAPH:
            best = at = parent
            continue
        before = range(max(above.start, title_line + 1), here.start)
        after = range(here.end, above.end)
        mine = sum(weights[here.start : here.end])
        more = _belongs(tree, weights, marks, before, at) + _belongs(tree, weights, marks, after, at)
        if more > 0.02 * mine and more > 20:
            best = parent
        at = parent
        if len(range(above.start, above.end)) > 4 * (here.end - here.start) + 60:
            break
    return best


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
        plain = elements[at].tag in _PARAGRAPH and not elements[at].hint
        if twin or plain:
            found += weight
        elif weight > 40 and _STOP.search(line.text[-2:]) and not _named(elements[at].hint):
            found += weight * 0.3
    return found


def _bounds(tree: Tree, layout: Layout, title_line: int) -> None:
    """First and last line of the body inside the container: what stands at the edges is cut away by its marks."""
    lines, marks, weights = tree.lines, layout.marks, layout.weights
    box = tree.elements[layout.container]
    first, last = box.start, box.end
    if first <= title_line < last:
        first = title_line + 1
    first = _after_head(tree, layout, first, last)
    solid = [w if _STOP.search(line.text) else w * 0.3 for w, line in zip(weights[first:last], lines[first:last], strict=True)]
    total = sum(solid) or 1.0
    left = total
    for index in range(first, last):
        mark = marks[index]
        if mark in ENDS and index > first and _ends_here(tree, layout, index, last, left, total):
            last = index
            break
        left -= solid[index - first]
    while last > first and _is_tail(lines[last - 1], marks[last - 1]):
        last -= 1
    layout.first, layout.last = first, last


def _ends_here(tree: Tree, layout: Layout, index: int, last: int, left: float, total: float) -> bool:
    """True when the mark on line `index` closes the body: no more than scraps of text follow."""
    mark = layout.marks[index]
    if mark == "comments":
        return left < 0.4 * total or total - left > 200
    if mark == "turn":
        return left < 0.3 * total
    if mark == "related":
        following = tree.lines[index + 1 : last]
        linked = sum(line.linked for line in following)
        return left < 0.06 * total or (left < 0.4 * total and linked * 2 > sum(len(line.text) for line in following))
    return left < 0.12 * total


def _after_head(tree: Tree, layout: Layout, first: int, last: int) -> int:
    """The first line after by-line, summary, breadcrumb and buttons, when these stand at the top of the container."""
    lines, marks, weights = tree.lines, layout.marks, layout.weights
    end = first
    short = linked = 0  # unmarked lines: short ones may be verses, linked ones are menus
    passed = 0.0
    limit = min(60.0, 0.05 * sum(weights[first:last]))
    for index in range(first, min(last, first + 25)):
        line, mark = lines[index], marks[index]
        plain = passed == 0 and short == 0
        if mark == "info" and line.linked * 3 < len(line.text) and (
            (short < 4 and date_or_labels(line.text)) or (plain and not line.text.startswith("作者"))
        ):
            end, short = index + 1, 0
        elif plain and (mark in _TOPS or (mark == "summary" and _own_box(tree, index, layout.container))):
            end = index + 1
        elif line.linked * 2 > len(line.text):
            if plain and line.linked * 5 > 4 * len(line.text) and weights[index] == 0:
                end = index + 1
            linked += 1
        elif len(line.text) < 12:
            short += 1
        else:
            passed += weights[index]
        if passed > limit or short > 8 or linked > 8:
            break
    return end


_LABELS = re.compile(r"(?:时间|日期|来源|作者|编辑|点击|浏览|阅读|人气|发布)[^:：]{0,3}[:：]")


_CLOCK = re.compile(r"\d\s*[:：]\s*\d\d")


def is_dateline(text: str) -> bool:
    """True for a short line that gives date and time, or a date and a source, and says nothing else."""
    if len(text) > 90 or _STOP.search(text) or not (found := DATE.search(text) or GLUED.search(text)):
        return False
    return bool(_CLOCK.search(found[0])) or "来源" in text or len(found[0]) * 3 > 2 * len(text)


def date_or_labels(text: str) -> bool:
    """True for a line with a date, or with two labels of a by-line."""
    return bool(DATE.search(text)) or len(_LABELS.findall(text)) > 1


def _own_box(tree: Tree, index: int, container: int) -> bool:
    """True when the line stands in an element of its own below the container, not in a paragraph of the text."""
    element = tree.elements[tree.lines[index].element]
    return tree.lines[index].element != container and (element.tag in ("div", "td", "blockquote") or bool(element.hint))


_EDITOR = re.compile(r"责任?编辑?\s*[:：]|编辑\s*[:：]")


def _is_tail(line: Line, mark: str) -> bool:
    """True for a line that cannot be the last one of a document: buttons, editors, a lone link, a by-line set below."""
    length = len(line.text)
    if mark in ENDS or (line.linked * 10 > 9 * length and length < 60):
        return True
    if length > 60 or _STOP.search(line.text):
        return False
    label = LABEL.match(line.text)
    dated = label is not None and label.lastgroup in ("published", "updated") and DATE.search(line.text) is not None
    return dated or bool(_EDITOR.search(line.text))


def _paint(tree: Tree, layout: Layout, title_line: int) -> None:
    """Zones: BODY between the bounds without link lists, HEAD and TAIL around it, SIDE for all the rest."""
    zones, lines = layout.zones, tree.lines
    first, last = layout.first, layout.last
    for index in range(first, last):
        zones[index] = Zone.BODY
    _lists_out(tree, layout)
    region = _region(tree, layout, title_line)
    top = min(title_line, first) if title_line >= 0 else first
    for index in range(region.start, first):
        if index >= top or layout.marks[index] in ("crumbs", "info", "tags", "summary"):
            zones[index] = Zone.HEAD
    for index in range(max(0, top - 12), region.start):
        if layout.marks[index] == "crumbs" or index >= top:
            zones[index] = Zone.HEAD
    for index in range(last, region.stop):
        zones[index] = Zone.TAIL
    for index in range(region.stop, len(lines)):
        if layout.marks[index] in ("tags", "turn", "editor", "legal"):
            zones[index] = Zone.TAIL


def _region(tree: Tree, layout: Layout, title_line: int) -> range:
    """The lines of the element that holds both the heading and the body: the article with its furniture."""
    elements = tree.elements
    at = layout.container
    box = elements[at]
    start, end = box.start, box.end
    limit = max(60, 3 * (end - start))
    for _ in range(6):
        parent = elements[at].parent
        if parent < 0 or elements[parent].tag in ("body", "html"):
            break
        if elements[parent].end - elements[parent].start > limit + (end - start):
            break
        at = parent
        start, end = elements[at].start, elements[at].end
        if start <= title_line:
            break
    return range(start, end)


def _lists_out(tree: Tree, layout: Layout) -> None:
    """Lists of links inside the body (three lines or more that are nothing but links) are no text of the document."""
    zones, lines = layout.zones, tree.lines
    index = layout.first
    while index < layout.last:
        stop = index
        while stop < layout.last and lines[stop].linked * 10 > 8 * len(lines[stop].text) and layout.weights[stop] == 0:
            stop += 1
        if stop - index >= 3:
            if index > layout.first and layout.marks[index - 1] == "related":
                index -= 1
            for inner in range(index, stop):
                zones[inner] = Zone.SIDE
        index = max(stop, index + 1)
