"""The marks of data/layouts/marks.toml, by their own examples."""

from __future__ import annotations

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


def test_every_mark_has_a_reason_and_examples() -> None:
    for mark in marks():
        assert mark["reason"] and mark["hits"] and mark["misses"], mark["id"]
