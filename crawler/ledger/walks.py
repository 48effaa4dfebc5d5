"""How far down a list a run walks: pure decisions, no database.

New documents appear at the top of a list. So a walk goes on from page to page while a page shows an article
that was unknown before this round, and stops at the first page that shows none. The exception is a walk that
was cut off (a page of it failed, or a limit ended the run and its round grew too old): below the place where
it ended there may be documents nobody has seen, so the next walk goes to the end.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from enum import IntEnum

from crawler.ledger.units import ARTICLE, Link


class Walk(IntEnum):
    """The state of a list, kept with its first page."""

    WHOLE = 0  # the last walk reached known documents or the end
    OPEN = 1  # this round's walk is under way
    CUT = 2  # never walked to the end since the last cut: go all the way


class ListWalks:
    """The walks of one run. Remembers the new articles on the last page of each walk, and nothing of walks that go all the way."""

    def __init__(self) -> None:
        self._shown: dict[int, set[str]] = {}

    def after(self, root: int, walk: int, links: Iterable[Link], fresh: Container[str]) -> tuple[bool, Walk]:
        """After one page of the list `root` with these `links`: whether its further pages are visited, and its state.

        A new article in a side bar stands on every page of a list: it does not count where the page before showed it.
        The list becomes WHOLE when no page of it is left to fetch, which the ledger finds out.
        """
        if walk == Walk.CUT:
            return True, Walk.CUT
        new = {link.url for link in links if link.kind == ARTICLE and link.url in fresh}
        on = not new <= self._shown.get(root, set())
        self._shown[root] = new
        return on, Walk.OPEN
