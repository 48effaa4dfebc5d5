"""`read_page`: the stages in their order. Each stage is one function in the file of its name."""

from __future__ import annotations

import re

from crawler.extract.address import Resolver
from crawler.extract.body import ENOUGH, Layout, find_body, is_whole, place, weighed
from crawler.extract.container import find_container
from crawler.extract.date import find_date
from crawler.extract.encoding import decode, judge
from crawler.extract.fields import author_and_source, breadcrumb, linked_author, tags
from crawler.extract.kind import FEW, find_kind, is_passing, names_error
from crawler.extract.known import find_known
from crawler.extract.links import collect
from crawler.extract.paging import Pages, article_pages, find_bar, split
from crawler.extract.title import Title, find_title
from crawler.extract.tree import Tree
from crawler.extract.walk import read_tree
from crawler.page import Block, Kind, Knowledge, Page, Zone


def read_page(html: bytes | str, url: str = "", *, encoding: str | None = None, profile: Knowledge | None = None) -> Page:
    """The page `html` as read: kind, title, date, zoned blocks, breadcrumb, tags, author, source, links, paging.

    `url` is the page's own address (links and paging need it), `encoding` the charset that HTTP gave.
    `profile` is what is known about the pages of this site: where a layout fits beyond doubt it says where heading and
    text stand (`layout`), and its furniture is marked. Never raises
    for a broken page: what cannot be read is empty, `reject` says "mojibake", `cut` that a budget ran out.
    """
    if isinstance(html, bytes):
        text, name, reject = decode(html, encoding)
    else:
        text, name, reject = html, "", judge(html)
    tree = read_tree(text)
    page = Page(url=url, encoding=name, reject=reject, cut=tree.cut)
    title, layout, known = _found(tree, profile, url)
    page.title = title.text
    page.where["title"], page.confidence["title"] = title.where, title.confidence
    resolver = Resolver(url, tree.base)
    bar = find_bar(tree, resolver)
    pages = article_pages(bar, url) if url else Pages()
    date = find_date(tree, layout.zones, layout.marks, title.line, layout.first, layout.last)
    page.kind, _ = find_kind(tree, layout, bar, url, title.text, title.line, bool(date.text), bool(pages.urls), known != "")
    if known and page.kind is not Kind.ARTICLE:  # a list, a notice of the site's own: in the template of articles
        page = read_page(html, url, encoding=encoding)
        return page if profile is None else profile.apply(page)
    page.layout = known
    page.box = tree.way(layout.container)
    if page.kind is not Kind.LIST:  # there it is the date of an entry
        page.date, page.where["date"], page.confidence["date"] = date
    _fields(page, tree, layout, title.line)
    if page.kind is Kind.ERROR and is_passing(tree, title.text):
        page.where["error"] = "later"
    article = page.kind is Kind.ARTICLE
    page.title = _without_number(page.title, url)
    if article:
        page.page_urls, page.page_number, page.next_page = pages.urls, pages.number, pages.next
    else:
        page.next_page = bar.next if bar.next != url else ""
    page.links = collect(tree, resolver, bar, set(pages.urls) if article else set(), in_list=not article)
    page.canonical = resolver.absolute(tree.canonical) if tree.canonical else ""
    page.blocks = blocks(tree, layout)
    return page if profile is None else profile.apply(page)


def _found(tree: Tree, knowledge: Knowledge | None, url: str) -> tuple[Title, Layout, str]:
    """Heading and body, and the layout of the site that told where they stand: "" when general rules found them.

    A page that is not read by its layout after all costs no more than one of an unknown site: what was weighed stays.
    """
    known = find_known(tree, knowledge, url) if knowledge is not None else None
    if known is None or names_error(tree, known.title.text):
        title = find_title(tree)
        return title, find_body(tree, title.line), ""
    layout = weighed(tree, known.title.line)
    if is_whole(tree, layout, known.title.line, known.box):
        place(tree, layout, known.title.line, known.box)
        if layout.weight >= ENOUGH and not _has_entries(tree, layout):
            return known.title, layout, known.layout
        layout = weighed(tree, known.title.line)  # the marks too: to place a post of a blog changes them
    title = find_title(tree)
    if title.line != known.title.line:
        layout = weighed(tree, title.line)
    place(tree, layout, title.line, find_container(tree, layout.weights, layout.marks, title.line))
    return title, layout, ""


def _has_entries(tree: Tree, layout: Layout) -> bool:
    """True when links stand between the paragraphs, as in a list with excerpts: such a page is weighed as a whole."""
    entries = sum([line.linked * 4 > len(line.text) for line in tree.lines[layout.first : layout.last]])
    return entries > FEW


_PAGE_NUMBER = re.compile(r"\s*[(（]\s*第?\s*(\d{1,3})\s*页?(?:\s*/\s*\d+)?\s*[)）]$")


def _without_number(title: str, url: str) -> str:
    """The heading of a later page, "…(2)", without the number that the address has too."""
    found = _PAGE_NUMBER.search(title)
    if found and any(number == int(found[1]) for _, number in split(url)):
        return title[: found.start()]
    return title


def _fields(page: Page, tree: Tree, layout: Layout, title_line: int) -> None:
    crumbs, where = breadcrumb(tree, layout.marks, title_line, layout.first)
    page.breadcrumb = crumbs
    if where:
        page.where["breadcrumb"] = where
    page.tags, where = tags(tree, layout.zones, layout.marks, layout.first, layout.last)
    if where:
        page.where["tags"] = where
    head, tail = Zone.HEAD, Zone.TAIL
    near = [
        tree.lines[index].text
        for index, zone in enumerate(layout.zones)
        if zone is head or (zone is tail and (layout.marks[index] or index < layout.last + 4))
    ]
    page.author, page.source = author_and_source(near)
    page.author = page.author or linked_author(tree, layout.zones)
    page.description = tree.meta.get("description", "") or tree.meta.get("og:description", "")


def blocks(tree: Tree, layout: Layout) -> list[Block]:
    """The displayed lines in document order, each with its zone."""
    elements, path = tree.elements, tree.path
    paths: dict[int, str] = {}
    made = []
    for line, zone in zip(tree.lines, layout.zones, strict=True):
        text, at = line.text, line.element
        if zone is Zone.SIDE:
            made.append(Block(text, zone, line.tag, line.gap, line.linked / len(text), 0, 1, elements[at].tag))
            continue
        where = paths.get(at)
        if where is None:
            where = paths[at] = path(at)
        made.append(Block(text, zone, line.tag, line.gap, line.linked / len(text), line.indent, 1, where))
    return made
