"""Page families of small Chinese sites, each with what once came out wrong: title, day and body after cleaning."""

from __future__ import annotations

import pytest

from crawler.clean import clean
from crawler.extract import read_page
from crawler.page import Kind

ESSAY = [
    "清晨的雾还没有散，外婆就挑着两只木桶到井边去了。井台上的青石被磨得发亮，照得见人影。",
    "我跟在她后面，手里捏着一只小铁勺。她说井水冬暖夏凉，用它泡的茶格外香。",
    "后来村里通了自来水，井口盖上了水泥板，可外婆还是隔几天就去看一看，像看望一位老邻居。",
    "今年回去，井还在，外婆已经走不动了。我替她舀了一勺水，她抿了一口，笑了。",
]
NOTICE = [
    "根据县教育局的统一安排，我校定于下周三上午召开秋季运动会，请各班按照分组表提前做好准备。",
    "运动会期间停课一天，学生统一穿校服到场，家长如需陪同请与班主任联系。",
    "特此通知。",
]
LETTER = [
    "Dear Mr Smith",
    "I am writing to tell you about our school trip last week",
    "We went to the old bridge and drew pictures of it",
    "I hope you can come with us next time",
    "Yours sincerely",
    "Li Hua",
]
VERSES = ["山坡上的风声", "吹过去年的麦田", "母亲站在田埂", "把黄昏一捆一捆扎紧", "我坐在门槛上", "数归来的羊"]
WELL, MEETING = "外婆的井", "关于召开秋季运动会的通知"
NAV = '<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/1/">工作总结</a></li><li><a href="/2/">散文</a></li></ul></div>'
SIDE = (
    '<div class="right"><h3>热门文章</h3><ul>'
    + "".join(f'<li><a href="/d/{n}.html">{name}</a></li>' for n, name in enumerate(["社区个人总结范文", "家长会发言稿", "驻村述职报告", "安全工作计划"]))
    + "</ul></div>"
)
FOOT = '<div class="footer"><p>版权所有 © 2015-2024 青禾文库 苏ICP备20001234号</p></div>'
INFO = '<div class="info">时间：2018-03-04 10:11 作者：林一舟</div>'
H1 = f"<h1>{WELL}</h1>"
EXCERPTS = "".join(
    f'<div><h4><a href="/d/{n}.html">{name}</a></h4><p>{text[:36]}…</p></div>'
    for n, (name, text) in enumerate([("社区工作者个人总结", NOTICE[0]), ("幼儿园家长会发言", NOTICE[1] * 2), ("驻村书记的述职", NOTICE[0])])
)


def paragraphs(lines: list[str]) -> str:
    return "".join(f"<p>　　{line}</p>\n" for line in lines)


def breaks(lines: list[str]) -> str:
    return "<br>\n".join(f"　　{line}" for line in lines)


P = paragraphs(ESSAY)
TEXT = f'<div class="content">{P}</div>'


def content(after: str) -> str:
    return f'{H1}{INFO}<div class="content">{P}{after}</div>'


def check(inner: str, title: str, day: str | None, body: list[str], *, named: str = "", url: str = "http://www.qinghe.example/doc/1234.html") -> None:
    page = read_page(f"<html><head><title>{named or title + '_青禾文库'}</title></head><body>{NAV}<div>{inner}{SIDE}</div>{FOOT}</body></html>", url)
    got = clean(page)
    assert (got.title, got.date, got.body.split("\n"), page.kind, got.reject) == (title, day, body, Kind.ARTICLE, None)


@pytest.mark.parametrize(
    "byline",
    [
        "<div><span>来源：小溪文学</span><span>2018-03-04</span><span>09:15:22</span><span>作者：林一舟</span></div>",
        "<div><time>2018/03/04</time><span>3.2万阅读</span></div>",
        '<div>Posted on <a href="/p/1" rel="bookmark">Mar 4, 2018</a> by <a href="/author/lin">林一舟</a></div>',
        "<div>4th March 2018 at 3:20 pm</div>",
        '<div><a href="/2018/03/"><span>2018年03月04日 10:20:30 来自青禾</span></a></div>',
        "<div><div>2018</div><div>03/04</div></div>",
        "<div><div>04</div><div>2018-03</div></div>",
        "<div>发布时间：18-03-04 点击：12</div>",
        "<div>发布时间：18-03-0410:20优质作者</div>",
        "<div>录入者：admin　录入时间：2018-3-4</div>",
        "<div>加入时间：2018-3-4　浏览：22次</div>",
        "<div>刊登日期：2018-3-4</div>",
        "<div>林一舟 / 2018-03-04 / 散文</div>",
        "<div>發佈時間：2018-03-04　瀏覽次數：12</div>",
        "<dl><dt>来源：</dt><dd>青禾日报</dd><dt>时间：</dt><dd>2018-03-04</dd></dl>",
        "<ul><li>索引号：0142100/2018-1</li><li>发文机关：青禾县教育局</li><li>发布日期：2018-03-04</li><li>文号：青教〔2018〕3号</li></ul>",
        "<div>2018.03.04 · 林一舟 · 阅读 321</div>",
        '<time datetime="2018-03-03T16:00:00.000Z">2018-03-04</time>',
    ],
)
def test_by_lines(byline: str) -> None:
    check(f"{H1}{byline}{TEXT}", WELL, "2018-03-04", ESSAY)
    check(f"{H1}{byline}<div>{paragraphs(VERSES)}</div>", WELL, "2018-03-04", VERSES)


