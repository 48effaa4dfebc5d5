"""Line breaks that no author made: after a semicolon, at the width of a printed page, inside a label."""

from __future__ import annotations

import itertools
import re

from crawler.clean.line import Draft, Line

_FINAL = "。！？!?…”』」》】）)~～"
_CLAUSE = re.compile("[，。；,;！？]|(?<!^.)、")
_OPEN_END = re.compile(r"[，,。；;][^，,。；;：:！？!?…”』」》】)）]{2,}$")  # a clause begins and does not end
_INNER_STOP = re.compile(r"。[^。”』」》】)）]{2,}|[；;！？][^；;！？。]{2,}[^。！？；;]$")
# What begins a new line by right: numbering, bullets, a speaker, a salutation.
_STARTS = re.compile(
    r"\s*(?:第[一二三四五六七八九十百零〇\d]{1,4}[章节条篇部款项编回幕]|[一二三四五六七八九十百]{1,3}[、.．]|[(（][一二三四五六七八九十\d]{1,3}[)）]|"
    r"\d{1,3}\s*[、.．)）](?!\d)|[①-⑳㈠-㈩⑴-⒇]|[A-Za-z][.、．)）]|[-—–·•●○◆◇■□★☆※▲△*]|篇[一二三四五六七八九十\d]|"
    r"(?:一|二|三|四|五|六|七|八|九|十)(?:是|要|方面)|(?:首|其|再|最)(?:先|次|后)[，,]|(?:附件|附表|附)[:：\d]|"
    r"[(（]?[\u4e00-\u9fff]{1,4}[)）]?[:：]|(?:尊敬|敬爱|亲爱)的|此致|敬礼|特此|\[…\])"
)
_BAD_START = re.compile(r"[，。、；：,;:][^\s，。、；：,;:?!)(DPp>-]|[？！”』」][\u4e00-\u9fff]")
_NEXT_OF_SENTENCE = re.compile("[二三四五六七八九]是")
_BAD_FIRST = frozenset("，。、；：,;:？！”』」")
_SEMICOLON = re.compile("[;；]$")
_MOST = 20_000  # lines: a longer text is no scanned page
_VERSE = 20  # characters: where no line of a run is longer, the run is a stanza or a list
_LABEL_HALF = re.compile(r"^[\u4e00-\u9fff]{1,4}$")
_LABEL_REST = re.compile(r"^[\u4e00-\u9fff][:：]$")
_YEAR_BLANK = re.compile(r"[_\s\d]年\s*$")
_MONTH_BLANK = re.compile(r"^\s*月[\s_\d]*日")
_SPACED = re.compile("\\d [\u4e00-\u9fff]")
_TIGHT = re.compile("\\d[\u4e00-\u9fff]")
_HALF_WIDTH = re.compile(r"[0-9A-Za-z %.\-+/]")


def rejoin(draft: Draft) -> None:
    """Join lines of `draft` that belong to one paragraph; `draft.marks` counts the joins."""
    lines = draft.kept()
    if len(lines) < 2:
        return
    wrapped = _wrapped(lines)
    spaced = wrapped > 0 and _spaced(lines)
    open_paragraph = False  # the line before was itself continued by its neighbour
    semicolons = set(map(id, _semicolons(lines)))
    previous = lines[0]
    first = previous  # the physical line that `previous` now ends with
    for line in lines[1:]:
        if _belongs(previous, first, line, wrapped, open_paragraph) or id(line) in semicolons:
            _append(draft, previous, line, spaced)
            open_paragraph = True
        else:
            open_paragraph = False
            previous = line
        first = line
    _labels(draft)


def _append(draft: Draft, line: Line, tail: Line, spaced: bool) -> None:
    """Put the text of `tail` at the end of `line`; `spaced` texts set numbers apart with blanks."""
    latin =  line.text[-1:].isascii() and line.text[-1:].isalnum() and tail.text[:1].isascii() and tail.text[:1].isalpha()
    number = spaced and (
        (line.text[-1:].isdigit() and "\u4e00" <= tail.text[:1] <= "\u9fff")
        or (tail.text[:1].isdigit() and "\u4e00" <= line.text[-1:] <= "\u9fff")
    )
    line.change(line.text + (" " if latin or number else "") + tail.text)
    tail.rule = "joined"
    draft.marks += 1


def _semicolons(lines: list[Line]) -> list[Line]:
    """The lines that continue one that was cut after a semicolon.

    Only where a single break stands inside a run and paragraphs are set apart by more, every break of the run
    follows a semicolon, the next line begins like no list item, and the lines are no verses.
    """
    if not any(line.text[-1] in ";；" for line in lines) or not any(line.gap > 0 for line in lines[1:]):
        return []
    found: list[Line] = []
    run: list[Line] = [lines[0]]
    for line in [*lines[1:], None]:
        if line is not None and line.gap == 0:
            run.append(line)
            continue
        found.extend(_run(run))
        run = [line] if line is not None else []
    return found


