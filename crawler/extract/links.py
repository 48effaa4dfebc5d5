"""The links of a page: every address of the same site once, with what it probably leads to."""

from __future__ import annotations

import re

from crawler.extract.address import Resolver, Target
from crawler.extract.paging import Bar
from crawler.extract.tree import Tree
from crawler.page import Link, LinkKind

_MORE = re.compile(r"^[\s\[【(（]*(?:更多|more|查看更多|进入频道|全部)[\s>›».…\]】)）+]*$", re.I)
_READ = re.compile(
    r"^[\s\[【(（]*(?:阅读全文|查看全文|全文|详细|详情|阅读更多|继续阅读|read more)[\s>›».…\]】)）]*$", re.I
)


def collect(tree: Tree, resolver: Resolver, bar: Bar, own: set[str], in_list: bool) -> list[Link]:
    """The same-site links in page order. `own` are the article's pages (left out), `in_list` says that `bar` pages a list."""
    found: dict[str, Link] = {}
    forms: dict[str, Target] = {}
    paging: set[str] = set()
    for index, anchor in enumerate(tree.anchors):
        href = anchor.href
        if href[0] == "#" or (anchor.tag == "option" and not in_list):
            continue
        target = resolver.target(href)
        if target is None or target.url in own:
            continue
        url = target.url
        if in_list and index in bar.anchors:
            paging.add(url)
        text = anchor.text or anchor.title
        known = found.get(url)
        if known is None:
            found[url] = Link(url, text)
            forms[url] = target
        elif len(text) > len(known.text) and not _READ.match(text):
            known.text = text
    _classify(found, forms, paging)
    return list(found.values())


def _classify(found: dict[str, Link], forms: dict[str, Target], paging: set[str]) -> None:
    """Kinds by shape of the address and length of the text; links of one family share what most of them are."""
    long: dict[str, int] = {}
    count: dict[str, int] = {}
    for url, link in found.items():
        family = forms[url].family
        count[family] = count.get(family, 0) + 1
        if len(link.text) >= 8:
            long[family] = long.get(family, 0) + 1
    for url, link in found.items():
        _, form, family = forms[url]
        if url in paging:
            link.kind = LinkKind.PAGING
        elif form == "article":
            link.kind = (
                LinkKind.LIST if link.text and len(link.text) < 7 and _MORE.match(link.text) else LinkKind.ARTICLE
            )
        elif form in ("other", "home"):
            link.kind = LinkKind.OTHER
        elif form == "list":
            title = len(link.text) >= 12 and not _MORE.match(link.text)
            many = long.get(family, 0)
            link.kind = LinkKind.ARTICLE if title and many >= 3 and many * 2 > count[family] else LinkKind.LIST
        else:
            link.kind = LinkKind.ARTICLE if len(link.text) >= 8 else LinkKind.LIST
