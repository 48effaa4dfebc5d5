"""Text as an array of code points, and what each code point is to the dedup key: the vectorised half of `key`."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from crawler.text import fold_width

Codes = NDArray[np.uint32]

TOP = 0x30000  # above lie private planes and tags: nothing that a text is made of
_REPLACEMENT = 0xFFFD
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
    return table


@cache
def kept() -> NDArray[np.bool_]:
    """True for each code point that stays in a key whatever stands beside it."""
    table: NDArray[np.bool_] = encode(_DROPPED.sub("\0", _alphabet())) != 0
    table[0xD800:0xE000] = False
    return table


def encode(text: str) -> Codes:
    """The code points of `text`; those above every assigned letter become 0."""
    codes: Codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return codes if not len(codes) or codes.max() < TOP else np.where(codes < TOP, codes, 0).astype(np.uint32)


def decode(codes: Codes) -> str:
    return codes.tobytes().decode("utf-32-le", "replace")


def is_digit(codes: Codes) -> NDArray[np.bool_]:
    """True for 0 to 9."""
    return (codes - np.uint32(48)) < 10  # unsigned: what is smaller wraps around
