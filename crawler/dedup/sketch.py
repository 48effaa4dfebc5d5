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
from functools import cache, lru_cache
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from crawler.dedup.codes import Codes, encode
from crawler.dedup.key import SEPARATOR, WILDCARD
from crawler.dedup.parameters import PARAMETERS

SHORT = 200  # characters of key: below that only equality is evidence
LONG = 1_000_000  # characters of key that are looked at; the exact hash covers all of them
SHINGLE = 6  # characters, three pairs: of 4, common turns of phrase are found in every other document
FEWEST, SHARE, MOST = 20, 96, 1024  # values of the sample: at least, one of so many shingles, at most
IDENTIFIER = 5  # signs of a figure (a telephone, a project, an amount to the last digit) that names one thing
FACTS = 2  # identifiers (figures of four signs and more) that are looked up beside the shingles
RADIUS = 4  # a cut is the smallest hash of so many neighbours on each side: pieces of 9 characters
PIECES = 512  # of a longer text only every second, fourth... kind of piece is kept

HASH, FIGURE, MASKED = 0x3FFF, 0x4000, 0x8000  # the bits of a piece
_TO_HASH, _HALF = np.uint32(18), np.uint32(16)
# The figures of a piece are kept as 1 + twice the sum of their hashes modulo this prime + whether one is an identifier:
# the sum is the same wherever the cuts fall.
FIGURES = 32749
NO_FIGURE = 1 << 40  # above all hashes: a year

Words = NDArray[np.uint32]
Bools = NDArray[np.bool_]
Places = NDArray[np.int64]

# Murmur3's 32-bit finalizer and an odd base: 32 bits are what the index keeps, and they are twice as fast as 64.
_BASE, _FIRST, _SECOND = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_TRUE = np.ones(1, np.bool_)
_ZERO = np.zeros(1, np.int64)
_FIGURE = re.compile(f"([a-z0-9{SEPARATOR}{WILDCARD}][a-z0-9{SEPARATOR}{WILDCARD}]*)")
_ANY_DIGIT = re.compile("[0-9]")
_YEAR = re.compile("(?<![0-9])(?:20[0-3]|19[5-9])[0-9]")
_NUMERAL = re.compile("[一二三四五六七八九十〇○零百千壹贰叁肆伍陆柒捌玖拾佰仟]"
                      "[一二三四五六七八九十〇○零百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]*(?=[年月日号时点分届期元])")  # fmt: skip
