"""Small pages in the manner of the usual engines, each with what has to be read from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.extract import read_page
from crawler.page import LinkKind, Zone

GOLDEN = Path(__file__).parent / "golden"
PAGES = sorted(GOLDEN.glob("*.html"))


def gold_of(page: Path) -> dict[str, Any]:
    gold = page.with_suffix(".json")
    assert gold.exists(), f"{page.name} has no {gold.name}: write down what has to be read from it"
    return dict(json.loads(gold.read_text(encoding="utf-8")))


def test_there_are_golden_pages() -> None:
    assert len(PAGES) >= 8
    assert {gold.stem for gold in GOLDEN.glob("*.json")} == {page.stem for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_golden(page: Path) -> None:
    gold = gold_of(page)
    read = read_page(page.read_bytes(), gold["url"])
    assert read.kind == gold["kind"]
    for name in ("title", "date", "author", "source", "breadcrumb", "tags", "page_urls", "next_page"):
        if name in gold:
            assert getattr(read, name) == gold[name], name
    body = [block for block in read.blocks if block.zone is Zone.BODY]
    if gold.get("body") is not None:
        assert [block.text for block in body] == gold["body"]
    if "gaps" in gold:
        assert [block.gap for block in body] == gold["gaps"]
    for name, kind in (("article_links", LinkKind.ARTICLE), ("paging_links", LinkKind.PAGING)):
        if name in gold:
            assert sorted(link.url for link in read.of(kind)) == sorted(gold[name])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_bytes_are_as_good_as_text(page: Path) -> None:
    data = page.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    assert read_page(data, "http://a.example/1.html").blocks == read_page(text, "http://a.example/1.html").blocks
