"""Pages of one site → its profile. Deterministic: the same pages, in whatever order, make the same profile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from crawler.extract.address import family
from crawler.page import Kind, LinkKind, Page
from crawler.profile.edges import bodies, key_of
from crawler.profile.engine import find_engine
from crawler.profile.model import Profile
from crawler.profile.places import LEAST_SHARE, Layout, container, find_layouts
from crawler.profile.repeats import Repeat, find_repeats

LEAST = 5  # articles: below, what comes again may be chance
_SHAPES = 3
_COMMON = 0.2  # of the addresses of a kind: rarer shapes are odd ones


def learn(pages: Sequence[Page]) -> Profile:
    """What the article pages among `pages` have in common. Never raises.

    With fewer than LEAST articles, or when their texts are all alike, `problem` says so and general rules have to do.
    """
    articles = sorted((page for page in pages if page.kind is Kind.ARTICLE), key=lambda page: page.url)
    if len(articles) < LEAST:
        return Profile(pages=len(articles), problem=f"only {len(articles)} articles: at least {LEAST} are needed")
    different = _different(articles)
    if len(different) * 2 < len(articles) or len(different) < LEAST:
        said = f"{len(articles)} pages, but only {len(different)} different texts"
        return Profile(pages=len(articles), problem=said)
    layouts = find_layouts(articles)
    links = [link for page in articles for link in page.links]
    return Profile(
        pages=len(articles),
        engine=find_engine(articles),
        articles=_shapes((page.url for page in articles), LEAST_SHARE),
        lists=_shapes(link.url for link in links if link.kind is LinkKind.LIST),
        paging=_shapes(url for page in articles for url in page.page_urls if url != page.url),
        layouts=layouts,
        repeats=_repeats(different, layouts),
    )


def _repeats(pages: list[Page], layouts: Sequence[Layout]) -> tuple[Repeat, ...]:
    """The furniture of all pages, and that of each layout: a rare one has its own."""
    groups = [[page for page in pages if container(page) == layout.container] for layout in layouts]
    found: dict[tuple[str, str], Repeat] = {}
    for group in [pages, *(group for group in groups if LEAST <= len(group) < len(pages))]:
        for repeat in find_repeats(group):
            found.setdefault((repeat.text, repeat.edge), repeat)
    return tuple(sorted(found.values(), key=lambda repeat: (-repeat.count, repeat.edge, repeat.text)))


def _different(pages: list[Page]) -> list[Page]:
    """One page of each text: copies would make furniture of what they say. The middle of a text tells it from others."""
    seen: dict[str, Page] = {}
    for page in pages:
        lines = [key_of(block.text) for body in bodies(page) for _, block in body]
        middle = max(lines[len(lines) // 4 : len(lines) - len(lines) // 4] or [""], key=len)
        seen.setdefault(middle, page)
    return list(seen.values())


def _shapes(urls: Iterable[str], share: float = _COMMON) -> tuple[str, ...]:
    counted = Counter(family(url) for url in urls if url)
    common = [shape for shape, count in counted.items() if count >= share * counted.total()]
    return tuple(sorted(common, key=lambda shape: (-counted[shape], shape))[:_SHAPES])
