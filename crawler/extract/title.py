"""The heading of a page, told from the name of its site."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from crawler.extract.date import DATE
from crawler.extract.marks import mark_of
from crawler.extract.tree import Tree
from crawler.extract.weights import is_dateline
from crawler.text import fold_width

_SEPARATOR = re.compile(r"\s*[_|｜]+\s*|\s+[-–—·:：>]+\s+|\s*(?:--+|——|[-–—»«])\s*|\s*[<>]\s*")
_KEY = re.compile(r"[\s\W_]+")
_RANK = {"h1": 4, "h2": 3, "h3": 2, "h4": 1, "h5": 1}
_TITLE_NAME = re.compile(r"title|biaoti|headline|subject|\btit\b|bt\b", re.I)
_LONGEST = 150
_NO_HEADING = re.compile(r"^.{2,5}[：:].{1,6}$|[。；;：:，,]$|[。；;]|(?:19|20)\d\d[-/.年]\s?\d{1,2}[-/.月]")
_DATED = re.compile(rf"(?:(?:发布|更新|发表)?(?:时间|日期|于)\s*[:：]?\s*)?[(（\[【]?{DATE.pattern}[^\u4e00-\u9fff]*$")
_REPLIES = re.compile(r"\d+\s*(?:条|件|个|则|篇)?\s*(?:评论|留言|回复|跟帖|comment|repl|thought)|^(?:最新|网友)?(?:评论|留言|回复)", re.I)
_SITE = 20  # letters: a longer <title> names more than the site
_BADGE = re.compile(r"(?:[\[【][^\]】]{1,6}[\]】]|原创|转载|置顶|精华|推荐|热门|[新热荐顶精]|(?:文章|公文|文件)?(?:标\s*题|题目|题名|名称)\s*[:：])\s*(?=\S{2})")
_SURE = 7  # the score of a heading that begins like `<title>`, or is an <h1> named there


class Title(NamedTuple):
    text: str
    line: int  # where it is displayed, -1 for nowhere
    where: str
    confidence: float


class _Names(NamedTuple):
    """Keys to compare a heading with: of `<title>`, of its beginning without the site, of og:title."""

    page: str
    bare: str
    og: str


@lru_cache(maxsize=4096)  # the headings of side bars come again on every page of a site
def key(text: str) -> str:
    """`text` for comparing headings: folded, without white space and punctuation."""
    return _KEY.sub("", fold_width(text)).lower()


def find_title(tree: Tree) -> Title:
    """The displayed heading that `<title>` repeats; failing that the best heading, og:title, or `<title>` without the site."""
    page = tree.title
    og = tree.meta.get("og:title", "")
    names = _Names(key(page), key(without_site(page))[:-1][:40] or "\0", key(og))
    short = _SEPARATOR.split(page, maxsplit=1)[0].strip()
    best = Title("", -1, "", 0.0)
    best_score = 0.0
    for index, line in enumerate(tree.lines):
        text = line.text
        if not 1 < len(text) <= _LONGEST and text != short:
            continue
        rank = _RANK.get(line.tag, 0)
        if not rank and (text[:2] not in page or (len(text) < 4 and text != short) or line.linked * 2 > len(text)):
            continue
        score = _score(tree, index, rank, names)
        if score > best_score:
            best_score = score
            best = Title(text, index, line.tag if rank else "line of <title>", min(score / 10, 1.0))
    if best_score < _SURE and (above := _above_date(tree, best.line, names.page)) is not None:
        return above._replace(text=_plain(above.text, names.page))
    if best_score >= 3:
        return _continued(tree, best, names.page)
    if best.line < 0 and not og:
        plain = _plain_above_date(tree, names.page)
        if plain is None and len(names.page) <= _SITE:
            plain = _lower_heading(tree, names.page)
        if plain is not None:
            return plain._replace(text=_plain(plain.text, names.page))
    if og:
        bare = without_site(og)
        return Title(bare if key(bare) in names.page else og, -1, "meta og:title", 0.6)
    if page:
        return Title(without_site(page), -1, "<title>", 0.5)
    return Title("", -1, "", 0.0)


def confirmed(tree: Tree, line: int) -> Title | None:
    """The heading that is displayed on `line`, when `<title>` names it; else None."""
    text = tree.lines[line].text
    folded, named = key(text), key(tree.title)
    if len(text) > _LONGEST or len(folded) < 2 or not named.startswith(folded):
        return None
    return _continued(tree, Title(text, line, "known layout", 1.0), named)


def _above_date(tree: Tree, known: int, named: str) -> Title | None:
    """The heading right above the line of date and source, where `<title>` names no more than the site; else None.

    `known` is the line of the best heading so far: when it stands above a date itself, it stays.
    """
    lines = tree.lines
    for index, line in enumerate(lines[:-1]):
        text = line.text
        if (
            not (1 if line.tag in _RANK else 3) < len(text) <= _LONGEST // 2
            or (line.linked and (line.tag != "h1" or key(text) in named))  # a logo, an entry; a heading may link to itself
            or (line.tag not in _RANK and not _named_title(tree, index))
        ):
            continue
        below = [other.text for other in lines[index + 1 : index + 3]]
        if any(map(_is_byline, below)):
            if mark_of(text) or DATE.search(text) or _REPLIES.search(text) or not _heads_text(tree, index):
                continue
            return None if index == known else Title(text, index, "heading above the date", 0.5)
    return None


def _heads_text(tree: Tree, index: int) -> bool:
    """True for the heading of a text below it, false for the last words of one (敬礼！, 申请人：某某) above their date."""
    line, below = tree.lines[index], tree.lines[index + 2 : index + 10]
    if line.tag in ("h1", "h2") and len(line.text) > 5:
        return True
    if len(line.text) < 10 and (line.tag in ("h4", "h5") or line.text[-1] in "。！：，" or "：" in line.text[:6]):
        return False
    linked = sum(other.linked for other in below)
    return sum(len(other.text) for other in below if not other.linked) > 30 or linked > 100  # or of a list


def _plain_above_date(tree: Tree, named: str) -> Title | None:
    """The line right above the first by-line of a text, whatever its tag (a <font>, a <b>), where nothing else tells the heading."""
    lines = tree.lines
    for index, (line, below) in enumerate(pairwise(lines)):
        text = line.text
        if not _is_byline(below.text) and not (
            mark_of(below.text) == "info" and any(_is_byline(other.text) for other in lines[index + 2 : index + 3])
        ):
            continue
        if not 3 < len(text) <= _LONGEST // 2 or line.linked or _NO_HEADING.search(text) or mark_of(text):
            continue
        if index and mark_of(lines[index - 1].text) == "info":
            continue  # the value of a label
        following = lines[index + 2 : index + 11]
        if sum(_is_byline(other.text) for other in following[1:]) > 1:
            return None  # a list: each entry has its date
        if key(text) != named and sum(len(other.text) for other in following if not other.linked) > 30:
            return Title(text, index, "line above the date", 0.4)
    return None


def _lower_heading(tree: Tree, named: str) -> Title | None:
    """An <h2> or <h3> right above a text, where `<title>` names only the site."""
    lines = tree.lines
    for index, line in enumerate(lines):
        text = line.text
        if line.tag not in ("h2", "h3") or line.linked or not 5 < len(text) <= _LONGEST // 2:
            continue
        if any(len(other.text) > 30 and not other.linked for other in lines[index + 1 : index + 4]):
            return None if mark_of(text) or key(text) in named else Title(text, index, line.tag, 0.4)
    return None


def _is_byline(text: str) -> bool:
    return is_dateline(text) or (mark_of(text) == "info" and DATE.search(text) is not None)


def _named_title(tree: Tree, index: int) -> bool:
    return _TITLE_NAME.search(tree.elements[tree.lines[index].element].hint) is not None


def _continued(tree: Tree, title: Title, named: str) -> Title:
    """A heading that was set on several lines, whole: as long as `<title>` goes on with the next line."""
    text, last = title.text, title.line
    size = len(key(text))
    for index in range(title.line + 1, min(title.line + 4, len(tree.lines))):
        more = tree.lines[index].text
        begin = key(more[:1])
        if size >= len(named) or named[size : size + len(begin)] != begin:  # the next line is hardly ever a part of it
            break
        if len(more) > _LONGEST or not named.startswith(key(text + more)) or not key(more):
            break
        text, last = text + more, index
        size = len(key(text))
    return title._replace(text=_whole(_plain(text, named), tree.title), line=last)


def _plain(text: str, named: str) -> str:
    """A heading without the date or the badge that the template sets into it, where `<title>` does not have it too."""
    if (badge := _BADGE.match(text)) and text[0] not in "[【" and not named.startswith(key(text)) and named.startswith(key(text[badge.end() :])):
        return text[badge.end() :]
    if "20" not in text and "19" not in text:
        return text
    found = _DATED.search(text)
    if found is None or found.start() < 2 or key(text) in named:
        return text
    bare = text[: found.start()].rstrip(" \t\u3000(（[【")
    return bare if key(bare) in named or (len(bare) > 5 and "年" not in found[0]) else text


def _whole(text: str, page: str) -> str:
    """A heading that was cut for its place, as `<title>` has it."""
    if not text.endswith(("...", "…")):
        return text
    stem = text.rstrip(".…")
    whole = without_site(page)
    more = whole[len(stem) :]
    return whole if len(stem) > 5 and whole.startswith(stem) and more[:1].isalnum() and not more.endswith(("...", "…")) else text


def _score(tree: Tree, index: int, rank: int, names: _Names) -> float:
    named, bare, og = names
    line = tree.lines[index]
    text = line.text
    folded = key(text)
    if not folded:
        return 0.0
    score = 0.0
    if named and named.startswith(folded):
        score += 6 + 4 * len(folded) / len(named)
    elif named and len(folded) > 3 and folded in named:
        score += 2.5 + 4 * len(folded) / len(named)
    elif named and rank and len(folded) > 6 and folded.startswith(bare):
        score += 7
    elif rank > 1 and not line.linked and _BADGE.match(text) and folded[:-1].endswith(bare):
        score += 6
    elif rank and not named:
        score += 3
    if og and folded == og:
        score += 4
    if not score and not (rank == 4 and len(folded) > 4 and not line.linked):
        return 0.0
    score += rank
    if _named_title(tree, index):
        score += 1
    if line.linked * 2 > len(text):
        score -= 3
    if mark_of(text):
        score -= 3
    return score


def without_site(page: str) -> str:
    """`page` (the text of `<title>`) without the parts after the last separators: site, channel, slogan."""
    parts = _SEPARATOR.split(page)
    if len(parts) < 2:
        return page.strip()
    first = parts[0].strip()
    if len(key(first)) >= 4 or (len(parts) == 2 and first):
        return first
    longest = max(parts, key=len)
    return longest.strip() or page.strip()
