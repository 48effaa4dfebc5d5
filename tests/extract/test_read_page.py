"""Zones, titles, dates, kinds, links: one rule of the page at a time."""

from __future__ import annotations

import pytest

from crawler.extract import join_pages, read_page
from crawler.extract.address import shape
from crawler.page import Kind, LinkKind, Page, Zone

URL = "http://www.a.example/fanwen/12.html"
P = "清晨的阳光照在操场上，同学们排着整齐的队伍走进会场，老师站在门口向每一个人问好。"
Q = "校长在讲话中回顾了一年来的工作，感谢大家的付出，也对新的学期提出了希望和要求。"


def page(body: str, title: str = "开学典礼纪实_甲乙范文网", head: str = "", url: str = URL) -> Page:
    return read_page(f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>", url)


def article(before: str = "", after: str = "", title: str = "<h1>开学典礼纪实</h1>", head: str = "") -> Page:
    return page(
        f'<div class="main">{title}{before}<div class="content"><p>{P}</p><p>{Q}</p></div>{after}</div>', head=head
    )


def body_of(read: Page) -> list[str]:
    return [block.text for block in read.blocks if block.zone is Zone.BODY]


# title


@pytest.mark.parametrize(
    ("title", "heading", "want"),
    [
        ("开学典礼纪实(精选15篇)_甲乙网", "<h1>开学典礼纪实(精选15篇)</h1>", "开学典礼纪实(精选15篇)"),
        ("开学典礼纪实 - 甲乙网", '<h1 class="logo">甲乙网</h1><div>开学典礼纪实</div>', "开学典礼纪实"),
        ("开学典礼纪实-校园-甲乙网", "", "开学典礼纪实"),
        ("甲乙网", "<h1>开学典礼纪实</h1>", "开学典礼纪实"),
        ("", "<h1>开学典礼纪实</h1>", "开学典礼纪实"),
    ],
)
def test_title(title: str, heading: str, want: str) -> None:
    assert page(f"<div>{heading}<p>{P}</p><p>{Q}</p></div>", title).title == want


def test_a_later_page_has_the_title_without_its_number() -> None:
    read = page(
        f"<h1>开学典礼纪实(2)</h1><p>{P}</p><p>{Q}</p>",
        "开学典礼纪实(2)_甲乙网",
        url="http://www.a.example/fanwen/12_2.html",
    )
    assert read.title == "开学典礼纪实"


# date


@pytest.mark.parametrize(
    ("line", "want"),
    [
        ("时间：2024-01-30 11:00:07 来源：本站", "2024-01-30 11:00:07"),
        ("更新时间：2024-05-01 发布时间：2024-01-30", "2024-01-30"),
        ("2024年1月30日 11:00", "2024年1月30日 11:00"),
        ("2024/1/30", "2024/1/30"),
        ("admin82024-01-30 07:36:56", "2024-01-30 07:36:56"),
        ("时间： 浏览：12345", ""),
    ],
)
def test_date_line(line: str, want: str) -> None:
    assert article(f"<div>{line}</div>").date == want


def test_a_signature_is_not_the_date_of_the_page() -> None:
    text = f"<h1>开学典礼纪实</h1><div class=c><p>{P}</p><p>{Q}</p><p>甲乙小学</p><p>2014年1月21日</p></div>"
    read = page(text)
    assert read.date == ""
    assert body_of(read)[-2:] == ["甲乙小学", "2014年1月21日"]


def test_the_time_of_a_side_bar_does_not_join_the_day() -> None:
    side = (
        "<div class=side><ul>"
        + "".join(f"<li><a href='/{n}.html'>另一篇文章的标题</a> 2020-02-0{n} 08:00:00</li>" for n in range(1, 6))
        + "</ul></div>"
    )
    assert (
        page(
            f"<div><h1>开学典礼纪实</h1><div>发布时间：2020-02-03</div><div><p>{P}</p><p>{Q}</p></div></div>{side}"
        ).date
        == "2020-02-03"
    )


def test_metadata_gives_the_time_to_the_displayed_day_and_stands_in_for_it() -> None:
    meta = '<meta property="article:published_time" content="2020-02-03T08:01:02+08:00">'
    assert article("<div>发布时间：2020-02-03</div>", head=meta).date == "2020-02-03 08:01:02"
    assert article("<div>发布时间：2020-02-04</div>", head=meta).date == "2020-02-04"
    assert article(head=meta).date == "2020-02-03 08:01:02"


def test_broken_json_ld_does_no_harm() -> None:
    assert (
        article(head='<script type="application/ld+json">{"datePublished": "2020-02-03", oops</script>').date
        == "2020-02-03"
    )


# zones

FURNITURE_BELOW = [
    "<p>（责任编辑：admin）</p>",
    '<div>上一篇：<a href="/fanwen/11.html">甲的故事</a> 下一篇：<a href="/fanwen/13.html">乙的故事</a></div>',
    '<h3>相关阅读</h3><ul><li><a href="/1.html">另一篇范文的题目之一</a></li><li><a href="/2.html">另一篇范文的题目之二</a></li></ul>',
    f"<div id=comments><h3>网友评论</h3><p>{P}</p></div>",
    "<div class=digg>顶一下(3) 踩一下(0)</div>",
    "<div>【打印】【关闭】</div>",
    '<div>标签：<a href="/tag/1">开学</a> <a href="/tag/2">典礼</a></div>',
    "<div>Copyright © 2024 甲乙网 版权所有 苏ICP备00000000号</div>",
]


@pytest.mark.parametrize("below", FURNITURE_BELOW)
def test_furniture_below_is_no_body(below: str) -> None:
    assert body_of(article(after=below)) == [P, Q]
    inside = page(f"<div><h1>开学典礼纪实</h1><div class=content><p>{P}</p><p>{Q}</p>{below}</div></div>")
    assert body_of(inside) == [P, Q]


@pytest.mark.parametrize(
    "above",
    [
        '<div>当前位置：<a href="/">首页</a> &gt; <a href="/fanwen/">范文</a> &gt; 正文</div>',
        "<div>来源：网络 作者：佚名 点击：12</div>",
        "<div class=des>摘要：清晨的阳光照在操场上，同学们排着整齐的队伍走进会场</div>",
        "<div>字号：<a href='javascript:;'>大</a> <a href='javascript:;'>中</a> <a href='javascript:;'>小</a></div>",
    ],
)
def test_furniture_above_is_no_body(above: str) -> None:
    assert body_of(article(above)) == [P, Q]


@pytest.mark.parametrize(
    "line",
    [
        "各位领导：",
        "同志们：",
        "谢谢大家！",
        "一、活动时间",
        "时间：三月五日",
        "甲方：____________",
        "此致",
        "2024年5月1日",
        "日期：2024年5月1日",
        "（合）",
        "A. 12",
    ],
)
def test_short_lines_of_a_document_stay(line: str) -> None:
    text = f"<div><h1>开学典礼纪实</h1><div class=content><p>{P}</p><p>{line}</p><p>{Q}</p><p>{line}</p></div></div>"
    assert body_of(page(text)) == [P, line, Q, line]


VERSES = ("一枚铜顶针", "套在她的中指上", "套了三十一年", "比戒指还要久")


@pytest.mark.parametrize(
    "stanza",
    [
        f"<div>{'<br>'.join(VERSES)}</div>",
        "".join(f"<div>{verse}</div>" for verse in VERSES) + "<div><br></div>",
        f"<div>{''.join(f'<div>{verse}</div>' for verse in VERSES)}</div>",
    ],
)
def test_a_poem_is_kept_whole(stanza: str) -> None:
    head = "<h1>顶针</h1><div class=info>时间：2016-05-08  作者：田小禾</div>"
    side = "".join(f'<li><a href="/a/{n}.html">关于举办业务培训班的通知{n}</a></li>' for n in range(9))
    side += "<p>本站是一家专注于范文的网站，欢迎大家投稿，投稿邮箱见底部的说明文字，谢谢大家的支持。</p>"
    text = f"<div>{head}<div class=text>{3 * stanza}</div><div>上一篇：没有了</div></div><div class=box>{side}</div>"
    assert body_of(page(text, "顶针_甲乙网")) == [*VERSES] * 3


@pytest.mark.parametrize("line", ["（时间：60分钟 满分：100分）", "——2024年1月4日在镇人民代表大会上"])
def test_a_line_of_the_document_below_the_by_line_stays(line: str) -> None:
    text = f"<h1>开学典礼纪实</h1><p>时间：2024-01-05 来源：本站</p><div><p>{line}</p><p>{P}</p><p>{Q}</p></div>"
    read = page(text)
    assert (read.date, body_of(read)) == ("2024-01-05", [line, P, Q])


def test_text_beside_paragraphs_belongs_to_the_document() -> None:
    text = f"<div><h1>开学典礼纪实</h1><div class=content>{P}<br>{Q}<p>{P}</p>{Q}</div></div>"
    assert body_of(page(text)) == [P, Q, P, Q]


def test_a_document_in_several_siblings() -> None:
    assert body_of(
        page(f"<div><h1>开学典礼纪实</h1><div class=pg>{P}</div><div class=pg>{Q}</div><div class=pg>{P}</div></div>")
    ) == [P, Q, P]


def test_paragraphs_set_as_links_are_text() -> None:
    text = f'<div><h1>开学典礼纪实</h1><div class=content><p><a href="/x.html">{P}{Q}</a></p><p>{Q}</p></div></div>'
    assert body_of(page(text)) == [P + Q, Q]


def test_a_short_document_beside_a_long_side_bar() -> None:
    side = "<div class=bar>" + f"<p>{P}</p>" * 2 + "</div>"
    assert (
        body_of(
            page(
                f"<div><h1>开学典礼纪实</h1><div>时间：2024-01-30</div><div class=content><p>各位同学：今天开学。</p></div></div>{side}"
            )
        )[0]
        == "各位同学：今天开学。"
    )


def test_head_and_tail_are_blocks_too() -> None:
    read = article("<div>时间：2024-01-30</div>", FURNITURE_BELOW[1])
    zones = {block.text[:3]: block.zone for block in read.blocks}
    assert zones["开学典"] is Zone.HEAD
    assert zones["时间："] is Zone.HEAD
    assert zones["上一篇"] is Zone.TAIL


# fields


def test_breadcrumb_tags_author_source() -> None:
    read = article(
        '<div>当前位置：<a href="/">首页</a> &gt; <a href="/fanwen/">范文</a> &gt; 开学典礼纪实</div><div>来源：甲乙日报 作者：张三 点击：8</div>',
        '<div>推荐访问：<a href="/t/1">开学</a> <a href="/t/2">典礼</a></div>',
    )
    assert read.breadcrumb == ["首页", "范文", "开学典礼纪实"]
    assert read.tags == ["开学", "典礼"]
    assert (read.author, read.source) == ("张三", "甲乙日报")


@pytest.mark.parametrize("below", ["", "<div>上一篇：没有了</div>", "<h3>发表评论</h3>"])
def test_a_cloud_beside_the_article_is_no_tags(below: str) -> None:
    cloud = '<div class="widget"><h3>标签</h3><div><a href="/t/1">通知</a> <a href="/t/2">请示</a></div></div>'
    text = f'<div class="main"><h1>开学典礼纪实</h1><div class="content"><p>{P}</p><p>{Q}</p></div>{below}</div>'
    assert page(f"<div>{text}{cloud}</div>").tags == []


def test_tags_below_their_label() -> None:
    words = (
        '<div class="tags"><b>标签：</b><ul><li><a href="/t/1">开学</a></li><li><a href="/t/2">典礼</a></li></ul></div>'
    )
    assert article(after=words).tags == ["开学", "典礼"]


@pytest.mark.parametrize(
    "below",
    [
        '<p>分类：<a href="/c/1" rel="category tag">校园</a></p>',
        '<div>热门标签：<a href="/t/1">通知</a> <a href="/t/2">请示</a></div>',
    ],
)
def test_columns_and_tag_clouds_are_no_tags(below: str) -> None:
    assert article(after=below).tags == []


@pytest.mark.parametrize(
    ("line", "want"),
    [
        ("时间：2016-03-11  作者：六年级 林一舟  阅读：36次", "六年级 林一舟"),
        ("作者：张三 编辑：李四 2016-03-11", "张三"),
        ("2016-03-11 责任编辑：李四", ""),
        ("发表于 2017年05月14日 作者 小城 发表评论", "小城"),
        ('2017年05月14日 <a href="/people/3" rel="author">小城</a>', "小城"),
        ('2017年05月14日 <span class="author vcard"><a href="/author/xc/">小城</a></span>', "小城"),
    ],
)
def test_author(line: str, want: str) -> None:
    assert article(f"<div>{line}</div>").author == want


def test_meta_keywords_are_not_displayed_tags() -> None:
    assert article(head='<meta name="keywords" content="开学,典礼">').tags == []


# kind


@pytest.mark.parametrize(
    "text", ["您访问的页面不存在", "404 Not Found", "抱歉，该文章已被删除！", "没有找到您要的页面"]
)
def test_error_pages_with_status_200(text: str) -> None:
    assert page(f"<h1>{text}</h1><p><a href='/'>返回首页</a></p>", "提示").kind is Kind.ERROR


def test_a_document_about_errors_is_an_article() -> None:
    read = page(
        f"<h1>网页不存在怎么办</h1><p>时间：2024-01-30</p><div>{f'<p>{P}{Q}</p>' * 8}</div>", "网页不存在怎么办_甲乙网"
    )
    assert read.kind is Kind.ARTICLE


def entries(count: int = 12) -> str:
    return (
        "<ul>"
        + "".join(
            f'<li><a href="/fanwen/{n}.html">第{n}篇范文的完整标题</a> 2024-01-{n:02d}</li>'
            for n in range(1, count + 1)
        )
        + "</ul>"
    )


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://www.a.example/", Kind.HOME),
        ("http://www.a.example/index.html", Kind.HOME),
        ("http://www.a.example/fanwen/", Kind.LIST),
        ("http://www.a.example/fanwen/list_3_2.html", Kind.LIST),
        ("http://www.a.example/tags/kaixue.html", Kind.TAG),
        ("http://www.a.example/search.php?q=1", Kind.TAG),
        ("", Kind.LIST),
    ],
)
def test_pages_of_links(url: str, kind: Kind) -> None:
    assert page(f"<h2>范文</h2>{entries()}", "范文_甲乙网", url=url).kind is kind


