"""The links of a page: every address of the same site once, with what it probably leads to."""

from __future__ import annotations

import re
from collections import Counter

from crawler.extract.address import Resolver, family, is_file, shape
from crawler.extract.paging import Bar
from crawler.extract.tree import Tree
from crawler.page import Link, LinkKind

_MORE = re.compile(r"^[\s\[【(（]*(?:更多|more|查看更多|进入频道|全部)[\s>›».…\]】)）+]*$", re.I)
_READ = re.compile(r"^[\s\[【(（]*(?:阅读全文|查看全文|全文|详细|详情|阅读更多|继续阅读|read more)[\s>›».…\]】)）]*$", re.I)


def collect(tree: Tree, resolver: Resolver, bar: Bar, own: set[str], in_list: bool) -> list[Link]:
    """The same-site links in page order. `own` are the article's pages (left out), `in_list` says that `bar` pages a list."""
    found: dict[str, Link] = {}
    paging: set[str] = set()
    for index, anchor in enumerate(tree.anchors):
        if anchor.href[:1] == "#" or anchor.href[:11].lower() == "javascript:":
            continue
        url = resolver.absolute(anchor.href)
        if not url or url in own or not resolver.same_site(url) or is_file(url):
            continue
        if index in bar.anchors:
            if in_list:
                paging.add(url)
        elif anchor.tag == "option" and not in_list:
            continue
        text = anchor.text or anchor.title
        known = found.get(url)
        if known is None:
            found[url] = Link(url, text)
        elif len(text) > len(known.text) and not _READ.match(text):
            known.text = text
    _classify(found, paging)
    return list(found.values())


def _classify(found: dict[str, Link], paging: set[str]) -> None:
    """Kinds by shape of the address and length of the text; links of one family share what most of them are."""
    long: Counter[str] = Counter()
    count: Counter[str] = Counter()
    shapes: dict[str, tuple[str, str]] = {}
    for url, link in found.items():
        shapes[url] = shape(url), family(url)
        kind = shapes[url][1]
        count[kind] += 1
        long[kind] += len(link.text) >= 8
    for url, link in found.items():
        form, kind = shapes[url]
        length = len(link.text)
        if url in paging:
            link.kind = LinkKind.PAGING
        elif form in ("other", "home"):
            link.kind = LinkKind.OTHER
        elif form == "article":
            alone = length < 5 and long[kind] * 4 < count[kind]
            link.kind = LinkKind.LIST if alone and _MORE.match(link.text) else LinkKind.ARTICLE
        elif form == "list":
            title = length >= 12 and not _MORE.match(link.text)
            link.kind = LinkKind.ARTICLE if title and long[kind] >= 3 and long[kind] * 2 > count[kind] else LinkKind.LIST
        else:
            link.kind = LinkKind.ARTICLE if length >= 8 else LinkKind.LIST
