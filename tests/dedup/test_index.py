"""The index in memory: what was put in is found, however many share a value."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.dedup.index import Index, Loaded, Names


def _found(index: Index, value: int, most: int = 10**6) -> tuple[list[int], bool]:
    documents, of, complete = index.find(np.array([value], np.uint32), most)
    assert not of.any()
    return sorted(documents.tolist()), bool(complete[0])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), max_size=8), max_size=60), st.booleans())
def test_every_document_of_a_value_is_found(documents: list[list[int]], at_once: bool) -> None:
    index = Index()
    if at_once:
        flat = [value for each in documents for value in each]
        index.add(np.array(flat, np.uint32), np.array([len(each) for each in documents], np.int64))
    else:
        for each in documents:
            index.add(np.array(each, np.uint32), np.array([len(each)]))
    for value in range(32):
        expected = [number for number, each in enumerate(documents) for one in each if one == value]
        assert _found(index, value) == (expected, True)


def test_many_values_and_one_that_all_share() -> None:
    rng = np.random.default_rng(7)
    values = rng.integers(0, 2**32, (30_000, 8), dtype=np.uint32)
    values[:, 0] = 5
    index = Index()
    index.add(values[:20_000].ravel(), np.full(20_000, 8))
    for row in values[20_000:21_000]:
        index.add(row, np.array([8]))
    index.add(values[21_000:].ravel(), np.full(9_000, 8))
    assert _found(index, 5) == (list(range(30_000)), True)
    few, complete = _found(index, 5, most=50)
    assert not complete
    assert 40 <= len(few) <= 50
    for number in range(0, 30_000, 997):
        documents, of, complete_ = index.find(values[number, 1:], 50)
        assert set(of[documents == number].tolist()) == set(range(7))
        assert complete_.all()


def test_an_empty_index() -> None:
    assert _found(Index(), 1) == ([], True)
    documents, of, complete = Index().find(np.zeros(0, np.uint32), 5)
    assert len(documents) == len(of) == len(complete) == 0


def test_names() -> None:
    names = Names()
    names.extend(["", "文档", "a" * 300])
    names.extend([f"{number:08x}" for number in range(1000)])
    names.extend(["\ud800"])
    assert len(names) == 1004
    assert [names[0], names[1], names[2], names[3], names[1002], names[1003]] == ["", "文档", "a" * 300, "00000000", "000003e7", "\ud800"]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), max_size=8), max_size=60), st.integers(0, 60))
def test_what_was_loaded_and_what_came_since_are_found_alike(documents: list[list[int]], loaded: int) -> None:
    before, since = documents[:loaded], documents[loaded:]
    samples = [np.array(each, np.uint32) for each in before]
    index = Index(Loaded(samples, np.array([len(each) for each in before], np.int64)))
    for each in since:
        index.add(np.array(each, np.uint32), np.array([len(each)]))
    for value in range(32):
        expected = [number for number, each in enumerate(documents) for one in each if one == value]
        assert _found(index, value) == (expected, True)


def test_of_a_loaded_value_that_all_share_the_last_are_found() -> None:
    values = np.arange(3_000, dtype=np.uint32).repeat(2)
    values[1::2] = 5
    index = Index(Loaded([values[:2_000], values[2_000:]], np.full(3_000, 2)))
    assert _found(index, 5, most=50) == (list(range(2_950, 3_000)), False)
    documents, of, complete = index.find(np.array([7, 2_999, 4_000_000_000], np.uint32), 50)
    assert (documents.tolist(), of.tolist(), complete.tolist()) == ([7, 2_999], [0, 1], [True] * 3)
