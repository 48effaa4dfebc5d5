"""Two sequences of pieces laid beside each other: which places correspond."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import pairwise

_ALONE = 5  # pieces that differ on one side of a single piece that agrees: it agrees by chance
_REPEATED = 4  # pieces of a gap from which codes that stand in it several times are looked at: verses, a text printed twice


def align(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    """Places of `a` and `b` that correspond, ascending in both: codes that stand once in each, in their longest
    common order, equal codes next to those, and in the gaps that remain the codes that stand there several times:
    the first with the first, the second with the second."""
    once_a, once_b = _once(a), _once(b)
    found = [(once_a[code], j) for code, j in once_b.items() if j >= 0 and once_a.get(code, -1) >= 0]
    anchors = _longest_order(found)
    pairs: list[tuple[int, int]] = []
    i0 = j0 = 0
    for i1, j1 in [*anchors, (len(a), len(b))]:
        while i0 < i1 and j0 < j1 and a[i0] == b[j0]:
            pairs.append((i0, j0))
            i0, j0 = i0 + 1, j0 + 1
        tail = 0
        while i1 - tail > i0 and j1 - tail > j0 and a[i1 - tail - 1] == b[j1 - tail - 1]:
            tail += 1
        if min(i1 - i0, j1 - j0) - tail >= _REPEATED:
            pairs.extend((i0 + i, j0 + j) for i, j in _repeated(a[i0 : i1 - tail], b[j0 : j1 - tail]))
        pairs.extend((i1 - step, j1 - step) for step in range(tail, 0, -1))
        if i1 < len(a):
            pairs.append((i1, j1))
        i0, j0 = i1 + 1, j1 + 1
    return _backed(pairs, len(a), len(b))


def _backed(pairs: list[tuple[int, int]], length_a: int, length_b: int) -> list[tuple[int, int]]:
    """`pairs` without those that stand alone beside a passage that differs."""
    framed = [(-1, -1), *pairs, (length_a, length_b)]
    gaps = [min(i1 - i0, j1 - j0) - 1 for (i0, j0), (i1, j1) in pairwise(framed)]
    return [
        pair
        for pair, before, after in zip(pairs, gaps, gaps[1:], strict=False)
        if min(before, after) < 1 or max(before, after) < _ALONE
    ]


def _repeated(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    """The longest common order of codes that stand more than once, each with its number among its like."""
    there = {each: i for i, each in enumerate(_numbered(a))}
    return _longest_order([(there[each], j) for j, each in enumerate(_numbered(b)) if each in there])


def _numbered(codes: list[int]) -> list[tuple[int, int]]:
    count: Counter[int] = Counter()
    numbered = []
    for code in codes:
        numbered.append((code, count[code]))
        count[code] += 1
    return numbered


def _once(codes: list[int]) -> dict[int, int]:
    """The place of each code; -1 for one that stands more than once."""
    places: dict[int, int] = {}
    for place, code in enumerate(codes):
        places[code] = -1 if code in places else place
    return places


def _longest_order(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of `pairs` (ascending in the second place) that ascends in the first place too."""
    ends: list[int] = []
    last: list[int] = []
    before = [-1] * len(pairs)
    for index, (i, _) in enumerate(pairs):
        at = bisect_left(ends, i)
        before[index] = last[at - 1] if at else -1
        if at == len(ends):
            ends.append(i)
            last.append(index)
        else:
            ends[at], last[at] = i, index
    chain = []
    index = last[-1] if last else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]
