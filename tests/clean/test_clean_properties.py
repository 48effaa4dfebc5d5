"""What holds for every page: never an exception, every block accounted for, cleaning twice changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crawler.clean import Cleaned, clean
from crawler.clean.dates import parse_date
from crawler.clean.rules import bundled
from crawler.page import Block, Kind, Page, Zone

NOW = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
EXAMPLES = [line for rule in bundled().all for text in (*rule.drops, *rule.keeps) for line in text.split("\n")]
TEXT = [
    "今年以来，全校师生团结一心，各项工作都取得了新的进展，现将情况总结如下。",
    "一、认真学习，提高认识",
    "坚持每周集中学习，人人写笔记；",
    "完善制度，修订考勤、财务六项制度",
    "下面是小编为大家整理的年度工作总结(2023年)，供大家参考。",
    "年度工作总结",
    "年度工作总结1",
    "年度工作总结 篇2",
    "年度工作总结(通用5篇)",
    "的`相关的'内容种.种",
    "男：尊敬的各位领导，",
    "2024-01-30",
    "时间：",
    "特此通知。",
    "：在这个时刻",
    "承租",
    "人：",
    "1、前言和背景是什么前言和背景是什么的说明",
    "……此处隐藏500个字……",
    "",
    "\u3000",
    "<p>&hellip&amp;</p>",
    "⼩⼀\u200b\x07",
]
LINES = st.one_of(st.sampled_from(TEXT), st.sampled_from(EXAMPLES), st.text(max_size=40).map(lambda t: " ".join(t.split())))
BLOCKS = st.builds(
    Block,
    text=LINES,
    zone=st.sampled_from([Zone.BODY] * 6 + list(Zone)),
    tag=st.sampled_from(["", "p", "br", "h2"]),
    gap=st.integers(0, 2),
    indent=st.integers(0, 2),
    page=st.integers(1, 2),
)
PAGES = st.builds(
    Page,
    kind=st.just(Kind.ARTICLE),
    title=st.one_of(st.sampled_from(["", "年度工作总结", "年度工作总结(通用5篇)", "前言和背景是什么"]), st.text(max_size=20)),
    date=st.one_of(st.sampled_from(["", "2024-01-30 11:00", "昨天"]), st.text(max_size=20)),
    blocks=st.lists(BLOCKS, max_size=14),
    tags=st.lists(st.text(max_size=8), max_size=3),
    breadcrumb=st.lists(st.text(max_size=8), max_size=3),
    author=st.text(max_size=8),
    source=st.text(max_size=8),
)
FAST = settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def again(page: Page, got: Cleaned) -> Cleaned:
    """What cleaning makes of a page that shows the cleaned document and nothing else."""
    blocks = [Block(line, tag="p") for line in got.body.split("\n")] if got.body else []
    return clean(Page(kind=Kind.ARTICLE, title=got.title, blocks=blocks, date=page.date), now=NOW)


@FAST
@given(PAGES)
def test_never_raises_and_fields_fit_each_other(page: Page) -> None:
    got = clean(page, now=NOW)
    lines = got.body.split("\n") if got.body else []
    assert len(got.kept) == len(lines)
    assert not any(line != line.strip(" ") or not line for line in lines)
    end = 0
    for part in got.parts:
        assert end <= part.start < part.end <= len(got.body)
        assert got.body[part.start : part.end].startswith(part.heading)
        end = part.end
    if got.published:
        assert got.date == got.published[:10]
    assert got.reject or got.body


@FAST
@given(PAGES)
def test_every_block_is_kept_dropped_or_joined_to_a_kept_line(page: Page) -> None:
    got = clean(page, now=NOW)
    dropped = {item.block for item in got.dropped}
    body = "".join(got.body.split())
    for index, block in enumerate(page.blocks):
        if index in dropped or index in got.kept:
            continue
        assert block.zone is Zone.BODY or not any(other.tag for other in page.blocks)
        assert any(kept < index for kept in got.kept), "a joined line continues a kept one"
        assert all(character in body for character in block.text if "\u4e00" <= character <= "\u9fff")
    assert all(item.rule for item in got.dropped)


@FAST
@given(PAGES)
def test_cleaning_twice_changes_nothing(page: Page) -> None:
    got = clean(page, now=NOW)
    twice = again(page, got)
    assert twice.body == got.body, [(item.rule, item.text) for item in twice.dropped]
    assert twice.title == got.title


@FAST
@given(st.text(max_size=40))
@example("2024-02-30")
@example("9999-99-99 99:99")
@example("100000000000天前")
@example("十十十年十月")
def test_dates_never_raise(text: str) -> None:
    day, moment = parse_date(text, NOW)
    assert moment is None or moment[:10] == day
    if day:
        assert "1990" <= day[:4] <= "2026"


@pytest.mark.parametrize("zone", [Zone.HEAD, Zone.TAIL, Zone.SIDE])
def test_other_zones_are_never_part_of_the_body(zone: Zone) -> None:
    page = Page(title="一件小事", blocks=[Block("一段足够长的正文，写的是昨天在路上看见的一件小事。", tag="p"), Block("导航文字", zone, "li")])
    got = clean(page)
    assert "导航" not in got.body
    assert [(item.text, item.rule) for item in got.dropped] == [("导航文字", f"zone-{zone}")]
