"""The editor's lead-in (下面是小编为大家整理的…) with the warm-up in front of it, and copies of the beginning."""

from __future__ import annotations

import re

from crawler.clean.line import Draft, Line
from crawler.clean.titles import Titles, title_key
from crawler.text import fold_width, squeeze

LINES = 6  # kept lines from the top in which a lead-in is looked for
# Two cheap looks first: a lead-in collects, and it offers or wishes.
_COLLECTS = re.compile("小编|小編|整理|收集|蒐集|搜集|提供|推荐|推薦|带来|帶來|分享|准备|準備|归纳|歸納|精选|精選|挑选|挑選|汇总|編輯|编辑|介绍|介紹|看下|看一下|参考以下|參考以下")
_OFFERS = re.compile("小编|小編|参考|參考|借鉴|借鑒|希望|愿|願|欢迎|歡迎|看看|瞧瞧|一起|一同|感谢|感謝|请您?阅读|請您?閱讀|分享|荣幸|榮幸|帮助|幫助|学习|學習|方便|阅读|閱讀|查阅|查閱|使用")
_SUMMARIES = re.compile("摘要|简介|簡介|提要|导读|導讀|核心提示")
_WHO = r"(?:小编|网友|编辑|本站|本网|[^\s,。;!?:]{1,8}(?:网|社|文库|知道|群|吧|站|范文)(?:的?小编)?|[为给帮](?:大家|您|你))"
_DO = r"(?:整理|收集|搜集|蒐集|带来|分享|准备|推荐|归纳|提供|精选|挑选|汇总|看(?:一)?下|介绍|编辑)"
_POINT = r"(?:下面|以下|接下来|这里|此篇|本文|本篇|本栏目|因此|为此|今天|现在|前言|导语|快来|那么)"
# who collected it, in this order or the other way round (由小编整理, 整理…小编)
_COLLECT = re.compile(rf"{_POINT}[^。!?]{{0,60}}?{_WHO}[^。!?]{{0,24}}?{_DO}|{_WHO}[^。!?,]{{0,12}}?(?:为|给|帮)?(?:大家|您|你)?[^。!?,]{{0,8}}?{_DO}|由[^。!?,]{{1,12}}{_DO}|(?:前言|导语)[^。!?]{{0,10}}我们[^。!?]{{0,6}}{_DO}|参考以下(?:案例|范文|内容)")
_CLOSE = re.compile(
    r"供(?:大家|您|你|各位)?(?:们)?(?:学习|阅读|写作)?(?:参考|借鉴|阅读|学习|查阅|使用)|方便(?:大家|您|你)(?:们)?(?:学习|阅读|参考|使用|查阅)|我们参考以下|参考借鉴|(?:希望|愿)[^。!?]{0,30}(?:帮助|帮到|有用|喜欢|启发|有所|收获|参考)|欢迎[^。!?]{0,16}(?:阅读|收藏|借鉴|参阅|分享|参考|查阅|浏览|下载|大家)|(?:一起|一同|快)来?(?:看看|瞧瞧|了解|学习|跟随)|去看看|感谢(?:您|大家|你)的?(?:参阅|阅读)|请(?:您)?(?:阅读|参考|参阅)|分享给(?:最好的)?(?:朋友|大家)|不胜荣幸|(?:对|给)(?:大家|您|你)[^。!?]{0,12}帮助|帮助(?:到|得到)?(?:大家|您|你)|参考与帮助|借鉴与参考|欢迎(?:你|您)的?参阅"
)
_BY_EDITOR = re.compile("小编[^,。!?]{0,12}(?:整理|收集|搜集|蒐集|带来)")
_WHOM = re.compile("小编|网友|大家|您|本站|由|我们参考|前言|导语")
_COLLECTED = re.compile("小编|网友|整理|收集|搜集|蒐集|精选|挑选|汇总|参考以下|本站|栏目")
_SPEAKER = re.compile("我(?:们)?[^。,]{0,8}[为给向和跟与](?:大家|您|同学)|请(?:听|看|欣赏)|有请|演讲的?题目")
_END = re.compile(r"[。!?~]+[”\"』」]?|$")
# Signs that what follows is the document: a lead-in is never in the middle of it.
_BODY = re.compile(r"甲方|乙方|尊敬的|同志们|各位领导|特此|汇报如下|报告如下")
_CUT = re.compile(r"(?:\.{3,}|…+)\s*(?:[\[(]?(?:详细|更多|全文)[\])]?)?$")
_SUMMARY = re.compile(r"^[\W_]{0,2}(?:.{0,40}(?:本文|内容)(?:简介|摘要|提要|导读)|摘要|内容提要|导读|简介|文章摘要|核心提示)[】\])]?\s*[:】]\s*")
_QUOTED = re.compile("[“《\"]([^”》\"]{4,40})[”》\"]")
_NAMED = re.compile("(?:整理|收集|搜集|蒐集)的(?:关于|一些)?([^，。,！!？?“”《》]{6,50})(?=[，。,！!]|$)")
_CUT_END = ".…])）】多文细"
_WHOLE = "。！？!?”"
_WARM = 320  # characters: a longer paragraph in front of the lead-in is no warm-up
_FAR = 600  # characters looked at: a lead-in begins before _WARM and is one sentence
_BEHIND = re.compile("以上|上面|上述|本文就|到这里|到此")  # an ending looks back


