"""A crawl of a made-up site that is killed with SIGKILL again and again, and what is left of it.

The crawl runs in a forked process, so that a kill is a real one: no handler, no flush, no rollback by us.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.dedup import content_hash
from crawler.feed import FOLDERS, read_manifest, verify
from crawler.items import Document
from crawler.ledger import Ended, Ledger, Link, State, Unit, Visit
from crawler.urls import document_id

HOST = "http://chaos.example"
PER_PAGE = 20


@dataclass
class MadeUpSite:
    """`lists` lists of `pages` pages with 20 articles each: copies, rejected and gone ones, and some that fail at first."""

    lists: int = 4
    pages: int = 5

    def article(self, number: int) -> str:
        return f"{HOST}/{number // PER_PAGE}/{number}.html"

    def numbers(self) -> range:
        return range(self.lists * self.pages * PER_PAGE)

    def fate(self, number: int) -> str:
        for divisor, fate in ((17, "duplicate"), (23, "rejected"), (29, "gone")):
            if number % divisor == divisor - 1:
                return fate
        return "document"

    def expected(self, fate: str) -> set[str]:
        return {self.article(number) for number in self.numbers() if self.fate(number) == fate}

    def answer(self, visit: Visit) -> Unit:
        """What a crawl makes of a page."""
        path = visit.url.removeprefix(HOST)
        if path == "/":
            return Unit(visit.url, kind="list", links=[Link(f"{HOST}/list{n}/", "list", 30) for n in range(self.lists)])
        if path.startswith("/list"):
            return self._list(visit.url, path)
        number = int(path.rsplit("/", 1)[-1].removesuffix(".html"))
        fate = self.fate(number)
        if number % 37 == 5 and not visit.tries:
            return Unit(visit.url, State.FAILED, note="timeout")
        if fate == "gone":
            return Unit(visit.url, State.GONE)
        links = [Link(self.article(n), "article", 20) for n in (number - 1, number + 1) if n in self.numbers()]
        unit = Unit(visit.url, kind="article", links=links)
        if fate == "rejected":
            unit.rejected = {"url": visit.url, "reason": "stub", "detail": str(number)}
        elif fate == "duplicate":
            of = document_id(self.article(number - 1))
            copy = {
                "url": visit.url,
                "title": "小结",
                "date": None,
                "duplicate_of": of,
                "kind": "near",
                "similarity": 0.9,
            }
            unit.duplicates = [copy]
        else:
            unit.document = self._document(visit.url, number)
        return unit

    def _list(self, url: str, path: str) -> Unit:
        name, _, page = path[5:].partition("/")
        at = int(page.removeprefix("p") or 1)
        first = (int(name) * self.pages + at - 1) * PER_PAGE
        links = [Link(self.article(number), "article", 20) for number in range(first, first + PER_PAGE)]
        if at < self.pages:
            links.append(Link(f"{HOST}/list{name}/p{at + 1}", "paging", 10))
        return Unit(url, kind="list", links=links, etag=f'"{name}"')

    def _document(self, url: str, number: int) -> Document:
        text = f"第{number}号文章：今年春天，我们在河边种了树。\n" * (1 + number % 60)
        return Document(
            title=f"第{number}号小结",
            date="2024-03-12",
            body=text.strip(),
            url=url,
            id=document_id(url),
            site="chaos.example",
            content_hash=content_hash(text),
            fetched_at="2026-11-23T21:20:00+00:00",
        )


@dataclass
class Outcome:
    kills: int = 0
    runs: int = 0
    fetched: int = 0
    refetched: int = (
        0  # fetches of a page whose outcome had been fetched before, failures and lists of later rounds left out
    )
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        per = f", {self.refetched / self.kills:.1f} a kill" if self.kills else ""
        return f"{self.kills} kills, {self.runs} runs, {self.fetched} pages fetched, {self.refetched} again{per}"


def cut(ids: list[str], sizes: list[int], samples: bytes) -> Iterator[tuple[str, bytes]]:
    """The samples of signatures, each with its document's id."""
    end = 0
    for id, size in zip(ids, sizes, strict=True):
        end += size
        yield id, samples[end - size : end]


