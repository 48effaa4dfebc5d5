"""`scrapy explain URL-or-FILE`: what was kept of a page, what was dropped, and by which rule."""

from __future__ import annotations

import argparse
import gzip
import sys
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.clean import RuleError, clean
from crawler.commands import EXIT_USAGE, complain
from crawler.commands.crawl import SettingError, check_values
from crawler.explain import as_html, as_text
from crawler.extract import read_page, read_text
from crawler.known import Known
from crawler.ledger.glance import Glance
from crawler.page import Page
from crawler.sites import Site, readable_sites
from crawler.sources import plain, saved_from
from crawler.urls import BadUrl, canonical, site_of

EXIT_UNREACHABLE = 1
# One page needs no ledger; what goes wrong is said in the command's own words.
ALONE = {
    "LOG_LEVEL": "CRITICAL",
    "SCHEDULER": "scrapy.core.scheduler.Scheduler",
    "EXTENSIONS": {},
    "ITEM_PIPELINES": {},
}


class OnePage(Spider):
    """Fetches one address as a crawl would, robots.txt and all, and keeps the answer."""

    name = "explain"

    def __init__(self, url: str, sites: list[Site], **kwargs: Any):
        super().__init__(**kwargs)
        self.url = url
        self.sites = [site for site in sites if site_of(url) in site.hosts]
        self.response: Response | None = None
        self.problem = ""

    async def start(self) -> AsyncIterator[Request]:
        yield Request(self.url, self.parse, errback=self.failed, meta={"handle_httpstatus_all": True})

    def parse(self, response: Response, **kwargs: Any) -> None:
        self.response = response

    def failed(self, failure: Failure) -> None:
        self.problem = failure.getErrorMessage()


class Command(ScrapyCommand):
    requires_project = True

    def syntax(self) -> str:
        return "[--html page.html] URL-or-FILE"

    def short_desc(self) -> str:
        return "Show what is kept of a page, what is dropped, and by which rule"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--html", metavar="FILE", help="write a self-contained HTML page instead")
        parser.add_argument("--url", default="", help="the address that a saved FILE came from")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings
        self.settings.setdict(ALONE, priority="cmdline")  # a command's default_settings count less than the project's
        super().process_options(args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one address or file: scrapy explain http://www.example.com/1.html")
        self._sites = readable_sites(complain)
        try:
            assert self.settings
            check_values(self.settings)
            url, data = self._source(args[0], opts.url)
            if data is None:
                return
            page, profile = self._read(data, url, args[0].lower().removesuffix(".gz").endswith(".txt"))
            cleaned = clean(page, now=datetime.now(UTC))
            if opts.html:
                self._write(Path(opts.html), as_html(page, cleaned, profile=profile))
            else:
                print(as_text(page, cleaned, profile=profile, colour=sys.stdout.isatty()))
        except (OSError, EOFError, zlib.error, BadUrl) as error:
            reason = getattr(error, "strerror", None) or error
            self._end(f"{args[0]}: {reason}; name a saved page or an http address")
        except (RuleError, SettingError) as error:
            self._end(error)

    def _end(self, message: object) -> None:
        complain(message)
        self.exitcode = EXIT_USAGE

    def _write(self, path: Path, text: str) -> None:
        try:
            path.write_text(text, "utf-8")
        except OSError as error:
            self._end(f"{path} cannot be written: {error.strerror}")

    def _read(self, data: bytes, url: str, as_plain: bool) -> tuple[Page, str]:
        """The page as a crawl would read it now, and by which profile of its site."""
        assert self.settings
        if as_plain:
            return read_text(plain(data), url), "none: plain text has no layout; general rules"
        page = read_page(data, url or saved_from(data))
        if not self.settings.getint("PROFILE_PAGES"):
            return page, "none: PROFILE_PAGES is 0; general rules"
        try:
            host = site_of(canonical(page.url or page.canonical))
        except BadUrl:
            return page, "none: the page does not say where it is from, --url tells it; general rules"
        with Glance(self.settings["DATA_DIR"], self.settings["LEDGER_URL"]) as glance:
            found = Known(glance, self._sites, complain).of(host)
        applied = found.applied
        if applied is None:
            return page, f"none: nothing is known of {host}; general rules"
        elsewhere = applied.disagreement(page)
        return applied.apply(page), found.words + (f"; but this text is in {elsewhere}, in no known layout" if elsewhere else "")

    def _source(self, name: str, url: str) -> tuple[str, bytes | None]:
        """(address, bytes) of what is to be explained; the bytes are None when a fetch failed, which was said."""
        if "://" not in name:
            data = Path(name).read_bytes()
            return url, gzip.decompress(data) if name.lower().endswith(".gz") else data
        url = canonical(name)
        assert self.crawler_process
        crawler = self.crawler_process.create_crawler(OnePage)
        self.crawler_process.crawl(crawler, url=url, sites=self._sites)
        self.crawler_process.start()
        spider = crawler.spider
        assert isinstance(spider, OnePage)
        if spider.response is None or spider.response.status >= 400:
            said = f"the answer was {spider.response.status}" if spider.response else spider.problem or "no answer"
            complain(f"{url} cannot be fetched: {said}")
            self.exitcode = EXIT_UNREACHABLE
            return url, None
        return spider.response.url, spider.response.body
