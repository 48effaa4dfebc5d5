from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Document
from crawler.normalize import normalize, one_line

RAW = Document(
    title=" 述职\u200b报告\u3000（一） ",
    date=None,
    body="一\r\n二\u2028三　\n\n\n\n四\u202e\x07 \n",
    url="http://a.cn/",
    id="1",
    site="a.cn",
)


def test_text() -> None:
    made = normalize(RAW)
    assert made.title == "述职报告 （一）"
    assert made.body == "一\n二\n三\n\n四"
    assert len(made.content_hash) == 64


def test_meaning_is_not_touched() -> None:
    body = "1：2　〔2014〕3号\n甲方：____（盖章）\n\tXX市***D建\nＡ．是"
    assert normalize(replace(RAW, body=body)).body == body


def test_empty_names_are_null_and_lists_hold_no_repeats() -> None:
    made = normalize(
        replace(RAW, author=" ", source=" 网友 投稿 ", tags=["报告", " 报告", ""], category=["文库", "文库"])
    )
    assert (made.author, made.source, made.tags, made.category) == (None, "网友 投稿", ["报告"], ["文库"])


def test_parts_keep_their_text() -> None:
    body = "前言\u200b\n\n\n\n篇一\n甲 \n篇二\n乙"
    start, second = body.index("篇一"), body.index("篇二")
    parts = [
        {"heading": "篇一", "start": start, "end": second - 1},
        {"heading": "篇二", "start": second, "end": len(body)},
    ]
    made = normalize(replace(RAW, body=body, parts=parts))  # type: ignore[arg-type]
    assert [made.body[p["start"] : p["end"]] for p in made.parts] == ["篇一\n甲", "篇二\n乙"]


@given(st.text())
def test_twice_is_once(text: str) -> None:
    once = normalize(replace(RAW, body=text, title=text))
    assert normalize(once) == once
    assert one_line(one_line(text)) == one_line(text)


def test_copies_share_the_hash_whatever_their_form() -> None:
    one = normalize(replace(RAW, body="一、总结：XX市2022年工作；\n完成。"))
    other = normalize(replace(RAW, body="一、总结:***市 2022 年工作;完成。"))
    assert one.content_hash == other.content_hash
