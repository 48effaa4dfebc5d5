"""Hostile or broken markup made harmless before it reaches the parser.

An HTML5 parser is quadratic in the attributes of one tag and in the depth of open elements:
100,000 of either cost lexbor about 18 seconds. Real pages stay far below the limits here.
"""

from __future__ import annotations

import re

MAX_CHARS = 4_000_000  # the longest saved page of a library was 1.2 million characters
MAX_TAG = 20_000  # characters in one tag: images inlined in an attribute are longer, but hold no blanks
MAX_DEPTH = 400  # open elements; Blink stops at 512
_SUSPICIOUS = 3_000  # fewer tags than this cannot hurt

_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{%d,}>?" % MAX_TAG)
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
    if ">" not in text[-MAX_TAG:] or len(text) > MAX_TAG:
        text, count = _LONG_TAG.subn(_shorten, text)
        cut = cut or (count > 0 and _SHORTENED in text)
    if text.count("<") > _SUSPICIOUS and _depth(text) > MAX_DEPTH:
        return _flatten(text), True
    return text, cut


_SHORTENED = " data-cut="


def _shorten(match: re.Match[str]) -> str:
    """A tag of many attributes with its first ones only; a long single value (an inlined image) stays."""
    tag = match[0]
    if tag.count("=") < 500 and tag.count(" ") < 2_000:
        return tag
    head = tag[:1000].rsplit(" ", 1)[0]
    return head + _SHORTENED + ('"1">' if head.count('"') % 2 == 0 else '1">')


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