@pytest.mark.parametrize("title", ["关于我们", "联系我们", "用户登录", "版权声明"])
def test_pages_about_the_site(title: str) -> None:
    assert (
        page(f"<h1>{title}</h1><p>{P}</p>", f"{title}_甲乙网", url="http://www.a.example/about/1.html").kind
        is Kind.OTHER
    )


# links and paging


@pytest.mark.parametrize(
    ("count", "url"),
    [(3, "http://www.a.example/gongwen/list_1_2.html"), (1, "http://www.a.example/html/jiaoan/2.html")],
)
def test_a_page_of_few_entries_with_a_page_bar_is_a_list(count: int, url: str) -> None:
    items = "".join(
        f'<li><a href="/a/{n}.html">关于购置车辆的请示{n}</a> 日期：2015-04-2{n}<p>{P if count > 1 else ""}</p></li>'
        for n in range(count)
    )
    other = url.replace("2.html", "1.html")
    read = page(f'<ul>{items}</ul><div><a href="{other}">1</a> 2 <a href="{other}">上一页</a></div>', "公文", url=url)
    assert read.kind is Kind.LIST


@pytest.mark.parametrize(
    ("path", "want"),
    [
        ("/archives/45", "article"),
        ("/?p=45", "article"),
        ("/fanwen/?p=2", "list"),
        ("/show/?id=12", "article"),
        ("/category/45", "list"),
    ],
)
def test_short_numbers_in_addresses(path: str, want: str) -> None:
    assert shape("http://www.a.example" + path) == want


