"""The date of publication as the page gives it: its text, time included, and where it was found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any, NamedTuple

from crawler.extract.tree import Tree
from crawler.page import Zone

_DAY = r"(?:19|20)\d\d\s*(?:[-/.．]\s*\d{1,2}\s*[-/.．]\s*\d{1,2}|年\s*\d{1,2}\s*月\s*\d{1,2}\s*日?)"
_CLOCK = r"(?:T|\s|&nbsp;|　|日|星期[一二三四五六日天]|周[一二三四五六日]|[（(]\S{1,4}[)）])*(?:上午|下午|凌晨|晚上|中午)?\s*\d{1,2}\s*[:：时]\s*\d{1,2}(?:\s*[:：分]\s*\d{1,2})?"
DATE = re.compile(rf"(?<!\d)({_DAY})(?!\d)(?P<clock>{_CLOCK})?")
# admin82025-03-26, 2025-03-2607:36, 2025/03/263.2万阅读: an author, the time or a counter runs into the day, as the texts
# of elements do that a style sets apart. Only a month and a day of two digits tell where the next begins.
_TIGHT = r"(?:19|20)\d\d(?P<sign>[-/.])(?:0\d|1[0-2])(?P=sign)(?:[0-2]\d|3[01])"
GLUED = re.compile(rf"(?P<day>{_DAY}(?!\d)|{_TIGHT})(?P<clock>{_CLOCK})?")
_ZONE = re.compile(r"(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)")
_CHINA = timezone(timedelta(hours=8))
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
# Nov 12, 2020; 12th November 2020 at 3:20 pm
ENGLISH = re.compile(
    rf"\b(?:{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?|(\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH}),?\s+((?:19|20)\d\d)(?!\d)"
    r"(?:[\s,@-]+(?:at\s+)?(\d{1,2}:\d\d(?::\d\d)?)\s*([ap]m\b)?)?",
    re.I,
)
_EUROPEAN = re.compile(r"(?<!\d)(\d{1,2})\.(\d{1,2})\.((?:19|20)\d\d)(?!\d)(\s+\d{1,2}:\d\d(?::\d\d)?)?")
_SHORT = re.compile(r"(?<![\d.-])(\d{1,2}-\d{1,2})(?![\d-])(\s*\d{1,2}[:：]\d\d)?")
_SHORT_TIGHT = re.compile(r"(?<![\d.-])(?:(\d\d)-)?([01]\d-[0-3]\d)\s*([0-2]\d[:：]\d\d)")  # 03-0823:16, 18-03-0823:16
_SHORT_YEAR = re.compile(r"(\d\d)[-/.]([01]?\d)[-/.]([0-3]?\d)(?![\d./-])(?:\s+([0-2]?\d[:：]\d\d))?")  # 18-03-08 23:16
_YEAR_FIRST = re.compile(r"((?:19|20)\d\d)年?\s+(\d{1,2})[-/.月](\d{1,2})日?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.月](\d{1,2})日?\s+((?:19|20)\d\d)年?")
_DAY_FIRST = re.compile(r"(\d{1,2})日?\s+((?:19|20)\d\d)[-/.年](\d{1,2})月?")
_HAN_DAY = re.compile(r"[一二三四五六七八九〇○零]{4}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十廿]{1,3}日")
_RELATIVE = re.compile(r"(?:\d+\s*(?:分钟|小时|天|周|个月|年)前|刚刚|昨天|前天|今天)(?:\s*\d{1,2}:\d{2})?")

PUBLISHED = r"(?:發[佈布表]|上傳|張貼|发布|发表|发文|上传|添加|录入|收录|发佈|出版|创建|发帖|上线|成文|公布|信息|加入|入库|撰写|刊登|刊发|提交|发稿|登载|公开|生成|采编|编发)(?:时间|日期|時間)|发布日(?=[:：])|(?:发布|发表|收录|發佈|上传|创建)于"
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
    shown = _displayed(tree, zones, marks, title_line, first, last) or _in_pieces(tree, title_line, first)
    stated = _stated(tree, title_line, first)
    if shown is None or (stated and not shown.text[:4].isdigit()):
        return stated or shown or Found("", "", 0.0)
    if stated and _day(stated.text) == _day(shown.text) and _has_time(stated.text) and not _has_time(shown.text):
        return Found(stated.text, f"{shown.where} + {stated.where}", 0.95)
    if stated and shown.confidence < 0.45:
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
        if not 4 <= len(text) <= 240 or (marks[index] == "share" and text[0] in "今现"):  # what day it is
            continue
        if line.linked * 2 > len(text) and not (title_line < index < first and _is_byline(text, marks[index])):
            continue  # an entry of a list; a by-line may link to its archive
        distance = abs(index - title_line) if title_line >= 0 else abs(first - index)
        far = min(distance, 30) * 0.05
        if _SCORES["published"] + _TIMED - far - (0.0 if near else 1.5) <= best_score:
            continue  # nothing on this line can be better
        for found, label in candidates(text):
            score = _SCORES[label] - far
            if not near and index == last and marks[index] == "info" and _has_time(found):
                score -= 1.5
            elif not near:
                score -= 1.5 if label and index >= last else 3.2
            score += _TIMED if _has_time(found) else 0.0
            if score > best_score:
                best_score = score
                best = Found(found, f"label {label}" if label else "date line", min(1.0, score / 6))
    return best


def _in_pieces(tree: Tree, title_line: int, first: int) -> Found | None:
    """A day beside the heading that a template sets in two boxes, year and day apart."""
    if title_line < 0:
        return None
    lines = tree.lines[max(title_line - 3, 0) : min(first, title_line + 8)]
    for line, below in pairwise(lines):
        if len(line.text) > 8 or len(below.text) > 8:
            continue
        if found := _YEAR_FIRST.fullmatch(f"{line.text} {below.text}"):
            return Found(f"{found[1]}-{found[2]}-{found[3]}", "date in two lines", 0.4)
        if found := _YEAR_LAST.fullmatch(f"{line.text} {below.text}"):
            return Found(f"{found[3]}-{found[1]}-{found[2]}", "date in two lines", 0.4)
        if found := _DAY_FIRST.fullmatch(f"{line.text} {below.text}"):
            return Found(f"{found[2]}-{found[3]}-{found[1]}", "date in two lines", 0.4)
    return None


def _is_byline(text: str, mark: str) -> bool:
    return mark == "info" or ENGLISH.search(text) is not None


def _apart(match: re.Match[str]) -> str:
    """The date and time of a match, with a blank between them when they were glued."""
    day, clock = match[1], match["clock"]
    return f"{day} {clock}" if clock and clock[0].isdigit() else match[0].strip()


def _in_digits(match: re.Match[str]) -> str:
    """An English date as year-month-day, with its time of day."""
    month = _MONTHS.index((match[1] or match[4])[:3].lower()) + 1
    clock = f" {match[7] or ''} {match[6]}" if match[6] else ""
    return f"{match[5]}-{month:02}-{int(match[2] or match[3]):02}{clock}"


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
        yield _apart(match), label
    if matches:
        return
    for match in _EUROPEAN.finditer(text):
        yield match[0].strip(), ""
    if years and (english := ENGLISH.search(text)):
        yield _in_digits(english), ""
    for end, name in labels:
        if tight := _SHORT_TIGHT.match(text, end):
            yield f"{'20' + tight[1] + '-' if tight[1] else ''}{tight[2]} {tight[3]}", name
            continue
        if year := _SHORT_YEAR.match(text, end):
            yield f"20{year[1]}-{year[2]}-{year[3]} {year[4] or ''}".rstrip(), name
            continue
        short = _SHORT.match(text, end) or _HAN_DAY.match(text, end) or _RELATIVE.match(text, end)
        if short:
            yield short[0].strip(), name


def _stated(tree: Tree, title_line: int, first: int) -> Found | None:
    """The date in JSON-LD, meta tags or the <time> beside the heading."""
    for block in tree.json_ld:
        for value in _json_dates(block):
            if match := DATE.search(value):
                return Found(_in_china(value, match), "json-ld", 0.8)
    for name in () if _KEYS.isdisjoint(tree.meta) else _META:
        if (content := tree.meta.get(name)) and (match := DATE.search(content)):
            return Found(_in_china(content, match), f"meta {name}", 0.75)
    for when, line in tree.times:
        if (title_line < 0 or title_line - 3 <= line <= max(first, title_line + 6)) and (match := DATE.search(when)):
            return Found(_in_china(when, match), "<time>", 0.7)
    return None


def _in_china(text: str, match: re.Match[str]) -> str:
    """The date and time of a match; when `text` names another zone behind it, that moment in China."""
    found = _ZONE.match(text, match.end())
    if found is not None and match["clock"] and found[1] not in ("+08:00", "+0800"):
        try:
            moment = datetime.fromisoformat(match[0].replace(" ", "") + found[1])
        except ValueError:
            pass
        else:
            return moment.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M:%S")
    return match[0].replace("T", " ")


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
