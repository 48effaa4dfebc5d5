"""What is known of one site during a run: what its pages showed, what they cost, which addresses are twins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from crawler.page import Kind, LinkKind, Page
from crawler.traps.budget import Budget
from crawler.traps.fading import Fading
from crawler.traps.shapes import circles, shapes
from crawler.traps.twins import Claims, Numbers, Slots
from crawler.urls import url_key

# What a page that brings no document costs of its shape's budget: a removed article leads nowhere and costs little to
# ask for; a copy is told in its own feed, of the same site it costs more; a page that is neither list nor document is the stuff of traps.
COSTS = {"gone": 0.4, "duplicate": 0.25, "again": 0.5, "rejected": 1.0, "other": 1.0}
# A list is worth its visit at once when it shows articles; but after so many lists that showed articles of one shape,
# one of these must turn out to be a document. Lists are fetched first: a library may have hundreds.
PROMISES = 40
SHOWN = 10_000  # links of one site that are remembered as shown: the articles of 500 list pages
Links = Sequence[tuple[str, LinkKind]]
Kept = list[tuple[str, LinkKind]]


class Verdict(NamedTuple):
    """`reason` why an address is not fetched ("" when it is); `instead` is the address to ask for in its place, if any."""

    reason: str = ""
    instead: str = ""


GO = Verdict()
CIRCLES, SAME_PAGE, BARREN, ALIAS = "addresses in circles", "pages seen before", "nothing new", "other addresses of a page"


class SiteTraps:
    """`counts` are the hits by their reason, shared by all sites."""

    def __init__(self, pages: int, counts: Counter[str]):
        self.counts, self.counted = counts, 0  # entries that the owner has counted
        self.budget = Budget(pages)
        self.slots, self.numbers, self.claims = Slots(), Numbers(), Claims()
        self._shown: Fading[int, bool] = Fading(SHOWN)  # hashes of links to articles
        self._sights: Fading[int, str] = Fading(SHOWN)  # where a page was seen first
        # Which list first led to a page, and whether it was taken for worth its visit at once.
        self._from: Fading[int, tuple[str, bool]] = Fading(SHOWN)
        self._promises: Counter[str] = Counter()  # lists that showed articles of a shape since the last document of it

    def __len__(self) -> int:
        learned = len(self.slots) + len(self.numbers) + len(self.claims)
        return len(self.budget) + learned + len(self._shown) + len(self._sights) + len(self._from)

    def read(self, url: str, page: Page, links: Links, sight: int) -> Kept:
        """The links to follow of the page that `url` brought, which shows `sight`; see `Traps.read`."""
        self.slots.read(url, sight)
        article = page.kind is Kind.ARTICLE
        if article:
            self.numbers.read(url, sight)
        first = self._sights.get(sight)
        if first is None:
            self._sights.put(sight, url_key(url))
        elif first != url_key(url) and page.kind is not Kind.ERROR:
            self.counts[SAME_PAGE] += 1
            self.budget.pay(url, COSTS["again" if article else "other"])
            if not article:
                return []
        if page.kind is Kind.ERROR:
            return []  # it says where one might go instead; what it cost is told by `landed`
        kept = self._kept(links)
        if article:  # a copy has neighbours of its own, and what it recommends is no list that has been walked
            return kept
        if self._show(url, kept):
            self._earned(url, proven=False)
        else:
            self.budget.pay(url, COSTS["other"])
        return kept

    def _kept(self, links: Links) -> Kept:
        kept = [link for link in links if not circles(link[0])]
        if len(kept) < len(links):
            self.counts[CIRCLES] += len(links) - len(kept)
        return [(self.slots.rewritten(url), kind) for url, kind in kept] if self.slots.learned else kept

    def _show(self, url: str, links: Links) -> bool:
        """Notes what a list shows; whether an article is among it that no list has shown, of a shape that is worth it."""
        own = shapes(url)[0]
        promised: set[str] = set()
        for link, kind in links:
            if kind is not LinkKind.ARTICLE or hash(link) in self._shown:
                continue
            self._shown.put(hash(link), True)
            shape = shapes(link)[0]
            if shape != own and shape not in promised and not self.budget.spent(link):
                promised.add(shape)
        new = any(self._promises[shape] < PROMISES for shape in promised)
        self._promises.update(promised)
        for link, _ in links:
            if hash(link) not in self._from:
                self._from.put(hash(link), (url, new))
        return new

    def _earned(self, url: str, proven: bool) -> None:
        """Something new at `url`: so the list that led there was worth its visit, if that was not known already."""
        self.budget.earn(url, proven)
        above = self._from.get(hash(url))
        if above:
            self.budget.earn(above[0], proven, again=above[1])

    def landed(self, url: str, outcome: str) -> None:
        """What became of a page; see `Traps.landed`."""
        if outcome == "document":
            self._promises.pop(shapes(url)[0], None)
            self._earned(url, proven=True)
        elif outcome in COSTS:
            self.budget.pay(url, COSTS[outcome], alone=outcome == "gone")

    def look(self, url: str) -> Verdict:
        """Whether to fetch `url`; see `Traps.look`."""
        if circles(url):
            return Verdict(CIRCLES)
        instead = self.slots.rewritten(url)
        if instead != url:
            return Verdict(ALIAS, instead)
        if self.numbers.twin(url):
            return Verdict(ALIAS)
        return GO if self.budget.allows(url) else Verdict(BARREN)