def test_links_are_absolute_once_and_of_this_site() -> None:
    read = page(
        "<a href=/fanwen/5.html>第五篇范文的题目</a><a href='http://www.a.example//fanwen//5.html'>第五篇</a>"
        '<a href="../index.html">首页</a><a href="//www.a.example/zongjie/">总结</a><a href="http://other.example/1.html">别处</a>'
        '<a href="javascript:;">无</a><a href="#top">顶</a><a href="mailto:a@b.example">信</a><a href="/f/1.zip">下载</a>'
        '<a href="/f/2.docx">下载</a><a style="display:none" href="/trap/1.html">陷阱</a><a href="/a.jpg">图</a><a href="http://[bad/">坏</a>'
    )
    assert [link.url for link in read.links] == [
        "http://www.a.example/fanwen/5.html",
        "http://www.a.example/index.html",
        "http://www.a.example/zongjie/",
    ]
    assert read.links[0].text == "第五篇范文的题目"
    assert [link.kind for link in read.links] == [LinkKind.ARTICLE, LinkKind.OTHER, LinkKind.LIST]


def test_a_bare_query_belongs_to_its_page() -> None:
    for name in ("12.asp", "13.asp"):
        read = page('<a href="?page=2">2</a>', url=f"http://www.a.example/fanwen/{name}")
        assert [link.url for link in read.links] == [f"http://www.a.example/fanwen/{name}?page=2"]