_UNITS = frozenset(
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
    """The sample (`values`) and the `pieces`; for whoever has the text itself, `skeleton` is the text
    without its figures, `starts` says where its pieces begin and `kept` which of them stand in `pieces`."""

    values: Words
    pieces: Pieces
    skeleton: Codes
    starts: Places
    kept: Bools


class Figures(NamedTuple):
    """Numbers, amounts, identifiers with their letters, masked places: where each that says something stands in the
    skeleton, twice the hash of what it says and 1 for an identifier (0: it is masked), and the hashes of those that
    are long enough to be looked up."""

    places: list[int]
    hashes: list[int]
    long: list[int]


def mix(values: Words) -> Words:
    """A hash of each value, all bits alike. `values` is overwritten."""
    values ^= values >> np.uint32(16)
    values *= _FIRST
    values ^= values >> np.uint32(13)
    values *= _SECOND
    values ^= values >> np.uint32(16)
    return values


def _stir(values: Words) -> None:
    """A hash of each value, in its place; the high bits, which decide what is smallest, are as good as those of `mix`."""
    values ^= values >> np.uint32(15)
    values *= _FIRST


def sketch(key: str) -> Sketch:
    """What is kept of the text with this key (at least SHORT characters of it)."""
    text = _NUMERAL.sub(_arabic, key[:LONG])
    skeleton, figures = split_figures(text)
    values = _sample(encode(text))
    if figures.long:
        values = np.concatenate([values, np.array(sorted(set(figures.long))[:FACTS], np.uint32)])
    return _cut(values, encode(skeleton).copy(), figures)


def split_figures(text: str) -> tuple[str, Figures]:
    """`text` with each figure as one "0", and the figures."""
    found = Figures([], [], [])
    runs = _FIGURE.split(text)  # what stands between figures, and at the odd places the figures
    place = 0
    for at in range(1, len(runs), 2):
        figure = runs[at]
        place += len(runs[at - 1])
        says = _said(figure)
        if says < 0:  # a word
            place += len(figure)
            continue
        runs[at] = "0"
        # A number of one or two digits that counts nothing is an item's: 1传达, 12检查.
        if says != NO_FIGURE and (says == 0 or len(figure) > 2 or runs[at + 1][:1] in _UNITS):
            found.places.append(place)
            found.hashes.append(says)
            if says and len(figure) > 3:
                found.long.append(says >> 1)
        place += 1
    return "".join(runs), found


@lru_cache(1 << 14)
def _said(figure: str) -> int:
    """Twice the hash of what a run of letters and digits says, without years (1950 to 2039: sites move them), and 1
    for an identifier; 0 when it is masked, NO_FIGURE when it is only a year, less than 0 when it is a word."""
    if WILDCARD in figure:
        return 0
    if not _ANY_DIGIT.search(figure):
        return -1
    said = _YEAR.sub("", figure).replace(SEPARATOR, "")
    return 2 * crc32(said.encode("utf-8")) + (len(said) >= IDENTIFIER) if said else NO_FIGURE


def _arabic(match: re.Match[str]) -> str:
    """A Chinese numeral in a date, a count or an amount as a figure: 二〇二四 as 2024, 二十三 as 21s3."""
    return match[0].translate(_DIGITS).translate(_TENS)


def _sample(codes: Codes) -> Words:
    """The smallest hashes of the shingles."""
    length = len(codes) - SHINGLE + 1
    pairs = codes[:-1] * _BASE
    pairs += codes[1:]
    hashes = pairs[:length] * _FIRST
    hashes += pairs[2 : 2 + length]
    hashes *= _FIRST
    hashes += pairs[4 : 4 + length]
    _stir(hashes)
    wanted = min(max(length // SHARE, FEWEST), MOST)
    # A first cut by value leaves little to sort; where shingles repeat, it may leave too little.
    few = _distinct(hashes[hashes < np.uint32(min(1.0, 1.6 * wanted / length) * (2**32 - 1))])
    if len(few) < wanted:
        few = _distinct(hashes)
    return few[:wanted]


def _distinct(values: Words) -> Words:
    """`values` in order, each once (np.unique does more, and takes its time)."""
    values = np.sort(values)
    return values[np.concatenate([_TRUE, values[1:] != values[:-1]])] if len(values) else values


def _cut(values: Words, skeleton: Codes, figures: Figures) -> Sketch:
    """`skeleton` cut into pieces, and hashed with the figures that stand in them."""
    pairs = _pairs(skeleton)
    if _fold_genre(skeleton, pairs):
        pairs = _pairs(skeleton)
    _stir(pairs)
    cuts = (pairs[:-1] == _lowest_around(pairs[:-1])).nonzero()[0]
    pairs[cuts] = 0  # the pair that straddles a cut belongs to no piece, and the last character begins none
    pairs[-1] = 0
    starts = np.concatenate([_ZERO, cuts + 1])
    hashes = np.add.reduceat(pairs, starts, dtype=np.uint32)
    hashes += skeleton[starts]
    hashes *= _SECOND
    codes = (hashes >> _TO_HASH).astype(np.uint16)
    beside = _beside(codes, starts, figures)
    level, kept = 0, np.ones(len(codes), np.bool_)
    if len(codes) > PIECES:
        while np.count_nonzero(kept) > PIECES and level < 14:
            level += 1
            kept = (codes & np.uint16((1 << level) - 1)) == 0
        kept[np.flatnonzero(kept)[PIECES:]] = False  # one piece over and over, whose hash is 0
        return Sketch(values, Pieces(codes[kept], beside[kept], level), skeleton, starts, kept)
    return Sketch(values, Pieces(codes, beside, level), skeleton, starts, kept)


def _pairs(codes: Codes) -> Words:
    """A value for each character with the one that follows; for the last one alone."""
    pairs = codes * _BASE
    pairs[:-1] += codes[1:]
    return pairs


def _fold_genre(skeleton: Codes, pairs: Words) -> bool:
    """Makes one word of those that sites exchange for one another (报告, 总结), so that no piece differs by them; whether
    there were any."""
    words, known, signs = _genre()
    numbers = words.take(pairs[:-1] * _FIRST >> _HALF, mode="clip")
    at = (numbers != 0).nonzero()[0]
    numbers = numbers[at]
    right = known[numbers] == pairs[at]
    at, sign = at[right], signs[numbers[right]]
    skeleton[at] = sign
    skeleton[at + 1] = sign
    return len(at) > 0


@cache
def _genre() -> tuple[NDArray[np.uint8], Words, Words]:
    """The genre's words of two characters: a table of their numbers by a hash of their value (0: none), the
    value of each, and the sign of its group. Raises ValueError when the table has one place for two words."""
    signs = {word: sign for sign, group in enumerate(PARAMETERS.genre, 1) for word in group if len(word) == 2}
    values = _pairs(encode("".join(signs)))[::2]
    table = np.zeros(1 << 16, np.uint8)
    table[values * _FIRST >> _HALF] = np.arange(1, len(values) + 1)
    if np.count_nonzero(table) < len(signs):
        raise ValueError("dedup.toml: two words of genre have one hash: leave one of them out")
    return table, np.append(np.uint32(0), values), np.array([0, *signs.values()], np.uint32)


def _beside(codes: NDArray[np.uint16], starts: Places, figures: Figures) -> NDArray[np.uint16]:
    """The figures of each piece as one hash; marks the pieces in `codes` that have figures or masked places."""
    beside = np.zeros(len(codes), np.uint16)
    if not figures.places:
        return beside
    sums: dict[int, int] = {}
    covered: set[int] = set()
    holders = starts.searchsorted(np.array(figures.places), "right").tolist()
    for holder, says in zip(holders, figures.hashes, strict=True):
        if says:
            before = sums.get(holder, 0)
            sums[holder] = (before | 1) + (says & ~1) if says & 1 else before + says
        else:
            covered.add(holder)
    if covered:
        codes[np.array(list(covered)) - 1] |= MASKED
        sums = {holder: says for holder, says in sums.items() if holder not in covered}
    if sums:
        said = np.array(list(sums)) - 1
        beside[said] = [(says >> 1) % FIGURES * 2 + (says & 1) + 1 for says in sums.values()]
        codes[said] |= FIGURE
    return beside


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
