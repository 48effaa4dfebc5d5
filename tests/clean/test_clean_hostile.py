"""Pages of nothing but furniture, line after line: what they cost grows with their length alone (issue's budget: 200 ms of CPU
for 100 KB)."""

from __future__ import annotations

import time

import pytest

from crawler.clean import clean
from crawler.extract import read_page, read_text

TITLE = "春耕情况汇报"
LINES = {
    "heading and date": "<h2>春耕情况汇报</h2><p>时间：2024-03-12 来源：本站</p>",
    "editors": "<p>责任编辑：林小满</p>",
    "tags": "<p>标签：春耕 汇报 总结</p>",
    "neighbours": "<p>上一篇：没有了</p><p>下一篇：没有了</p>",
    "disclaimers": "<p>声明：本站内容来自网络，如有侵权请联系我们删除。</p>",
    "lead-ins": "<p>下面是小编为大家整理的春耕情况汇报，供大家参考。</p>",
    "breadcrumbs": "<p>当前位置：首页 &gt; 汇报 &gt; 正文</p>",
    "downloads": "<p>点击下载文档</p><p>文档为doc格式</p>",
    "more": "<p>相关推荐：</p><p>春耕情况汇报范文</p>",
    "held back": "<p>内容未完，下载后查看全文</p>",
    "wrapped": "<p>各家各户都在翻地，，一天能翻三亩，</p><p>，有的人家还借了牛来帮忙；</p>",
}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("markup", [True, False])
def test_a_page_of_furniture_is_cleaned_in_time(name: str, markup: bool) -> None:
    count = 400_000 // len(LINES[name])
    html = f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><div>{LINES[name] * count}</div></body></html>"
    text = LINES[name].replace("</p>", "\n").replace("</h2>", "\n").replace("<p>", "").replace("<h2>", "")
    page = read_page(html, "http://a.example/fanwen/1234.html") if markup else read_text(f"{TITLE}\n{text * count}")
    began = time.process_time()
    clean(page)
    assert time.process_time() - began < 0.2 * len(html) / 100_000
