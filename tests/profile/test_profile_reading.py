"""Pages read where a layout of their site says: the same as by general rules, and only where the layout fits beyond doubt."""

from __future__ import annotations

from functools import cache

import pytest

from crawler.extract import join_pages, read_page
from crawler.page import Kind, Page
from crawler.profile import Profile, from_dict, learn
from crawler.profile.lessons import CHECK
from tests.profile.sites import Family, families
from tests.profile.test_profile_lessons import NEW, OLD, School, taught

FAMILIES = [family for seed in range(3) for family in families(seed)]


@cache
def learned(family: Family) -> Profile:
    return learn([read_page(family.page(number), family.url(number)) for number in range(20)])


def told(page: Page) -> tuple[object, ...]:
    """What the page is read as: everything that becomes of it in the feed."""
    blocks = [(block.text, block.zone, block.rule) for block in page.blocks]
    return page.kind, page.title, page.date, page.breadcrumb, page.tags, page.author, page.source, page.links, blocks


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_page_is_read_by_its_layout_as_by_general_rules(family: Family) -> None:
    profile, by_layout = learned(family), 0
    for number in range(30, 60):
        data, url = family.page(number), family.url(number)
        page = read_page(data, url, profile=profile)
        by_layout += bool(page.layout)
        assert told(page) == told(profile.apply(read_page(data, url)))
    if family.name != "layouts":  # the heading of its table has no element of its own
        assert by_layout >= 20, "pages with a text of some length are read by their layout"


def read(html: str | bytes, number: int = 70) -> Page:
    return read_page(html, OLD.url(number), profile=learned(OLD))


def test_general_rules_read_what_does_not_fit() -> None:
    page = next(number for number in range(70, 99) if read(OLD.page(number), number).layout)
    html = OLD.page(page).decode()
    assert read(html, page).layout == "div#zw"
    title = OLD.title(page)
    assert read(html.replace(f"<title>{title}", "<title>别的一页"), page).layout == "", "<title> names another heading"
    assert read(html.replace('id="zw"', 'id="other"'), page).layout == "", "the element is not there"
    text = "".join(f"<p>{line}</p>" for line in OLD.lines(page))
    moved = html.replace(text, "").replace('<div class="bottom">', f'<div class="new">{text}</div><div class="bottom">')
    found = read(moved, page)
    assert found.layout == "" and OLD.lines(page)[-3] in [block.text for block in found.blocks if block.zone == "body"]
    longer = "".join(f"<p>{line}</p>" for other in range(70, 75) for line in OLD.lines(other))
    beside = read(html.replace('<div class="bottom">', f'<div class="new">{longer}</div><div class="bottom">'), page)
    assert beside.layout == "", "most of the text stands elsewhere"
    assert read_page(html, "http://www.box.test.wenku.example/list/", profile=learned(OLD)).layout == "", "the address of a list"
    short = html.replace(text, "<p>该文章不存在或已被删除。</p>")
    assert (read(short, page).layout, read(short, page).kind) == ("", Kind.ERROR)


def framed(title: str, inside: str, behind: str = "") -> str:
    """A page in the template of the articles of OLD."""
    return (
        f'<html><head><title>{title}</title></head><body><div class="top"><a href="/">首页</a> <a href="/list/">全部</a></div>'
        f'<h1>{title}</h1><div class="i">2023-02-11</div><div id="zw">{inside}</div>{behind}<div class="bottom">版权所有</div></body></html>'
    )


@pytest.mark.parametrize("name", ["版权声明", "关于我们", "联系我们"])
def test_a_notice_in_the_template_of_articles_is_none(name: str) -> None:
    page = read(framed(name, "".join(f"<p>{line}</p>" for line in OLD.lines(71)[-6:-2])), 71)
    assert (page.kind, page.layout) == (Kind.OTHER, "")


def test_a_list_in_the_template_of_articles_stays_a_list() -> None:
    entries = "".join(
        f'<h3><a href="/doc/{n}.html">{OLD.title(n)}</a></h3><p>{OLD.lines(n)[1][:60]}……</p>' for n in range(300, 320)
    )
    bar = '<div class="pages"><a href="/doc/2.html">2</a> <a href="/doc/3.html">3</a> <a href="/doc/2.html">下一页</a></div>'
    html = framed("全部文档", entries + bar).replace("2023-02-11", "")
    page, general = read(html, 1), read_page(html, OLD.url(1))
    assert page.kind is general.kind is Kind.LIST and page.next_page == general.next_page
    assert page.links == general.links and page.layout == ""


def test_a_text_that_goes_on_beside_its_box_is_read_whole() -> None:
    first, second = ("".join(f"<p>{line}</p>" for line in OLD.lines(n)[1:-1]) for n in (71, 72))
    html = framed(OLD.title(71), first, f'<div id="zw2">{second}</div>')
    page, general = read(html, 71), learned(OLD).apply(read_page(html, OLD.url(71)))
    assert told(page) == told(general) and page.layout == ""


