"""Text as an array of code points, and what each code point is to the dedup key: the vectorised half of `key`."""

from __future__ import annotations

import re
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from crawler.text import fold_width

Codes = NDArray[np.uint32]
Kind = TypeVar("Kind", bound=np.generic)

TOP = 0x30000  # above lie private planes and tags: nothing that a text is made of
_REPLACEMENT = 0xFFFD
DIGIT = 2
# Signs that carry meaning stay: a sum is not a difference, a price not a percentage. The wildcard stays too.
_DROPPED = re.compile(r"[^\w+=<>÷√#$%‰℃\ufffd]|_")
_SPACE = re.compile(r"[\s\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\u00ad]")


@cache
def _alphabet() -> str:
    every = "".join(map(chr, range(TOP)))
    return re.sub("[A-Z]", lambda match: match[0].lower(), fold_width(every))


@cache
def folding() -> Codes:
    """For each code point its folded one (width, ASCII case); 0 for white space, U+FFFD for a lone surrogate."""
    table = encode(_SPACE.sub("\0", _alphabet())).copy()
    table[0xD800:0xE000] = _REPLACEMENT
    table[-1] = 0
    return table


@cache
def roles() -> NDArray[np.uint8]:
    """For each code point: 0 when a key leaves it out, DIGIT for 0 to 9, else 1."""
    table: NDArray[np.uint8] = (encode(_DROPPED.sub("\0", _alphabet())) != 0).astype(np.uint8)
    table[0xD800:0xE000] = 0
    table[ord("0") : ord("9") + 1] = DIGIT
    return table


def look_up(table: NDArray[Kind], codes: Codes) -> NDArray[Kind]:
    """`table[codes]`; what lies above the table has its last entry, which stands for no letter."""
    return np.take(table, codes, mode="clip")


def encode(text: str) -> Codes:
    """The code points of `text`."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def decode(codes: Codes) -> str:
    return codes.tobytes().decode("utf-32-le", "replace")
