"""What is written of a run: the ledger's commits, the parts of the feed, the log lines and the last word."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from scrapy.utils.asyncio import AsyncioLoopingCall, create_looping_call
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from crawler.dedup import Deduplicator
from crawler.expect import Seen, judge
from crawler.feed import DiskError, FeedError, Part, read_manifest
from crawler.fleet.join import join
from crawler.holding import Holding
from crawler.items import Document
from crawler.ledger import Ended, Ledger, LedgerError, Policy, State
from crawler.merge import Merger
from crawler.net.patience import hosts_of
from crawler.net.verdicts import NOTED
from crawler.report import Record
from crawler.text import printable, safe_lines

logger = logging.getLogger("wenku")
EXIT_STATUS = "wenku/exit_status"  # the stat under which the crawl command finds its own
COMPLETE, BROKEN, INCOMPLETE, MISSED, LIMIT, DISK = 0, 1, 3, 4, 5, 74
STATUS = {Ended.COMPLETE: COMPLETE, Ended.INCOMPLETE: INCOMPLETE, Ended.LIMITED: INCOMPLETE, Ended.FAILED: BROKEN}
TICK_SECONDS = 0.25
TOLD_HOSTS = 5  # a crawl of thousands of hosts must not end with a page of them
# A page that hangs may not hold up a stop: after so long what is in the books is published and the process ends.
# Service managers send SIGKILL after 10 seconds (docker stop) or more.
STOP_SECONDS = 7.0
_ledgers: WeakKeyDictionary[Crawler, Ledger] = WeakKeyDictionary()


def ledger_of(crawler: Crawler) -> Ledger:
    """The ledger of a crawl, opened by the first who asks. Raises Held, LedgerError, FeedError, DiskError."""
    if crawler not in _ledgers:
        settings = crawler.settings
        _ledgers[crawler] = Ledger.open(
            settings["DATA_DIR"],
            url=settings["LEDGER_URL"],
            compression=settings["FEED_COMPRESSION"],
            policy=Policy(
                article=int(settings.getfloat("ARTICLE_REVISIT_DAYS") * 86400),
                attempts=settings.getint("PAGE_ATTEMPTS"),
            ),
            part_rows=settings.getint("FEED_PART_ROWS"),
            part_seconds=settings.getfloat("FEED_PART_SECONDS"),
            fleet=join(settings),
        )
    return _ledgers[crawler]


class QuietFormatter(LogFormatter):
    """One line for a document, a copy or a rejected page; no text of a page, no control characters, in any line."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult:
        if isinstance(item, Document):
            day = item.date or "no date"
            line = f"document {printable(item.title, 60)} ({day}, {len(item.body)} characters) {item.url}"
        else:
            line = f"item {type(item).__name__}"
        return {"level": logging.INFO, "msg": "%(line)s", "args": {"line": line}}

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        return {"level": logging.INFO, "msg": "%(line)s", "args": {"line": printable(str(exception), 400)}}

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        url = getattr(item, "url", "?")
        return {"level": logging.ERROR, "msg": "error in a pipeline at %(url)s", "args": {"url": printable(url)}}


