"""Text of which the line breaks were lost: a title that runs into the first sentence, page numbers in mid-sentence.

Only for pages of which nothing but the text is left: markup keeps these apart.
"""

from __future__ import annotations

import re

from crawler.clean.line import Draft, Line
from crawler.clean.parts import split_glued
from crawler.clean.titles import Titles, plain_title
from crawler.text import fold_width, squeeze

_STOP = re.compile("[。；！？;!?]")
_NUMBERED = re.compile(r"(\d{1,3})、")
# The words that name a kind of document; a title ends with one.
_GENRE = (
    r"(?:范本|范文|诗朗诵|朗诵稿|朗诵诗|申请书|总结|述职报告|报告|方案|计划|合同|协议书?|演讲稿|发言稿|讲话稿|主持[词稿]|心得体会|体会|读后感|观后感|教案|教学设计|"
    r"通知|通告|公告|办法|规定|制度|细则|条例|倡议书|保证书|承诺书|检讨书|介绍信|证明信?|感谢信|慰问信|致辞|祝福语|策划书|事迹材料|材料|作文|论文|手册|指引|指南|考纲|大纲|试题|格式)"
)
_TITLE = re.compile(rf"^[^,，。；;！!？?：:]{{0,36}}?{_GENRE}(?:{_GENRE})*(?:[(（][^()（）]{{1,8}}[)）])?")
_SUBJECT = re.compile("^(?:是|的|为|和|与|在|中|里|上|有|由|应|要|作|对|,|，|、|以下|之|书写|写)")
_PIECE = re.compile("[(（]?[一1][)）]|篇[一1]|第[一1]篇")
_LONG = 50  # characters: a shorter line is no text without line breaks
_TAIL = 6  # characters of the end of a title that are printed again behind it


def open_glued(draft: Draft, titles: Titles) -> None:
    """Take title, page numbers and copies off the first lines of a text without line breaks."""
    kept = draft.kept()
    if not kept:
        return
    _glued_copy(draft, kept)
    _doubled_heading(draft)
    kept = draft.kept()
    if not kept:
        return
    numbered = _page_numbers(draft, kept, titles)
    first = kept[0]
    if len(first.text) >= min(_LONG, len(draft.title) + 16) or numbered:
        _title(draft, first, titles, alone=len(first.text) * 2 > sum(len(line.text) for line in kept) or numbered)
    _headings(draft)


def glued_title(lines: list[str]) -> str:
    """The title in front of a text without line breaks, by the word for its kind; "" when there is none."""
    if not lines:
        return ""
    text = re.sub(r"^1、", "", lines[0])
    if len(text) < 30 or len(lines) > 4:
        return ""
    folded = fold_width(text)
    found = _TITLE.match(folded)
    if not found or len(found[0]) < 6 or _SUBJECT.match(folded[found.end() :]) or _STOP.search(found[0]):
        return ""
    return text[: found.end()]


def _glued_copy(draft: Draft, kept: list[Line]) -> None:
    """Drop a first line that is nothing but the following lines without their breaks (the caption of a picture)."""
    first = squeeze(kept[0].text)
    at = draft.lines.index(kept[0])
    below = [squeeze(line.text) for line in draft.lines[at + 1 : at + 12]]
    if len(below) > 4 and 12 <= len(first) <= 120 and "".join(below).startswith(first) and len(first) > len(below[0]) + 4:
        draft.drop(kept[0], "glued-copy")


def _doubled_heading(draft: Draft) -> None:
    """Drop a heading that stands twice, line for line, above a text that begins with it once more."""
    kept = draft.kept()[:3]
    if len(kept) < 3 or kept[0].text != kept[1].text or not 6 <= len(kept[0].text) <= 60:
        return
    if kept[2].text.startswith(kept[0].text) and not _STOP.search(kept[0].text):
        draft.variants.append(kept[0].text)
        for line in kept[:2]:
            draft.drop(line, "title-repeat")


def _page_numbers(draft: Draft, kept: list[Line], titles: Titles) -> bool:
    """Take off page numbers (1、 2、 in front of each page's text) and join the sentences that they cut."""
    if len(kept) > 60 or not kept[0].text.startswith("1、"):
        return False
    numbers = [_NUMBERED.match(line.text) for line in kept]
    if any(found is None or int(found[1]) != at for at, found in enumerate(numbers, start=1)):
        return False
    glued = bool(titles.bare) and squeeze(fold_width(kept[0].text[2:])).startswith(titles.bare[:8])
    cut = len(kept) > 1 and sum(line.text[-1] not in "。！？!?；;：:”）)" for line in kept[:-1]) * 2 > len(kept) - 1
    doubled = any(re.match(r"\d{1,3}、(?:[一二三四五六七八九十]{1,3}、|\d{1,2}[、.])", line.text) for line in kept)
    if not (glued or doubled or (cut and min(len(line.text) for line in kept) >= 20)):
        return False
    previous: Line | None = None
    for line, found in zip(kept, numbers, strict=True):
        assert found is not None
        open_end = previous is not None and re.search("[\u4e00-\u9fff，,、]$", previous.text)
        draft.cut(line, 0, found.end(), "page-number")
        if previous is not None and open_end and not line.rule:
            previous.change(previous.text + line.text)
            line.rule = "joined"
            draft.marks += 1
        elif not line.rule:
            previous = line
    return True


def _title(draft: Draft, line: Line, titles: Titles, *, alone: bool) -> None:
    """Cut the title, once or several times, off the first sentence."""
    title = squeeze(fold_width(plain_title(draft.title)))
    if len(title) < 5:
        return
    view, at = _squeezed(line.text)
    end = 0
    while view.startswith(title, end):
        end += len(title)
    if not end:
        end = _later(view, title)
    if not end or end >= len(view):
        return
    rest = view[end:]
    if _PIECE.match(rest):
        return
    again = next((size for size in range(len(title) - 1, _TAIL - 1, -1) if rest.startswith(title[-size:])), 0)
    if end == len(title) and not again and (not alone or _SUBJECT.match(rest)):
        return
    draft.cut(line, 0, at[end + again], "title-glued")


def _later(view: str, title: str) -> int:
    """The end of the last title in front of the text, when all that stands before it is another form of it."""
    last = view.rfind(title, 0, 3 * len(title) + 8)
    if last <= 0 or _STOP.search(view[:last]):
        return 0
    known = set(title) | set("0123456789.docxDOCX_ ")
    return last + len(title) if sum(c in known for c in view[:last]) >= 0.85 * last else 0


def _squeezed(text: str) -> tuple[str, list[int]]:
    """`text` half-width and without blanks, and for each of its characters (and the end) the place in `text`."""
    places = [at for at, character in enumerate(text) if not character.isspace()]
    return "".join(fold_width(text[at]) for at in places), [*places, len(text)]


def _headings(draft: Draft) -> None:
    """Split the headings of the pieces of a collection from the sentences that they run into."""
    for index, line in enumerate(list(draft.lines)):
        if line.rule or not (split := split_glued(line.text, draft.title)):
            continue
        line.change(split[0])
        draft.lines.insert(draft.lines.index(line) + 1, Line(split[1], line.block, 1, 0, line.page))
        del index
