"""`read_text`: a page of which only the text is left, one line after the other."""

from __future__ import annotations

import re
from collections import Counter

from crawler.extract.date import DATE, LABEL, candidates
from crawler.extract.encoding import judge
from crawler.extract.fields import author_and_source, split_crumbs, split_tags
from crawler.extract.marks import mark_of
from crawler.extract.title import key
from crawler.page import Block, Kind, Page, Zone
from crawler.text import fold_width

_TOP = 25  # lines looked through for what stands above a text
_STOP = re.compile("[。！？；!?;]")
_SEPARATOR = re.compile("[>›»→＞]")
_FILE_NAME = re.compile(r"\.(?:docx?|pptx?|xlsx?|pdf|txt|wps)$", re.I)
_PAGE_MARK = re.compile(r"(?:\.(?:docx?|pptx?|pdf))?_第\s*\d+\s*页$", re.I)
_NOT_HEADING = re.compile(
    r"(?:[,，:：、]|……|\.{3,})$|^(?:[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十\d]{1,3}[)）]|第[一二三四五六七八九十\d]{1,3}[章节条篇]|"
    r"\d{1,3}[、.．)）]|[男女合甲乙][:：]|附件|[-—•·]\s)|下载|举报|会员|登录|手机版|移动版|返回|欢迎(?:来到|光临|访问)|客服|侵权|搜索|"
    r"\d+(?:\.\d+)?\s*[KM]B?$|^\d+\s*\+?\s*页?$|VIP|未读|继续阅读|为您提供|供大家|^首页\s|尊敬的|敬爱的|您好|你好|大家好|同志们|全部分类|(?:资源|文档)(?:描述|简介)$|^文本内容|发布者"
)
_NAMED = re.compile(r"本文标题\s*[:：]\s*(\S.{2,60})$|收藏\s*《([^》]{4,60})》")
_QUOTED = re.compile(
    r"(?:整理|收集|带来|准备|分享|搜集)(?:了|的)?(?:一些|几篇)?(?:关于)?(?:的)?[《“]?([^,，。!！?？《》“”]{5,40})"
)
_DECORATED = re.compile(
    r"[（(【\[][^（(]*[)）】\]]$|(?:\d{1,2}|[一二三四五六七八九十]{1,3})篇$|(?:合集|汇总|大全|集锦)$"
)
_BAR = re.compile(r"\s+[|｜]\s+")
_WORDS = re.compile(r"[,，、]")
_MIDDLE_TAGS = re.compile(r"(?:推荐访问|本文关键词|关键词|标签|tags?)\s*[:：]\s*(.+)$", re.I)


def read_text(text: str, url: str = "") -> Page:
    """The lines of `text` as blocks, with title, date text, breadcrumb, tags, author and source found among them.

    `gap` counts the blank lines before a block. Zones are BODY except for a breadcrumb, a by-line and a
    copyright line: only the position is known here, `crawler.clean` looks at the words.
    """
    page = Page(url=url, kind=Kind.ARTICLE, reject=judge(text))
    gap = 1
    for raw in text.splitlines():
        line = raw.strip(" \t\r\n\f\v\u3000\xa0\ufeff")
        if not line:
            gap += 1
            continue
        indent = len(raw) - len(raw.lstrip("\u3000\xa0"))
        page.blocks.append(Block(line, Zone.BODY, "", gap, 0.0, indent))
        gap = 0
    if not page.blocks:
        page.kind = Kind.OTHER
        return page
    texts = [block.text for block in page.blocks]
    top = _top(texts)
    crumb_line = _breadcrumb(page, texts, top)
    _date(page, texts, top)
    _title(page, texts, top, crumb_line)
    _tags(page, texts, top)
    page.author, page.source = author_and_source(texts[:top] + texts[-4:])
    for block in page.blocks[-4:]:
        if mark_of(block.text) == "legal":
            block.zone = Zone.TAIL
    return page


def _top(texts: list[str]) -> int:
    """The number of lines that can stand above the text: up to the first paragraph of several sentences."""
    for index, text in enumerate(texts[:_TOP]):
        if len(text) > 60 and len(_STOP.findall(text)) > 1 and not mark_of(text) and not DATE.search(text):
            return index
    return min(len(texts), _TOP)


