"""`scrapy crawl wenku`: Scrapy's own command, with clear words for wrong input and exit statuses that mean something."""

from __future__ import annotations

import argparse
import gc
import logging
import math
import re
import sys
from contextlib import suppress
from typing import Any

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from crawler import settings as defaults
from crawler.browser import BrowserError, browser_settings
from crawler.clean import RuleError, rules
from crawler.commands import EXIT_USAGE, complain
from crawler.extensions import EXIT_STATUS, Run, ledger_of
from crawler.feed import DiskError, FeedError, Store
from crawler.fleet.join import FleetError
from crawler.ledger import Held, LedgerError, WrongAddress
from crawler.sites import SiteError
from crawler.warc import WarcError, check_warcio
from spiders.wenku import check_arguments

EXIT_HELD = 75  # EX_TEMPFAIL of sysexits.h: try again later
EXIT_DISK = 74  # EX_IOERR


LEAST = {
    "FEED_PART_ROWS": 1,
    "PAGE_ATTEMPTS": 1,
    "ARTICLE_MAX_PAGES": 1,
    "CONCURRENT_REQUESTS": 1,
    "FLEET_LEASE_SECONDS": 1,  # with 0 every page is another worker's at once
    "ROBOTS_RETRY_SECONDS": 1,  # with 0 a host without robots.txt would be asked without end
}


class SettingError(ValueError):
    """A setting has a value that cannot be read. The message is one line for people."""


def check_values(settings: Settings) -> None:
    """Raises SettingError when a setting that is a number or a switch by default was given something else."""
    for name in [*dir(defaults), *SWITCHED]:
        default: Any = getattr(defaults, name)
        if not name.isupper() or not isinstance(default, int | float):
            continue
        given = settings.get(name)
        if isinstance(default, bool):
            try:
                settings.getbool(name)
            except ValueError:
                raise SettingError(f"setting {name} must be 1 or 0, not {given!r}") from None
            continue
        try:
            value = int(given) if isinstance(default, int) else float(given)
        except (TypeError, ValueError, OverflowError):
            what = "a whole number" if isinstance(default, int) else "a number"
            raise SettingError(f"setting {name} must be {what}, not {given!r}") from None
        least = LEAST.get(name, 0)
        if not math.isfinite(value) or value < least:
            raise SettingError(f"setting {name} must be a number of at least {least}, not {given!r}")


def check_contact(settings: Settings) -> None:
    """Raises SettingError when CONTACT is neither an http address nor a mail address that fits into a header."""
    contact = settings["CONTACT"]
    if contact and not re.fullmatch(r"https?://[!-'*-~]+|[!-'*-?A-~]+@[!-'*-~]+", contact):
        raise SettingError(f"setting CONTACT must be a web address or a mail address, not {contact!r}")


# The first that fits: a DiskError is a FeedError too, a Held a LedgerError.
STATUSES: dict[type[Exception], int] = {
    Held: EXIT_HELD,
    DiskError: EXIT_DISK,
    WrongAddress: EXIT_USAGE,
    LedgerError: EXIT_DISK,
    FeedError: EXIT_USAGE,
    SiteError: EXIT_USAGE,
    SettingError: EXIT_USAGE,
    BrowserError: EXIT_USAGE,
    RuleError: EXIT_USAGE,
    WarcError: EXIT_USAGE,
    FleetError: EXIT_USAGE,
}
EXPECTED = tuple(STATUSES)
GARBAGE = 20_000  # objects more than were freed; Python looks at 700


def spare_collector() -> None:
    """Has the collector of cycles leave alone what was imported, and look less often: a page makes thousands of objects and
    hardly a cycle. It took a seventh of a page's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 50)


# What a setting switches off is imported all the same, and asked then: an HTTP server and client, the list of all public
# domains. Together 13 MB and a tenth of a second of every start.
SWITCHED = {
    "COOKIES_ENABLED": ("DOWNLOADER_MIDDLEWARES", "scrapy.downloadermiddlewares.cookies.CookiesMiddleware"),
    "REMOTE_CONTROL_ENABLED": ("EXTENSIONS", "scrapy.extensions.remote_control.RemoteControl"),
    "TELNETCONSOLE_ENABLED": ("EXTENSIONS", "scrapy.extensions.telnet.TelnetConsole"),
}


def leave_out(settings: Settings) -> None:
    """Takes out of the parts of Scrapy what is switched off: it imports even those that a None stands beside."""
    for name, (parts, part) in SWITCHED.items():
        with suppress(ValueError):  # check_values says it
            if not settings.getbool(name):
                settings[f"{parts}_BASE"].pop(part, None)


class Command(ScrapyCrawl):
    def long_desc(self) -> str:
        return (
            "Crawl document libraries into a feed. 'scrapy crawl wenku' crawls every site of data/sites/, at first the "
            "bundled demo library; -a start_urls=http://a.example/,http://b.example/ any other; -a sites=NAME,NAME some "
            "configured ones. Exit status: 0 complete; 2 wrong usage; 3 incomplete, failed pages and hosts that want to wait are left to the next run; "
            "4 a site's expectation was not met; 5 stopped by a limit; 74 disk or feed error; 75 another run holds the lock."
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        level = str(self.settings["LOG_LEVEL"] if self.settings else "INFO")
        if level not in logging.getLevelNamesMapping():  # Scrapy sets it before the command runs
            complain(f"setting LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not {level!r}")
            sys.exit(EXIT_USAGE)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.crawler_process and self.settings
        if len(args) != 1:
            raise UsageError("name one spider: scrapy crawl wenku")
        leave_out(self.settings)
        try:
            crawler = self._create_crawler(args[0])
        except KeyError:
            known = ", ".join(self.crawler_process.spider_loader.list())
            complain(f"unknown spider {args[0]!r}; known spiders are {known}")
            self.exitcode = EXIT_USAGE
            return
        try:
            sites = check_arguments(**opts.spargs)
            check_values(self.settings)
            if any(site.browser for site in sites):
                wanted, seconds = self.settings["BROWSER_PATH"], self.settings.getfloat("DOWNLOAD_TIMEOUT")
                crawler.settings.setdict(browser_settings(wanted, seconds), priority="cmdline")
            check_contact(self.settings)
            if self.settings.getbool("ARCHIVE"):
                check_warcio("ARCHIVE=1")
            if self.settings["FEED_URL"]:
                Store(self.settings["FEED_URL"])
            rules.bundled()
            ledger_of(crawler)
        except EXPECTED as error:
            complain(error)
            self.exitcode = next(status for kind, status in STATUSES.items() if isinstance(error, kind))
            return
        self.crawler_process.crawl(crawler, **opts.spargs)
        spare_collector()
        for name in ("", "scrapy"):  # Scrapy lets every record be made, and its handler drop it
            logging.getLogger(name).setLevel(self.settings["LOG_LEVEL"])
        self.crawler_process.start()
        run = crawler.get_extension(Run)
        if run and run.last_words:
            print(run.last_words, file=sys.stderr)
        assert crawler.stats
        self.exitcode = 1 if self.crawler_process.bootstrap_failed else crawler.stats.get_value(EXIT_STATUS, 1)
