from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crawler.items import Document
from crawler.validate import check

GOOD = Document(
    title="述职报告",
    date="2024-01-30",
    body="各位领导：\n现将一年来的工作报告如下，请予评议，不足之处请批评指正。",
    url="http://a.cn/1.html",
    id="1",
    site="a.cn",
    published="2024-01-30T11:00:07+08:00",
    parts=[{"heading": "各位领导：", "start": 0, "end": 5}],
)


def test_a_good_document_passes() -> None:
    assert check(GOOD) is None
    assert check(replace(GOOD, date=None, published=None, parts=[])) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": " "}, "no-title"),
        ({"title": "长" * 301}, "bad-title"),
        ({"title": "两\n行"}, "bad-title"),
        ({"body": "短。"}, "stub"),
        ({"body": " \n" * 40}, "stub"),
        ({"body": "nothing but english words here, sorry"}, "not-chinese"),
        ({"body": GOOD.body + "\r"}, "bad-body"),
        ({"body": GOOD.body + "\u2028行"}, "bad-body"),
        ({"body": "\n" + GOOD.body}, "bad-body"),
        ({"date": "2024-13-01"}, "bad-date"),
        ({"date": "20240130"}, "bad-date"),
        ({"date": "2024-01-29"}, "bad-date"),
        ({"date": None}, "bad-date"),
        ({"published": "2024-01-30T11:00:07"}, "bad-date"),
        ({"published": "soon"}, "bad-date"),
        ({"parts": [{"heading": "一", "start": 3, "end": 3}]}, "bad-parts"),
        ({"parts": [{"heading": "一", "start": 0, "end": 999}]}, "bad-parts"),
        ({"url": "javascript:;"}, "bad-url"),
    ],
)
def test_what_is_not_published(changes: dict[str, Any], reason: str) -> None:
    rejection = check(replace(GOOD, **changes))
    assert rejection and rejection.reason == reason