def _breadcrumb(page: Page, texts: list[str], top: int) -> int:
    """Fill the breadcrumb; the index of its line, -1 when there is none."""
    for index, text in enumerate(texts[: max(top, 3)][:12]):
        labelled = mark_of(text) == "crumbs" and not text.startswith("首页")
        separated = len(_SEPARATOR.split(text)) > 2 and "<" not in text and len(text) < 160 and not _STOP.search(text)
        separated = separated and len(split_crumbs(text)) > 1
        spaced = (
            text.startswith("首页 ") and len(text.split()) >= 3 and text.split()[-1] in texts[index + 1 : index + 3]
        )
        if not (labelled or separated or spaced or text.startswith("首页 >")):
            continue
        crumbs = text.split() if spaced and not separated else split_crumbs(text)
        if crumbs and crumbs[0].startswith(("首页 ", "网站首页 ")):
            crumbs[:1] = crumbs[0].split()
        page.breadcrumb = [_once(crumb) for crumb in crumbs]
        if page.breadcrumb and len(page.breadcrumb[-1]) > 4 and page.breadcrumb[-1].endswith("正文"):
            page.breadcrumb[-1] = page.breadcrumb[-1][:-2].rstrip()
        page.where["breadcrumb"] = "label 位置" if labelled else "line of separators"
        page.blocks[index].zone = Zone.HEAD
        return index
    return -1


def _once(text: str) -> str:
    """A name that a page printed twice in one piece, once."""
    half = len(text) // 2
    return text[:half] if half > 1 and text[:half] * 2 == text else text


def _date(page: Page, texts: list[str], top: int) -> None:
    best = 0.0
    for index, text in enumerate(texts[: max(top, 6)]):
        if len(text) > 200:
            continue
        for found, label in candidates(text):
            score = {"published": 4.0, "plain": 3.0, "updated": 2.0, "": 0.0}[label]
            if not label and _bare(text, found):
                score = 2.5
            if score > best:
                best = score
                page.date, page.where["date"], page.confidence["date"] = (
                    found,
                    f"label {label}" if label else "date line",
                    0.9,
                )
                page.blocks[index].zone = Zone.HEAD
        if best == 0 and index + 1 < len(texts) and (label_only := LABEL.fullmatch(text)) and label_only.lastgroup:
            match = DATE.match(texts[index + 1])
            if match:
                best, page.date, page.where["date"] = 3.0, match[0].strip(), "label on the line before"
    if not page.date:
        _date_in_tail(page, texts)


def _bare(text: str, found: str) -> bool:
    """True when the line is little more than the date `found`: not the beginning of a sentence."""
    rest = text.replace(found, "", 1).strip()
    if _STOP.search(rest) or len(rest) > 60 or rest[:1] in "，,、在，":
        return not rest
    return text.startswith(found) or (len(rest) <= 12 and (":" in found or rest.isascii()))


def _date_in_tail(page: Page, texts: list[str]) -> None:
    for text in texts[-4:]:
        found = re.search(r"本文\s*(" + DATE.pattern + r")\s*(?:发表|发布|更新)", text)
        if found:
            page.date, page.where["date"] = found[1].strip(), "sentence below the text"
            return
        for date, label in candidates(text) if len(text) < 120 else ():
            if label == "published":
                page.date, page.where["date"] = date, "label published, below the text"
                return


def _heading(text: str) -> str:
    """`text` as a heading: without the extension or page mark of a file, and its quotes; "" when it is none."""
    bare = _FILE_NAME.sub("", _PAGE_MARK.sub("", text)).strip()
    named = bare != text
    if bare.startswith("《") and bare.endswith("》") and bare.count("《") == 1:
        bare = bare[1:-1]
    if not 3 < len(bare) <= 70 or (mark_of(bare) and not named) or _NOT_HEADING.search(bare):
        return ""
    if (
        bare.endswith("。")
        or len(_STOP.findall(bare)) > 1
        or (len(bare.split()) > 4 and bare.isascii() is False and len(bare) / len(bare.split()) < 5)
    ):
        return ""
    return bare


def _title(page: Page, texts: list[str], top: int, crumb_line: int) -> None:
    """The heading: repeated, or followed by a by-line, or the first line; else named in the text or doubled in front of it."""
    span = texts[: min(max(top, 1), 14)]
    if wrapped := _wrapped(span):
        page.title, page.where["title"] = wrapped, "first two lines"
        return
    keys = Counter(key(_heading(text) or text.rstrip("。")) for text in texts[: top + 4])
    crumb = key(page.breadcrumb[-1]) if page.breadcrumb else ""
    best, best_score, best_index = "", 0.0, -1
    for index, text in enumerate(span):
        if index == crumb_line or not (bare := _heading(text)) or (len(bare) < 6 and bare in page.breadcrumb):
            continue
        score = 2.5 if index == crumb_line + 1 else 1.0 - index * 0.05
        score += 1.5 * (keys[key(bare)] > 1) + 2.0 * (f"首页 {bare}" in span)
        score += 2.0 * (len(crumb) > 5 and key(bare) == crumb)
        for line, bonus in zip(texts[index + 1 : index + 3], (1.5, 0.7), strict=False):
            score += bonus * (mark_of(line) == "info" or (len(line) < 80 and bool(DATE.search(line))))
        score += 1.0 * (bool(_FILE_NAME.search(text)))
        if score > best_score:
            best, best_score, best_index = bare, score, index
    if (
        best
        and (best_score >= 1.9 or _PAGE_MARK.search(span[best_index]))
        and not _is_text(texts, best_index, best_score)
    ):
        page.title = _longer(best, best_index, span)
        page.where["title"], page.confidence["title"] = "heading line", min(best_score / 5, 1.0)
        return
    page.title = _named(texts)
    if page.title:
        page.where["title"], page.confidence["title"] = "named in the text", 0.5


