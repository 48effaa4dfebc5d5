"""Hostile or broken markup made harmless before it reaches the parser.

An HTML5 parser is quadratic in the attributes of one tag and in the depth of open elements:
100,000 of either cost lexbor about 18 seconds. Real pages stay far below the limits here.
"""

from __future__ import annotations

import re

MAX_CHARS = 4_000_000  # the longest saved page of a library was 1.2 million characters
MAX_TAG = 20_000  # characters in one tag: images inlined in an attribute are longer, but hold no blanks
MAX_OPTIONS = 1_500  # in all <select> of a page; lexbor is quadratic in them
MAX_DEPTH = 400  # open elements; Blink stops at 512
_SUSPICIOUS = 6_000  # fewer opening tags than this cannot hurt: 6,000 open elements cost 60 ms

_OPTION = re.compile(r"</?option\b[^<>]*>[^<]*", re.I)
_PIECE = 8_192
_NO_OPENING = ("<br", "<img", "<!")  # the void elements of which pages have hundreds; the exact count comes after
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_WHOLE_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# Elements that a parser closes by itself when the next one begins: an old page that never closes them is not deep.
_CLOSED_BY_ITSELF = frozenset("p li dt dd tr td th thead tbody tfoot option optgroup colgroup".split())


def tame(text: str) -> tuple[str, bool]:
    """`text` with nothing in it that makes a parser quadratic, and whether something was taken out or cut off."""
    cut = False
    if len(text) > MAX_CHARS:
        end = text.rfind("<", 0, MAX_CHARS)
        text, cut = text[: end if end > MAX_CHARS // 2 else MAX_CHARS], True
    shortened = _shorten_tags(text)
    cut = cut or shortened is not text
    text = shortened
    tags = text.count("<")
    if tags > MAX_OPTIONS and text.count("<option") + text.count("<OPTION") > MAX_OPTIONS:
        text, cut = _drop_options(text), True
    if tags > _SUSPICIOUS and tags - text.count("</") > _SUSPICIOUS and _maybe_deep(text) and _depth(text) > MAX_DEPTH:
        return _flatten(text), True
    return text, cut


def _shorten_tags(text: str) -> str:
    """`text` with its giant tags reduced to their first attributes; a long single value (an inlined image) stays.

    Only a stretch of half MAX_TAG without "<" can lie in such a tag: the usual page costs a few searches.
    """
    half = MAX_TAG // 2
    at = 0
    begin = -1  # the last "<" before `at`
    while at + half < len(text):
        last = text.rfind("<", at, at + half)
        if last >= 0:
            begin, at = last, last + 1
            continue
        if begin >= 0 and text[begin + 1].isalpha() and text.find(">", begin, at + half) < 0:
            ends = [place for mark in "<>" if (place := text.find(mark, at + half)) >= 0]
            end = min(ends, default=len(text))
            if text.count("=", begin, end) > 500 or text.count(" ", begin, end) > 2_000:
                head = text[begin : begin + 1000].rsplit(" ", 1)[0]
                quote = '"' if head.count('"') % 2 else ""
                text = f"{text[:begin]}{head}{quote}>{text[end + 1 :]}"
                at = begin + 1
                continue
        at += half
    return text


def _drop_options(text: str) -> str:
    """`text` without the options after the first MAX_OPTIONS of the page."""
    seen = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        return match[0] if seen <= 2 * MAX_OPTIONS else ""

    return _OPTION.sub(keep, text)


def _maybe_deep(text: str) -> bool:
    """False when counts alone show that no more than MAX_DEPTH elements are open anywhere."""
    depth = 0
    for at in range(0, len(text), _PIECE):
        piece = text[at : at + _PIECE]
        closes = piece.count("</")
        opens = piece.count("<") - closes - sum(map(piece.count, _NO_OPENING))
        if depth + opens > MAX_DEPTH:
            return True
        depth = max(0, depth + opens - closes)
    return False


def _depth(text: str) -> int:
    """The greatest number of elements open at once, counted without building a tree."""
    depth = deepest = 0
    for close, name in _TAG.findall(text):
        if (name := name.lower()) in _VOID or name in _CLOSED_BY_ITSELF:
            continue
        if close:
            depth = max(depth - 1, 0)
        else:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _flatten(text: str) -> str:
    """`text` without the tags that would open elements deeper than MAX_DEPTH; the words inside stay."""
    depth = 0
    dropped = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal depth, dropped
        name = match[2].lower()
        if name in _VOID or name in _CLOSED_BY_ITSELF:
            return match[0]
        if match[1]:
            if dropped:
                dropped -= 1
                return ""
            depth = max(depth - 1, 0)
            return match[0]
        if depth >= MAX_DEPTH // 2:
            dropped += 1
            return "\n"
        depth += 1
        return match[0]

    return _WHOLE_TAG.sub(keep, text)
