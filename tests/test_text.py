"""Small text functions: lengths are kept, nothing unprintable reaches a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawler.text import fold_width, printable, squeeze


def test_fold_width_keeps_what_is_no_wide_ascii() -> None:
    assert fold_width("（Ａ：１）　。、“”《》") == "(A:1) 。、“”《》"


@given(st.text())
def test_fold_width_keeps_offsets_and_is_idempotent(text: str) -> None:
    folded = fold_width(text)
    assert len(folded) == len(text)
    assert fold_width(folded) == folded


@given(st.text())
def test_squeeze_leaves_no_white_space(text: str) -> None:
    assert not any(character.isspace() for character in squeeze(text))


def test_printable_is_one_short_line_without_marks_of_direction() -> None:
    assert printable("标题\x1b[31m\n\u202e结尾") == "标题�[31m��结尾"
    assert printable("字" * 300) == "字" * 199 + "…"
    assert printable("字" * 200) == "字" * 200
