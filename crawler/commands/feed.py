"""`scrapy feed list|verify|export|card|deliver|reindex`: the published parts, and what is made of them."""

from __future__ import annotations

import argparse
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.commands import EXIT_USAGE, complain
from crawler.feed import (
    FOLDERS,
    DiskError,
    FeedError,
    Store,
    deliver,
    export_parquet,
    newer,
    published,
    verify,
    write_card,
)
from crawler.ledger import Held, Ledger, LedgerError
from crawler.reindex import reindex

EXIT_PROBLEMS, EXIT_DISK, EXIT_HELD = 1, 74, 75
ACTIONS = ("list", "verify", "export", "card", "deliver", "reindex")


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "|".join(ACTIONS)

    def short_desc(self) -> str:
        return "List the published parts, check them, hand them on as Parquet, describe them, or index them anew"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--since", default="", metavar="PART-or-TIME", help="list, export: only parts after this one"
        )
        parser.add_argument(
            "--parquet", metavar="FILE", help="export: a path, or an address such as s3://bucket/file.parquet"
        )
        parser.add_argument("--revisions", action="store_true", help="export: every revision, not only the last")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1 or args[0] not in ACTIONS:
            raise UsageError(f"say what to do: scrapy feed {self.syntax()}")
        if args[0] == "export" and not opts.parquet:
            raise UsageError("say where to: scrapy feed export --parquet documents.parquet")
        if opts.since and args[0] not in ("list", "export"):
            raise UsageError(f"--since means nothing to feed {args[0]}")
        assert self.settings
        folder = Path(self.settings["DATA_DIR"])
        if not (folder / FOLDERS["documents"]).is_dir():
            complain(f"{folder} holds no feed: crawl first, or name another folder with -s DATA_DIR=…")
            self.exitcode = EXIT_USAGE
            return
        try:
            getattr(self, f"_{args[0]}")(folder, opts)
        except Held as error:
            self._failed(error, EXIT_HELD)
        except DiskError as error:
            self._failed(error, EXIT_DISK)
        except (FeedError, LedgerError) as error:
            self._failed(error, EXIT_USAGE)

    def _failed(self, error: Exception, status: int) -> None:
        complain(error)
        self.exitcode = status

    def _list(self, folder: Path, opts: argparse.Namespace) -> None:
        for kind, name in FOLDERS.items():
            parts = newer(folder, kind, opts.since)
            for part in parts:
                when = published(folder / name / part.name).isoformat(timespec="seconds")
                print(f"{name}/{part.name}\t{part.rows} rows\t{part.bytes} bytes\trun {part.run}\t{when}")
            print(f"{sum(part.rows for part in parts)} {kind} in {len(parts)} parts")

    def _export(self, folder: Path, opts: argparse.Namespace) -> None:
        count = export_parquet(folder, opts.parquet, since=opts.since, revisions=opts.revisions)
        print(f"{count} documents are in {opts.parquet}")

    def _card(self, folder: Path, opts: argparse.Namespace) -> None:
        print(f"written: {write_card(folder)}")

    def _deliver(self, folder: Path, opts: argparse.Namespace) -> None:
        assert self.settings
        if not self.settings["FEED_URL"]:
            raise UsageError("say where to: scrapy feed deliver -s FEED_URL=s3://bucket/wenku")
        brought = deliver(folder, Store(self.settings["FEED_URL"]))
        print(f"{len(brought)} parts were brought to {self.settings['FEED_URL']}")

    def _verify(self, folder: Path, opts: argparse.Namespace) -> None:
        problems = verify(folder)
        for problem in problems:
            print(problem)
        if problems:
            complain(f"{len(problems)} problems in {folder}")
            self.exitcode = EXIT_PROBLEMS
        else:
            print(f"{folder}: every part is as its manifest says, every line as the contract says")

    def _reindex(self, folder: Path, opts: argparse.Namespace) -> None:
        assert self.settings
        ledger = Ledger.open(folder, url=self.settings["LEDGER_URL"])
        try:
            count = reindex(ledger, folder)
        finally:
            ledger.close()
        print(f"{folder}: {count} published lines are in the index; the next crawl publishes only what is new")
