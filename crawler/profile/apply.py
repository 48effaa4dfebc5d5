"""A profile at work on one page: the furniture at the edges of its body is marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from crawler.page import Block, Kind, Page
from crawler.profile.edges import EDGES, bare, bodies, key_of, run

RULE = "profile-repeat"  # stands at every line that a profile takes out


def marked(page: Page, known: Mapping[str, frozenset[str]]) -> Page:
    """`page` with the `known` lines of each edge marked (`Block.rule`), for `clean` to drop and tell.

    A page of a joined article has edges of its own. Anything but an article comes back as it is.
    """
    if page.kind is not Kind.ARTICLE:
        return page
    edges = [edge for edge in EDGES if known[edge]]
    if not edges:
        return page
    found: set[int] = set()
    name = bare(page.title)
    for body in bodies(page):

        def key_at(at: int, body: list[tuple[int, Block]] = body) -> str:
            return key_of(body[at][1].text, name)

        for edge in edges:
            found.update(body[at][0] for at in run(len(body), key_at, edge, known[edge]))
    if not found:
        return page
    blocks = [replace(block, rule=RULE) if index in found else block for index, block in enumerate(page.blocks)]
    return replace(page, blocks=blocks)
