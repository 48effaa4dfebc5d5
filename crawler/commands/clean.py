"""`scrapy clean FILE...`: saved pages, text, old feeds and WARC archives through the same cleaning, into a feed."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.clean import RuleError, rules
from crawler.commands import EXIT_USAGE, complain
from crawler.commands.crawl import SettingError, check_values
from crawler.feed import DiskError, FeedError
from crawler.known import Known
from crawler.ledger.glance import Glance
from crawler.offline import Tally, clean_files
from crawler.sites import readable_sites
from crawler.study import Study

EXIT_PROBLEMS, EXIT_DISK = 1, 74


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "-o FOLDER FILE..."

    def short_desc(self) -> str:
        return "Run saved pages, text files, old feeds or WARC files through the same cleaning into a feed"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("-o", "--output", metavar="FOLDER", help="data folder for the feed; a new one (default: cleaned)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if not args:
            raise UsageError("name files or folders: scrapy clean -o FOLDER page.html old.jsonl pages.warc.gz")
        paths = [found for name in args for found in _files(Path(name))]
        folder = Path(opts.output or "cleaned")
        try:
            rules.bundled()
            tally, sites = self._clean(paths, folder)
        except DiskError as error:
            complain(error)
            self.exitcode = EXIT_DISK
            return
        except (RuleError, FeedError, SettingError) as error:
            complain(error)
            self.exitcode = EXIT_USAGE
            return
        for words in (*tally.notes, *tally.problems):
            complain(words)
        if sites:
            print("sites: " + ", ".join(f"{count} {how}" for how, count in sorted(sites.items())))
        print(f"{tally.documents} documents, {tally.duplicates} duplicates, {tally.rejected} rejected, {tally.left} left out from {len(paths)} "
              f"files; the feed is in {folder / 'feed'}")  # fmt: skip
        if tally.problems:
            self.exitcode = EXIT_PROBLEMS

    def _clean(self, paths: list[Path], folder: Path) -> tuple[Tally, Counter[str]]:
        """What came of the files, and how many sites were read how."""
        assert self.settings
        check_values(self.settings)
        size = self.settings.getint("PROFILE_PAGES")
        with Glance(self.settings["DATA_DIR"], self.settings["LEDGER_URL"]) as glance:
            study = Study(Known(glance, readable_sites(complain) if size else [], complain), size, complain)
            tally = clean_files(paths, folder, study)
        return tally, study.sites


def _files(path: Path) -> list[Path]:
    """`path` itself, or every file below it."""
    return sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