def test_base_href() -> None:
    read = page('<a href="5.html">第五篇范文的题目</a>', head='<base href="http://www.a.example/zw/">')
    assert [link.url for link in read.links] == ["http://www.a.example/zw/5.html"]


BAR = '<div class="pages"><a>共3页:</a><a href="#">1</a><a href="12_2.html">2</a><a href="12_3.html">3</a><a href="12_2.html">下一页</a></div>'
PAGES = [URL, "http://www.a.example/fanwen/12_2.html", "http://www.a.example/fanwen/12_3.html"]


def test_pages_of_an_article() -> None:
    first = article(after=BAR)
    assert (first.page_urls, first.page_number, first.next_page) == (PAGES, 1, PAGES[1])
    assert not set(PAGES) & {link.url for link in first.links}


def test_a_later_page_knows_the_first() -> None:
    bar = '<div><a href="12.html">上一页</a><a href="12.html">1</a><b>2</b><a href="12_3.html">3</a><a href="12_3.html">下一页</a></div>'
    text = f"<div><h1>开学典礼纪实(2)</h1><div><p>{P}</p><p>{Q}</p></div>{bar}</div>"
    read = page(text, "开学典礼纪实(2)_甲乙网", url=PAGES[1])
    assert (read.page_urls, read.page_number, read.next_page) == (PAGES, 2, PAGES[2])


