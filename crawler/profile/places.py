"""Where things stand on an article page, by the paths of its blocks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache

from crawler.extract.known import masked
from crawler.page import Page, Zone

_PARAGRAPHS = frozenset("p li dd dt h1 h2 h3 h4 h5 h6 blockquote pre tr td figcaption center span font".split())
_SURE = 0.9  # of the pages of a layout have their article in one element
LEAST_SHARE = 0.1  # of the sampled pages: fewer are odd pages, not a layout of the site
_LEAST_PAGES = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """One template of the site. Paths as in `crawler.page.Block`; "" for what the pages do not show.

    `container` holds the text, `box` the article: on nearly all pages that have this layout, which are `share` (0 to 1) of
    those that were looked at.
    """

    container: str
    share: float = 1.0
    title: str = ""
    date: str = ""
    body: str = ""
    breadcrumb: str = ""
    tags: str = ""
    box: str = ""


def container(page: Page) -> str:
    """The path of the element that holds most of the text; "" for a page without text."""
    body = Zone.BODY
    paths: dict[str, int] = {}
    for block in page.blocks:
        if block.zone is body and block.path:
            paths[block.path] = paths.get(block.path, 0) + len(block.text)
    weights: dict[str, int] = {}
    for path, size in paths.items():
        where = _holder(path)
        weights[where] = weights.get(where, 0) + size
    return max(weights, key=lambda path: (weights[path], path)) if weights else ""


@lru_cache(maxsize=4096)
def _holder(path: str) -> str:
    """The element that holds a line: around its paragraph, or its own."""
    above, _, here = masked(path).rpartition(">")
    plain = re.split("[#.]", here, maxsplit=1)[0] in _PARAGRAPHS
    return above if plain and above else here


def find_layouts(pages: list[Page]) -> tuple[Layout, ...]:
    """The layouts of the site, told apart by the element that holds the text; the commonest first."""
    groups: defaultdict[str, list[Page]] = defaultdict(list)
    for page in pages:
        if where := container(page):
            groups[where].append(page)
    least = max(_LEAST_PAGES, LEAST_SHARE * len(pages))
    made = [_layout(where, group, len(pages)) for where, group in groups.items() if len(group) >= least]
    return tuple(sorted(made, key=lambda layout: (-layout.share, layout.container)))


def _layout(where: str, pages: list[Page], of: int) -> Layout:
    def most(paths: list[str]) -> str:
        counted = Counter(path for path in paths if path)
        best = max(counted, key=lambda path: (counted[path], path), default="")
        return best if counted[best] * 2 >= len(pages) else ""

    return Layout(
        container=where,
        share=round(len(pages) / of, 3),
        title=most([_place(page, page.title, Zone.HEAD) for page in pages]),
        date=most([_place(page, page.date, Zone.HEAD, Zone.TAIL) for page in pages]),
        body=most([_body(page) for page in pages]),
        breadcrumb=most([_place(page, page.breadcrumb[0] if page.breadcrumb else "", Zone.HEAD) for page in pages]),
        tags=most([_place(page, page.tags[0] if page.tags else "", Zone.TAIL, Zone.HEAD) for page in pages]),
        box=_box(pages),
    )


def _box(pages: list[Page]) -> str:
    """The element that holds the article; "" when pages differ too much to rely on it."""
    counted = Counter(masked(page.box) for page in pages)
    best = max(counted, key=lambda path: (counted[path], path))
    return best if counted[best] >= _SURE * len(pages) else ""


def _place(page: Page, text: str, *zones: Zone) -> str:
    """The path of the first line of `zones` that shows `text`; a line that is nothing else comes first."""
    if not text:
        return ""
    held = [block for block in page.blocks if block.zone in zones and text in block.text]
    best = min(held, key=lambda block: len(block.text), default=None)
    return masked(best.path) if best else ""


def _body(page: Page) -> str:
    weights: Counter[str] = Counter()
    for block in page.blocks:
        if block.zone is Zone.BODY:
            weights[masked(block.path)] += len(block.text)
    return max(weights, key=lambda path: (weights[path], path), default="")
