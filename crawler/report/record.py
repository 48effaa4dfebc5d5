"""What a run does, site by site, while it does it: for the line in the terminal, and kept for the report.

Pure and cheap: a few additions a page. The ledger's counts say what was written; this says where, how fast, and by which rules.
"""

from __future__ import annotations

import heapq
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from crawler.clean import Cleaned
from crawler.items import Article
from crawler.ledger import State, Unit
from crawler.urls import document_id

VERSION = 1  # of what `kept` returns
WORST = 12  # pages of the least confidence that are kept with their explanation: as many as are looked at
POINTS = 240  # of the course of a run: more than a screen shows
RECENT_SECONDS = 10.0  # over which the present speed is measured
LATEST = 4  # titles shown while crawling
COLUMNS = ("pages", "documents", "duplicates", "rejected", "failed")  # of a Tally, shown while crawling


@dataclass(slots=True)
class Tally:
    """What came of one site's pages. `waited` is the sum of the seconds until its answers were there, `slowest` the longest."""

    pages: int = 0
    documents: int = 0
    unchanged: int = 0
    duplicates: int = 0
    rejected: int = 0
    failed: int = 0
    gone: int = 0
    answers: int = 0
    bytes: int = 0
    waited: float = 0.0
    slowest: float = 0.0


class Doubtful(NamedTuple):
    """A document of whose `field` the reader was not sure: `confidence` from 0 to 1."""

    confidence: float
    field: str
    id: str
    url: str
    title: str


class Record:
    """The figures of the present run. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock, self.began = clock, clock()
        self.sites: dict[str, Tally] = {}
        self.total = Tally()
        self.rules: Counter[str] = Counter()  # lines and pieces taken out, by rule
        self.reasons: Counter[str] = Counter()  # of rejected pages
        self.expectations: list[dict[str, Any]] = []  # what was expected of each site, and whether it came
        self.profiles: dict[str, list[str]] = {}  # by site, what a person should know: its layout has changed, and the like
        self.latest: deque[str] = deque(maxlen=LATEST)
        self.course: list[tuple[float, int, int]] = []  # (seconds, pages, documents)
        self._step = 1.0
        self._recent: deque[tuple[float, int]] = deque([(self.began, 0)])
        self._doubtful: list[tuple[float, int, Doubtful, Article, Cleaned]] = []
        self._seen = 0

    @property
    def seconds(self) -> float:
        return self._clock() - self.began

    def landed(self, host: str, unit: Unit) -> None:
        """A page was dealt with."""
        if unit.document:
            self.latest.append(unit.document.title)
        for tally in (self._site(host), self.total):
            tally.pages += 1
            tally.documents += unit.document is not None
            tally.unchanged += unit.unchanged
            tally.duplicates += len(unit.duplicates)
            tally.rejected += unit.rejected is not None
            tally.failed += unit.state is State.FAILED
            tally.gone += unit.state is State.GONE
        if unit.rejected:
            self.reasons[str(unit.rejected["reason"])] += 1

    def completed(self, host: str, lines: int) -> None:
        """The whole text of an excerpt came: it is a copy, and `lines` of it that had landed are not published."""
        for tally in (self._site(host), self.total):
            tally.duplicates += 1
            tally.documents = max(tally.documents - lines, 0)

    def answered(self, host: str, seconds: float, size: int) -> None:
        """An answer came from `host` after so many seconds, with so many bytes."""
        for tally in (self._site(host), self.total):
            tally.answers += 1
            tally.bytes += size
            tally.waited += seconds
            tally.slowest = max(tally.slowest, seconds)

    def cleaned(self, article: Article, cleaned: Cleaned) -> None:
        """A page was cleaned: its rules are counted, and the least certain documents are kept with what made them."""
        self.rules.update(drop.rule for drop in cleaned.dropped)
        if cleaned.reject or not article.page.confidence:
            return
        field, value = min(article.page.confidence.items(), key=lambda pair: pair[1])
        self._seen += 1
        doubtful = Doubtful(round(value, 3), field, document_id(article.url), article.url, cleaned.title)
        entry = (-value, -self._seen, doubtful, article, cleaned)
        (heapq.heappush if len(self._doubtful) < WORST else heapq.heappushpop)(self._doubtful, entry)

    def tick(self) -> None:
        """Notes how far the run is. Call it about every second."""
        now, pages = self._clock(), self.total.pages
        self._recent.append((now, pages))
        while now - self._recent[0][0] > RECENT_SECONDS and len(self._recent) > 2:
            self._recent.popleft()
        if not self.course or self.seconds - self.course[-1][0] >= self._step:
            self.course.append((round(self.seconds, 1), pages, self.total.documents))
        if len(self.course) > POINTS:
            self.course, self._step = self.course[1::2], self._step * 2

    @property
    def speed(self) -> float:
        """Pages a second of late."""
        since, before = self._recent[0]
        passed = self._clock() - since
        return (self.total.pages - before) / passed if passed > 0 else 0.0

    def doubtful(self) -> list[tuple[Doubtful, Article, Cleaned]]:
        """The least certain documents, the worst first."""
        return [(entry[2], entry[3], entry[4]) for entry in sorted(self._doubtful, key=lambda entry: -entry[0])]

    def kept(self, **more: Any) -> dict[str, Any]:
        """Everything as JSON can hold it, with `more`."""
        now = (round(self.seconds, 1), self.total.pages, self.total.documents)
        return {
            "version": VERSION,
            "seconds": round(self.seconds, 1),
            "total": asdict(self.total),
            "sites": {host: asdict(tally) for host, tally in self.sites.items()},
            "rules": dict(self.rules.most_common()),
            "reasons": dict(self.reasons.most_common()),
            "expectations": self.expectations,
            "profiles": self.profiles,
            "course": [*self.course, now],
            "doubtful": [doubtful._asdict() for doubtful, _, _ in self.doubtful()],
            **more,
        }

    def _site(self, host: str) -> Tally:
        return self.sites.setdefault(host, Tally())