def test_a_moment_right_below_the_text_is_the_pages_when_nothing_else_is() -> None:
    below = '<div>2018-03-04 10:20:30</div><div><h3>相关推荐</h3><ul><li><a href="1">甲的报告怎么写才好</a> 2019-01-01</li></ul></div>'
    check(f"{H1}{TEXT}{below}", WELL, "2018-03-04", ESSAY)


def test_a_signature_below_the_text_and_side_dates_are_no_date_of_the_page() -> None:
    signed = [*NOTICE, "青禾县第三小学", "2017年9月8日"]
    dates = '<h3>最新文章</h3><ul><li><a href="1">甲的报告怎么写才好</a> 2023-01-02</li><li><a href="2">乙的报告怎么写才好</a> 2023-01-03</li></ul>'
    check(f"<h1>{MEETING}</h1><div class='content'>{paragraphs(signed)}</div>{dates}", MEETING, None, signed)


def test_the_day_of_a_speech_below_its_heading_stays() -> None:
    body = ["（2017年9月10日）", "同志们：", *NOTICE[:2]]
    check(f"<h1>在教育工作会议上的讲话</h1>{INFO}<div>{paragraphs(body)}</div>", "在教育工作会议上的讲话", "2018-03-04", body)


@pytest.mark.parametrize(
    ("heading", "title", "named"),
    [
        ('<div class="title">渡口</div>', "渡口", "渡口_散文随笔_青禾文库"),
        ("<center><strong>渡口</strong></center>", "渡口", "渡口_散文随笔_青禾文库"),
        ("<h1>雪</h1>", "雪", "雪-散文随笔-青禾文库"),
        (f"<h1>{WELL}<span>2018-03-04</span></h1>", WELL, ""),
        (f"<h1>{WELL} <small>发布时间：2018-03-04</small></h1>", WELL, ""),
        (f"<h2><span>原创</span>{WELL}</h2>", WELL, ""),
        (f"<div>标题：{WELL}和老屋</div>", f"{WELL}和老屋", ""),
        (f"<h1>{WELL}和那些年在井台边听来的故...</h1>", f"{WELL}和那些年在井台边听来的故事", f"{WELL}和那些年在井台边听来的故事_青禾文库"),
        (f'<p align="center"><font size="4" color="red"><b>{MEETING}</b></font></p>', MEETING, "青禾县第三小学"),
    ],
)
def test_headings(heading: str, title: str, named: str) -> None:
    check(f"{heading}{INFO}{TEXT}", title, "2018-03-04", ESSAY, named=named)


def test_a_lower_heading_where_title_names_only_the_site() -> None:
    check(f"<h2>{MEETING}</h2><div>{paragraphs(NOTICE)}</div>", MEETING, None, NOTICE, named="青禾县第三小学")


@pytest.mark.parametrize(
    "tail",
    [
        '<p><a href="/a">点击此处查看全部散文新作</a></p>【评论】【散文论坛】【推荐】【大 中 小】【打印】【下载】 【关闭】',
        "<p>编辑|林一舟</p><p>责编|陈小河</p><p>校对|黄大山</p>",
        "<p>文学社供稿  摄影/林一舟  编辑/苏小芳</p>",
        "<p>(本文发表于散文随笔, 已被阅读178次)</p>",
        "<p>打开APP阅读全文</p>",
        "<p>【外婆的井】相关文章：</p><p><a href=/1>外婆的菜园</a>04-07</p><p><a href=/2>外婆的老屋作文</a>11-02</p>",
        "<p>【相关文章】</p><p>★<a href=/1>甲的报告怎么写才好</a></p><p>★<a href=/2>乙的报告怎么写才好</a></p>",
        "<p>《外婆的井.doc》</p><p>将本文的Word文档下载到电脑，方便收藏和打印</p><p>推荐度：★★★★★</p><p>点击下载文档</p>",
        "<p>更多散文请关注<a href=/>青禾文库</a>！</p>",
        "<p>开通会员，免费下载全站文档</p>",
        "<p>点个在看，让更多人看到</p>",
        '<div class="author-box"><p>林一舟</p><p>青禾文库签约作者，发表作品三百余篇。</p></div>',
        "<p>共有 123 人阅读了本文</p>",
        "<h3>网友评论</h3><p>用户甲：写得真好，读来让人想起自己的外婆，谢谢分享这样的文字。</p><p>用户乙：同感，顶一个。</p>",
        EXCERPTS,
        f"<h3>猜你喜欢</h3>{EXCERPTS}",
        f"{EXCERPTS}<div>发表评论</div><div>昵称： 验证码：</div>",
        "<p>（本文系青禾文库原创，未经授权不得转载）</p>",
        "<div><h3>Share this:</h3><ul><li><a>Click to share on Twitter (Opens in new window)</a></li></ul></div><h3>You may also like</h3><ol><li><a href=1>外婆的菜园</a></li></ol>",
        '<div><span>\ue602</span> <a href="w">微信</a> <span>\ue603</span> <a href="b">微博</a></div>',
        "<p>地址：青禾县文昌路8号　邮编：400000　电话：0500-1234567</p><p>您是第 123456 位访客</p>",
    ],
)
def test_below_the_text(tail: str) -> None:
    check(content(tail), WELL, "2018-03-04", ESSAY)