@pytest.mark.parametrize(
    ("url", "second"),
    [
        ("http://a.example/p/12/", "http://a.example/p/12/2/"),
        ("http://a.example/show.asp?id=12", "http://a.example/show.asp?id=12&page=2"),
        ("http://a.example/c/12-1.html", "http://a.example/c/12-2.html"),
        ("http://a.example/c/t20200101_12.htm", "http://a.example/c/t20200101_12_1.htm"),
    ],
)
def test_shapes_of_page_addresses(url: str, second: str) -> None:
    bar = f'<div><b>1</b><a href="{second}">2</a><a href="{second}">下一页</a></div>'
    read = page(
        f"<div><h1>开学典礼纪实</h1><div>时间：2024-01-30</div><div><p>{P}</p><p>{Q}</p></div>{bar}</div>", url=url
    )
    assert (read.page_urls, read.next_page) == ([url, second], second)


@pytest.mark.parametrize("text", ["下一篇", "下一篇：乙的故事", "下一页"])
def test_the_next_article_is_no_next_page(text: str) -> None:
    read = article(after=f'<div><a href="/fanwen/13.html">{text}</a></div>')
    assert (read.page_urls, read.next_page) == ([], "")


def test_a_next_page_has_the_next_number() -> None:
    read = article(after='<div><a href="12_5.html">下一页</a></div>')
    assert (read.page_urls, read.next_page) == ([], "")


def test_paging_of_a_list() -> None:
    bar = '<div><a href="/fanwen/">首页</a><a href="list_3_2.html">2</a><a href="list_3_2.html">下一页</a><a href="list_3_9.html">末页</a><select><option value="list_3_5.html">5</option></select></div>'
    read = page(f"<h2>范文</h2>{entries()}{bar}", "范文_甲乙网", url="http://www.a.example/fanwen/")
    base = "http://www.a.example/fanwen/"
    assert read.next_page == base + "list_3_2.html"
    assert {link.url for link in read.of(LinkKind.PAGING)} >= {
        base + "list_3_2.html",
        base + "list_3_9.html",
        base + "list_3_5.html",
    }
    assert len(read.of(LinkKind.ARTICLE)) == 12


# join


def test_joined_pages() -> None:
    first = article(after=BAR)
    second = page(
        f"<div><h1>开学典礼纪实(2)</h1><div class=content><p>开学典礼纪实</p><p>{Q}</p><p>{P}</p></div></div>",
        url=PAGES[1],
    )
    joined = join_pages([first, second])
    assert [(block.page, block.text) for block in joined.blocks if block.zone is Zone.BODY] == [
        (1, P),
        (1, Q),
        (2, Q),
        (2, P),
    ]
    assert (joined.title, joined.pages, joined.url) == ("开学典礼纪实", 2, URL)
    assert first.blocks[0].page == 1 and first.pages == 1


def test_joining_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no pages"):
        join_pages([])