class Run:
    """Holds the ledger of a crawl, commits and publishes while it runs, and says at the end what came of it."""

    def __init__(self, crawler: Crawler):
        assert crawler.stats
        self._crawler, self._stats = crawler, crawler.stats
        self._folder = crawler.settings["DATA_DIR"]
        self.ledger = ledger_of(crawler)
        self.known = Deduplicator(self.ledger.signatures)
        self.merger = Merger(self.known, self.ledger.signatures) if self.ledger.worker else None
        self.ledger.merging = self.merger
        self.record = Record()  # what people see of the run
        self.ledger.completing = self.record.completed
        self.holding = Holding(crawler, self.ledger)
        self.record.profiles = self.holding.notes
        self.problem: Exception | None = None  # why nothing can be written any more
        self.last_words = ""  # what came of the crawl, for the command to say after everything else
        self._stored: dict[str, Document] = {}
        self._seen: defaultdict[str, Seen] = defaultdict(Seen)
        self._limited: set[str] = set()  # hosts of which a run has had enough
        self._completed: dict[str, Sequence[str]] = {}
        self._began = time.monotonic()
        self._stopping = 0.0
        self._ended = False
        self._clock: AsyncioLoopingCall | LoopingCall | None = None
        crawler.signals.connect(self.engine_started, signals.engine_started)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Run:
        """Raises NotConfigured for a spider that crawls no sites (scrapy fetch, scrapy shell): it must not touch the ledger."""
        if not getattr(crawler.spidercls, "crawls_sites", False):
            raise NotConfigured
        return cls(crawler)

    def engine_started(self) -> None:
        self._clock = create_looping_call(self._tick)
        self._clock.start(TICK_SECONDS, now=False)

    def store(self, document: Document) -> None:
        """Takes a document that is to be published; it is written with the unit of its page."""
        self._stored[document.id] = document
        self._seen[document.site].add(document.date)

    def stored(self, id: str) -> Document | None:
        """The document that was stored under this id, once."""
        return self._stored.pop(id, None)

    def forget(self, document: Document) -> None:
        """A document that was stored is not written after all: its page failed."""
        self.known.remove(document.id)
        self._completed.pop(document.id, None)

    def supersede(self, new: str, old: Sequence[str]) -> None:
        """The document `new` completes the truncated ones `old`, which are withdrawn when `new` is written."""
        self._completed[new] = old

    def superseded_by(self, document: Document) -> Sequence[str]:
        """The documents that this one replaces, once."""
        return self._completed.pop(document.id, ())

    def limit(self, name: str, host: str = "", many: int = 1) -> None:
        """A limit was hit: it is told at the end. One that holds up a whole `host` counts once and ends the run as limited."""
        if host:
            many = host not in self._limited
            self._limited.add(host)
        self._stats.inc_value(NOTED + name, many)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Around calls of the ledger: what it cannot write ends the crawl instead of the engine's loop."""
        try:
            yield
        except (DiskError, LedgerError, FeedError) as problem:
            self.fail(problem)
        except Exception as problem:  # a fault of ours: stop and say so, rather than go on without a memory
            logger.exception("the ledger cannot take what the crawl brought")
            self.fail(problem)

    def fail(self, problem: Exception) -> None:
        """The ledger or the feed cannot be written: the crawl ends, everything committed stays."""
        if self.problem is None:
            self.problem = problem
        if self._crawler.engine and self._crawler.engine.running:
            deferred_from_coro(self._crawler.engine.close_spider_async(reason="disk"))

    def _tick(self) -> None:
        if self._ended:
            return
        with self.guarded():
            self.holding.tick()
        if self.problem is None:
            with self.guarded():
                self.ledger.tick()
            self._look_for_work()
        if not self._crawler.crawling or self.problem:
            self._stopping = self._stopping or time.monotonic()
            if time.monotonic() - self._stopping > STOP_SECONDS:
                self._end("shutdown")
                logging.shutdown()
                print(self.last_words, file=sys.stderr, flush=True)
                os._exit(self._stats.get_value(EXIT_STATUS))

    def _look_for_work(self) -> None:
        """Has Scrapy look for more to do: it looks when a page comes, and otherwise every five seconds.

        What was committed may be more, what others of a fleet found too; when there is none, the crawl need not wait to end.
        """
        engine = self._crawler.engine
        if engine and engine._slot and self._crawler.crawling and (self.ledger.worker or not engine.downloader.active):
            engine._slot.nextcall.schedule()

    def spider_closed(self, spider: Spider, reason: str) -> None:
        if self._clock is not None and self._clock.running:
            self._clock.stop()
        self._end(reason)

    def _end(self, reason: str) -> None:
        """Closes the books and says the last word."""
        if self._ended:
            return
        self._ended = True
        ended = Ended.COMPLETE if reason == "finished" else Ended.LIMITED
        states: dict[State, int] = {}
        if self.problem is None:
            try:
                ended = self.ledger.end_run(ended)
                states = self.ledger.counts()
            except (DiskError, LedgerError, FeedError) as problem:
                self.problem = problem
        listed = read_manifest(Path(self._folder) / "feed", "documents").parts.values() if not self.problem else ()
        parts = [part for part in listed if part.run == self.ledger.run]
        self.ledger.close()
        status = STATUS[ended]
        if reason.startswith(("closespider", "memusage")) or (self._limited and status == INCOMPLETE):
            status = LIMIT
        if self.problem:
            status = DISK if isinstance(self.problem, DiskError | LedgerError | FeedError) else BROKEN
        if status in (COMPLETE, INCOMPLETE) and ended is not Ended.LIMITED and not self._is_as_expected(ended):
            status = MISSED  # a page that failed is tried again by itself; of this a person has to know
        self._stats.set_value(EXIT_STATUS, status)
        self.last_words = "\n".join([*self._noted(), self._last_words(ended, status, states, parts)])

    def _is_as_expected(self, ended: Ended) -> bool:
        """Whether the run brought of every site what a person expects of it; the record has the rows.

        Of a site that wants to wait the rest is still to come, and nothing can be said yet.
        """
        today = datetime.now(UTC).date()
        off = hosts_of(self._crawler).ever_off().keys() if ended is not Ended.COMPLETE else set()
        for site in getattr(self._crawler.spider, "sites", ()):
            if site.hosts & off:
                continue
            seen = Seen()
            for host in site.hosts & self._seen.keys():
                found = self._seen[host]
                seen = Seen(seen.documents + found.documents, seen.dated + found.dated, max(seen.newest, found.newest))
            self.record.expectations += judge(site, seen, today)
        return all(row["met"] for row in self.record.expectations)

    def _noted(self) -> list[str]:
        """What was met on the way: limits, refusals, files instead of pages; and the hosts that are to be asked another time."""
        met = {name.removeprefix(NOTED): count for name, count in self._stats.get_stats().items() if name.startswith(NOTED)}
        lines = ["wenku: met: " + ", ".join(f"{count} {name}" for name, count in sorted(met.items()))] if met else []
        off = hosts_of(self._crawler).ever_off()
        told = [f"wenku: put off: {host} ({why}); its pages stay queued" for host, why in list(off.items())[:TOLD_HOSTS]]
        more = [f"wenku: put off: {len(off) - TOLD_HOSTS} more hosts"] if len(off) > TOLD_HOSTS else []
        learned = [f"wenku: profile: {host}: {'; '.join(said)}" for host, said in list(self.holding.notes.items())[:TOLD_HOSTS]]
        missed = [
            f"wenku: expected of {row['site']}: {row['wanted']}; found: {row['found']}"
            for row in self.record.expectations
            if not row["met"]
        ]
        return [safe_lines(line) for line in [*learned, *lines, *told, *more, *missed]]

    def _last_words(self, ended: Ended, status: int, states: dict[State, int], parts: list[Part]) -> str:
        counts = self.ledger.run_counts
        told = [(counts.documents, "documents"), (counts.revised, "revised"), (counts.unchanged, "unchanged"),
                (counts.duplicates, "duplicates"), (counts.rejected, "rejected"), (counts.failed, "failed"),
                (counts.gone, "gone")]  # fmt: skip
        always = ("documents", "duplicates", "rejected", "failed")
        numbers = ", ".join(f"{number} {name}" for number, name in told if number or name in always)
        seconds = time.monotonic() - self._began
        if self.problem:
            return f"wenku: stopped: {printable(str(self.problem), 500)}\nwenku: {numbers} in {seconds:.0f} s are safe"
        feed = Path(self._folder) / "feed"
        known = f"{sum(states.values())} addresses known: " + ", ".join(f"{n} {state}" for state, n in states.items())
        word = "not as expected" if status == MISSED else "stopped by a limit" if status == LIMIT else {Ended.LIMITED: "stopped"}.get(ended, ended.value)
        if ended is not Ended.COMPLETE or status not in (COMPLETE, MISSED):
            following = "the same command again goes on"
        elif parts:
            following = f"look at {feed / parts[-1].name}; the same command later brings only what is new"
        else:
            following = "nothing new since the last run"
        return f"wenku: {known}\nwenku: {word}: {numbers} in {seconds:.0f} s; the feed is in {feed}; {following}"


def run_of(crawler: Crawler) -> Run:
    """The Run of a crawl. Raises NotConfigured where there is none: a stage that needs the ledger is left out."""
    run = crawler.get_extension(Run)
    if run is None:
        raise NotConfigured("without crawler.extensions.Run there is no ledger")
    return run