def take_out(draft: Draft, titles: Titles) -> None:
    """Drop the lead-in near the top, its warm-up with it, and summaries that copy the beginning of the text."""
    kept = 0
    for index, line in enumerate(draft.lines):
        if line.rule:
            continue
        if kept >= LINES:
            return
        if _copy(draft, index, line):
            draft.drop(line, "summary-copy")
            continue
        span = lead_in(line, titles) if _COLLECTS.search(line.text) and _OFFERS.search(line.text) else None
        if span is None:
            kept += 1
            continue
        for pattern in (_QUOTED, _NAMED):
            if name := pattern.search(line.text[:span]):
                draft.variants.append(name[1])
        rest = line.text[span:].strip()
        if rest:
            draft.cut(line, 0, span, "lead-in")
            kept += 1
        else:
            draft.drop(line, "lead-in")


def lead_in(line: Line, titles: Titles) -> int | None:
    """The end of the lead-in in the line, everything before it included; None when there is none."""
    text = line.view[: 2 * _FAR]
    found = _COLLECT.search(text, 0, _FAR)
    while found is not None and found.start() <= _WARM:
        end = _END.search(text, found.end())
        assert end is not None
        stop = end.end()
        if stop == len(text) < len(line.text):
            return None  # no sentence is that long
        begin = max(text.rfind(mark, 0, found.start()) for mark in "。!?") + 1
        sentence = text[begin:stop]
        close = _CLOSE.search(text, begin, stop)
        follows = _CLOSE.search(text, stop, stop + 60) if close is None and stop < len(text) else None
        if follows is not None:
            after = _END.search(text, follows.end())
            assert after is not None
            stop = after.end()
        closed = bool(close or follows)
        if _convinces(sentence, titles, closed=closed):
            return _closing(text, stop)
        found = _COLLECT.search(text, found.end(), _FAR)
    return None


def _convinces(sentence: str, titles: Titles, *, closed: bool) -> bool:
    """Whether a sentence of collecting is the editor's and not the speaker's of a text; `closed` by a wish or an offer."""
    if not _WHOM.search(sentence) or _BODY.search(sentence) or _BEHIND.search(sentence):
        return False
    named = len(titles.key) > 3 and titles.key[:5] in title_key(sentence)
    if not closed:
        return named and bool(_BY_EDITOR.search(sentence))
    return bool(_COLLECTED.search(sentence)) or (named and not _SPEAKER.search(sentence))


def _closing(text: str, stop: int) -> int:
    """`stop`, moved behind further sentences of the same kind (希望对大家有帮助! 一起来看看吧!)."""
    while stop < len(text):
        end = _END.search(text, stop)
        assert end is not None
        sentence = text[stop : end.end()]
        if len(sentence) > 60 or not sentence.strip() or not _CLOSE.search(sentence) or _BODY.search(sentence):
            return stop
        stop = end.end()
    return stop


def _copy(draft: Draft, index: int, line: Line) -> bool:
    """True when the line is a summary that repeats the beginning of the text below it, labelled or cut off."""
    if line.text[-1] not in _CUT_END and not _SUMMARIES.search(line.text[:60]):
        return False
    view = line.view
    labelled = _SUMMARY.match(view)
    cut = _CUT.search(view)
    if not labelled and not cut:
        return False
    start = labelled.end() if labelled else 0
    text = squeeze(view[start : cut.start() if cut else len(view)])
    if len(text) < 8:
        return labelled is not None and not text
    below = [squeeze(fold_width(other.text)) for other in draft.lines[index + 1 : index + 12] if not other.rule]
    if not labelled:
        # A cut box stands right above the whole.
        return any(other.startswith(text[:40]) and len(other) >= len(text) for other in below[:2])
    whole = "".join(below)
    if cut or text[-1] not in _WHOLE:
        return text[:24] in whole or (len(text) > 40 and text[12:30] in whole)
    # An author's abstract says again what stands somewhere below; a copy says what stands first.
    return whole.startswith(text[:24])
