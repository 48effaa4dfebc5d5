"""What `read_page` and `clean` return can be copied and sent to other processes, compiled or not."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import pytest

from crawler.clean import clean
from crawler.clean.result import Cleaned, Dropped
from crawler.extract import read_page
from crawler.page import Block, Link, LinkKind, Page, Zone

HTML = (
    "<html><head><title>春耕情况汇报</title></head><body><div class=top><a href=/list/>汇报</a></div><h1>春耕情况汇报</h1>"
    "<div>时间：2024-03-12</div><div id=text><p>三月十二日，全村开始翻地，已经翻了六百亩。</p><p>下一步，我们要把种子分到各家各户。</p></div></body></html>"
)


@pytest.fixture(scope="module")
def page() -> Page:
    return read_page(HTML, "http://www.a.example/fanwen/1234.html")


@pytest.mark.parametrize("way", [lambda o: pickle.loads(pickle.dumps(o)), copy.copy, copy.deepcopy, replace])
def test_a_copy_is_the_same(way: object, page: Page) -> None:
    assert callable(way)
    cleaned = clean(page)
    assert page.links and cleaned.dropped and isinstance(cleaned, Cleaned)
    for made in (page, cleaned, page.blocks[0], page.links[0], cleaned.dropped[0]):
        other = way(made)
        assert other == made and type(other) is type(made) and other is not made


def test_what_is_written_out_is_what_the_fields_say() -> None:
    block = Block("字", Zone.HEAD, "p", 2, 0.5, 1, 3, "div>p", "rule")
    assert repr(block) == (
        "Block(text='字', zone=<Zone.HEAD: 'head'>, tag='p', gap=2, links=0.5, indent=1, page=3, path='div>p', rule='rule')"
    )
    assert repr(Block("字")) == repr(replace(Block(), text="字"))
    assert repr(Link("u", "t")) == f"Link(url='u', text='t', kind={LinkKind.OTHER!r})"
    assert repr(Dropped("t", "r", 1)) == "Dropped(text='t', rule='r', block=1)"
