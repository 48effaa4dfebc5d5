"""Two sequences of pieces laid beside each other."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crawler.dedup.align import align


def test_a_text_that_is_printed_twice_is_aligned_although_no_piece_stands_once() -> None:
    text = list(range(100, 160))
    twice = text + text
    edited = list(twice)
    for place in (5, 20, 47, 62, 90, 111):
        edited[place] = -place
    pairs = align(twice, edited)
    assert {i - j for i, j in pairs} == {0}
    assert len(pairs) >= 110  # of 114: an edit may hide a neighbour


@given(st.lists(st.integers(0, 12), max_size=60), st.lists(st.integers(0, 12), max_size=60))
def test_places_that_correspond_hold_the_same_and_ascend(a: list[int], b: list[int]) -> None:
    pairs = align(a, b)
    assert all(a[i] == b[j] for i, j in pairs)
    assert all(i0 < i1 and j0 < j1 for (i0, j0), (i1, j1) in pairwise(pairs))


def test_equal_sequences_correspond_everywhere() -> None:
    assert align([1, 2, 1, 2, 3], [1, 2, 1, 2, 3]) == [(place, place) for place in range(5)]
