"""Where the document stands on the page: the zone of every line.

Lines of text give weight to the element that holds them (weights.py); the heaviest element is the
container, and it grows over siblings that read like the same document (container.py). Here, marks
and link lists at its edges are cut away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from crawler.extract.container import find_container, grown
from crawler.extract.date import DATE, LABEL
from crawler.extract.edges import are_excerpts, before_excerpts, under_link, without_boxes
from crawler.extract.posts import own_post
from crawler.extract.tree import Line, Tree
from crawler.extract.weights import STOP, mark_lines, named, weigh_lines
from crawler.page import Zone

ENOUGH: Final = 200.0  # weight of a text: with less the page may be a stub in the layout of articles
_NEARLY_ALL: Final = 0.9  # of a page's weight: with less there may be more of the text beside what is known to hold it
_SCRAPS: Final = 4.0  # of weight below the heading: a container never grows over less
_BOXES = frozenset(("div", "aside", "section", "nav", "ul", "dl"))
_TOPS = frozenset(("crumbs", "share", "turn", "editor", "tags", "comments"))
_ENDS = frozenset(("turn", "comments", "related", "legal", "tags", "share", "editor"))
_FOOTER = 200  # a footer weighs less
_POSTAL = re.compile(r"(地址|邮编|邮政编码|电话|传真|邮箱|E-?mail)\s*[:：]", re.I)
_OCCASION = re.compile(r"[(（]\s*(?:19|20)\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*[)）]$")  # below a speech's heading
_READERS = re.compile(r"网友|最新|用户|发表|条|列表|热门|登录|说两句|reply|comment", re.I)  # in a heading of comments
_POINTER = re.compile(
    r"\W{0,3}(?:相关|推荐|延伸|拓展|扩展|热门|精彩|更多|编辑|小编|点击)(?:阅读|推荐|文章|链接|内容|范文|新闻|报道|查看|下载)\s*[】\])）:：>»]"
)  # a label before a link to another article
_HEADS = frozenset(("related", "contents"))  # of a list of links
_EDITOR = re.compile(r"责任?编辑?\s*[:：]|编辑\s*[:：]")


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


def find_body(tree: Tree, title_line: int) -> Layout:
    """The zones of all lines of `tree`. `title_line` is the line of the heading, -1 when it was not found."""
    layout = weighed(tree, title_line)
    if tree.lines:
        place(tree, layout, title_line, find_container(tree, layout.weights, layout.marks, title_line))
    return layout


def weighed(tree: Tree, title_line: int) -> Layout:
    """Marks and weights of all lines of `tree`, before anything is said of the body."""
    marks = mark_lines(tree, title_line)
    layout = Layout([Zone.SIDE] * len(tree.lines), marks)
    if tree.lines:
        layout.weights = weigh_lines(tree, marks, title_line)
    return layout


def is_whole(tree: Tree, layout: Layout, title_line: int, box: int) -> bool:
    """True when the element `box` holds nearly all of the page's weight, enough for a text, and no text goes on beside it."""
    element, weights = tree.elements[box], layout.weights
    held: float = sum(weights[element.start : element.end])
    if held < ENOUGH or held <= _NEARLY_ALL * sum(weights):
        return False
    beside: float = sum(weights[title_line + 1 : element.start], 0.0) + sum(weights[element.end :], 0.0)
    return beside <= _SCRAPS or grown(tree, weights, layout.marks, box, title_line) == box


def place(tree: Tree, layout: Layout, title_line: int, at: int) -> None:
    """Writes bounds and zones into `layout`. `at` is the container, or negative the line of a page without a text."""
    if at >= 0:
        layout.container = at
        _bounds(tree, layout, title_line)
        layout.first, layout.last = own_post(tree, layout.weights, layout.marks, layout.first, layout.last)
    else:
        layout.container = tree.lines[title_line].element
        layout.first = layout.last = -at
    _paint(tree, layout, title_line)
    layout.weight = sum(w for w, zone in zip(layout.weights, layout.zones, strict=True) if zone is Zone.BODY)
    near = layout.marks[max(0, layout.first - 2) : layout.last + 1]
    if title_line < 0 and layout.weight < _FOOTER and "legal" in near:
        layout.weight = 0.0  # a page without a text, and its footer


def _bounds(tree: Tree, layout: Layout, title_line: int) -> None:
    """First and last line of the body inside the container: what stands at the edges is cut away by its marks."""
    lines, marks, weights = tree.lines, layout.marks, layout.weights
    box = tree.elements[layout.container]
    first, last = box.start, box.end
    if first <= title_line < last:
        first = title_line + 1
    first = _after_head(tree, layout, first, last)
    solid = [
        w if STOP.search(line.text) else w * 0.3 for w, line in zip(weights[first:last], lines[first:last], strict=True)
    ]
    total = sum(solid) or 1.0
    left = total
    for index in range(first, last):
        mark = marks[index]
        if mark in _ENDS and index > first and _ends_here(tree, layout, index, last, left, total):
            last = index
            break
        left -= solid[index - first]
    last = _without_tail(lines, marks, first, last)
    if title_line >= 0 and _dated(lines, marks, first) and not under_link(lines, title_line, first):
        last = _without_tail(lines, marks, first, before_excerpts(tree, layout.weights, first, last))
    last = _without_tail(lines, marks, first, without_boxes(tree, layout.container, first, last))
    layout.first, layout.last = first, last


