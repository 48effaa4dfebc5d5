"""The run as people see it while it goes on: a panel in a terminal, a plain line now and then anywhere else."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.settings import SETTINGS_PRIORITIES, Settings
from scrapy.utils.asyncio import AsyncioLoopingCall, create_looping_call
from twisted.internet.task import LoopingCall

from crawler.extensions import Run, run_of
from crawler.feed import DiskError
from crawler.report.keep import keep_explanations, keep_record
from crawler.report.words import line
from crawler.urls import site_of

if TYPE_CHECKING:
    from rich.file_proxy import FileProxy
    from rich.live import Live

logger = logging.getLogger("wenku")
TICK_SECONDS = 0.5


def wants_panel(settings: Settings) -> bool:
    """Whether to draw: standard error is a terminal, and nobody asked for log lines (LOG_LEVEL, LOG_FILE)."""
    asked = (settings.getpriority("LOG_LEVEL") or 0) > SETTINGS_PRIORITIES["project"]
    return settings.getbool("PROGRESS") and not asked and not settings["LOG_FILE"] and sys.stderr.isatty()


class Progress:
    """Draws while the spider is open, and notes the course of the run."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._interval = crawler.settings.getfloat("LOGSTATS_INTERVAL")
        self._panel = wants_panel(crawler.settings)
        self._live: Live | None = None
        self._handlers: list[logging.StreamHandler[FileProxy]] = []
        self._clock: AsyncioLoopingCall | LoopingCall | None = None
        self._told = 0.0
        crawler.signals.connect(self.spider_opened, signals.spider_opened)
        crawler.signals.connect(self.response_received, signals.response_received)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)
        crawler.signals.connect(self.engine_stopped, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Progress:
        """Raises NotConfigured for a spider that crawls no sites."""
        if not getattr(crawler.spidercls, "crawls_sites", False):
            raise NotConfigured
        return cls(crawler)

    @property
    def _run(self) -> Run:
        return run_of(self._crawler)

    def spider_opened(self) -> None:
        if self._panel:
            self._draw()
        self._clock = create_looping_call(self._tick)
        self._clock.start(TICK_SECONDS, now=False)

    def response_received(self, response: Response, spider: Spider) -> None:
        seconds = response.meta.get("download_latency", 0.0)
        self._run.record.answered(site_of(response.url), seconds, len(response.body))

    def spider_closed(self) -> None:
        if self._clock is not None and self._clock.running:
            self._clock.stop()
        if self._live:
            from crawler.report.panel import summary

            with suppress(OSError, ValueError):
                self._live.update(summary(self._run.record), refresh=True)
                self._live.stop()
            for handler in self._handlers:
                handler.setStream(sys.stderr)  # type: ignore[arg-type]
        self._keep(everything=True)

    def engine_stopped(self) -> None:
        """The run has closed its books behind us, and judged what is expected of its sites: the report is to say so."""
        if self._run.record.expectations:
            self._keep()

    def _keep(self, everything: bool = False) -> None:
        """What the report will read; a run that is killed leaves the last state of it."""
        run, folder = self._run, self._crawler.settings["DATA_DIR"]
        if run.problem or not run.ledger.run:
            return
        try:
            keep_record(folder, run.ledger.run, run.record)
            if everything:
                keep_explanations(folder, run.ledger.run, run.record)
        except DiskError as error:
            run.fail(error)

    def _draw(self) -> None:
        """The panel stays at the bottom; warnings appear above it, and a document's line is in the panel."""
        from rich.console import Console  # where nothing is drawn it would be 2 MB for nothing
        from rich.file_proxy import FileProxy
        from rich.live import Live

        console = Console(stderr=True)
        self._live = Live(console=console, auto_refresh=False)
        for handler in logging.root.handlers:
            if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stderr:
                self._handlers.append(handler)
                handler.setLevel(logging.WARNING)
                handler.setStream(FileProxy(console, sys.stderr))
        self._live.start()
        self._update()

    def _tick(self) -> None:
        record = self._run.record
        record.tick()
        if self._live:
            self._update()
        if self._interval and record.seconds - self._told >= self._interval:
            self._told = record.seconds
            self._keep()
            if not self._live:
                logger.info("%s", line(record, self._run.ledger.waiting))

    def _update(self) -> None:
        """Draws once more. A terminal that is gone is no reason to stop crawling."""
        from crawler.report.panel import panel

        assert self._live
        ledger = self._run.ledger
        with suppress(OSError, ValueError):
            self._live.update(panel(self._run.record, ledger.waiting, ledger.in_flight), refresh=True)
