"""`scrapy clean FILE...`: saved pages, text, old feeds and WARC archives through the same cleaning, into a feed."""

from __future__ import annotations

import argparse
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.clean import RuleError, rules
from crawler.commands import EXIT_USAGE, complain
from crawler.feed import DiskError, FeedError
from crawler.offline import clean_files

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
            tally = clean_files(paths, folder)
        except DiskError as error:
            complain(error)
            self.exitcode = EXIT_DISK
            return
        except (RuleError, FeedError) as error:
            complain(error)
            self.exitcode = EXIT_USAGE
            return
        for words in (*tally.notes, *tally.problems):
            complain(words)
        print(f"{tally.documents} documents, {tally.duplicates} duplicates, {tally.rejected} rejected, {tally.left} left out from {len(paths)} "
              f"files; the feed is in {folder / 'feed'}")  # fmt: skip
        if tally.problems:
            self.exitcode = EXIT_PROBLEMS


def _files(path: Path) -> list[Path]:
    """`path` itself, or every file below it."""
    return sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