def _without_tail(lines: list[Line], marks: list[str], first: int, last: int) -> int:
    """`last` above the buttons, editors and addresses that stand right above it."""
    while last > first and (_is_tail(lines[last - 1], marks[last - 1]) or _is_address(lines, marks, last - 1)):
        last -= 1
    return last


def _ends_here(tree: Tree, layout: Layout, index: int, last: int, left: float, total: float) -> bool:
    """True when the mark on line `index` closes the body: no more than scraps of text follow."""
    mark = layout.marks[index]
    if mark == "comments":
        readers = _READERS.search(tree.lines[index].text) is not None
        return left < 0.4 * total or total - left > 200 or (readers and sum(layout.weights[layout.first : index]) > 12)
    if mark == "turn":
        return left < 0.3 * total
    if mark == "related":
        stop = next((at for at in range(index + 1, last) if layout.marks[at] in _ENDS), last)
        following = tree.lines[index + 1 : stop]
        linked = sum(line.linked for line in following)
        entries = sum(line.linked * 5 >= 2 * len(line.text) for line in following)  # a link and its date
        listed = linked * 2 > sum(len(line.text) for line in following) or entries * 2 > len(following)
        return left < 0.06 * total or (left < 0.4 * total and listed) or are_excerpts(following)
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
        if (
            mark == "info"
            and line.linked * 3 < len(line.text)
            and not (line.text[0] in "(（" and _OCCASION.match(line.text) and _dated(lines, marks, index))
            and ((short < 4 and _date_or_labels(line.text)) or (plain and not line.text.startswith("作者")))
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


def _dated(lines: list[Line], marks: list[str], index: int) -> bool:
    """True when a by-line right above the line `index` has given the date of the page."""
    return any(marks[at] == "info" and DATE.search(lines[at].text) for at in range(max(0, index - 6), index))


_LABELS = re.compile(r"(?:时间|日期|来源|作者|编辑|点击|浏览|阅读|人气|发布)[^:：]{0,3}[:：]")


def _date_or_labels(text: str) -> bool:
    """True for a line with a date, or with two labels of a by-line."""
    return bool(DATE.search(text)) or len(_LABELS.findall(text)) > 1


def _own_box(tree: Tree, index: int, container: int) -> bool:
    """True when the line stands in an element of its own below the container, not in a paragraph of the text."""
    element = tree.elements[tree.lines[index].element]
    return tree.lines[index].element != container and (element.tag in ("div", "td", "blockquote") or bool(element.hint))


def _is_tail(line: Line, mark: str) -> bool:
    """True for a line that cannot be the last one of a document: buttons, editors, a lone link, a by-line set below."""
    length = len(line.text)
    if mark in _ENDS or (line.linked * 10 > 9 * length and length < 60):
        return True
    if length > 60 or STOP.search(line.text):
        return False
    label = LABEL.match(line.text)
    dated = label is not None and label.lastgroup in ("published", "updated") and DATE.search(line.text) is not None
    return dated or bool(_EDITOR.search(line.text))


def _is_address(lines: list[Line], marks: list[str], index: int) -> bool:
    """True for the address of the house whose site it is: it stands right above the site's copyright."""
    return index + 1 < len(lines) and marks[index + 1] == "legal" and len(set(_POSTAL.findall(lines[index].text))) > 1


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
    """Lists of links inside the body are no text of the document: three lines or more, or one below a heading of such.

    Nor are boxes of a few short lines that call themselves share, related, promotion…
    """
    zones, lines = layout.zones, tree.lines
    half = sum(len(line.text) for line in lines[layout.first : layout.last]) / 2
    for element in tree.elements[layout.container + 1 :]:
        if layout.first <= element.start < element.end <= layout.last and element.tag in _BOXES:
            held = lines[element.start : element.end]
            if (
                named(element.hint)
                and len(held) < 12
                and sum(len(line.text) for line in held) < half
                and all(len(line.text) < 30 and not STOP.search(line.text) for line in held)
            ):
                zones[element.start : element.end] = [Zone.SIDE] * len(held)
    for index in range(layout.first, layout.last):
        if lines[index].linked * 2 > len(lines[index].text) and _POINTER.match(lines[index].text):
            zones[index] = Zone.SIDE
    index = layout.first
    while index < layout.last:
        stop = index
        while stop < layout.last and lines[stop].linked * 10 > 8 * len(lines[stop].text) and layout.weights[stop] == 0:
            stop += 1
        headed = index > layout.first and layout.marks[index - 1] in _HEADS
        if stop - index >= 3 or (headed and stop > index):
            for inner in range(index - headed, stop):
                zones[inner] = Zone.SIDE
        index = max(stop, index + 1)
