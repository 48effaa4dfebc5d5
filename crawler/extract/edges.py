"""What stands right below a text and belongs to other articles or to the site: excerpts, boxes that tell by their names."""

from __future__ import annotations

from itertools import pairwise

from crawler.extract.tree import Line, Tree
from crawler.extract.weights import SIDE_TAGS, named


def without_boxes(tree: Tree, container: int, first: int, last: int) -> int:
    """`last` above the boxes at the end that call themselves author, copyright, share, related… and are small."""
    lines = tree.lines
    most = 0.3 * sum(len(line.text) for line in lines[first:last])
    for element in reversed(tree.elements[container + 1 :]):
        if element.end != last or not first < element.start < last:
            continue
        aside = element.tag in SIDE_TAGS or (element.hint and named(element.hint))
        if aside and sum(len(line.text) for line in lines[element.start : last]) < most:
            last = element.start
    return last


def before_excerpts(tree: Tree, weights: list[float], first: int, last: int) -> int:
    """`last`, or the line where the excerpts of other articles begin below a dated text: three and more, without a heading."""
    lines = tree.lines
    links = [at for at in range(first + 1, last) if lines[at].linked * 5 > 4 * len(lines[at].text) > 16]
    start = last
    found = 0
    for at in reversed(links):
        if not 1 < start - at <= 4 or not any(len(line.text) > 30 for line in lines[at + 1 : start]):
            break
        start, found = at, found + 1
    return start if found > 2 and sum(weights[first:start]) > 12 else last


def are_excerpts(lines: list[Line]) -> bool:
    """True for links with a few lines below each, to the last: other articles, each with its beginning."""
    links = [at for at, line in enumerate(lines) if line.linked * 5 > 4 * len(line.text)]
    steps = [b - a for a, b in pairwise([*links, len(lines)])]
    return len(links) > 1 and links[0] == 0 and max(steps) <= 4 and sum(steps) > len(links)


def under_link(lines: list[Line], title_line: int, first: int) -> bool:
    """True when a link to an article stands right above the by-line: this is the first entry of a list."""
    return any(line.linked * 5 > 4 * len(line.text) > 16 for line in lines[max(title_line + 1, first - 3) : first])
