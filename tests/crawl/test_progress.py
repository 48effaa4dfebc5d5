"""What a person sees while crawling: a panel in a terminal, plain lines elsewhere."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import REPO, Run
from rich.console import Console

from crawler.items import Document
from crawler.ledger import State, Unit
from crawler.report import Record
from crawler.report.panel import panel
from crawler.report.words import duration, line
from tests.site import Library

Scrapy = Callable[..., Run]


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def record(clock: Clock) -> Record:
    """Ten sites after ten seconds: 30 pages, a document, a copy, a rejected page, one that failed."""
    made = Record(clock)
    document = Document(
        title="河边的\x1b[31m春天", date=None, body="x", url="http://s0.test/1", id="0" * 20, site="s0.test"
    )
    made.landed("s0.test", Unit("http://s0.test/1", document=document))
    made.landed("s1.test", Unit("http://s1.test/1", duplicates=[{}]))
    made.landed("s1.test", Unit("http://s1.test/2", rejected={"reason": "stub"}))
    made.landed("s1.test", Unit("http://s1.test/3", state=State.FAILED))
    for number in range(26):
        made.landed(f"s{number % 10}.test", Unit("http://a.test/"))
    clock.now += 10
    made.tick()
    return made


def drawn(record: Record, waiting: int, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(panel(record, waiting, 3))
    assert isinstance(console.file, io.StringIO)
    return [row.rstrip() for row in console.file.getvalue().splitlines()]


def test_the_line_says_how_far_the_run_is(record: Record) -> None:
    told = "30 pages, 1 documents, 1 duplicates, 1 rejected, 1 failed; 3.0 pages a second; "
    assert line(record, 900) == told + "900 queued, at least 5 min"
    assert line(record, 0) == told + "0 queued"


def test_the_panel_has_a_row_a_site_and_fits(record: Record) -> None:
    rows = drawn(record, 900, 100)
    assert re.fullmatch(r"site +pages +documents +duplicates +rejected +failed", rows[0])
    assert re.fullmatch(r"s1.test +6 +0 +1 +1 +1", rows[1]), "the busiest first"
    assert "and 2 more" in rows[9] and re.fullmatch(r"all +30 +1 +1 +1 +1", rows[10])
    assert rows[11] == "  河边的�[31m春天", "no control character of a page reaches the terminal"
    assert rows[12] == "10 s  3.0 pages a second  900 queued, at least 5 min, 3 under way"
    assert all(len(row) <= 60 for row in drawn(record, 900, 60))


def test_durations() -> None:
    told = {0.4: "0 s", 89: "89 s", 90: "2 min", 5300: "88 min", 5400: "1 h 30 min", 12_000: "3 h 20 min"}
    assert {seconds: duration(seconds) for seconds in told} == told


def test_the_course_of_a_long_run_stays_small(clock: Clock) -> None:
    record = Record(clock)
    for _ in range(10_000):
        clock.now += 1
        record.tick()
    assert 60 <= len(record.course) <= 240
    steps = {b[0] - a[0] for a, b in zip(record.course, record.course[1:], strict=False)}
    assert len(steps) <= 2, "evenly spread"


def in_a_terminal(data: Path, *arguments: str) -> tuple[int, str]:
    """Status and output of a crawl of the demo library on a terminal of 100 columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WENKU_") and k not in ("NO_COLOR", "CI")}
    environment |= {"WENKU_DATA_DIR": str(data), "PYTHONWARNINGS": "error", "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "scrapy", "crawl", "wenku", *arguments]
    process = subprocess.Popen(command, cwd=REPO, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""
    while True:
        try:
            said += os.read(ours, 1 << 16)
        except OSError:  # EIO: the other side is closed
            break
    os.close(ours)
    return process.wait(), said.decode()


def test_a_terminal_gets_a_panel(tmp_path: Path) -> None:
    status, said = in_a_terminal(tmp_path / "data")
    assert status == 0 and "Traceback" not in said, said
    assert "\x1b[2K" in said and "Spider closed" not in said, "drawn again and again, instead of lines"
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said)
    assert re.search(r"\d+ queued, .*under way", plain) and "INFO document" not in plain
    last = re.match(
        r"wenku: complete: (\d+) documents, (\d+) duplicates, (\d+) rejected", plain.rstrip().splitlines()[-1]
    )
    assert last, "the last word is last"
    row = rf"all +\d+ +{last[1]} +{last[2]} +{last[3]} +0"
    assert re.search(row, plain), "the table that stays says the same"


def test_who_asks_for_log_lines_gets_them_in_a_terminal_too(tmp_path: Path) -> None:
    status, said = in_a_terminal(tmp_path / "data", "-s", "LOG_LEVEL=INFO")
    assert status == 0 and "\x1b[" not in said
    told = re.search(r"complete: (\d+) documents", said)
    logged = set(re.findall(r"INFO document .* (http\S+)", said))
    # An excerpt whose whole text came later was told, and is taken back.
    lines = (path.read_text("utf-8").splitlines() for path in (tmp_path / "data" / "duplicates").glob("*.jsonl"))
    copies = {json.loads(line)["url"] for part in lines for line in part}
    assert told and int(told[1]) == len(logged - copies) > 80


def test_plain_lines_elsewhere(scrapy: Scrapy) -> None:
    with Library(articles=30) as served:
        arguments = ("-a", f"start_urls={served.start}", "-s", "LOGSTATS_INTERVAL=0.5", "-s", "DOWNLOAD_DELAY=0.05")
        run = scrapy("crawl", "wenku", *arguments, env=served.env)
    assert run.status == 0 and "\x1b[" not in run.err
    assert re.search(r"INFO \d+ pages, \d+ documents, .* failed; \d+\.\d pages a second; \d+ queued", run.err), run.err
    assert run.err.count("INFO document") == 30
    assert not [row for row in run.err.splitlines() if len(row) > 400]


def test_a_crawl_imports_nothing_that_is_switched_off(scrapy: Scrapy) -> None:
    """An HTTP server, the list of public domains, what draws in a terminal: a tenth of the memory of a small crawl."""
    run = scrapy("crawl", "wenku", "-s", "CLOSESPIDER_PAGECOUNT=1", env={"PYTHONPROFILEIMPORTTIME": "1"})
    imported = {row.rpartition("|")[2].strip() for row in run.err.splitlines() if row.startswith("import time:")}
    assert {"crawler.ledger", "scrapy.core.downloader.tls"} <= imported, run.err[-500:]
    assert imported.isdisjoint({"aiohttp", "tldextract", "requests", "rich"})
