"""`scrapy learn URL`: a polite look at a new site, what its pages have in common, and a file that a person may correct."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.commands import EXIT_USAGE, complain
from crawler.commands.explain import ALONE
from crawler.datafiles import data_file
from crawler.extract import read_page
from crawler.page import Kind, LinkKind, Page
from crawler.profile import learn
from crawler.profile.look import described, site_file
from crawler.sites import SiteError, load_sites
from crawler.urls import BadUrl, canonical, followable, site_of

EXIT_NOTHING = 1
REQUESTS = 60  # pages asked for at most: twenty articles and the lists that lead to them, and as many that are neither
PRIORITY = {LinkKind.ARTICLE: 20, LinkKind.LIST: 10, LinkKind.PAGING: 5}


class Look(Spider):
    """Reads articles of one site from its home page on, robots.txt and all, until it has enough of them."""

    name = "learn"

    def __init__(self, url: str, most: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.url, self.most = url, most
        self.hosts = {site_of(url)}
        self.sites = [site for site in load_sites().values() if self.hosts & site.hosts]
        self.pages: list[Page] = []
        self.met: Counter[str] = Counter()
        self.problem = ""
        self._asked = {url}
        self._by_kind: Counter[LinkKind] = Counter()

    async def start(self) -> AsyncIterator[Request]:
        yield self._request(self.url, LinkKind.LIST)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Request]:
        page = read_page(response.body, response.url)
        self.met[str(page.kind)] += 1
        if page.kind is Kind.ARTICLE and page.page_number == 1 and len(self.pages) < self.most:
            self.pages.append(page)
        if len(self.pages) >= self.most:
            return
        following = [(page.next_page, LinkKind.PAGING)] if page.next_page and page.kind is not Kind.ARTICLE else []
        for link, kind in [*((link.url, link.kind) for link in page.links), *following]:
            url = followable(link, self.hosts)
            if url and url not in self._asked and kind in PRIORITY and self._is_room(kind):
                self._asked.add(url)
                self._by_kind[kind] += 1
                yield self._request(url, kind)

    def _is_room(self, kind: LinkKind) -> bool:
        """Lists must leave room for articles, of which some are none."""
        share = 2 * self.most if kind is LinkKind.ARTICLE else REQUESTS // 6
        return len(self._asked) < REQUESTS and self._by_kind[kind] < share

    def _request(self, url: str, kind: LinkKind) -> Request:
        return Request(url, self.parse, errback=self.failed, priority=PRIORITY[kind])

    def failed(self, failure: Failure) -> None:
        self.met["failed"] += 1
        self.problem = self.problem or failure.getErrorMessage()


class Command(ScrapyCommand):
    requires_project = True

    def syntax(self) -> str:
        return "[-o FILE] URL"

    def short_desc(self) -> str:
        return "Look at a new site, print what its pages have in common, propose data/sites/HOST.toml"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("-o", "--output", metavar="FILE", help="write there instead of data/sites/HOST.toml; must not exist")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings
        self.settings.setdict(ALONE, priority="cmdline")
        super().process_options(args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name the home page of one site: scrapy learn http://www.example.com/")
        try:
            url = canonical(args[0])
            known = [site.name for site in load_sites().values() if site_of(url) in site.hosts and not site.served_by]
        except (BadUrl, SiteError) as error:
            self._end(EXIT_USAGE, error)
            return
        path = Path(opts.output) if opts.output else data_file("sites", re.sub(r"[^\w.-]", "_", site_of(url)) + ".toml")
        if path.exists() or (known and not opts.output):
            self._end(EXIT_USAGE, f"{path.name if path.exists() else known[0]}: this site has a file; what a person wrote stays: "
                      "move the file away, or name another with -o FILE")  # fmt: skip
            return
        self._look(url, path)

    def _look(self, url: str, path: Path) -> None:
        assert self.crawler_process and self.settings
        crawler = self.crawler_process.create_crawler(Look)
        self.crawler_process.crawl(crawler, url=url, most=max(5, self.settings.getint("PROFILE_PAGES")))
        self.crawler_process.start()
        look = crawler.spider
        assert isinstance(look, Look)
        if not look.pages:
            met = ", ".join(f"{count} {kind}" for kind, count in sorted(look.met.items())) or "nothing came"
            self._end(EXIT_NOTHING, f"{url}: no article was found ({met}{'; ' if look.problem else ''}{look.problem}); "
                      "no file was written; general rules have to do")  # fmt: skip
            return
        profile = learn(look.pages)
        print(described(look.pages, profile))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(site_file(url, profile))
        except OSError as error:
            self._end(EXIT_USAGE, f"{path} cannot be written: {error.strerror}; name another with -o FILE")
            return
        print(f"written to {path}: read it, correct it; scrapy crawl wenku -a sites={path.stem}")

    def _end(self, status: int, message: object) -> None:
        complain(message)
        self.exitcode = status
