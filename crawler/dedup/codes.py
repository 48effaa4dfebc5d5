"""Text as an array of code points, and what each code point is to the dedup key: the vectorised half of `key`."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from crawler.text import WIDE

Codes = NDArray[np.uint32]
Roles = NDArray[np.uint8]

TOP = 0x30000  # above lie private planes and tags: nothing that a text is made of
_REPLACEMENT = 0xFFFD
# What a character is to a key; it stands above the bits of the folded code point, so that one look-up gives both.
KEPT, DIGIT, COVER, DOT, BRACKET, LETTER_D = 1, 2, 4, 8, 16, 32
COVERS = "x×✕╳*_▁#某△□◇☆●■▲★○〇"  # what sites put over names and figures
DOTS = "….·-"
BRACKETS = "〔[【("
_CODE, _ROLE = np.uint32(0x1FFFFF), np.uint32(24)
# Signs that carry meaning stay: a sum is not a difference, a price not a percentage. The wildcard stays too.
_DROPPED = re.compile(r"[^\w+=<>÷√#$%‰℃\ufffd]|_")
_SPACE = re.compile(r"[\s\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\u00ad]")


@cache
def _alphabet() -> str:
    every = np.arange(TOP, dtype=np.uint32)
    every[list(WIDE)] = list(WIDE.values())
    every[(every >= ord("A")) & (every <= ord("Z"))] += 32
    return every.tobytes().decode("utf-32-le", "surrogatepass")


@cache
def _table() -> Codes:
    """For each code point its folded one (width, ASCII case) and its role; 0 for white space, U+FFFD for a lone
    surrogate."""
    codes = encode(_SPACE.sub("\0", _alphabet())).copy()
    codes[0xD800:0xE000] = _REPLACEMENT
    roles = (encode(_DROPPED.sub("\0", _alphabet())) != 0).astype(np.uint32) * np.uint32(KEPT)
    roles[0xD800:0xE000] = KEPT
    signs_of = {DIGIT: "0123456789", COVER: COVERS, DOT: DOTS, BRACKET: BRACKETS, LETTER_D: "d"}
    for role, signs in signs_of.items():
        roles[np.isin(codes, encode(signs))] |= np.uint32(role)
    table: Codes = np.where(codes != 0, codes | roles << _ROLE, np.uint32(0))
    table[-1] = 0  # the last entry stands for all that lies above the table
    return table


def fold(text: str) -> tuple[Codes, Roles]:
    """The code points of `text`, folded and without white space; and for each its roles: KEPT (no punctuation), DIGIT
    (0 to 9), COVER, DOT, BRACKET, LETTER_D."""
    found = _table().take(encode(text), mode="clip")
    found = found[found != 0]
    return found & _CODE, (found >> _ROLE).astype(np.uint8)


def encode(text: str) -> Codes:
    """The code points of `text`."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def decode(codes: Codes) -> str:
    return codes.tobytes().decode("utf-32-le", "replace")
