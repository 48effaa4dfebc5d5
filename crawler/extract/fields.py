"""Breadcrumb, tags, author and source from the lines that display them."""

from __future__ import annotations

import re

from crawler.extract.tree import Tree
from crawler.page import Zone

_CRUMB_LABEL = re.compile(
    r"^[^\w]*(?:您|你)?的?(?:当前|现在|目前|所在|當前)?的?(?:所在)?(?:位置|栏目|频道)(?:是|为)?\s*[:：]?\s*", re.I
)
_CRUMB_SPLIT = re.compile(r"\s*(?:[>›»→＞﹥]|&gt;)+\s*|\s+[/|-]\s+|(?<=\S)/(?=\S)|\s{2,}|\t")
_CRUMB_SIGN = re.compile(r"\s*(?:[>›»→＞﹥]|&gt;)+\s*")
_STRONG_SPLIT = re.compile(r"[>›»→＞﹥]|&gt;")
_TAG_LABEL = re.compile(
    r"^[^\w]*(?:推荐访问|推薦訪問|(?:本文|文章|相关|相關|本文相关)?(?:标签|標籤|关键词|關鍵詞|关键字|热词|搜索|tags?|话题)"
    r"|相关热词搜索|(?:本文)?相关(?:热词|搜索|词条|标签))\s*[:：]\s*",
    re.I,
)
_CLOUD = re.compile(
    r"^\W*(?:热门|全部|所有|常用|站内|最新|更多|网站|推荐)(?:标签|标籤|关键词|关键字|搜索|热词|话题|tags?)", re.I
)
_FURTHER = frozenset(("turn", "related", "comments", "legal"))
_TAG_SPLIT = re.compile(r"[\s,，、|;；#/]+")
# A name may hold one blank (六年级 林一舟) when the next label, or nothing, follows it.
_AUTHOR = re.compile(
    r"(?:本文|文章)?(?:作\s*者|撰稿|发布者|发布人|上传人|上传者|推荐人|投稿人?|小编)\s*[:：]\s*"
    r"([^\s:：|｜,，;；()（）\[\]【】<>]{1,24}(?: [\u4e00-\u9fff]{2,4}(?=\s*$|\s{2,}|\s[^\s:：]{2,6}[:：]))?)"
)
# Without a colon only in a line of date and author, as blogs have it: 发表于 2018年06月30日 作者 小城.
_AUTHOR_BESIDE_DATE = re.compile(r"\d日?\s+(?:作者|by)\s+([^\s:：,，。]{1,16})(?:\s|$)", re.I)
_SOURCE = re.compile(
    r"(?:本文|文章|信息|稿件|内容|新闻)?(?:来\s*源|來源|出处|转自|转载自)(?:于)?\s*[:：]\s*([^\s|｜,，;；\[\]【】<>]{1,40})"
)
_LABELLED = re.compile(r"^(?:作者|时间|日期|点击|人气|浏览|阅读|发布|编辑|来源|更新|字号|评论|次数|admin$)")
_NEXT_LABEL = re.compile(
    r"(?:点击|人气|浏览|阅读|时间|日期|来源|编辑|发布|更新|评论|字号|查看|热度)(?:量|数|次数|时间|日期)?$"
)
_GLUED_LABEL = re.compile(r"(?:作者|时间|日期|点击|人气|浏览|阅读|发布|编辑|来源|更新|字号|评论)[^:：]{0,4}[:：].*$")


def breadcrumb(tree: Tree, marks: list[str], title_line: int, first: int) -> tuple[list[str], str]:
    """The names of the path as displayed, and where it was found; by label, else by its separators above the body."""
    top = max(first, title_line + 1)
    for index, mark in enumerate(marks[:top]):
        if mark == "crumbs":
            text = tree.lines[index].text
            if crumbs := split_crumbs(text):
                return crumbs, "label 位置"
            following = [tree.lines[i].text for i in range(index + 1, min(index + 8, top)) if tree.lines[i].linked]
            if following:
                return split_crumbs(" > ".join(following)), "label 位置"
    for line in tree.lines[:top]:
        if 4 < len(line.text) < 120 and line.linked and len(_STRONG_SPLIT.findall(line.text)) >= 2:
            return split_crumbs(line.text), "line of separators"
    return [], ""


