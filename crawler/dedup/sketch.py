"""What is kept of a text: a sample of its shingles to find it by, and its pieces to compare it by.

One hash over character 6-grams of the key gives the sample: its smallest values (bottom-k MinHash), and all of
them below 1/96 of the range when the text is long (FracMinHash), so that one sample finds near copies by
resemblance and a document inside a collection by containment.

The pieces are cut where the text itself says so (at the smallest hash of a neighbourhood), so that an edit
changes the pieces it touches and no others, whatever happened to lines and punctuation. A piece is hashed
without its figures, which are hashed beside it: two pieces that agree but for their figures are one sentence
frame with other facts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from crawler.dedup.codes import TOP, Codes, encode, is_digit
from crawler.dedup.key import SEPARATOR, WILDCARD

SHORT = 200  # characters of key: below that only equality is evidence
LONG = 1_000_000  # characters of key that are looked at; the exact hash covers all of them
SHINGLE = 6  # characters: of 4, common turns of phrase are found in every other document
FEWEST, SHARE, MOST = 20, 96, 1024  # values of the sample: at least, one of so many shingles, at most
FACTS = 2  # identifiers (figures of four signs and more) that are looked up beside the shingles
RADIUS = 4  # a cut is the smallest hash of so many neighbours on each side: pieces of 9 characters
PIECES = 512  # of a longer text only every second, fourth... kind of piece is kept

HASH, FIGURE, MASKED = 0x3FFF, 0x4000, 0x8000  # the bits of a piece

Words = NDArray[np.uint32]
Bools = NDArray[np.bool_]
Places = NDArray[np.int64]

# Murmur3's 32-bit finalizer and an odd base: 32 bits are what the index keeps, and they are twice as fast as 64.
_BASE, _FIRST, _SECOND = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_PLACEHOLDER = ord("0")
_NUMERAL = re.compile("[一二三四五六七八九十〇○零百千壹贰叁肆伍陆柒捌玖拾佰仟]"
                      "[一二三四五六七八九十〇○零百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]*(?=[年月日号时点分届期元])")  # fmt: skip
_UNITS = (
    "年月日号时点分秒周岁天个名人位次项条款章节篇页例件台套辆艘架部间层楼室栋户家村镇乡县市区省组批届期轮场元角万亿千百十余多"
    "吨斤克米公里亩平度倍成折只头匹棵株张份本册支把块片种类级等所座处支遍回班车道门对双股厘毫升立方口瓶箱袋盒桶桌字题%‰℃"
)
_DIGITS = str.maketrans("一二三四五六七八九〇○零壹贰叁肆伍陆柒捌玖", "123456789000123456789")
_TENS = {ord(sign): "1" + letter for sign, letter in zip("十百千万亿拾佰仟", "sbqwysbq", strict=True)}


@dataclass(slots=True, frozen=True)
class Pieces:
    """The pieces of a text in their order: `codes` (HASH | FIGURE | MASKED) and, for each, `figures`: the hash of
    its figures, 0 when it has none or when one is masked or only a year. `level`: only pieces whose hash has that
    many trailing zero bits are kept."""

    codes: NDArray[np.uint16]
    figures: NDArray[np.uint16]
    level: int

    def at_level(self, level: int) -> Pieces:
        """The same pieces, thinned as those of a longer text are."""
        if level <= self.level:
            return self
        kept = (self.codes & np.uint16((1 << level) - 1)) == 0
        return Pieces(self.codes[kept], self.figures[kept], level)


@dataclass(slots=True, frozen=True)
class Sketch:
    """The sample (`values`, ascending) and the `pieces`; for whoever has the text itself, `skeleton` is the text
    without its figures, `starts` says where its pieces begin and `kept` which of them stand in `pieces`."""

    values: Words
    pieces: Pieces
    skeleton: Codes
    starts: Places
    kept: Bools


@dataclass(slots=True, frozen=True)
class Figures:
    """Numbers, amounts, identifiers with their letters, masked places: where each begins, the further places that
    it takes, the hash of what it says (0: nothing but a year, or an item's number), whether any of it is masked, and
    whether it is long enough to identify something."""

    starts: Places
    rest: Places
    hashes: Words
    masked: Bools
    long: Bools


def mix(values: Words) -> Words:
    """A hash of each value, all bits alike. `values` is overwritten."""
    values ^= values >> np.uint32(16)
    values *= _FIRST
    values ^= values >> np.uint32(13)
    values *= _SECOND
    values ^= values >> np.uint32(16)
    return values


def sketch(key: str) -> Sketch:
    """What is kept of the text with this key (at least SHORT characters of it)."""
    codes = encode(_NUMERAL.sub(_arabic, key[:LONG]))
    figures = find_figures(codes)
    identifiers = np.sort(figures.hashes[(figures.hashes != 0) & ~figures.masked & figures.long])[:FACTS]
    values = np.unique(np.concatenate([_sample(codes), identifiers]))
    skeleton = codes.copy()
    skeleton[figures.starts] = _PLACEHOLDER
    stays = np.ones(len(codes), np.bool_)
    stays[figures.rest] = False
    places = figures.starts - np.searchsorted(figures.rest, figures.starts)
    return _cut(values, skeleton[stays], places, figures)


def _arabic(match: re.Match[str]) -> str:
    """A Chinese numeral in a date, a count or an amount as a figure: 二〇二四 as 2024, 二十三 as 21s3."""
    return match[0].translate(_DIGITS).translate(_TENS)


def _sample(codes: Codes) -> Words:
    """The smallest hashes of the shingles."""
    length = len(codes) - SHINGLE + 1
    hashes = codes[:length] * _BASE
    for step in range(1, SHINGLE):
        hashes += codes[step : step + length]
        hashes *= _BASE
    mix(hashes)
    wanted = min(max(length // SHARE, FEWEST), MOST)
    # A first cut by value leaves little to sort; where shingles repeat, it may leave too little.
    few = np.unique(hashes[hashes < np.uint32(min(1.0, 1.6 * wanted / length) * (2**32 - 1))])
    if len(few) < wanted:
        few = np.unique(hashes)
    return few[:wanted]


@cache
def _signs() -> NDArray[np.uint8]:
    """For each code point: 2 for what makes a figure, 1 for what may be a part of one, else 0."""
    table = np.zeros(TOP, np.uint8)
    table[[ord(sign) for sign in "abcdefghijklmnopqrstuvwxyz" + SEPARATOR]] = 1
    table[[ord(sign) for sign in "0123456789" + WILDCARD]] = 2
    return table


@cache
def _units() -> Bools:
    """For each code point whether it may follow a number that counts or measures."""
    table = np.zeros(TOP, np.bool_)
    table[[ord(sign) for sign in _UNITS]] = True
    return table


def find_figures(codes: Codes) -> Figures:
    """The figures of a text. A year (1950 to 2039, where digits begin) says nothing: sites move it."""
    signs = _signs()[codes]
    places = np.flatnonzero(signs)
    if not len(places):
        return Figures(places, places, np.zeros(0, np.uint32), *[np.zeros(0, np.bool_)] * 2)
    begins = np.flatnonzero(np.diff(places, prepend=-2) > 1)
    lengths = np.diff(begins, append=len(places))
    real = np.repeat(np.logical_or.reduceat(signs[places] == 2, begins), lengths)
    within = np.arange(len(places)) - np.repeat(begins, lengths)
    places, within = places[real], within[real]
    begins = np.flatnonzero(within == 0)
    if not len(begins):
        return Figures(begins, begins, np.zeros(0, np.uint32), *[np.zeros(0, np.bool_)] * 2)
    text = codes[places]
    says = mix(text + (within.astype(np.uint32) << np.uint32(18)))
    says[(text == ord(SEPARATOR)) | _years(text, within)] = 0
    # A number of one or two digits that counts nothing is an item's: 1传达, 12检查.
    ends = np.append(begins[1:], len(places)) - 1
    following = codes[np.minimum(places[ends] + 1, len(codes) - 1)]
    items = (ends - begins < 2) & ~_units()[following]
    says[begins[items]] = says[ends[items]] = 0
    return Figures(
        places[begins],
        places[within > 0],
        np.add.reduceat(says, begins, dtype=np.uint32),
        np.logical_or.reduceat(text == ord(WILDCARD), begins),
        ends - begins >= 3,
    )


def _years(text: Codes, within: Places) -> Bools:
    """Which characters of the figures (`within` counts from the start of each) belong to a year."""
    year = np.zeros(len(text), np.bool_)
    if len(text) < 4:
        return year
    digit = is_digit(text)
    tens, one, two, three = text[:-3] * 64 + text[1:-2], text[2:-1], digit[3:], within[3:] >= 3
    century = ((tens == 50 * 64 + 48) & (one >= 48) & (one <= 51)) | ((tens == 49 * 64 + 57) & (one >= 53) & (one <= 57))
    fresh = np.append(True, ~digit[:-4]) | (within[:-3] == 0)
    for start in np.flatnonzero(century & two & three & fresh).tolist():
        year[start : start + 4] = True
    return year


def _cut(values: Words, skeleton: Codes, places: Places, figures: Figures) -> Sketch:
    """`skeleton` cut into pieces, and hashed; the figures stand at `places` of it."""
    pairs = mix(skeleton[:-1] * _BASE + skeleton[1:])
    lowest = _lowest_around(pairs)
    starts = np.append(0, np.flatnonzero(pairs == lowest) + 1)
    pairs[starts[1:] - 1] = 0  # the pair that straddles a cut belongs to no piece
    hashes = mix(np.add.reduceat(np.append(pairs, np.uint32(0)), starts, dtype=np.uint32) + skeleton[starts])
    holder = np.searchsorted(starts, places, "right") - 1
    numbers, masked = np.zeros(len(starts), np.uint32), np.zeros(len(starts), np.bool_)
    np.add.at(numbers, holder, figures.hashes)
    masked[holder[figures.masked]] = True
    said = (numbers != 0) & ~masked
    beside = np.where(said, numbers % 65535 + 1, 0).astype(np.uint16)
    codes = (hashes & HASH).astype(np.uint16)
    codes[said] |= FIGURE
    codes[masked] |= MASKED
    level, kept = 0, np.ones(len(codes), np.bool_)
    while np.count_nonzero(kept) > PIECES and level < 14:
        level += 1
        kept = (codes & np.uint16((1 << level) - 1)) == 0
    return Sketch(values, Pieces(codes[kept], beside[kept], level), skeleton, starts, kept)


def _lowest_around(values: Words) -> Words:
    """For each value the lowest one among it and its RADIUS neighbours on each side."""
    edge = np.full(RADIUS, 2**32 - 1, np.uint32)
    lowest = np.concatenate([edge, values, edge])
    width = 1
    while 2 * width <= 2 * RADIUS + 1:
        lowest = np.minimum(lowest[:-width], lowest[width:])
        width *= 2
    rest = 2 * RADIUS + 1 - width
    result: Words = np.minimum(lowest[: len(values)], lowest[rest : rest + len(values)])
    return result
