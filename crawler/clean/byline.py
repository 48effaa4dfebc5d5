"""Category, tags, author and source: as the page states them, without labels and fillers."""

from __future__ import annotations

import re

from crawler.clean.titles import title_key
from crawler.text import fold_width

_HOME = re.compile(r"^(?:网站|返回|本站|站点)?(?:首\s*页|主\s*页|首頁|主頁|home)$", re.IGNORECASE)
_SITE = re.compile(r"(?:网|網|文库|文庫|大全|网站|之家|之窗|論壇|论坛|在线|\.(?:com|cn|net|org))$", re.IGNORECASE)
_FILLER = re.compile(r"^(?:正文|文章正文|内容|详情|文章|列表|查看|浏览|article|>+)?$", re.IGNORECASE)
_LABEL = re.compile(r"^\W*(?:当前)?位置\s*[:：]\s*")
_STRONG = re.compile(r"[,，、|;；#]+")
_BLANK = re.compile(r"\s+")
_NAME_LABEL = re.compile(r"^(?:文章|本文|稿件|信息)?(?:作者|来源|來源|出处|编辑|小编|发布者|责任编辑|source|author)\s*[:：]\s*", re.IGNORECASE)
_NO_NAME = re.compile(r"^(?:null|none|nan|undefined|admin|administrator|未知|不详|佚名|无|暂无|--?|未填写|unknown|时间|日期|来源|作者|点击|浏览)?$", re.IGNORECASE)
_BEHIND = re.compile(r"\s*(?:[|｜丨]|\s(?:作者|时间|日期|发布时间|点击|浏览|阅读|人气|字体|字号|编辑)\s*[:：]).*$")


def crumbs(line: str) -> list[str]:
    """The names of a way through the site that is written in one line."""
    return [name.strip() for name in re.split(r"[>›»→＞]+|\s{2,}", line) if name.strip()]


def category(breadcrumb: list[str], title: str) -> list[str]:
    """The names of the breadcrumb between the home page and the document."""
    names = [name for crumb in breadcrumb if not _FILLER.match(name := _LABEL.sub("", crumb).strip(" >»›/\u3000\xa0"))]
    if names and (_HOME.match(names[0]) or (len(names) > 1 and _SITE.search(names[0]))):
        names = names[1:]
    while names and _HOME.match(names[0]):
        names = names[1:]
    if names and title and (names[-1] == title or title_key(names[-1]) == title_key(title)):
        names = names[:-1]
    return list(dict.fromkeys(names))


def tags(stated: list[str], captured: str = "") -> list[str]:
    """The tags of the page; `captured` is the text behind a label, split at its separators."""
    words = [word for tag in stated for word in (_STRONG.split(tag) if "#" in tag else [tag])] or _split(captured)
    clean = (word.strip(" \t\u3000\xa0:：#[]【】") for word in words)
    return list(dict.fromkeys(word for word in clean if word and len(word) <= 40))


def _split(text: str) -> list[str]:
    if _STRONG.search(text):
        return _STRONG.split(text)
    return _BLANK.split(text.strip())


def name(stated: str) -> str | None:
    """An author or a source as stated, or None when the page names none."""
    text = _BEHIND.sub("", _NAME_LABEL.sub("", _BLANK.sub(" ", stated).strip())).strip(" :：|,，;；()（）[]【】")
    if _NO_NAME.match(fold_width(text)) or len(text) > 60:
        return None
    return text
