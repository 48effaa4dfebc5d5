"""One row, one line, whatever the page held."""

from __future__ import annotations

import json

import pytest
from feed_rows import document
from hypothesis import given
from hypothesis import strategies as st

from crawler.feed import KEYS, encode, record

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)


def test_a_document_has_the_contract_s_keys_in_order() -> None:
    line = encode(document())
    assert list(json.loads(line)) == list(KEYS) == list(record(document()))
    assert "南坡".encode() in line, "text stays readable"


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x7f", "\x85", "\x9b", "\u2028", "\u2029", "\n", "\r", "\v"])
def test_no_raw_control_or_line_break(char: str) -> None:
    line = encode(document(body=f"左{char}右"))
    assert char not in line.decode()[:-1]
    assert json.loads(line)["body"] == f"左{char}右"


def test_a_lone_surrogate_is_replaced_everywhere() -> None:
    line = encode({"url\udc80": ["\ud800", {"a": "甲\udfff乙"}]})
    assert json.loads(line) == {"url\ufffd": ["\ufffd", {"a": "甲\ufffd乙"}]}
    assert b"\\u" not in line, "strict readers refuse an escaped surrogate as well"


@given(ANY_TEXT)
def test_any_text_is_one_line_and_comes_back(text: str) -> None:
    line = encode({"t": text})
    assert line.decode().splitlines(keepends=True) == [line.decode()]
    back = json.loads(line)["t"]
    assert back == "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


def test_what_json_has_no_form_of_is_refused() -> None:
    with pytest.raises(ValueError):
        encode({"similarity": float("nan")})
    with pytest.raises(TypeError):
        encode({"body": b"bytes"})
