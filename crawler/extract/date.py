"""The date of publication as the page gives it: its text, time included, and where it was found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from crawler.extract.tree import Tree
from crawler.page import Zone

_DAY = r"(?:19|20)\d\d\s*(?:[-/.．]\s*\d{1,2}\s*[-/.．]\s*\d{1,2}|年\s*\d{1,2}\s*月\s*\d{1,2}\s*日?)"
_CLOCK = r"(?:T|\s|&nbsp;|　|日|星期[一二三四五六日天]|周[一二三四五六日]|[（(]\S{1,4}[)）])*(?:上午|下午|凌晨|晚上|中午)?\s*\d{1,2}\s*[:：时]\s*\d{1,2}(?:\s*[:：分]\s*\d{1,2})?"
DATE = re.compile(rf"(?<!\d)({_DAY})(?!\d)({_CLOCK})?")
# admin82025-03-26: an author or a counter runs into the year.
GLUED = re.compile(rf"({_DAY})(?!\d)({_CLOCK})?")
_EUROPEAN = re.compile(r"(?<!\d)(\d{1,2})\.(\d{1,2})\.((?:19|20)\d\d)(?!\d)(\s+\d{1,2}:\d\d(?::\d\d)?)?")
_SHORT = re.compile(r"(?<![\d.-])(\d{1,2}-\d{1,2})(?![\d-])(\s*\d{1,2}[:：]\d\d)?")
_HAN_DAY = re.compile(r"[一二三四五六七八九〇○零]{4}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十廿]{1,3}日")
_RELATIVE = re.compile(r"(?:\d+\s*(?:分钟|小时|天|周|个月|年)前|刚刚|昨天|前天|今天)(?:\s*\d{1,2}:\d{2})?")

PUBLISHED = r"(?:发布|发表|发文|上传|添加|录入|收录|发佈|出版|创建|发帖|上线|成文|公布|信息)(?:时间|日期|時間)|(?:发布|发表|收录|發佈|上传|创建)于"
PLAIN = r"(?<![\u4e00-\u9fff])(?:时间|日期|時間|文章时间|date|posted(?: on)?|published)"
UPDATED = r"(?:最后|最近)?(?:更新|修改|编辑|改版)(?:时间|日期|時間|于)|updated?"
LABEL = re.compile(rf"(?:(?P<published>{PUBLISHED})|(?P<updated>{UPDATED})|(?P<plain>{PLAIN}))\s*[:：]?\s*", re.I)
_META = (
    "article:published_time og:published_time og:release_date pubdate publishdate publish_date publication_date "
    "datepublished dc.date dcterms.created date apub:time weibo:article:create_at bytedance:published_time "
    "article:create_at createdate"
).split()
_KEYS = frozenset(_META)
# What a date is worth by its label; and with a time of day.
_SCORES = {"published": 6.0, "plain": 5.0, "updated": 3.5, "": 3.0}
_TIMED = 0.3
_NUMERAL = re.compile("[0-9一二三四五六七八九刚昨前今]")


class Found(NamedTuple):
    text: str
    where: str
    confidence: float


def find_date(tree: Tree, zones: list[Zone], marks: list[str], title_line: int, first: int, last: int) -> Found:
    """The page's own date. What is displayed beside the heading wins; metadata adds the time, or stands in.

    `first` and `last` bound the body: a date inside it belongs to the text (a signature), never to the page.
    """
    shown = _displayed(tree, zones, marks, title_line, first, last)
    stated = _stated(tree, title_line, first)
    if shown is None or (stated and not shown.text[:4].isdigit()):
        return stated or shown or Found("", "", 0.0)
    if stated and _day(stated.text) == _day(shown.text) and _has_time(stated.text) and not _has_time(shown.text):
        return Found(stated.text, f"{shown.where} + {stated.where}", 0.95)
    if stated and shown.confidence < 0.5:
        return stated
    return shown


def _day(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)[:3]]


_TIME = re.compile(r"\d\s*[:：时]\s*\d")


def _has_time(text: str) -> bool:
    return _TIME.search(text) is not None


def _displayed(tree: Tree, zones: list[Zone], marks: list[str], title_line: int, first: int, last: int) -> Found | None:
    """The best date on a line outside the body, by its label and its distance from the heading."""
    best: Found | None = None
    best_score = 0.0
    for index, line in enumerate(tree.lines):
        zone = zones[index]
        if zone is Zone.BODY and first <= index < last:
            continue
        near = zone is Zone.HEAD or (title_line >= 0 and title_line <= index < first)
        if not near and zone is not Zone.TAIL and not (title_line - 6 <= index <= title_line):
            continue
        text = line.text
        if not 4 <= len(text) <= 240 or line.linked * 2 > len(text):
            continue
        distance = abs(index - title_line) if title_line >= 0 else abs(first - index)
        far = min(distance, 30) * 0.05
        if _SCORES["published"] + _TIMED - far - (0.0 if near else 1.5) <= best_score:
            continue  # nothing on this line can be better
        for found, label in candidates(text):
            score = _SCORES[label] - far
            if not near:
                score -= 1.5 if label and index >= last else 3.2
            score += _TIMED if _has_time(found) else 0.0
            if score > best_score:
                best_score = score
                best = Found(found, f"label {label}" if label else "date line", min(1.0, score / 6))
    return best


def candidates(text: str) -> Iterator[tuple[str, str]]:
    """The dates on one line, each with the kind of its label: "published", "plain", "updated" or ""."""
    if not ("20" in text or "19" in text or ":" in text or "：" in text):
        return
    if not _NUMERAL.search(text):
        return
    years = "20" in text or "19" in text
    matches = (list(DATE.finditer(text)) or list(GLUED.finditer(text))) if years else []
    labels = (
        [(m.end(), m.lastgroup or "") for m in LABEL.finditer(text)] if matches or ":" in text or "：" in text else []
    )
    for match in matches:
        label = next((name for end, name in reversed(labels) if end <= match.start() and match.start() - end <= 3), "")
        yield match[0].strip(), label
    if matches:
        return
    for match in _EUROPEAN.finditer(text):
        yield match[0].strip(), ""
    for end, name in labels:
        short = _SHORT.match(text, end) or _HAN_DAY.match(text, end) or _RELATIVE.match(text, end)
        if short:
            yield short[0].strip(), name


def _stated(tree: Tree, title_line: int, first: int) -> Found | None:
    """The date in JSON-LD, meta tags or the <time> beside the heading."""
    for block in tree.json_ld:
        for value in _json_dates(block):
            if match := DATE.search(value):
                return Found(match[0].replace("T", " "), "json-ld", 0.8)
    for name in () if _KEYS.isdisjoint(tree.meta) else _META:
        if (content := tree.meta.get(name)) and (match := DATE.search(content)):
            return Found(match[0].replace("T", " "), f"meta {name}", 0.75)
    for when, line in tree.times:
        if (title_line < 0 or title_line - 3 <= line <= max(first, title_line + 6)) and (match := DATE.search(when)):
            return Found(match[0].replace("T", " "), "<time>", 0.7)
    return None


def _json_dates(block: str) -> Iterator[str]:
    try:
        data = json.loads(block)
    except (ValueError, RecursionError):
        if found := re.search(r'"(?:datePublished|pubDate)"\s*:\s*"([^"]+)"', block):
            yield found[1]
        return
    yield from _dates_in(data, 0)


def _dates_in(data: Any, depth: int) -> Iterator[str]:
    if depth > 4:
        return
    if isinstance(data, list):
        for item in data[:20]:
            yield from _dates_in(item, depth + 1)
    elif isinstance(data, dict):
        for name in ("datePublished", "pubDate", "dateCreated"):
            if isinstance(data.get(name), str):
                yield data[name]
        yield from _dates_in(_graph(data.values()), depth + 1)


def _graph(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]