def _run(run: list[Line]) -> list[Line]:
    sizes = [len(line.text) for line in run]
    if len(run) < 2 or max(sizes) < _VERSE or sum(sizes) < 0.6 * _VERSE * len(run):
        return []
    running = run[0].text.find("一是") > 0  # 做三件事：一是…；二是…: one sentence
    for before, line in itertools.pairwise(run):
        if not _SEMICOLON.search(before.text) or "\t" in line.text:
            return []
        if _STARTS.match(line.text) and not (running and _NEXT_OF_SENTENCE.match(line.text)):
            return []
    return run[1:]


def _spaced(lines: list[Line]) -> bool:
    """True when numbers are set apart from ideographs by blanks in this text."""
    text = "\n".join(line.text for line in lines)
    return len(_SPACED.findall(text)) > 2 * len(_TIGHT.findall(text))


def _width(text: str) -> float:
    """The width of a line in ideographs: digits, letters and blanks take half."""
    return len(text) - 0.5 * len(_HALF_WIDTH.findall(text))


def _wrapped(lines: list[Line]) -> float:
    """The width at which a text was wrapped, in ideographs; 0 when it was not.

    A wrapped text has no long line, most of its lines end in the middle of a sentence, and sentences end inside of
    lines: verses, scripts and lists end where their lines do.
    """
    if not 6 <= len(lines) <= _MOST:
        return 0.0
    sizes = sorted(len(line.text) for line in lines)
    if sizes[-1] > 64 or sizes[len(sizes) // 2] < 11:
        return 0.0
    texts = [line.text for line in lines]
    if any("\t" in text for text in texts):
        return 0.0
    open_ends = sum(1 for text in texts[:-1] if _OPEN_END.search(text))
    inner = sum(1 for text in texts if _INNER_STOP.search(text))
    if open_ends < max(0.25 * len(texts), 3) or inner < 0.08 * len(texts):
        return 0.0
    widths = sorted(_width(text) for text in texts)
    return widths[int(0.8 * (len(widths) - 1))]


def _belongs(line: Line, last: Line, following: Line, wrapped: float, going_on: bool) -> bool:
    """Whether `following` continues `line`, whose last physical line is `last`."""
    text, after = last.text if last is not line else line.text, following.text
    if "\t" in after or "\t" in text:
        return False
    if after[0] in _BAD_FIRST and _BAD_START.match(after) and text[-1] not in "：:":
        return True
    if not wrapped:
        return _page_break(line, following)
    end = text[-1]
    if _STARTS.match(after) and not (end in "，,、" and _width(text) >= 0.9 * wrapped):
        return False
    if following.indent >= 2 and not line.indent >= 2 and not going_on and end in _FINAL:
        return False
    if end in "。！？!?；;：:…":
        return False
    full = _width(text) >= 0.88 * wrapped
    if end in "，,、":
        return True
    if end in "”』」》】）)":
        return full and bool(_CLAUSE.search(text))
    if going_on:
        return full or bool(_CLAUSE.search(text)) or not _STARTS.match(text)
    return bool(_CLAUSE.search(text)) or (full and not _STARTS.match(text))


def _page_break(line: Line, following: Line) -> bool:
    """A sentence that the break between two pages of an article cut in two."""
    if line.page == following.page or len(line.text) < 25 or following.indent:
        return False
    open_end = line.text[-1] not in _FINAL + "；;：:、" and bool(re.search("[\u4e00-\u9fff，,]$", line.text))
    return open_end and bool(_CLAUSE.search(line.text)) and not _STARTS.match(following.text) and len(following.text) > 10


def _labels(draft: Draft) -> None:
    """Labels and dates of a form that were broken over lines: 承租 / 人:, 由____年 / 月__日."""
    lines = draft.kept()
    for before, line in itertools.pairwise(lines):
        if before.rule:
            continue
        if len(before.text) > 4 and before.text.rstrip()[-1] != "年":
            continue
        broken = _LABEL_HALF.match(before.text) and _LABEL_REST.match(line.text)
        if broken or (_YEAR_BLANK.search(before.text) and _MONTH_BLANK.match(line.text)):
            line.change(before.text.rstrip() + line.text.lstrip())
            line.block, line.gap = before.block, before.gap
            before.rule = "joined"
            draft.marks += 1
            index = lines.index(line)
            if broken and index + 1 < len(lines) and lines[index + 1].text[:1] in "(（":
                tail = lines[index + 1]
                tail.change(line.text + tail.text)
                tail.block, tail.gap = line.block, line.gap
                line.rule = "joined"
                draft.marks += 1
