"""What is known of a page's site: for commands that read pages without a crawl. Looks into the ledger, changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from crawler.ledger import LedgerError
from crawler.ledger.glance import Glance
from crawler.profile import Lessons, Profile, ProfileError, from_dict
from crawler.sites import Site
from crawler.text import printable


class Found(NamedTuple):
    """What a crawl learned of a site, and what a person wrote of it in data/sites/`name`.toml; None for what there is not."""

    learned: Profile | None = None
    given: Profile | None = None
    name: str = ""

    @property
    def applied(self) -> Profile | None:
        """The profile that a crawl would read a page of this site with: the person's words win."""
        return Lessons[None](self.learned, self.given).applied

    @property
    def words(self) -> str:
        """Where it comes from, for people; "" when nothing is known."""
        given, learned = self.given, self.learned
        said = []
        if learned and not (given and given.is_complete):
            said.append(f"learned from {learned.pages} articles")
        if given:
            keys = ", ".join(key for key in sorted(given.given) if key in ("keep", "drop", "layouts", "repeats"))
            said.append(f"given in data/sites/{self.name}.toml{f' ({keys})' if keys else ''}")
        return "; ".join(said)


class Known:
    """Answers for every site. What cannot be read is told in one line, and general rules have to do."""

    def __init__(self, glance: Glance, sites: Iterable[Site], told: Callable[[str], None]):
        self._glance, self._told = glance, told
        self._sites = {host: site for site in sites for host in site.hosts}
        self._closed = False

    def of(self, host: str) -> Found:
        """What is known of this site (as `urls.site_of` names it); nothing of ""."""
        site = self._sites.get(host)
        learned = self._learned(host) if host and not self._closed else None
        return Found(learned, site.profile, site.name) if site and site.profile else Found(learned)

    def _learned(self, host: str) -> Profile | None:
        try:
            data = self._glance.profile(host)
        except LedgerError as error:
            self._closed = True
            self._told(f"{error}; until then pages are read without what crawls have learned")
            return None
        try:
            return None if data is None else from_dict(data, f"the stored profile of {host}")
        except ProfileError as error:
            self._told(f"{printable(str(error), 200)}; it is left aside, and the next crawl learns it anew")
            return None
