"""The dedup key: what copying sites change is not in it, what a document says is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dedup import content_hash, dedup_key

LINE = "经研究，决定于2024年3月15日（星期五）上午9:30在三楼会议室召开例会；请各组携带材料。"


@pytest.mark.parametrize(
    "copy",
    [
        "经研究,决定于2024年3月15日(星期五)上午9：30在三楼会议室召开例会;请各组携带材料.",
        "经研究，决定于 2024 年 3 月 15 日（星期五）上午 9:30 在\n三楼会议室召开例会；\n　　请各组携带材料。",
        "经研究，决定于２０２４年３月１５日（星期五）上午９：３０在三楼会议室召开例会；请各组携带材料。",
        "经研究，决定于2024年3月15日【星期五】上午9:30在“三楼会议室”召开例会。。。请各组携带材料！",
        "\ufeff经研究，决\u200b定于2024年3月15日（星期五）上午9:30在三楼会议室召开例会；请各组携带材料。",
    ],
)
def test_width_space_and_punctuation_are_not_in_the_key(copy: str) -> None:
    assert dedup_key(copy) == dedup_key(LINE)
    assert content_hash(copy) == content_hash(LINE)


@pytest.mark.parametrize(
    "masked", ["XX市XXX同志", "××市***同志", "某某市某同志", "__市____同志", "xx市X同志", "○○市□□同志", "〔…〕市XX同志"]
)
def test_masking_of_every_kind_is_one_wildcard(masked: str) -> None:
    assert dedup_key(masked) == "#市#同志"


@pytest.mark.parametrize("masked", ["20XX年度", "202X年度", "XXXX年度", "20**年度", "２０××年度"])
def test_a_masked_year_is_masked_however_much_of_it_shows(masked: str) -> None:
    assert dedup_key(masked) == "#年度"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Excel和XML的box", "excel和xml的box"),
        ("某些人、某种情况、某个、某一", "某些人某种情况某个某一"),
        ("二〇〇三年", "二〇〇三年"),
        ("加强D建，D盘", "加强党建d盘"),
        ("1,234,567元", "1234567元"),
        ("1,2,3", "1·2·3"),
    ],
)
def test_letters_numerals_and_words_are_no_masking(text: str, key: str) -> None:
    assert dedup_key(text) == key


@pytest.mark.parametrize(("one", "other"), [("计算1.5", "计算15"), ("3+5=", "3-5="), ("3-5天", "35天"), ("5%", "5元")])
def test_signs_between_figures_tell_texts_apart(one: str, other: str) -> None:
    assert dedup_key(one) != dedup_key(other)


def test_texts_without_letters() -> None:
    assert dedup_key("") == dedup_key(" \n　\u200b") == ""
    assert dedup_key("。 。 ") == "。。"
    assert dedup_key("！") != dedup_key("。")
    assert dedup_key("***") == "#"


def test_lone_surrogates_and_astral_letters() -> None:
    assert dedup_key("前\ud800后") == "前\ufffd后"
    assert dedup_key("𠮷野家🙂") == "𠮷野家"
    assert len(content_hash("\udfff\U0010ffff")) == 64


@given(st.text())
def test_any_text_has_a_key_that_can_be_written_and_is_its_own_key(text: str) -> None:
    key = dedup_key(text)
    key.encode("utf-8")
    assert dedup_key(key) == key


@given(st.text(alphabet="工作报告12，。,. \nXx*#某", max_size=60), st.integers(0, 60))
def test_a_line_break_changes_nothing(text: str, at: int) -> None:
    assert dedup_key(text[:at] + "\n" + text[at:]) == dedup_key(text)