def split_crumbs(text: str) -> list[str]:
    """The names of a breadcrumb line, without its label; [] when nothing is left."""
    bare = _CRUMB_LABEL.sub("", text, count=1)
    names = (_CRUMB_SIGN if _STRONG_SPLIT.search(bare) else _CRUMB_SPLIT).split(bare)
    return [name for raw in names if (name := raw.strip(" \t\u3000:：-—|"))]


def tags(tree: Tree, zones: list[Zone], marks: list[str], first: int, last: int) -> tuple[list[str], str]:
    """The key words displayed with the article, and where: rel=tag links, or the line that a label begins.

    A side bar's words are the site's; what stands between `first` and `last`, the bounds of the body, is no side bar.
    """

    def own(line: int) -> bool:
        return line < len(zones) and (zones[line] is not Zone.SIDE or first <= line < last)

    found = [
        anchor.text
        for anchor in tree.anchors
        if anchor.rel and anchor.text and own(anchor.line)
        if "tag" in (words := anchor.rel.split()) and "category" not in words  # WordPress: "category tag"
    ]
    if found:
        return list(dict.fromkeys(found)), "rel=tag"
    if "tags" not in marks:
        return [], ""
    for index, mark in enumerate(marks):
        line = tree.lines[index]
        if mark != "tags" or zones[index] is Zone.BODY or not own(index) or _CLOUD.match(line.text):
            continue
        if line.linked:
            linked = [anchor.text for anchor in tree.anchors if anchor.line == index and anchor.text]
            linked = [text for text in linked if not _TAG_LABEL.match(text)]
            if linked:
                return list(dict.fromkeys(linked)), "label 标签"
        if words := split_tags(line.text):
            return words, "label 标签"
        if len(line.text) >= 12 or not _FURTHER.isdisjoint(marks[last:index]):
            continue  # a heading below the neighbours or comments is a side bar's
        following = [
            anchor.text
            for anchor in tree.anchors
            if index < anchor.line <= index + 3 and anchor.text and own(anchor.line)
        ]
        if following and all(len(text) < 16 for text in following):
            return list(dict.fromkeys(following)), "label 标签"
    return [], ""


def linked_author(tree: Tree, zones: list[Zone]) -> str:
    """The name beside the heading that links to its author's page (rel=author, /author/ in the address), or ""."""
    for anchor in tree.anchors:
        named = "author" in anchor.rel or "/author/" in anchor.href
        if named and 0 < len(anchor.text) <= 24 and anchor.line < len(zones) and zones[anchor.line] is Zone.HEAD:
            return anchor.text
    return ""


def split_tags(text: str) -> list[str]:
    """The words after a tag label; [] when the line has none."""
    label = _TAG_LABEL.match(text)
    return [word for word in _TAG_SPLIT.split(text[label.end() :]) if word] if label else []


def author_and_source(texts: list[str]) -> tuple[str, str]:
    """Author and source from the lines beside the heading; "" for what none of them gives."""
    author = source = ""
    for text in texts:
        if len(text) > 240:
            continue
        labelled = ":" in text or "：" in text
        if labelled and not author and (found := _AUTHOR.search(text)):
            author = _value(found[1])
        if labelled and not source and (found := _SOURCE.search(text)):
            source = _value(found[1])
        if not author and ("作者" in text or "by" in text.lower()) and (found := _AUTHOR_BESIDE_DATE.search(text)):
            author = found[1]
    return author, source


def _value(text: str) -> str:
    """A label's value, or "" when what follows is already the next label."""
    text = _NEXT_LABEL.sub("", _GLUED_LABEL.sub("", text)).strip("-—.。· ")
    return "" if _LABELLED.match(text) and len(text) < 5 else text
