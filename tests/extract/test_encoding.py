from __future__ import annotations

import random

import pytest

from crawler.extract import read_page
from crawler.extract.encoding import decode

TEXT = "春天的早晨，我们在村口等车。他说：“这条路修好了，以后进城就方便了。”大家都笑了起来。" * 8
TRADITIONAL = "春天的早晨，我們在村口等車。他說這條路修好了，以後進城就方便了，大家都笑了起來。" * 8


def page(charset: str, text: str = TEXT) -> str:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">' if charset else ""
    return f"<html><head>{meta}<title>村口</title></head><body><h1>村口</h1><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("declared", "actual", "expected"),
    [
        ("utf-8", "utf-8", "utf-8"),
        ("gb2312", "utf-8", "utf-8"),
        ("utf-8", "gb18030", "gb18030"),
        ("gb2312", "gb18030", "gb18030"),
        ("", "gb18030", "gb18030"),
        ("", "utf-8", "utf-8"),
        ("no-such-charset", "gb18030", "gb18030"),
        ("utf-8", "utf-8-sig", "utf-8"),
        ("", "utf-16", "utf-16-le"),
    ],
)
def test_the_real_charset_wins(declared: str, actual: str, expected: str) -> None:
    made = decode(page(declared).encode(actual))
    assert (made.encoding, made.reject) == (expected, "")
    assert made.text == page(declared)


@pytest.mark.parametrize("declared", ["big5", ""])
def test_big5(declared: str) -> None:
    assert decode(page(declared, TRADITIONAL).encode("big5")).text == page(declared, TRADITIONAL)


def test_rare_characters_of_gb18030_called_gb2312() -> None:
    assert "镕㬢" in decode(page("gb2312", TEXT + "镕㬢").encode("gb18030")).text


def test_a_character_cut_in_two_does_not_change_the_charset() -> None:
    data = page("utf-8").encode()
    broken = data[: len(data) // 2] + data[len(data) // 2 + 1 :]
    assert decode(broken).encoding == "utf-8"
    gbk = page("gbk").encode("gb18030")
    assert decode(gbk[:300] + b"\xff" + gbk[300:]).encoding == "gb18030"


def test_the_hint_of_http_is_weighed() -> None:
    assert decode(page("").encode("gb18030"), "utf-8").encoding == "gb18030"
    assert read_page(page("").encode("gb18030"), encoding="gbk").title == "村口"


@pytest.mark.parametrize(
    "garbled",
    [
        TEXT.encode().decode("gb18030", "replace"),
        TEXT.encode("gb18030").decode("latin-1"),
        TEXT.encode().decode("latin-1"),
        TEXT.encode("gb18030").decode("utf-8", "replace"),
    ],
)
def test_mojibake_is_refused(garbled: str) -> None:
    assert read_page(page("utf-8", garbled).encode()).reject == "mojibake"


@pytest.mark.parametrize(
    "text", [TEXT, TRADITIONAL, "English text with a café and naïve façades. " * 40, "銆是一个少见的字。" + TEXT]
)
def test_honest_text_is_no_mojibake(text: str) -> None:
    assert read_page(page("utf-8", text).encode()).reject == ""


def test_random_bytes_never_raise() -> None:
    source = random.Random(7)
    for _ in range(200):
        read_page(source.randbytes(source.randrange(2000)), "http://a.example/1.html")
