"""Profiles as data, and the prior knowledge in data/layouts/ by its own examples."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest

from crawler.profile import Layout, Profile, ProfileError, Repeat, from_dict, to_toml, with_given
from crawler.profile.edges import formulas, is_formula, key_of
from crawler.profile.engine import engines

FULL = Profile(
    pages=16,
    engine="dedecms",
    keep=("甲方：",),
    drop=('青禾"小筑"\\\t\x7f',),
    articles=("/doc/0.html",),
    layouts=(Layout("div#content", 0.75, title="div.t>h1", body="div#content>p"),),
    repeats=(Repeat("青禾小筑", "tail", 12, "div#content>p.a"),),
)


def examples(table: list[dict[str, object]], key: str) -> list[tuple[str, str]]:
    return [(str(row["id"]), line) for row in table for line in row[key]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "line"), examples(formulas(), "hits"))
def test_formulas(name: str, line: str) -> None:
    assert is_formula(key_of(line))


@pytest.mark.parametrize(("name", "line"), examples(formulas(), "misses"))
def test_no_formulas(name: str, line: str) -> None:
    assert not is_formula(key_of(line))


@pytest.mark.parametrize("engine", engines(), ids=lambda engine: str(engine["id"]))
def test_engines(engine: dict[str, Any]) -> None:
    patterns = [re.compile(engine[key]) for key in ("address", "place") if key in engine]
    assert engine["reason"] and engine["hits"] and engine["misses"]
    assert all(any(p.search(line) for p in patterns) for line in engine["hits"])
    assert not any(p.search(line) for p in patterns for line in engine["misses"])


def test_a_profile_survives_json_and_toml() -> None:
    assert from_dict(json.loads(json.dumps(FULL.to_dict())), "x") == FULL
    assert from_dict(tomllib.loads(to_toml(FULL))["profile"], "x") == FULL


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "f: must be a table"),
        ({"kept": []}, "f: unknown key 'kept'; known keys are pages, "),
        ({"pages": "3"}, "f: pages: must be a whole number, not '3'"),
        ({"keep": "甲方："}, "f: keep: must be a list"),
        ({"drop": [3]}, "f: drop: must be a string, not 3"),
        ({"layouts": [{"container": "//div[@id]"}]}, "f: layouts 1: container: '//div[@id]' is no path"),
        ({"layouts": [{"title": "h1"}]}, "f: layouts 1: container is missing"),
        ({"layouts": [{"container": "div", "xpath": "h1"}]}, "f: layouts 1: unknown key 'xpath'"),
        ({"repeats": [{"text": "甲", "edge": "middle"}]}, 'f: repeats 1: edge must be "head" or "tail"'),
        ({"repeats": [{"edge": "head"}]}, "f: repeats 1: text is missing"),
    ],
)
def test_a_broken_profile_is_told_in_one_line(data: object, said: str) -> None:
    with pytest.raises(ProfileError) as told:
        from_dict(data, "f")
    assert str(told.value).startswith(said) and "\n" not in str(told.value)


def test_what_a_person_wrote_wins() -> None:
    given = from_dict({"keep": ["青禾小筑"], "engine": "own"}, "f")
    both = with_given(FULL, given)
    assert (both.keep, both.engine, both.layouts) == (("青禾小筑",), "own", FULL.layouts)
    assert both.known["tail"] == {key_of(FULL.drop[0])}
