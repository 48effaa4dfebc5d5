"""The pages of one article, in order, as one page."""

from __future__ import annotations

from dataclasses import replace

from crawler.page import Page, Zone

_HEAD_OF_OTHERS = 6  # lines of a later page looked through for a repeated heading


def join_pages(pages: list[Page]) -> Page:
    """One Page of `pages`, the pages of one article in their order; its blocks carry their page's number from 1.

    Fields come from the first page that has them. A heading repeated at the top of a later page's body
    moves to HEAD. Raises ValueError for an empty list.
    """
    if not pages:
        raise ValueError("no pages to join")
    first = pages[0]
    if len(pages) == 1:
        return first
    blocks = []
    for number, page in enumerate(pages, start=1):
        seen = 0
        for block in page.blocks:
            zone = block.zone
            if number > 1 and zone is Zone.BODY and seen < _HEAD_OF_OTHERS:
                seen += 1
                if block.text in (first.title, page.title):
                    zone = Zone.HEAD
            blocks.append(replace(block, zone=zone, page=number))
    joined = replace(first, blocks=blocks, pages=len(pages), next_page="", links=[])
    known: set[str] = set()
    for page in pages:
        for link in page.links:
            if link.url not in known:
                known.add(link.url)
                joined.links.append(link)
    for name in ("title", "date", "author", "source", "tags", "breadcrumb", "description", "reject"):
        if not getattr(joined, name):
            setattr(
                joined, name, next((value for page in pages if (value := getattr(page, name))), getattr(first, name))
            )
    joined.cut = any(page.cut for page in pages)
    joined.layout = first.layout if all(page.layout for page in pages) else ""
    joined.page_urls = next((page.page_urls for page in pages if page.page_urls), [])
    joined.page_number = 1
    return joined
