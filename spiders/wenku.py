"""The spider for any document library: from its home page over its lists to every article, once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.extract import Wall, in_the_way, join_pages, read_page, wall_of
from crawler.extract.address import shape
from crawler.items import Article, Found
from crawler.page import Kind, Knowledge, LinkKind, Page
from crawler.sitemap import read_sitemap
from crawler.sites import Site, SiteError, choose
from crawler.traps import Traps, fingerprint
from crawler.urls import canonical, followable, site_of, url_key

# What is fetched first: lists before their articles, so that paging starts early; the next page of an
# article that is half read before everything else; deep paging behind the articles already known.
PRIORITY = {LinkKind.LIST: 30, LinkKind.ARTICLE: 20, LinkKind.PAGING: 10, LinkKind.OTHER: 0}
PART = 50
SITEMAP, NAMED = 1, 2  # further sitemaps, and what they name: behind everything that the lists show
GONE = (404, 410)
Output = Iterator[Request | Article | Found]


def check_arguments(start_urls: str = "", sites: str = "", full: str = "", **others: Any) -> list[Site]:
    """The sites that the arguments of the spider mean. Raises SiteError for wrong ones, and for arguments nobody reads.

    Names that begin with an underscore are passed by schedulers (scrapyd's `_job`) and mean nothing here.
    """
    unknown = [name for name in others if not name.startswith("_")]
    if unknown:
        raise SiteError(f"unknown argument {unknown[0]!r}; known arguments are start_urls, sites, full")
    if full not in ("", "0", "1"):
        raise SiteError(f"full must be 1 (visit everything again) or 0, not {full!r}")
    return choose(start_urls, sites)


class WenkuSpider(Spider):
    """`-a start_urls=…` crawls any library, `-a sites=…` configured ones; neither, every enabled one; `-a full=1` visits everything again."""

    name = "wenku"
    crawls_sites = True  # its pages belong into the ledger

    max_pages, max_entries, max_sitemaps = 100, 50_000, 100  # from the settings
    knows: Callable[[str], Knowledge | None] = staticmethod(lambda site: None)  # what a site's pages are read with; the crawl sets it

    def __init__(self, **kwargs: Any):
        super().__init__()
        self.sites = check_arguments(**kwargs)
        self.full = kwargs.get("full") == "1"
        self.traps = Traps()
        self.hosts = {host: site for site in self.sites for host in site.hosts}
        self._sitemaps: defaultdict[str, set[str]] = defaultdict(set)  # those of each site in this run
        self._skip = {host: re.compile("|".join(site.skip)) for host, site in self.hosts.items() if site.skip}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> WenkuSpider:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.max_pages = crawler.settings.getint("ARTICLE_MAX_PAGES")
        spider.traps = Traps(crawler.settings.getint("TRAP_PAGES"))
        spider.max_entries = crawler.settings.getint("SITEMAP_MAX_ENTRIES")
        spider.max_sitemaps = crawler.settings.getint("SITEMAP_MAX_FILES")
        return spider

    async def start(self) -> AsyncIterator[Request]:
        for site in self.sites:
            for url in site.start_urls:
                yield Request(url, self.parse, errback=self.failed, priority=PRIORITY[LinkKind.LIST], meta={"kind": "list"})

    def parse(self, response: Response, **kwargs: Any) -> Output:
        """An article becomes an item (after its other pages were fetched); every page gives its links."""
        if site_of(canonical(response.url)) not in self.hosts:
            asked = response.meta.get("redirect_urls", [response.url])[0]
            self.logger.warning("%s leads to %s, another site: it is not crawled; name it in start_urls", asked, response.url)
            self._count("offsite")
            response.meta["page_kind"] = Kind.OTHER
            return
        if response.meta.get("kind") == "sitemap":
            yield from self._named(response)
            return
        page = self._read(response)
        wall = wall_of(page, response.body)
        if wall and in_the_way(wall, response.meta.get("kind", "")):
            self._met(wall, response)
            return
        later = page.kind is Kind.ARTICLE and page.page_number > 1 and page.page_urls
        response.meta["page_kind"] = "part" if later else page.where.get("error", page.kind)
        self._count(f"pages/{page.kind}")
        if page.kind is Kind.ARTICLE and not later:
            yield from self._article([page], response)
        if page.cut:
            self._count("noted/pages cut off by the parser's budget")
        found = [(link.url, link.kind) for link in page.links]
        if later:
            found.insert(0, (page.page_urls[0], LinkKind.ARTICLE))
        elif page.kind is not Kind.ARTICLE and page.next_page:
            found.insert(0, (page.next_page, LinkKind.PAGING))
        links = [(made, kind) for url, kind in found if (made := self._followable(url))]
        if not later:
            links = self._kept(canonical(response.url), page, links)
        if links:
            yield Found([(url, kind.value, PRIORITY[kind]) for url, kind in links])

    def _read(self, response: Response) -> Page:
        return read_page(response.body, response.url, profile=self.knows(site_of(canonical(response.url))))

    def _kept(self, url: str, page: Page, links: list[tuple[str, LinkKind]]) -> list[tuple[str, LinkKind]]:
        """The links that lead into no trap; the hits are counted."""
        kept = self.traps.read(url, page, links)
        for reason, count in self.traps.counts.items():
            self._count(f"noted/{reason}", count)
        self.traps.counts.clear()
        return kept

    def parse_part(self, response: Response, pages: list[Page], first: str) -> Output:
        """A later page of an article whose first pages are at hand; not one of these again, to which some sites redirect."""
        page = self._read(response)
        again = url_key(canonical(response.url)) in {url_key(canonical(read.url)) for read in pages}
        wall = wall_of(page, response.body)
        if wall:
            self._met(wall, response)
            return
        if page.kind is Kind.ARTICLE and not again and fingerprint(page) == fingerprint(pages[-1]):
            self._count("noted/pages of an article that repeat")  # page=999 answered with the last page
            yield self._joined(pages, first)
        elif page.kind is Kind.ARTICLE and not again:
            yield from self._article([*pages, page], response, first)
        else:
            yield self._joined(pages, first, cut=True)

    def _article(self, pages: list[Page], response: Response, first: str = "") -> Output:
        if not first:
            first, covered = self.traps.address(canonical(response.url), pages[0])
            if covered:
                response.meta["covers"] = first
        following = pages[-1].next_page and followable(pages[-1].next_page, self.hosts)
        read = {url_key(canonical(page.url)) for page in pages}
        if following and url_key(following) not in read and len(pages) < self.max_pages:
            yield Request(
                following,
                self.parse_part,
                errback=self.part_failed,
                dont_filter=True,
                priority=PART,
                cb_kwargs={"pages": pages, "first": first},
            )
        else:
            cut = len(pages) >= self.max_pages and bool(following)
            if cut:
                self._count("noted/articles of more than ARTICLE_MAX_PAGES")
            yield self._joined(pages, first, cut=cut)

    def _joined(self, pages: list[Page], first: str, cut: bool = False) -> Article:
        page = join_pages(pages)
        page.cut = page.cut or cut
        url = canonical(first)
        return Article(page, url=url, site=site_of(url), fetched_at=datetime.now(UTC).isoformat(timespec="seconds"))

    def _met(self, wall: Wall, response: Response) -> None:
        """A page that stands in the way of the one that was promised."""
        response.meta["page_kind"] = wall
        self._count(f"noted/pages behind {wall}")

    def _named(self, response: Response) -> Output:
        """What a sitemap names: its pages, and further sitemaps as long as the site has not had enough of them."""
        response.meta["page_kind"] = "sitemap"
        found = read_sitemap(response.body, response.url, most=self.max_entries)
        self._count("noted/bad entries of sitemaps", found.bad)
        self._count("noted/sitemaps that were cut off (SITEMAP_MAX_ENTRIES)", int(found.cut))
        known = self._sitemaps[site_of(canonical(response.url))]
        known.add(canonical(response.url))
        links: list[tuple[str, str, int]] = []
        for url in found.sitemaps:
            if site_of(url) not in self.hosts or url in known:
                continue
            if len(known) >= self.max_sitemaps:
                self._count("noted/sitemaps left out (SITEMAP_MAX_FILES)")
                continue
            known.add(url)
            links.append((url, "sitemap", SITEMAP))
        for url in found.pages:
            kind = LinkKind.ARTICLE if shape(url) == "article" else LinkKind.OTHER
            if made := self._followable(url):
                links.append((made, kind.value, NAMED if kind is LinkKind.ARTICLE else 0))
        yield Found(links)

    def _followable(self, url: str) -> str | None:
        made = followable(url, self.hosts)
        if not made or not self._skip:
            return made
        return None if site_of(made) in self._skip and self._skip[site_of(made)].search(made) else made

    def failed(self, failure: Failure) -> None:
        """A page that did not come: gone for good, or failed for this run."""
        self._count("gone" if _is_gone(failure) else "failed")

    def part_failed(self, failure: Failure) -> Output:
        """Without a page that is gone for good the article is published as truncated; otherwise it waits."""
        self.failed(failure)
        if _is_gone(failure):
            request: Request = failure.request  # type: ignore[attr-defined]
            yield self._joined(**request.cb_kwargs, cut=True)

    def _count(self, name: str, count: int = 1) -> None:
        assert self.crawler.stats
        if count:
            self.crawler.stats.inc_value(f"wenku/{name}", count)


def _is_gone(failure: Failure) -> bool:
    """Whether the page will not come, however often it is asked for."""
    if getattr(failure.value, "final", False):
        return True
    return isinstance(failure.value, HttpError) and failure.value.response.status in GONE
