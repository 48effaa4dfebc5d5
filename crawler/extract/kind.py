"""What a page is for its reader: an article, a list, a home page, a tag page, an error in disguise, or something else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from crawler.extract.address import path_of, shape
from crawler.extract.body import Layout
from crawler.extract.paging import Bar
from crawler.extract.tree import Tree
from crawler.page import Kind, Zone

_ERROR = re.compile(
    r"(?:访问|查看|请求|浏览|查找|寻找|您要|你要|您找)的?.{0,12}(?:页面|文章|内容|信息|网页|文档|文件).{0,8}(?:不存在|已删除|被删除|找不到|无法|已被|没有找到)|"
    r"(?:页面|网页|文章|文档|内容|信息|链接|地址|帖子|主题).{0,6}(?:不存在|没有找到|未找到|找不到了?|走丢|丢失了|飞走|已被删除|已被管理员|已删除|已失效)|"
    r"^\W*(?:错误|http|error)?\W*(?:404|403|410|500|502|503)(?:\W|$)|not found|page not found|404 error|服务器(?:内部)?错误|"
    r"没有找到(?:您|你|相关|任何|指定)|找不到(?:您|你|该|此|相关|指定|网页|页面)|^提示信息$|系统提示|出错了|参数错误|站点(?:已)?关闭|访问过于频繁|域名.{0,8}(?:未绑定|已过期|出售)",
    re.I,
)
# Errors that speak of a passing trouble: the page is not gone, it comes back.
_PASSING = re.compile(
    r"过于频繁|频率过快|请稍[后候]|稍后再试|维护|升级中|繁忙|系统提示|出错了|参数错误|站点(?:已)?关闭|服务器(?:内部)?错误|数据库|"
    r"^\W*(?:错误|http|error)?\W*5\d\d(?:\W|$)|too many|maintenance|unavailable|timed? ?out",
    re.I,
)
_FORUM = re.compile(
    r"^(?:楼主|沙发|板凳|地板|\d{1,3}\s*[楼#]|只看(?:该作者|楼主)|回复\s*\d*\s*[楼#]|TA的|发消息|积分\s*\d+|使用道具)",
    re.I,
)
_FORUM_FIRST = frozenset("0123456789楼沙板地只回Tt发积使")
_TAG_URL = re.compile(
    r"(?:^|[/._?=&-])(?:tags?|search|so|sousuo|biaoqian|keyword|topics?)(?:$|[/._?=&-])|[?&](?:q|keyword|wd|kw)=|[?&]s=(?!/|%2F)",
    re.I,
)
_ABOUT = re.compile(
    r"^(?:关于(?:我们|本站)|联系(?:我们|方式)|网站(?:地图|声明|介绍)|版权声明|免责声明|隐私(?:政策|条款)|服务(?:条款|协议)|用户(?:协议|登录|注册)|会员(?:登录|注册|中心)|登录|注册|广告(?:服务|报价|合作)|友情链接|招聘信息|诚聘英才|合作洽谈|在线留言|留言(?:板|反馈|本)|意见反馈|投稿(?:指南|须知)|帮助中心|找回密码)(?:$|\W)"
)
_STATED = re.compile(r'"@type"\s*:\s*\[?\s*"(?:\w*Article|BlogPosting|Report)"')
_RECORDS = re.compile(r"共\s*\d+\s*(?:页\s*[,，/]?\s*)?\d*\s*(?:条|篇|个?记录)")  # in the page bar of a list
_ITEM_DATE = re.compile(r"(?:(?:19|20)\d\d[-/.年])?\d{1,2}[-/.月]\d{1,2}")


FEW: Final = 3  # lines; an article may name a few others
# The most that the entries of a list can weigh when FEW of them stand in the body: those beside it, their dates, and as excerpts
# the two lines below each, and below one that stands right above the body.
_MOST_BESIDE: Final = 2.5 + 1.5 + 2 * (FEW + 1) / 4


@dataclass(slots=True)
class Evidence:
    """What speaks for an article or a list; for `explain` and for tests."""

    article: float
    listing: float


def find_kind(
    tree: Tree, layout: Layout, bar: Bar, url: str, title: str, title_line: int, dated: bool, paged: bool, few: bool = False
) -> tuple[Kind, Evidence]:
    """The kind of the page, and the evidence it was judged by. `paged` says that `bar` pages this article.

    `few` says that at most FEW lines of the body are links with little beside them: then the entries of a list need not
    be counted where they could not outweigh what speaks for an article.
    """
    form = shape(url) if url else ""
    evidence = _weigh(tree, layout, bar, form, title_line, dated, paged, few)
    body = layout.weight
    if body < 400 and _is_error(tree, title):
        return Kind.ERROR, evidence
    if form == "home":
        return Kind.HOME, evidence
    article = evidence.article > evidence.listing
    if url and _TAG_URL.search(path_of(url)) and not (article and form == "article"):
        return Kind.TAG, evidence
    if _ABOUT.match(title) and (form != "article" or body < 1500):
        return Kind.OTHER, evidence
    if _is_forum(tree):
        return Kind.OTHER, evidence
    # A page bar, neither heading nor date: the last page of a list, be it of one entry.
    barred = title_line < 0 and not dated and bool(bar.numbers or bar.next)
    if article and body >= (100 if form == "list" or barred else 12):
        return Kind.ARTICLE, evidence
    if evidence.listing >= 2 or form == "list" or barred:
        return Kind.LIST, evidence
    return (Kind.ARTICLE if form == "article" and title_line >= 0 else Kind.OTHER), evidence


def _weigh(tree: Tree, layout: Layout, bar: Bar, form: str, title_line: int, dated: bool, paged: bool, few: bool) -> Evidence:
    lines, zones = tree.lines, layout.zones
    body = layout.weight
    if paged and any(_RECORDS.search(lines[tree.anchors[at].line].text) for at in bar.anchors):
        paged = False
    paged = paged and (form != "list" or dated)  # the pages of a list have addresses of one shape too
    article = {"article": 2.5, "list": -1.5}.get(form, 0.0)
    article += 2.0 if dated else 0.0
    article += 1.0 if title_line >= 0 and lines[title_line].tag in ("h1", "h2") else 0.0
    article += min(body / 300, 3.0) + (min(body / 3000, 2.0) if form != "list" else 0.0)
    article += 2.0 if paged else 0.0
    turned = "turn" in layout.marks and any(
        mark == "turn" and ("篇" in line.text or "条" in line.text)
        for mark, line in zip(layout.marks, lines, strict=True)
    )
    article += 2.0 if turned else 0.0
    article += 1.5 if _STATED.search("".join(tree.json_ld)) else 1.0 if tree.meta.get("og:type") == "article" else 0.0
    listing = {"list": 2.0, "article": -1.0}.get(form, 0.0)
    listing += 2.5 if (bar.numbers or bar.next) and not paged else 0.0
    if few and article > listing + _MOST_BESIDE:
        return Evidence(article, listing + _MOST_BESIDE)
    items = dates = excerpts = entries = 0
    run = 0
    titled = {anchor.line for anchor in tree.anchors if len(anchor.text) >= 6}
    further = len(lines)  # below a dated text under its heading, a list of related articles says nothing of the page
    if dated and title_line >= 0 and body >= 60:
        further = next((at for at in range(layout.last, further) if layout.marks[at] == "related"), further)
    for index, line in enumerate(lines):
        linked = line.linked
        if not linked and not run:
            continue
        zone = zones[index]
        if linked:
            length = len(line.text)
            entries += zone is Zone.BODY and linked * 4 > length and index in titled
            if linked >= 8 and linked * 5 > 2 * length:
                run = 2
                if zone is not Zone.SIDE and index < further:
                    items += 1
                    dates += bool(_ITEM_DATE.search(line.text))
                continue
        if run:
            run -= 1
            excerpts += zone is Zone.BODY and layout.weights[index] > 20
    if entries < 5 or entries * 4 < layout.last - layout.first:
        entries = 0
    listing += min(items / 8, 2.5) + min(dates / 8, 1.5) + min(excerpts / 4, 4.0) + min(entries / 3, 4.0)
    return Evidence(article, listing)


def names_error(tree: Tree, title: str) -> bool:
    """True when `<title>` or the heading `title` speaks of an error."""
    return bool(_ERROR.search(tree.title[:80]) or _ERROR.search(title[:80]))


def _is_error(tree: Tree, title: str) -> bool:
    if names_error(tree, title):
        return True
    return len(tree.lines) < 40 and any(_ERROR.search(line.text) for line in tree.lines[:15] if len(line.text) < 80)


def _is_forum(tree: Tree) -> bool:
    first, match = _FORUM_FIRST, _FORUM.match
    signs = [line.text for line in tree.lines if line.text[0] in first and len(line.text) < 30]
    return len(signs) >= 4 and sum(1 for text in signs if match(text)) >= 4


def is_passing(tree: Tree, title: str) -> bool:
    """True for an error page that asks to come back later rather than saying that the document is no more."""
    return any(
        _PASSING.search(text) for text in (tree.title[:80], title[:80], *(line.text[:80] for line in tree.lines[:15]))
    )