@pytest.mark.parametrize("editor", ["（责任编辑：admin）", "　责编：林小河", "[编辑：小禾]"])
def test_an_editor_behind_the_last_sentence(editor: str) -> None:
    check(f'{H1}{INFO}<div class="content">{paragraphs([*ESSAY[:3], ESSAY[3] + editor])}</div>', WELL, "2018-03-04", ESSAY)


@pytest.mark.parametrize(
    "stated",
    [
        '<meta property="article:published_time" content="2018-03-03T16:30:00+00:00">',
        '<script type="application/ld+json">{"@type":"Article","datePublished":"2018-03-03T18:30:00.000Z"}</script>',
        '<meta property="article:published_time" content="2018-03-04T00:30:00+08:00">',
    ],
)
def test_moments_of_other_zones_are_of_the_day_in_china(stated: str) -> None:
    got = clean(read_page(f"<html><head><title>{WELL}</title>{stated}</head><body>{H1}{TEXT}</body></html>"))
    assert got.date == "2018-03-04"


def test_a_heading_that_only_og_title_gives_is_told_from_the_site() -> None:
    og = f'<meta property="og:title" content="{WELL} - 青禾文库">'
    got = clean(read_page(f"<html><head><title>{WELL}_散文_青禾文库</title>{og}</head><body>{INFO}{TEXT}</body></html>"))
    assert got.title == WELL


@pytest.mark.parametrize(
    "inside",
    [
        "<p>点击查看原图</p>",
        "<div>广告位招租</div>",
        "<p>【推荐阅读】<a href=9>社区工作者个人总结范文</a></p>",
        '<div class="box"><p><strong>相关阅读：</strong></p><p><a href="/x1">外婆的菜园和老屋</a></p></div>',
        '<div class="toc"><p>目录</p><ul><li><a href="#1">一、井台</a></li><li><a href="#2">二、泡茶</a></li><li><a href="#3">三、如今</a></li></ul></div>',
    ],
)
def test_inside_the_text(inside: str) -> None:
    check(f'{H1}{INFO}<div class="content">{paragraphs(ESSAY[:2])}{inside}{paragraphs(ESSAY[2:])}</div>', WELL, "2018-03-04", ESSAY)


def test_english_lines_are_no_buttons() -> None:
    check(f"<h1>一封介绍郊游的英语信</h1>{INFO}<div>{paragraphs(LETTER)}</div><div>分享到： QQ空间 新浪微博</div>", "一封介绍郊游的英语信", "2018-03-04", LETTER)


APPLICATION = ["敬爱的党组织：", *NOTICE[:2], "请党组织在实践中考验我！", "此致", "敬礼！", "申请人：某某", "2018年1月2日"]


@pytest.mark.parametrize(("title", "body"), [("风", VERSES), ("入党申请书", APPLICATION)])
def test_a_text_in_two_boxes_of_one_name(title: str, body: list[str]) -> None:
    half = len(body) // 2
    check(f'<h1>{title}</h1>{INFO}<div class="t">{paragraphs(body[:half])}</div><div class="t">{paragraphs(body[half:])}</div>', title, "2018-03-04", body)


@pytest.mark.parametrize("tag", ["p", "h4"])
def test_the_last_words_of_a_letter_are_no_heading(tag: str) -> None:
    letter = "".join(f"<{tag}>{line}</{tag}>" for line in APPLICATION)
    check(f"<p><b>入党申请书</b></p>{INFO}<div>{letter}</div>", "入党申请书", "2018-03-04", APPLICATION, named="青禾文库-入党申请书")


