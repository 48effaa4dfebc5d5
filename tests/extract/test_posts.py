"""Blogs, and sites whose every page has the same <title>."""

from __future__ import annotations

from crawler.extract import read_page
from crawler.page import Kind, Page, Zone

P = "清晨的阳光照在操场上，同学们排着整齐的队伍走进会场，老师站在门口向每一个人问好。"
Q = "校长在讲话中回顾了一年来的工作，感谢大家的付出，也对新的学期提出了希望和要求。"
BAR = "".join(
    f'<a href="/c/{n}">{word}</a><br>'
    for n, word in enumerate("首页 相册 音乐 留言 好友 收藏 档案 链接 统计 登录".split())
)


def blog(*posts: tuple[str, str, str]) -> Page:
    text = "".join(
        f'<div class="t">{title}</div><div class="d">舟山客 发表于 {moment}</div><p>{body}</p><p>{Q * 3}</p>'
        for title, moment, body in posts
    )
    return read_page(
        f"<html><head><title>舟山客</title></head><body><table><tr><td>{BAR}{text}</td></tr></table></body></html>"
    )


def body_of(page: Page) -> list[str]:
    return [block.text for block in page.blocks if block.zone is Zone.BODY]


def test_the_side_bar_in_the_cell_of_the_text_is_no_body() -> None:
    read = blog(("开学典礼", "2019-9-1 08:30:00", P * 2))
    assert body_of(read) == [P * 2, Q * 3]
    assert read.date == "2019-9-1 08:30:00"


def test_of_several_posts_the_newest_is_the_document() -> None:
    read = blog(("三", "2019-9-3 08:30", P * 2), ("二", "2019-9-2 08:30", P + Q), ("一", "2019-9-1 08:30", Q + P))
    assert body_of(read)[0] == P * 2
    assert not any(Q + P in line or P + Q in line for line in body_of(read))


def test_a_moment_inside_a_text_opens_no_post() -> None:
    programme = "".join(f"<p>第{n}项</p>" for n in "一二三四五六七八九")
    read = read_page(
        "<html><head><title>开学典礼安排_甲乙网</title></head><body><div><h1>开学典礼安排</h1><p>发布时间：2019-08-30</p>"
        f"<div>{programme}<p>{P}</p><p>2019年9月1日 08:30 集合</p><p>{Q}</p><p>{P}</p></div></div></body></html>"
    )
    assert {"第一项", P, Q} <= set(body_of(read))
    assert read.date == "2019-08-30"


def test_the_heading_above_the_date_where_title_is_the_site() -> None:
    foot = "<div><h5>中国某某学会</h5><p>地址：某某路八号</p></div>"
    read = read_page(
        "<html><head><title>新闻动态--中国某某学会官网</title></head><body><h3>首页 - 新闻动态</h3>"
        f"<div><h5>某某学会二〇一九年年会成功举行</h5><div>发布时间：2019-05-18 来源：中国某某学会</div><div><p>{P}</p><p>{Q}</p></div></div>"
        f"{foot}</body></html>"
    )
    assert (read.title, read.where["title"]) == ("某某学会二〇一九年年会成功举行", "heading above the date")


def test_the_heading_that_title_names_stays_the_title() -> None:
    read = read_page(
        "<html><head><title>某某网-开学典礼纪实</title></head><body><h1>开学典礼纪实</h1>"
        f"<div><p>{P}</p><p>{Q}</p></div><h3>校园新闻速递</h3><p>2019-05-18 12:00</p></body></html>"
    )
    assert read.title == "开学典礼纪实"


def test_a_link_to_no_comments_is_no_page() -> None:
    read = read_page(
        "<html><head><title>开学典礼纪实_甲乙网</title></head><body><h1>开学典礼纪实</h1><p>2019-05-18 12:00</p>"
        f'<div><p>{P}</p></div><a href="/c?id=1">0</a> <a href="/d?id=1">0</a></body></html>',
        "http://www.a.example/fanwen/12.html",
    )
    assert read.kind is Kind.ARTICLE
    assert read.page_urls == []
