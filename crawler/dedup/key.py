"""The key under which two printings of one document are the same string.

Sites that copy a text change its width, its white space, its punctuation and its masking, and nothing of that
is the text. The key is for comparing only: a published body is never folded.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from crawler.dedup.codes import DIGIT, TOP, Codes, decode, encode, folding, look_up, roles

WILDCARD = "#"  # stands for a masked place, however it was masked
SEPARATOR = "·"  # stands for the sign between two digits: 1.5 is not 15, and 3-5 is not 35

# What sites put over a name or a figure. A Latin X inside a word (XML, box) is a letter; 某 in 某些 is a word;
# 〇 and ○ after a numeral are zeros (二〇〇三年); one □ is a box to tick. A pattern that begins with one set of
# characters, not repeated, is scanned for eight times as fast: hence `[…][…]*`.
_CROSSES, _SHAPES = "x×✕╳*_▁#", "某△□◇☆●■▲★○〇"
_MASK = re.compile(f"[{_CROSSES}{_SHAPES}](?:(?<=[{_CROSSES}])[{_CROSSES}]*|[{_SHAPES}]*)")
_BRACKETS = re.compile(r"[〔\[【(](?:…|[.·\-]{2})[.…·\-]*[)】\]〕]")
_NUMERALS = frozenset("一二三四五六七八九十○〇")
_WORDS_WITH_MOU = frozenset("些种个一")
_MASKED_YEAR = re.compile("[0-9][0-9]{0,2}#+(?=年)")  # 20XX年, 202X年 and XXXX年 hide the same thing
_CENSORED = re.compile(r"d(?=[建员委支性纪校风章费史旗徽课务])")  # D建 is 党建 behind a word filter
_WILDCARDS = re.compile("#[#·]*#")
_COMMA = ord(",")
_DOT = ord(SEPARATOR)


def dedup_key(text: str) -> str:
    """`text` without what copying sites change: width, case, white space, punctuation; masking as one `#`.

    A text of nothing but punctuation keeps it (two of them are the same only when they look the same);
    the key of white space is "". Lone surrogates become U+FFFD, so the key can always be encoded.
    """
    codes = look_up(folding(), encode(text))
    bare = decode(codes[codes != 0])
    masked = bare
    # Looking for a few characters is ten times as fast as a pattern, and most texts hold none of these.
    if any(sign in bare for sign in ("…", "..", "--", "··")):
        masked = _BRACKETS.sub(WILDCARD, masked)
    if WILDCARD in masked or look_up(_covering(), codes).any():
        masked = _MASK.sub(_wildcard, masked)
    if "d" in masked:
        masked = _CENSORED.sub(_party, masked)
    if WILDCARD in masked:
        masked = _MASKED_YEAR.sub(WILDCARD, masked)
    key = decode(_without_punctuation(encode(masked)))
    if WILDCARD in key:
        key = _WILDCARDS.sub(WILDCARD, key)
    return key or bare


@cache
def _covering() -> NDArray[np.bool_]:
    """For each code point whether it may stand over a name or a figure."""
    table = np.zeros(TOP, np.bool_)
    table[encode(_CROSSES + _SHAPES)] = True
    return table


def content_hash(text: str) -> str:
    """The SHA-256 of the key of `text`, as 64 hexadecimal digits: equal for printings of one document."""
    return hash_of_key(dedup_key(text))


def hash_of_key(key: str) -> str:
    """`content_hash` of a text whose key is at hand."""
    return hashlib.sha256(key.encode("utf-8")).hexdigest()


def _latin(letter: str) -> bool:
    return "a" <= letter <= "z"


def _wildcard(match: re.Match[str]) -> str:
    run, text = match[0], match.string
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    if run[0] in _CROSSES:
        word = set(run) == {"x"} and (_latin(before) or _latin(after))
        return run if word else WILDCARD
    if run[0] == "某":
        return run if len(run) == 1 and after in _WORDS_WITH_MOU else WILDCARD
    return run if len(run) == 1 or before in _NUMERALS else WILDCARD


def _party(match: re.Match[str]) -> str:
    return match[0] if _latin(match.string[match.start() - 1 : match.start()]) else "党"


def _without_punctuation(codes: Codes) -> Codes:
    """`codes` without punctuation, but for one SEPARATOR where it stood between two digits."""
    if not len(codes):
        return codes
    role = look_up(roles(), codes)
    after_digit = np.flatnonzero((role[:-1] == DIGIT) & (role[1:] == 0)) + 1
    if not len(after_digit):
        return _where(codes, role)
    where = np.flatnonzero(role)
    ends = where[np.searchsorted(where, after_digit).clip(max=len(where) - 1)]
    between = (role[ends] == DIGIT) & (ends > after_digit)
    starts, ends = after_digit[between], ends[between]
    for start, end in zip(
        starts[codes[starts] == _COMMA].tolist(), ends[codes[starts] == _COMMA].tolist(), strict=True
    ):
        if _thousands(role, start, end):
            starts = starts[starts != start]
    codes = codes.copy()
    codes[starts], role[starts] = _DOT, 1
    return _where(codes, role)


def _where(codes: Codes, role: NDArray[np.uint8]) -> Codes:
    stays: Codes = codes[role != 0]
    return stays


def _thousands(role: NDArray[np.uint8], start: int, end: int) -> bool:
    """Whether the sign at `start`, with the next digit at `end`, is the comma of 1,234."""
    group = (role[end : end + 4] == DIGIT).tolist()
    return end - start == 1 and group in ([True, True, True], [True, True, True, False])
