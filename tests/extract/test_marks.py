"""The marks of data/layouts/marks.toml, by their own examples."""

from __future__ import annotations

from collections.abc import Iterable
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from crawler.extract.marks import mark_of, marks

HITS = [(str(mark["id"]), line) for mark in marks() for line in mark["hits"]]  # type: ignore[attr-defined]
MISSES = [(str(mark["id"]), line) for mark in marks() for line in mark["misses"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "line"), HITS)
def test_hits(name: str, line: str) -> None:
    assert mark_of(line) == name


@pytest.mark.parametrize(("name", "line"), MISSES)
def test_misses(name: str, line: str) -> None:
    assert mark_of(line) != name


def first_characters(tokens: Iterable[tuple[Any, Any]]) -> tuple[set[str], bool]:
    """The characters with which a match can begin, and whether the pattern can match nothing; "" stands for any character."""
    found: set[str] = set()
    for kind, value in tokens:
        mine, empty = set[str](), kind in (constants.ASSERT, constants.ASSERT_NOT, constants.AT)
        if kind is constants.LITERAL:
            mine = {chr(value)}
        elif kind is constants.IN:
            for inner, what in value:
                if inner is constants.LITERAL:
                    mine.add(chr(what))
                elif inner is constants.RANGE:
                    mine |= {chr(code) for code in range(what[0], what[1] + 1)}
                elif inner is constants.NEGATE:
                    mine = {""}
                    break
                else:  # no line begins with white space; digits are looked at otherwise
                    assert what in (constants.CATEGORY_DIGIT, constants.CATEGORY_SPACE)
        elif kind is constants.BRANCH:
            parts = [first_characters(branch) for branch in value[1]]
            mine, empty = set().union(*(part for part, _ in parts)), any(nothing for _, nothing in parts)
        elif kind in (constants.SUBPATTERN, constants.ATOMIC_GROUP):
            mine, empty = first_characters(value[3] if kind is constants.SUBPATTERN else value)
        elif kind in (constants.MAX_REPEAT, constants.MIN_REPEAT):
            mine, empty = first_characters(value[2])
            empty = empty or value[0] == 0
        elif kind is constants.ANY:
            mine = {""}
        else:
            assert empty, kind
        found |= mine
        if not empty:
            return found, False
    return found, True


@pytest.mark.parametrize("mark", marks(), ids=lambda mark: mark["id"])
def test_what_a_mark_begins_with(mark: dict[str, Any]) -> None:
    found, empty = first_characters(parser.parse(mark["pattern"]))
    assert not empty
    if "needs" in mark:
        assert "" in found and "begins" not in mark
    else:
        assert set(mark["begins"]) == {c for c in found if not c.isdecimal() and not "\ue000" <= c <= "\uf8ff"}


def test_every_mark_has_a_reason_and_examples() -> None:
    for mark in marks():
        assert mark["reason"] and mark["hits"] and mark["misses"], mark["id"]