def _is_text(texts: list[str], index: int, score: float) -> bool:
    """True when the only sign for a heading is that it comes first, and the line reads like a part of the text."""
    if score > 2.0 or index > 0:
        return False
    text = texts[index]
    return (
        len(text) > 45
        or (bool(re.search("[，,。；;：:！!]", text)) and not re.search("[:：][^，,。]{4,}$", text))
        or (len(texts) == 1 and len(text) > 40)
    )


def _longer(title: str, index: int, span: list[str]) -> str:
    """The heading with its decoration, when the page prints both forms and the longer one more often."""
    forms = Counter(bare for text in span if (bare := _heading(text)))
    for text, count in forms.items():
        if text != title and text.startswith(title) and count >= forms[title] and _DECORATED.match(text[len(title) :]):
            return text
    return title


def _wrapped(span: list[str]) -> str:
    """A heading broken over the first two lines by a layout of fixed width, or ""."""
    if len(span) < 3 or not (16 <= len(span[0]) <= 40 and len(span[0].split()) < 5 and len(span[1]) <= 14):
        return ""
    first, second = span[0], span[1]
    if mark_of(first) or mark_of(second) or _STOP.search(first + second) or DATE.search(first + second):
        return ""
    if not re.search(
        r"(?:[)）】]|材料|报告|总结|方案|通知|办法|规定|讲话|发言|体会|计划|意见|汇报|稿)$", second
    ) or key(first) == key(second):
        return ""
    return (
        first + second
        if not re.search(r"(?:材料|报告|总结|方案|通知|办法|规定|发言|体会|计划|意见|稿|[)）】])$", first)
        else ""
    )


def _named(texts: list[str]) -> str:
    """A title that the page names in a sentence of its own, or that stands doubled in front of a text on one line."""
    for text in texts[-12:]:
        if found := _NAMED.search(text):
            return (found[1] or found[2]).strip()
    first = re.sub(r"^\d{1,2}[、.]\s*", "", next((text for text in texts if len(text) > 30), texts[0]))
    folded = fold_width(first)
    for size in range(40, 4, -1):
        if folded[:size] == folded[size : 2 * size] and not _STOP.search(folded[:size]):
            return first[:size]
    for found in _QUOTED.finditer(first):
        name = found[1].rstrip("的")
        if first.startswith(name):
            return name
    return ""


def _tags(page: Page, texts: list[str], top: int) -> None:
    for index, text in enumerate(texts):
        inside = index < top + 2 or index >= len(texts) - 8
        if not inside or len(text) > 300:
            continue
        mark = mark_of(text)
        if mark == "tags" and (words := split_tags(text)):
            page.tags, page.where["tags"] = words, "label 标签"
        elif index < top and (found := _MIDDLE_TAGS.search(text)):
            page.tags, page.where["tags"] = [w for w in re.split(r"[\s,，、|;；#]+", found[1]) if w], "label 标签"
        elif (
            index
            and len(_BAR.findall(text)) >= 2
            and re.search("推荐阅读|推荐|相关", texts[index - 1])
            and len(texts[index - 1]) < 16
        ):
            page.tags, page.where["tags"] = (
                [word.strip() for word in _BAR.split(text)],
                "line below a heading of related articles",
            )
        elif index < top + 4 and len(text) < 50 and page.title and _bare_tags(text, page.title):
            page.tags, page.where["tags"] = (
                [word.strip() for word in _WORDS.split(text)],
                "line of words of the heading",
            )
        if page.tags:
            return


def _bare_tags(text: str, title: str) -> bool:
    words = [word.strip() for word in _WORDS.split(text)]
    return (
        len(words) >= 2
        and all(0 < len(word) <= 10 for word in words)
        and sum(word in title for word in words) * 3 >= 2 * len(words)
        and text != title
    )
