"""`scrapy feed list|verify|reindex`: the published parts, whether they are what their manifest says, and their index."""

from __future__ import annotations

import argparse
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.commands import EXIT_USAGE, complain
from crawler.feed import FOLDERS, FeedError, read_manifest, verify
from crawler.ledger import Held, Ledger, LedgerError
from crawler.reindex import reindex

EXIT_PROBLEMS, EXIT_HELD = 1, 75


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "list|verify|reindex"

    def short_desc(self) -> str:
        return "List the published parts, check them, or make the index of documents anew from them"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        actions = {"list": self._list, "verify": self._verify, "reindex": self._reindex}
        if len(args) != 1 or args[0] not in actions:
            raise UsageError(f"say what to do: scrapy feed {'|'.join(actions)}")
        assert self.settings
        folder = Path(self.settings["DATA_DIR"])
        if not (folder / FOLDERS["documents"]).is_dir():
            complain(f"{folder} holds no feed: crawl first, or name another folder with -s DATA_DIR=…")
            self.exitcode = EXIT_USAGE
            return
        try:
            actions[args[0]](folder)
        except Held as error:
            complain(error)
            self.exitcode = EXIT_HELD
        except (FeedError, LedgerError) as error:
            complain(error)
            self.exitcode = EXIT_PROBLEMS

    def _list(self, folder: Path) -> None:
        for kind, name in FOLDERS.items():
            parts = read_manifest(folder / name, kind).parts
            for part in sorted(parts):
                told = parts[part]
                print(f"{name}/{part}\t{told.rows} rows\t{told.bytes} bytes\trun {told.run}")
            print(f"{sum(part.rows for part in parts.values())} {kind} in {len(parts)} parts")

    def _verify(self, folder: Path) -> None:
        problems = verify(folder)
        for problem in problems:
            print(problem)
        if problems:
            complain(f"{len(problems)} problems in {folder}")
            self.exitcode = EXIT_PROBLEMS
        else:
            print(f"{folder}: every part is as its manifest says, every line as the contract says")

    def _reindex(self, folder: Path) -> None:
        assert self.settings
        ledger = Ledger.open(folder, url=self.settings["LEDGER_URL"])
        try:
            count = reindex(ledger, folder)
        finally:
            ledger.close()
        print(f"{folder}: {count} published lines are in the index; the next crawl publishes only what is new")