def test_an_article_beside_an_empty_column() -> None:
    check(f"<table><tr><td>{H1}{INFO}<p>{ESSAY[0]}</p></td><td></td></tr></table>", WELL, "2018-03-04", ESSAY[:1])


def test_side_columns_in_the_row_of_the_text_stay_out() -> None:
    row = (
        "<table><tr><td>最新文章<br><a href=/1>晒谷场上的月亮</a><br>公告：本站新近改版，欢迎广大作者踊跃投稿，来稿请注明真实姓名和联系方式。</td>"
        f"<td><div><strong>{WELL}</strong></div><div>发表时间：2018-3-4 18:20　作者：林一舟</div><div>{breaks(ESSAY)}</div></td>"
        "<td>点击排行<br><a href=/5>雪夜</a><br>友情提示：请勿转载本站原创作品，如需转载请与站长联系并注明出处。</td></tr></table>"
    )
    check(row, WELL, "2018-03-04", ESSAY)


def test_names_with_page_are_not_the_paging() -> None:
    body = "".join(NOTICE)
    inner = (
        f'<div class="page-article"><div class="page_title"><div>{MEETING}</div><div>发布时间：2018-03-04 10:09:11</div><div>\ue60e4</div></div>'
        f'<div class="page-content">{body}</div><div class="xg"><div>相关新闻</div><ul><li><a href=1>开学第一课</a></li></ul></div></div>'
    )
    check(inner, MEETING, "2018-03-04", [body])


@pytest.mark.parametrize("name", ["commentary", "reply-content", "tag-article", "recommend-detail", "page"])
def test_names_of_side_matter_on_the_only_text(name: str) -> None:
    check(f'{H1}{INFO}<div class="{name}">{P}</div><div><h3>猜你喜欢</h3>{EXCERPTS}</div>', WELL, "2018-03-04", ESSAY)


def test_a_button_is_not_the_first_line_of_a_short_text() -> None:
    check(f'<h1>{WELL}</h1><div class="subscribe"><div class="arrow">关注</div></div><div class="abstract">{ESSAY[0]}</div>', WELL, None, ESSAY[:1])


@pytest.mark.parametrize("url", ["http://www.qinghe.example/c/2.html", "http://www.qinghe.example/index.php?s=/article/33"])
def test_a_long_list_of_related_articles_makes_no_list_of_a_short_notice(url: str) -> None:
    related = "".join(f'<li><a href="/doc/{n}.html">关于做好第{n}季度工作总结的通知</a><span>2019-01-1{n % 9}</span></li>' for n in range(30))
    check(f"<h1>{MEETING}</h1>{INFO}<div>{paragraphs(NOTICE)}</div><div><h3>相关文章</h3><ul>{related}</ul></div>", MEETING, "2018-03-04", NOTICE, url=url)


ENTRIES = "".join(f'<li><a href="/doc/{n}.html">关于做好第{n}季度工作总结的通知</a><span>2019-01-1{n % 9}</span></li>' for n in range(20))
CATEGORY = f"<h1>述职报告</h1><p>述职报告栏目为您提供各类述职报告范文，包括教师述职报告、干部述职报告等，希望对您有所帮助。</p><ul>{ENTRIES}</ul>"


@pytest.mark.parametrize(
    ("inner", "url"),
    [
        (f"<ul>{ENTRIES}</ul>", "http://www.qinghe.example/c/12.html"),
        (f'{CATEGORY}<div>共 9页90条 首页 上一页 <a href="?page=2">下一页</a></div>', "http://www.qinghe.example/c/12.html"),
        ('<div class="app"><div id="list"></div></div>', ""),
    ],
)
def test_lists_and_pages_without_a_text_are_no_articles(inner: str, url: str) -> None:
    foot = '<div class="end"><p>全国统一客服热线：400-000-0000　人工服务时间：周一至周五</p><p>公司地址：青禾县文昌路8号</p><p>Copyright ©2019 青禾 版权所有</p></div>'
    page = read_page(f"<html><head><title>述职报告 - 青禾文库</title></head><body>{NAV}<div>{inner}</div>{foot}</body></html>", url)
    assert page.kind is not Kind.ARTICLE


def test_a_list_of_entries_with_by_lines_and_excerpts() -> None:
    entries = "".join(
        f'<div><h3><a href="/doc/{n}.html">第{n}季度述职报告</a></h3><div>时间：2019-01-1{n} 点击：{n}</div><p>{NOTICE[n % 2]}</p></div>' for n in range(9)
    )
    page = read_page(f"<html><head><title>述职报告_青禾文库</title></head><body>{NAV}{entries}{FOOT}</body></html>", "http://www.qinghe.example/news.asp?class=3")
    assert page.kind is Kind.LIST
