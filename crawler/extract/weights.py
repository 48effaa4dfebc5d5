"""What each line of a page weighs: the characters that read like a document, none for furniture."""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.extract.date import DATE, ENGLISH, GLUED
from crawler.extract.marks import SHORT, mark_of
from crawler.extract.tree import Line, Tree

STOP = re.compile("[。！？!?…；;]")
_SENTENCE = re.compile("[。！？；!?;：:，,、…]")
# The document's own lines that look like a by-line: an occasion (——2024年1月4日在…会议上), the rules of an examination
# paper (时间：60分钟　满分：100分). No by-line begins with a long dash or gives its time in minutes.
_OWN_LINE = re.compile(
    r"(?:——|--|－－|―|─)|[(（]?(?:考试|答题|测试|练习)?(?:时间|时长|用时|限时)\s*[:：]\s*\d+\s*(?:分钟|小时|课时|分)"
)
_BESIDE_DATE = re.compile(r"来源|作者[\s:：]|(?:发[表布]|更新|收录)于|posted on", re.I)
_SET_OFF = frozenset("/|｜丨·•")  # 林一舟 / 2018-03-04 / 散文
_CLOCK = re.compile(r"\d\s*[:：]\s*\d\d")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5"))
SIDE_TAGS = frozenset("nav footer aside header menu".split())
# Names in class or id that designers of many sites share; they only lower a weight, they never decide alone.
_SIDE_NAME = re.compile(
    r"comment|pinglun|(?:^|[ #._-])(?:cmt|pl|foot|footer|nav|menu|side|sidebar|share|bdshare|related|relate|relevant|"
    r"recommend|tuijian|xiangguan|hot|rank|copyright|declare|disclaimer|shengming|breadcrumb|crumb|crumbs|pagelist|pages?(?![_-]?(?:art|con|body|main|text|txt|info|detail|news|show|view|left|wrap|inner|box|nr|zw|tit))|"
    r"promo|advert|newsletter|subscribe|digg|vote|tags?|login|search|friendlink|links|toolbar|qrcode|popup|modal|dialog|reply|reward|author-?(?:info|box)|bio)"
    r"(?:$|[ ._-]|box|list|bar|area|er|info|wrap|con|s\b)",
    re.I,
)
_COMMENTS = re.compile(r"comment|pinglun|(?:^|[ #._-])(?:cmt|reply|replies|respond)(?:$|[ ._-]|list|s\b)", re.I)
_TURNS = frozenset("上下前后«‹←<[【")  # a line that is all link is looked at only when it may lead to a neighbour


def mark_lines(tree: Tree, title_line: int) -> list[str]:
    """The mark of each line: by its words, and near the heading by its date or by being the beginning of the text."""
    lines = tree.lines
    marks: list[str] = []
    add, known = marks.append, SHORT.get
    for line in lines:
        text, linked = line.text, line.linked
        if linked >= 12 and linked * 2 > len(text) and text[0] not in _TURNS:
            add("")
        elif (mark := known(text)) is not None:
            add(mark)
        else:
            add(mark_of(text))
    top = max(title_line + 1, 0)
    for index in range(top, min(top + 8, len(lines))):
        if marks[index] == "info" and _OWN_LINE.match(lines[index].text):
            marks[index] = ""
        elif not marks[index] and is_dateline(lines[index].text):
            marks[index] = "info"
        elif not marks[index] and _is_teaser(lines, index):
            marks[index] = "summary"
    return marks


def weigh_lines(tree: Tree, marks: list[str], title_line: int) -> list[float]:
    """The weight of each line; the first line of the comments gets that mark."""
    weights = [0.0 if mark else weigh(line) for line, mark in zip(tree.lines, marks, strict=True)]
    _mark_comments(tree, weights, marks, title_line)
    _damp(tree, weights, marks, title_line)
    return weights


def weigh(line: Line) -> float:
    """How much `line`, which carries no mark, reads like a document: its characters outside links."""
    length = len(line.text)
    if line.linked * 2 > length:
        # Whole paragraphs set as one link do occur; titles of other articles are short and have no full stop.
        return length * 0.7 if length > 60 and len(STOP.findall(line.text)) > 1 else 0.0
    free = length - line.linked
    if free < 4:
        return 0.5
    return free * (1.0 if _SENTENCE.search(line.text) else 0.6)


def _is_teaser(lines: list[Line], index: int) -> bool:
    """True when the line is the beginning of one of the next lines: a summary cut from the text."""
    text = lines[index].text.rstrip(".…。 ")
    if len(text) < 16 or lines[index].tag in _HEADINGS:
        return False
    element = lines[index].element
    return any(
        line.element != element and len(line.text) > len(text) + 4 and line.text.startswith(text)
        for line in lines[index + 1 : index + 12]
    )


def is_dateline(text: str) -> bool:
    """True for a short line that gives date and time, or a date with source, author or "发表于", and says nothing else."""
    if len(text) > 90 or STOP.search(text) or _OWN_LINE.match(text):
        return False
    found = DATE.search(text) or GLUED.search(text)
    if found is None:
        english = ENGLISH.search(text) if len(text) < 60 else None
        return english is not None and (english.start() == 0 or _BESIDE_DATE.search(text) is not None)
    if _CLOCK.search(found[0]) or _BESIDE_DATE.search(text) or len(found[0]) * 3 > 2 * len(text):
        return True
    before, after = text[: found.start()].rstrip()[-1:], text[found.end() :].lstrip()[:1]
    return len(text) <= 40 and (before in _SET_OFF or after in _SET_OFF)


def _mark_comments(tree: Tree, weights: list[float], marks: list[str], title_line: int) -> None:
    """Give the first line of an element that calls itself the comments that mark, unless it holds the only text."""
    below, opening = sum(weights[title_line + 1 :]), _opening(weights, title_line)
    for element in tree.elements:
        start, end = element.start, element.end
        if element.hint and title_line < start < end and named(element.hint) == "comments":
            if start <= opening and sum(weights[start:end]) > max(0.4 * below, 12):
                continue  # whatever it is called, there is no other text
            marks[start] = marks[start] or "comments"


def _opening(weights: list[float], title_line: int) -> int:
    """The line below the heading up to which no text stands."""
    passed = 0.0
    for index in range(max(title_line + 1, 0), len(weights)):
        passed += weights[index]
        if passed >= 12:
            return index
    return len(weights)


@lru_cache(maxsize=4096)
def named(hint: str) -> str:
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
            if passed <= 30 and weights[index] and STOP.search(line.text):
                passed += weights[index]
            below = passed > 30 and marks[index] in ("turn", "related", "comments")
    total, opening = sum(weights), _opening(weights, title_line)
    for element in tree.elements:
        start, end = element.start, element.end
        if start == end or start <= title_line < end:
            continue
        if element.tag in SIDE_TAGS or (element.hint and named(element.hint)):
            held = sum(weights[start:end])
            if held > 40 and 0 <= title_line < start <= opening and element.tag not in SIDE_TAGS:
                continue  # the first text below the heading, whatever it is called
            if 0 < held < 0.7 * total:
                weights[start:end] = [weight * 0.1 for weight in weights[start:end]]
