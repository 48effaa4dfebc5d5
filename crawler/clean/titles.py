"""Titles: the key under which the many forms of one title are the same, and the lines that repeat it."""

from __future__ import annotations

import re

from crawler.text import fold_width, squeeze

_EXTENSION = re.compile(r"\.(?:docx?|pptx?|xlsx?|pdf|txt|wps|rtf)(?=$|_第\d+页)", re.IGNORECASE)
_PAGE = re.compile(r"_第\d+页$")
_DECORATION = (
    r"(?:精选|通用|合集|全文|完整|最新|优秀|优选|推荐|范文|模板|热门?|荐|集锦|汇总|大全|必备|实用|经典|文档|珍藏|正式|整理|精|20\d\d年?版?"
    r"|(?:共|含|通用|附)?[\d一二三四五六七八九十]{1,3}[篇份则章个套]|20\d\d年?(?:最新)?|\d{1,3}页(?:珍藏版)?|含答案|含案例|word版?|可编辑|附[^附()（）【】]{0,6})"
)
_BRACKETS = re.compile(rf"[(【\[〔]\s*{_DECORATION}{{1,6}}(?:范文|文档|版|推荐|完整){{0,3}}\s*[)】\]〕]")
_TAIL = re.compile(
    r"(?:必备|汇总|精选|集锦|大全|合集|通用|多|最新|优秀|实用|精品)?(?:\(?[\d一二三四五六七八九十]{1,3}篇\)?|多篇)$|(?:范文)?(?:汇总|集锦|大全|合集)$"
)
_YEAR = re.compile(r"(?:19|20)[\dx_*]{2}(?:-20\d\d)?(?:年度?|学年)?|[二]?[〇○零]?二[〇○零]二[一-九〇]年度?", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[\W_]+")


def plain_title(text: str) -> str:
    """`text` without a file's extension or page mark, and without a pair of 《》 around the whole."""
    text = _EXTENSION.sub("", _PAGE.sub("", text.strip())).strip()
    if text[:1] == "《" and text[-1:] == "》" and text.count("《") == 1:
        text = text[1:-1].strip()
    return text


def title_key(title: str) -> str:
    """What two forms of one title share: no width, decoration, extension, year or punctuation. May be empty."""
    text = plain_title(fold_width(squeeze(title)))
    bare = _TAIL.sub("", _BRACKETS.sub("", text))
    key = _PUNCTUATION.sub("", _YEAR.sub("", bare))
    return key or _PUNCTUATION.sub("", text)
_WAY = 60  # characters in front of the title
SEPARATED = re.compile(r"^[^。，,；;：:]{2,60}(?:[>›»→＞]|\s{2,})\s*(\S[^>›»→＞]*)$")
_FIRST = 3  # lines of text


class Titles:
    """The title of a page, ready to be compared with its lines."""

    def __init__(self, title: str):
        self.title = title
        self.key = title_key(title)
        self.bare = squeeze(fold_width(plain_title(title)))
        self.longest = 2 * len(title) + 24
        self.letters = frozenset(self.key)

    def repeats(self, text: str, kept: int) -> bool:
        """True when a line near the top prints the title again; `kept` lines of text stand above it.

        Below the first lines of text only the same letters count: a section may bear the title of another year.
        """
        if not self.key or len(text) > self.longest or len(self.letters.intersection(fold_width(text))) < len(self.letters):
            return False
        if kept < _FIRST:
            return (kept == 0 or len(self.key) > 3) and title_key(text) == self.key
        return len(self.key) > 3 and self.same(text)

    def way(self, text: str) -> bool:
        """True when the line is a way through the site that ends in the title."""
        if len(self.key) < 4 or len(text) > self.longest + _WAY:
            return False
        found = SEPARATED.match(text)
        return found is not None and title_key(found[1]) == self.key

    def same(self, text: str) -> bool:
        """True when the line is the title, letter for letter but for width, blanks and an extension."""
        return len(text) <= self.longest and squeeze(fold_width(plain_title(text))) == self.bare
