"""The façade: the traps of all sites of a run."""

from __future__ import annotations

from collections import Counter, OrderedDict

from crawler.page import Page
from crawler.traps.sight import fingerprint
from crawler.traps.site import GO, Kept, Links, SiteTraps, Verdict
from crawler.urls import BadUrl, canonical, site_of

PAGES = 8  # see TRAP_PAGES in crawler/settings.py
ENTRIES = 400_000  # of all sites together: about 60 MB; the site that was not met for the longest time is forgotten


class Traps:
    """`pages` may come without anything new from addresses of one shape; 0 for no limit. `counts` are the hits by reason, for the owner to take out."""

    def __init__(self, pages: int = PAGES):
        self.pages = pages
        self.counts: Counter[str] = Counter()
        self._sites: OrderedDict[str, SiteTraps] = OrderedDict()
        self._entries = 0
        self._last: tuple[Page, int] | None = None

    def _of(self, url: str) -> SiteTraps:
        name = site_of(url)
        site = self._sites.get(name)
        if site is None:
            site = self._sites[name] = SiteTraps(self.pages, self.counts)
        self._sites.move_to_end(name)
        return site

    def read(self, url: str, page: Page, links: Links) -> Kept:
        """Those of `links` (canonical, of one site) that are to be followed from `page`, which came from `url`.

        None when the page was seen under another address; none that lead in circles; session ids as they were met first.
        """
        site = self._of(url)
        kept = site.read(url, page, links, self._sight(page))
        self._last = None
        self._entries += len(site) - site.counted
        site.counted = len(site)
        while self._entries > ENTRIES and len(self._sites) > 1:
            self._entries -= self._sites.popitem(last=False)[1].counted
        return kept

    def landed(self, url: str, outcome: str) -> None:
        """What became of the page at `url`: "document", "duplicate", "rejected", "gone"; other words say nothing."""
        self._of(url).landed(url, outcome)

    def look(self, url: str) -> Verdict:
        """Whether to fetch the page at `url`, by what is known of its site now. To be asked once for each decision."""
        return self._of(url).look(url) if site_of(url) in self._sites else GO

    def spent(self, url: str) -> bool:
        """Whether addresses like `url` have cost enough: then `look` refuses all but a few."""
        return self._of(url).budget.spent(url)

    def address(self, url: str, page: Page) -> tuple[str, bool]:
        """The best address of the article `page`, which came from `url`: the one that it names itself, when that is plausible.

        And whether that address needs no visit of its own any more.
        """
        try:
            claim = canonical(page.canonical) if page.canonical else ""
        except BadUrl:
            claim = ""
        return self._of(url).claims.read(url, claim, self._sight(page))

    def _sight(self, page: Page) -> int:
        """The page's fingerprint, which is asked for twice in a row."""
        if self._last is None or self._last[0] is not page:
            self._last = page, fingerprint(page)
        return self._last[1]
