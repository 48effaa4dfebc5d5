"""`scrapy report [RUN]`: a page about a run, its sites, the feed and all runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.commands import EXIT_USAGE, complain
from crawler.feed import DiskError, FeedError
from crawler.feed.files import write_file
from crawler.ledger import LedgerError
from crawler.report.gather import gather
from crawler.report.keep import FOLDER, make_folder
from crawler.report.page import page
from crawler.report.plots import PlotError

EXIT_DISK = 74


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[-o FILE] [RUN]"

    def short_desc(self) -> str:
        return "Write a page with plots about a run (default: the last) and the history of runs"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("-o", "--output", metavar="FILE", help="where to (default: DATA_DIR/report/index.html)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) > 1 or (args and not args[0].isdecimal()):
            raise UsageError("name one run by its number, or none for the last: scrapy report 7")
        assert self.settings
        folder = Path(self.settings["DATA_DIR"])
        target = Path(opts.output or folder / FOLDER / "index.html")
        try:
            figures = gather(folder, int(args[0]) if args else None, self.settings["LEDGER_URL"])
            text = page(figures, folder, target)
            if not opts.output:
                make_folder(target.parent, folder)
            write_file(target, [text.encode()])
        except DiskError as error:
            complain(error)
            self.exitcode = EXIT_DISK
        except (FeedError, LedgerError, PlotError) as error:
            complain(error)
            self.exitcode = EXIT_USAGE
        else:
            print(f"run {figures.run.id} of {len(figures.sites)} sites: open {target}")
