"""The key under which two printings of one document are the same string.

Sites that copy a text change its width, its white space, its punctuation and its masking, and nothing of that
is the text. The key is for comparing only: a published body is never folded.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

import numpy as np

from crawler.dedup.codes import BRACKET, BRACKETS, COVER, COVERS, DIGIT, DOT, KEPT, LETTER_D, Codes, Roles, decode, fold

WILDCARD = "#"  # stands for a masked place, however it was masked
SEPARATOR = "·"  # stands for the sign between two digits: 1.5 is not 15, and 3-5 is not 35

# What sites put over a name or a figure. A Latin X inside a word (XML, box) is a letter; 某 in 某些 is a word;
# 〇 and ○ after a numeral are zeros (二〇〇三年); one □ is a box to tick. A pattern that begins with one set of
# characters, not repeated, is scanned for eight times as fast: hence `[…][…]*`.
_CROSSES, _SHAPES = COVERS[:8], COVERS[8:]
_MASK = re.compile(f"[{_CROSSES}{_SHAPES}](?:(?<=[{_CROSSES}])[{_CROSSES}]*|[{_SHAPES}]*)")
_BRACKETS = re.compile(rf"[{re.escape(BRACKETS)}](?:…|[.·\-]{{2}})[.…·\-]*[)】\]〕]")
_NUMERALS = frozenset("一二三四五六七八九十○〇")
_WORDS_WITH_MOU = frozenset("些种个一")
_MASKED_YEAR = re.compile("[0-9][0-9]{0,2}#+(?=年)")  # 20XX年, 202X年 and XXXX年 hide the same thing
_CENSORED = re.compile(r"d(?=[建员委支性纪校风章费史旗徽课务])")  # D建 is 党建 behind a word filter
_WILDCARDS = re.compile("#[#·]*#")
# Over the roles of a text, one byte each: those of punctuation are even.
_DIGIT = b"\\x%02x" % (KEPT | DIGIT)
_BETWEEN_DIGITS = re.compile(_DIGIT + b"[%b]+(?=%b)" % (re.escape(bytes(range(0, 256, 2))), _DIGIT))
_THREE_DIGITS = re.compile(_DIGIT + b"{3}(?!" + _DIGIT + b")")
_COMMA = ord(",")
_DOT = ord(SEPARATOR)


@lru_cache(maxsize=2)  # a document's hash and its signature ask for the same one
def dedup_key(text: str) -> str:
    """`text` without what copying sites change: width, case, white space, punctuation; masking as one `#`.

    A text of nothing but punctuation keeps it (two of them are the same only when they look the same);
    the key of white space is "". Lone surrogates become U+FFFD, so the key can always be encoded.
    """
    codes, roles = fold(text)
    # Most texts hold nothing that may be masking, and looking for it in a string is the slow part.
    every = int(np.bitwise_or.reduce(roles, initial=0))
    bracketed = every & BRACKET and every & DOT and ((roles[:-1] >> 1) & roles[1:] & DOT).any()
    if bracketed or every & (COVER | LETTER_D):
        bare = decode(codes)
        masked = _BRACKETS.sub(WILDCARD, bare) if bracketed else bare
        masked = _CENSORED.sub(_party, _MASK.sub(_wildcard, masked))
        if masked != bare or WILDCARD in bare:
            masked = _MASKED_YEAR.sub(WILDCARD, masked)
            return _WILDCARDS.sub(WILDCARD, _without_punctuation(*fold(masked))) or bare
    return _without_punctuation(codes, roles) or decode(codes)


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


def _without_punctuation(codes: Codes, roles: Roles) -> str:
    """The text without punctuation, but for one SEPARATOR where it stood between two digits."""
    kept = (roles & KEPT).view(np.bool_)
    every = roles.tobytes()
    for match in _BETWEEN_DIGITS.finditer(every):
        start, end = match.start() + 1, match.end()
        if codes[start] != _COMMA or not _thousands(every, start, end):
            codes[start], kept[start] = _DOT, True
    return decode(codes[kept])


def _thousands(roles: bytes, start: int, end: int) -> bool:
    """Whether the sign at `start`, with the next digit at `end`, is the comma of 1,234."""
    return end - start == 1 and _THREE_DIGITS.match(roles, end) is not None
