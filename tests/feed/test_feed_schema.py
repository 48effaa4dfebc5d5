"""The schema in the repository is the one of the item class, and the check by it agrees with a known validator."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from feed_rows import document

from crawler.datafiles import data_file
from crawler.feed import KEYS, encode, row_schemas, schema, violations
from crawler.feed.schema import encoded

FULL = {
    "published": "2024-03-12T08:30:00+08:00",
    "category": ["总结", "活动总结"],
    "tags": ["植树"],
    "author": "一位老师",
    "source": None,
    "parts": [{"heading": "篇一", "start": 0, "end": 5}],
    "pages": 2,
    "truncated": True,
    "quality": {"characters": 27, "han_ratio": 0.9, "pii": {"phone": 0}},
    "similar_to": [{"id": "1" * 20, "similarity": 0.71}],
}
# A change of one value, and the key that the complaint must name.
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": ""}, "title"),
    ({"title": None}, "title"),
    ({"date": "2024-13-01"}, "date"),
    ({"date": "2024-3-1"}, "date"),
    ({"date": "2024-03-12\n"}, "date"),
    ({"url": "file:///etc/hostname"}, "url"),
    ({"id": "xyz"}, "id"),
    ({"published": "2024-03-12T08:30:00Z"}, "published"),
    ({"category": "总结"}, "category"),
    ({"tags": [1]}, "tags[0]"),
    ({"parts": [{"heading": "篇一", "start": -1, "end": 5}]}, "parts[0].start"),
    ({"parts": [{"heading": "篇一", "start": 0}]}, "parts[0].end"),
    ({"parts": [{"heading": "篇一", "start": 0, "end": 5, "more": 1}]}, "parts[0].more"),
    ({"pages": 0}, "pages"),
    ({"pages": True}, "pages"),
    ({"truncated": 1}, "truncated"),
    ({"quality": {"characters": "many"}}, "quality.characters"),
    ({"similar_to": [{"id": "1" * 20, "similarity": 1.5}]}, "similar_to[0].similarity"),
    ({"content_hash": ""}, "content_hash"),
    ({"revision": 0}, "revision"),
    ({"fetched_at": "2026-11-23 21:20:00"}, "fetched_at"),
]


def row(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(encode(document(**{**FULL, **changes})))
    return made


def test_the_file_is_the_generator_s() -> None:
    text = data_file("schema", "document.schema.json").read_text("utf-8")
    assert text == encoded(), "run: python -m crawler.feed"


def test_the_schema_is_valid_complete_and_in_order() -> None:
    made = schema()
    jsonschema.Draft202012Validator.check_schema(made)
    assert list(made["properties"]) == list(KEYS) == made["required"]
    assert all(each["description"] for each in made["properties"].values())
    assert made["additionalProperties"] is False


def test_good_rows_pass_both() -> None:
    for good in (row(), json.loads(encode(document()))):
        assert violations(good, schema()) == []
        jsonschema.validate(good, schema())


@pytest.mark.parametrize(("change", "key"), WRONG, ids=[f"{k}-{i}" for i, (_, k) in enumerate(WRONG)])
def test_wrong_rows_fail_both(change: dict[str, Any], key: str) -> None:
    wrong = row(**change)
    assert [what.split(":")[0] for what in violations(wrong, schema())] == [key]
    if not str(change.get("date", "")).endswith("\n"):  # "$" of the validator's engine accepts a final line feed
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema())


def test_missing_and_unknown_keys() -> None:
    wrong = row()
    del wrong["body"]
    wrong["text"] = "…"
    assert violations(wrong, schema()) == ["body: missing", "text: unknown key"]
    assert violations([], schema()) == ["row: not object"]


def test_copies_may_carry_more_than_the_contract_asks() -> None:
    rule = row_schemas()["duplicates"]
    copy: dict[str, Any] = {"url": "http://a.test/1", "title": "", "date": None, "duplicate_of": "0" * 20}
    assert violations({**copy, "kind": "near", "similarity": 0.9, "site": "a.test"}, rule) == []
    assert violations({**copy, "kind": "same", "similarity": 0.9}, rule)[0].startswith("kind: 'same' is none of")
