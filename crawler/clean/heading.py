"""The title of a page: what was read, set right by what the lines around it show."""

from __future__ import annotations

import re
from itertools import pairwise

from crawler.clean.glued import glued_title
from crawler.clean.line import Draft
from crawler.clean.titles import SEPARATED, plain_title, title_key

_GENRE_END = re.compile(
    r"(?:[稿词书诗]|总结|报告|方案|计划|合同|范本|体会|读后感|教案|通知|办法|制度|材料|格式|手册|试题|作文|公告)(?:\s*[(（【][^()（）【】]{1,12}[)）】])?$"
)
_NO_HEADING = re.compile(r"[，。；：！？,;:!?]|^(?:第?[一二三四五六七八九十\d]{1,3}[、.章节条)）])|^[(（•·-]|目录")
_BLANKS = re.compile("_{2,}|▁{2,}")
_UPLOAD = re.compile(r"^.{0,8}(?:docx?|pdf|pptx?|\d+)$", re.IGNORECASE)
_LINES = 12


def _headingish(text: str) -> bool:
    return 4 <= len(text) <= 50 and not _NO_HEADING.search(text)


def settle(draft: Draft) -> None:
    """Set `draft.title` on a page of which only the text is left, after its by-lines have gone."""
    top = list(draft.lines[:24])
    if "question-type" in draft.fired and any(line.rule == "question-type" and line.text == draft.title for line in top):
        draft.title = ""
        return
    if _BLANKS.search(draft.title):
        draft.title = ""  # the first line of a form
        for line in top:
            if line.rule == "title-repeat":
                draft.restore(line)
        return
    if not draft.title:
        draft.title = _above_info(draft)
    if not draft.title:
        draft.title = draft.found.get("title", "") or _first_of_kind(draft) or glued_title([line.text for line in draft.kept()])
        return
    _behind_way(draft)
    _shorter_upload(draft)
    _above_byline(draft)


def _above_info(draft: Draft) -> str:
    """The first line that stays, when it ends like the name of a document and by-lines went right below it."""
    for line, below in pairwise(draft.lines[:6]):
        if line.rule:
            continue
        info = below.rule.startswith(("info-", "breadcrumb", "file-"))
        return line.text if info and _headingish(line.text) and _GENRE_END.search(line.text) else ""
    return ""


def _first_of_kind(draft: Draft) -> str:
    """A line near the top that ends like the name of a document, below a cover that was taken out."""
    if "file-cover" not in draft.fired:
        return ""
    for line in draft.kept()[:_LINES]:
        if _headingish(line.text) and _GENRE_END.search(line.text):
            return line.text
    return ""


def _behind_way(draft: Draft) -> None:
    """The last name of a way through the site that was read as title, when the page prints it as a line too."""
    found = SEPARATED.match(draft.title)
    if found is None:
        return
    name = plain_title(found[1])
    for line in draft.lines[:_LINES]:
        if plain_title(line.text) == name:
            draft.found["crumbs"] = draft.title
            draft.title = name
            return


def _shorter_upload(draft: Draft) -> None:
    """The heading of the file itself, where the name under which it was uploaded has something behind it."""
    if draft.fired.isdisjoint(("file-upload", "file-page", "file-start")):
        return
    for line in draft.lines[:40]:
        text = plain_title(line.text)
        if 6 <= len(text) < len(draft.title) and draft.title.startswith(text) and _UPLOAD.match(draft.title[len(text) :]):
            draft.variants.append(draft.title)
            draft.title = text
            return


def _above_byline(draft: Draft) -> None:
    """The line right above the by-line, where what was read as title is a line of the menu above that."""
    lines = draft.lines[:_LINES]
    byline = next((at for at, line in enumerate(lines) if line.rule.startswith("info-")), -1)
    if byline < 2 or lines[0].text != draft.title or lines[byline - 1].rule:
        return
    candidate = lines[byline - 1].text
    known = sum(title_key(line.text) == title_key(draft.title) for line in draft.lines[:20])
    if known == 1 and _headingish(candidate) and _GENRE_END.search(candidate) and title_key(candidate) != title_key(draft.title):
        draft.title = candidate