def test_two_headings_in_one_place_are_weighed() -> None:
    html = OLD.page(73).decode().replace("<h1>", f"<h1>{OLD.title(73)[:4]}</h1><h1>", 1)
    assert read(html, 73).title == OLD.title(73)


def test_an_id_with_a_number_is_one_place() -> None:
    def page(number: int) -> bytes:
        return OLD.page(number).replace(b'id="zw"', b'id="post-%d"' % (100 + number))

    profile = learn([read_page(page(number), OLD.url(number)) for number in range(20)])
    assert profile.layouts[0].box == "body>div#post-0"
    assert sum(bool(read_page(page(n), OLD.url(n), profile=profile).layout) for n in range(30, 60)) >= 20


def test_what_a_person_wrote_without_a_box_is_no_layout_to_read_by() -> None:
    given = from_dict({"layouts": [{"container": "div#zw"}]}, "f")
    assert read_page(OLD.page(1), OLD.url(1), profile=given).layout == ""


def test_one_page_in_five_is_read_by_general_rules() -> None:
    school = taught()
    by_layout = []
    for number in range(100, 140):
        page = read_page(OLD.page(number), OLD.url(number), profile=school.lessons.reader)
        assert [gone for gone, _ in school.lessons.take(number, page)] == [number]
        by_layout.append(bool(page.layout))
    rows = "".join("1" if known else "0" for known in by_layout)
    later = School(learned(OLD)).lessons
    assert later.reader is None, "the first page of a run is a check: a run may bring no more than four"
    assert "1" * CHECK not in rows and "1" * (CHECK - 1) in rows


def test_a_change_is_told_within_ten_pages_of_a_crawl_that_reads_by_layout() -> None:
    school = taught()
    at = 0
    for number in range(100, 120):
        changed = number >= 107
        family = NEW if changed else OLD
        at += changed
        school.lessons.take(number, read_page(family.page(number), family.url(number), profile=school.lessons.reader))
        if school.said:
            break
    assert at <= 10 and "the layout has changed" in school.said[0]
    assert school.lessons.reader is None, "general rules read until the new layout is known"


def test_an_article_of_which_a_page_was_read_by_general_rules_is_looked_at_again() -> None:
    page = next(number for number in range(70, 99) if read(OLD.page(number), number).layout)
    known, general = read(OLD.page(page), page), read_page(OLD.page(page + 1), OLD.url(page + 1))
    assert join_pages([known, known]).layout == known.layout and join_pages([known, general]).layout == ""
    school = School(learned(OLD))
    (_, whole), = school.lessons.take(1, join_pages([known, general]))
    assert {block.page for block in whole.blocks if block.rule} == {1, 2}


def test_the_end_of_a_text_beside_its_box_is_read() -> None:
    last = "以上各项自发布之日起在全县范围内施行，原有规定同时废止。"
    text = "".join(f"<p>{line}</p>" for line in OLD.lines(71))
    html = framed(OLD.title(71), text, f"<p>{last}</p>")
    page, general = read(html, 71), learned(OLD).apply(read_page(html, OLD.url(71)))
    assert told(page) == told(general)
    assert last in [block.text for block in page.blocks if block.zone == "body"]


def test_a_page_of_posts_that_does_not_fit_is_weighed_afresh() -> None:
    entries = "".join(f'<li><a href="/doc/{n}.html">{OLD.title(n)}</a></li>' for n in range(300, 306))
    posts = "".join(
        f'<h2><a href="/doc/{n}.html">{OLD.title(n)}</a></h2><div class="meta">发表于 2023-0{n % 9 + 1}-11 10:20</div>'
        f"<p>{OLD.lines(n)[1]}</p>"
        for n in range(310, 313)
    )
    text = "".join(f"<p>{line}</p>" for line in OLD.lines(71))
    html = framed(OLD.title(71), f'<div class="rel"><h3>相关阅读</h3><ul>{entries}</ul></div>{posts}{text}')
    page, general = read(html, 71), learned(OLD).apply(read_page(html, OLD.url(71)))
    assert page.layout == "" and told(page) == told(general)


def test_a_heading_that_speaks_of_an_error_is_left_to_general_rules() -> None:
    parts = "".join(f'<div class="{name}">' + "".join(f"<p>{line}</p>" for line in OLD.lines(n)[1:5]) + "</div>" for n, name in ((71, "a"), (72, "b")))
    html = framed("页面不存在", parts)
    page, general = read(html, 71), learned(OLD).apply(read_page(html, OLD.url(71)))
    assert page.layout == "" and told(page) == told(general)