def crawl(folder: Path, site: MadeUpSite, pause: float, rows: int) -> Ended:
    """One run to its end. Each fetch leaves a line in `fetched.log`, written at once."""
    log = os.open(folder / "fetched.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    ledger = Ledger.open(folder / "data", part_rows=rows, part_seconds=0.2)
    ledger.begin_run([Link(f"{HOST}/", "list", 40)])
    while visits := ledger.take(8):
        for visit in visits:
            os.write(log, f"{visit.url}\n".encode())
            unit = site.answer(visit)
            if unit.document:
                ledger.signatures.add(unit.document.id, unit.document.id.encode() * 10, unit.document.id.encode())
            ledger.add(unit)
            time.sleep(pause)
        ledger.tick()
    ended = ledger.end_run()
    ledger.close()
    os.close(log)
    return ended


def forked(work: Callable[[], Ended]) -> int:
    """Runs `work` in a process of its own; its number."""
    pid = os.fork()
    if pid:
        return pid
    status = 70
    try:
        status = 0 if work() is Ended.COMPLETE else 3
    finally:
        os._exit(status)


def finished(pid: int, seconds: float) -> int | None:
    """The exit status of a process that ends within `seconds`, None for one that is still there."""
    end = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= end:
            return None
        time.sleep(0.002)


def torture(
    folder: Path, site: MadeUpSite, kills: int, dice: random.Random, most: float, pause: float = 0.0005, rows: int = 25
) -> Outcome:
    """Kills the crawl at most `kills` times, after up to `most` seconds each, and lets it run until it is complete."""
    outcome, status = Outcome(), None
    while status != 0 and outcome.runs < kills + 10:
        pid = forked(lambda: crawl(folder, site, pause, rows))
        outcome.runs += 1
        status = finished(pid, dice.uniform(0.01, most) if outcome.kills < kills else 120)
        if status is None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            outcome.kills += 1
            outcome.problems += look(folder / "data")
        elif status not in (0, 3):
            outcome.problems.append(f"exit status {status}")
    outcome.problems += judge(folder / "data", site)
    lines = (folder / "fetched.log").read_text().split()
    articles = Counter(line for line in lines if "/list" not in line and not line.endswith("e/"))
    outcome.fetched = len(lines)
    failing = sum(1 for url in articles if int(url.rsplit("/", 1)[-1][:-5]) % 37 == 5)
    outcome.refetched = sum(articles.values()) - len(articles) - failing
    return outcome


def look(data: Path) -> list[str]:
    """What a reader finds wrong in the middle of a crawl: parts of the manifest that are torn or missing."""
    # Between the rename of a part and that of the manifest the part is not listed yet: readers do not see it.
    harmless = ("not in the manifest", "missing", "no such folder")
    return [str(problem) for problem in verify(data) if problem.what not in harmless]


def rows(data: Path, kind: str) -> list[dict[str, Any]]:
    folder = data / FOLDERS[kind]
    names = read_manifest(folder, kind).parts
    return [json.loads(line) for name in sorted(names) for line in (folder / name).read_bytes().splitlines()]


def judge(data: Path, site: MadeUpSite) -> list[str]:
    """What was lost, doubled or torn in the end."""
    found = [str(problem) for problem in verify(data)]
    for kind, fate in (("documents", "document"), ("duplicates", "duplicate"), ("rejected", "rejected")):
        seen = Counter(str(row["url"]) for row in rows(data, kind))
        expected = site.expected(fate)
        found += [f"lost {kind}: {url}" for url in sorted(expected - seen.keys())]
        found += [f"invented {kind}: {url}" for url in sorted(seen.keys() - expected)]
        found += [f"{kind} {count} times: {url}" for url, count in sorted(seen.items()) if count > 1]
    ledger = Ledger.open(data)
    counts = ledger.counts()
    if counts[State.QUEUED] or counts[State.FAILED]:
        found.append(f"left over: {counts}")
    total = 1 + site.lists * site.pages + len(site.numbers())
    if sum(counts.values()) != total:
        found.append(f"{sum(counts.values())} URLs known, {total} expected")
    sampled = {id: sample for ids, sizes, samples in ledger.signatures.samples() for id, sample in cut(ids, sizes, samples)}
    signed = ledger.signatures.get(sampled)
    written = [document_id(url) for url in site.expected("document")]
    if signed != {id: id.encode() * 10 for id in written} or sampled != {id: id.encode() for id in written}:
        found.append("signatures and documents differ")
    ledger.close()
    return found
