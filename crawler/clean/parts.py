"""Collections: the headings of their pieces (篇一, 第1篇, 模板2…) and where each piece stands in the body."""

from __future__ import annotations

import re

from crawler.clean.result import Part
from crawler.clean.titles import title_key
from crawler.text import fold_width

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")}
_NUMBER = r"(?P<number>\d{1,3}|[一二三四五六七八九十]{1,3})"
_LONGEST = 70  # a heading of a piece with a title of its own
# 篇1, 篇一, 第1篇, 第一篇：T, 【篇一】, X 篇1, X 模板1, 范文一
_EXPLICIT = re.compile(
    rf"^[【\[(《<]?\s*(?P<name>[^。;!?]{{0,50}}?)\s*(?:第\s*{_NUMBER}\s*篇|(?:篇|模板|范文|范本|样本)\s*[(]?\s*(?P<number2>\d{{1,3}}|[一二三四五六七八九十]{{1,3}})\s*[)]?)\s*[】\])》>]?(?:\s*$|\s*[::、.\s]\s*[^。;!?]{{0,40}}$|$)"
)
# X1, X(一), X (1):, X 2, X一, where X is the title
_TITLED = re.compile(rf"^(?P<name>[^。;!?]{{3,60}}?)\s*[(\[【]?\s*{_NUMBER}\s*[)\]】]?\s*[::]?$")
_CANDIDATE = re.compile(r"篇|模板|范文|范本|样本|[\d一二三四五六七八九十][)）\]】]?\s*[:：]?$")


_SEVERAL = re.compile(r"[\d一二三四五六七八九十]{1,3}\s*篇|合集|汇总|大全|集锦|多篇")
_KIND = 4  # characters at the end of a title that tell the kind of document


def number(text: str) -> int:
    """The value of Arabic or Chinese digits below 1000; 0 when they make none."""
    if text.isdigit():
        return int(text)
    if "十" not in text:
        return _DIGITS.get(text, 0) if len(text) == 1 else 0
    tens, _, ones = text.partition("十")
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)


def heading(text: str, key: str, several: bool = False) -> int:
    """The number of the piece that the line opens, 0 when it opens none; `key` is the key of the page's title, `several` that it names many."""
    if len(text) > _LONGEST or not _CANDIDATE.search(text):
        return 0
    view = fold_width(text).strip()
    if view[-1] in "。;,":
        return 0
    found = _EXPLICIT.match(view)
    if found:
        return number(found["number"] or found["number2"])
    if not key:
        return 0
    found = _TITLED.match(view)
    if found and _same_subject(title_key(found["name"]), key, several):
        return number(found["number"])
    return 0


def _same_subject(name: str, key: str, several: bool) -> bool:
    """True for two names of one subject; in a collection two names of one kind of document are enough."""
    if len(name) < 3:
        return False
    if several and len(name) >= _KIND and name[-_KIND:] == key[-_KIND:]:
        return True
    shorter, longer = sorted((name, key), key=len)
    return shorter == longer or (len(shorter) >= 4 and (longer.startswith(shorter) or longer.endswith(shorter)))


def find_parts(lines: list[str], title: str) -> list[Part]:
    """The pieces of a collection, in order, with their spans in "\\n".join(lines); [] for a single document.

    Headings count from 1 upwards. One piece alone is a collection only when it begins the text, or the title says
    that there are several.
    """
    key = title_key(title)
    several = bool(_SEVERAL.search(title))
    found: list[tuple[int, int, str]] = []  # number, offset, heading
    offset = 0
    for line in lines:
        value = heading(line, key, several)
        if value and value == (found[-1][0] if found else 0) + 1:
            found.append((value, offset, line.strip()))
        offset += len(line) + 1
    if not found or (len(found) == 1 and found[0][1] > 0 and not several):
        return []
    if len(found) == 1 and lines and len(lines) == 1:
        return []
    end = max(offset - 1, 0)
    starts = [start for _, start, _ in found] + [end + 1]
    return [Part(text, start, starts[at + 1] - 1) for at, (_, start, text) in enumerate(found)]


_GLUED = r"\s*(?:篇)?\s*(?P<number>\d{1,2}|[一二三四五六七八九十]{1,2})(?![\d年月日、.,，。)）])"


def split_glued(text: str, title: str) -> tuple[str, str] | None:
    """(heading, text) of a line on which the heading of a piece runs into its first sentence, or None.

    Only where the title says that the page is a collection, and the line begins with its bare form and a number.
    """
    if len(text) < 20 or not re.search(r"[(（【\[]?(?:精选|通用|共|合集)?\s*[\d一二三四五六七八九十]{1,3}\s*篇", title):
        return None
    bare = re.sub(r"\s*[(（【\[][^)）】\]]*[)）】\]]\s*$", "", title).strip()
    if len(bare) < 4 or not text.startswith(bare):
        return None
    found = re.compile(_GLUED).match(text, len(bare))
    if found is None or not number(found["number"]) or len(text) - found.end() < 8:
        return None
    return text[: found.end()].strip(), text[found.end() :].strip()
