"""`scrapy learn URL`: a polite look at a site, what its pages have in common, and a file that a person may correct.

Where a person has written one it is only added to, and only with `--update`.
"""

from __future__ import annotations

import argparse
import codecs
import re
import shutil
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
from crawler.commands.crawl import SettingError, check_values
from crawler.commands.explain import ALONE
from crawler.datafiles import data_file
from crawler.extract import read_page
from crawler.page import Kind, LinkKind, Page
from crawler.profile import Profile, learn
from crawler.profile.amend import amend, differences
from crawler.profile.look import described, site_file
from crawler.sites import SiteError, load_sites, parse_site, read_site
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
        self._skip = [re.compile(pattern) for site in self.sites for pattern in site.skip]
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
            if url and url not in self._asked and kind in PRIORITY and self._is_room(kind) and not self._is_skipped(url):
                self._asked.add(url)
                self._by_kind[kind] += 1
                yield self._request(url, kind)

    def _is_room(self, kind: LinkKind) -> bool:
        """Lists must leave room for articles, of which some are none."""
        share = 2 * self.most if kind is LinkKind.ARTICLE else REQUESTS // 6
        return len(self._asked) < REQUESTS and self._by_kind[kind] < share

    def _is_skipped(self, url: str) -> bool:
        return any(pattern.search(url) for pattern in self._skip)

    def _request(self, url: str, kind: LinkKind) -> Request:
        return Request(url, self.parse, errback=self.failed, priority=PRIORITY[kind])

    def failed(self, failure: Failure) -> None:
        self.met["failed"] += 1
        self.problem = self.problem or failure.getErrorMessage()


class Command(ScrapyCommand):
    requires_project = True

    def syntax(self) -> str:
        return "[-o FILE] [--update] URL"

    def short_desc(self) -> str:
        return "Look at a site, print what its pages have in common, propose data/sites/HOST.toml or what the file there lacks"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("-o", "--output", metavar="FILE", help="the site's file, instead of the one in data/sites/")
        parser.add_argument("--update", action="store_true", help="add to the site's file what it lacks; what a person wrote stays")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings
        self.settings.setdict(ALONE, priority="cmdline")
        super().process_options(args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name the home page of one site: scrapy learn http://www.example.com/")
        try:
            assert self.settings
            check_values(self.settings)
            url = canonical(args[0])
            path = self._file(url, opts.output)
            self._look(url, path, opts.update)
        except (BadUrl, SiteError, SettingError) as error:
            self._end(EXIT_USAGE, error)

    def _file(self, url: str, output: str | None) -> Path:
        """The file of this site, or the one to make. Raises SiteError when it is broken or another site's."""
        host = site_of(url)
        known = [site.name for site in load_sites().values() if host in site.hosts and not site.served_by]
        path = Path(output) if output else data_file("sites", (known[0] if known else re.sub(r"[^\w.-]", "_", host)) + ".toml")
        if path.exists():
            hosts = read_site(path).hosts
            if host not in hosts:
                raise SiteError(f"{path}: is of {', '.join(sorted(hosts))}, not of {host}: name another file with -o FILE")
        return path

    def _look(self, url: str, path: Path, update: bool) -> None:
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
            if path.exists():
                self._amend(path, profile, update)
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(site_file(url, profile))
        except OSError as error:
            self._end(EXIT_USAGE, f"{path} cannot be written: {error.strerror}; name another with -o FILE")
            return
        print(f"written to {path}: read it, correct it; scrapy crawl wenku -a sites={path.stem}")

    def _amend(self, path: Path, profile: Profile, update: bool) -> None:
        """Says what the file of the site has otherwise, and what it lacks; adds the latter when that is asked for."""
        data = path.read_bytes()  # anew: a person may have written while the pages came
        given = parse_site(data, path).profile or Profile()
        if found := differences(given, profile):
            print("\n  ".join([f"{path.name} says otherwise, and counts:", *found]))
        made = amend(data.decode("utf-8-sig"), given, profile)
        if not made.added:
            print(f"{path}: nothing to add")
            return
        if made.text is None:
            print(f"\n{made.addition}")
            self._end(EXIT_USAGE, f"{path}: to a profile in one line, or of lines such as profile.keep, nothing can be added: write it as a table [profile], "
                      "or add by hand what is printed")  # fmt: skip
            return
        parse_site(made.text.encode(), path)
        if update:
            mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""  # Notepad's, which stays
            _replace(path, mark + made.text.encode())
            print(f"added to {path}: {', '.join(made.added)}; what stood there is as it was")
        else:
            print(f"\n{made.addition}\n{path} lacks this; scrapy learn --update adds it")

    def _end(self, status: int, message: object) -> None:
        complain(message)
        self.exitcode = status


def _replace(path: Path, data: bytes) -> None:
    """Puts `data` in the place of a file that is there, whole or not at all, with its mode. Raises OSError."""
    target = path.resolve()  # a link stays a link
    draft = target.with_name(f".{target.name}.new")
    try:
        draft.write_bytes(data)
        shutil.copymode(target, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
