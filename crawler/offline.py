"""Files through the same stages as a crawl, into a feed of their own: `scrapy clean`.

Nothing is fetched and no ledger is needed: the feed is made in one go, into a folder that holds none yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from crawler.dedup import Deduplicator
from crawler.document import duplicate_row, pieces, publishable, rejected_row
from crawler.feed import Feed, FeedError, encode
from crawler.items import Article, Document
from crawler.sources import SourceError, articles
from crawler.urls import document_id

PART_ROWS = 1000  # rows of a part, as in a crawl


@dataclass(slots=True)
class Tally:
    """What became of the files: rows by kind, and the files that could not be read, with the reason."""

    documents: int = 0
    duplicates: int = 0
    rejected: int = 0
    problems: list[str] = field(default_factory=list)


class _Writer:
    """Rows of one kind on their way into parts."""

    def __init__(self, feed: Feed, kind: str):
        self._feed, self._kind = feed, kind
        self._lines: list[bytes] = []

    def add(self, line: bytes) -> None:
        self._lines.append(line)
        if len(self._lines) == PART_ROWS:
            self.flush()

    def flush(self) -> None:
        self._feed.publish(self._kind, self._lines, run=1)
        self._lines = []


def clean_files(paths: Iterable[Path], folder: Path, told: Callable[[Document], None] = lambda _: None) -> Tally:
    """Reads `paths`, and publishes what they hold into the data folder `folder`; calls `told` with each document.

    A file that cannot be read is noted and the others go on. Raises FeedError when `folder` cannot be used or
    holds documents already: their index is with the crawl that made them.
    """
    feed = Feed(folder)
    if feed.parts("documents"):
        raise FeedError(f"{folder} holds documents already: name a new folder for the cleaned ones")
    writers = {kind: _Writer(feed, kind) for kind in ("documents", "duplicates", "rejected")}
    known, tally = Deduplicator(), Tally()
    seen: set[str] = set()
    for path in paths:
        try:
            for article in articles(path):
                _take(_apart(article, seen), known, writers, tally, told)
        except SourceError as problem:
            tally.problems.append(str(problem))
    for writer in writers.values():
        writer.flush()
    return tally


def _apart(article: Article, seen: set[str]) -> Article:
    """The article under an address that no other one of these files has: an archive may hold a page twice."""
    url, number = article.url, 1
    while document_id(article.url) in seen:
        number += 1
        article = replace(article, url=f"{url}{'&' if '?' in url else '?'}copy={number}")
    seen.add(document_id(article.url))
    return article


def _take(
    article: Article,
    known: Deduplicator,
    writers: dict[str, _Writer],
    tally: Tally,
    told: Callable[[Document], None],
) -> None:
    """One article through the stages, into the feed that it belongs to."""
    made = publishable(article)
    if not isinstance(made, Document):
        tally.rejected += 1
        writers["rejected"].add(encode(rejected_row(article.url, made)))
        return
    signature = known.prepare(made.body, parts=pieces(made), truncated=made.truncated)
    verdict = known.check(signature)
    if verdict.kind != "new":
        tally.duplicates += 1
        writers["duplicates"].add(encode(duplicate_row(made, verdict.kind, str(verdict.of), verdict.similarity)))
        return
    known.add(made.id, signature)
    made = replace(made, similar_to=[{"id": id, "similarity": value} for id, value in verdict.similar_to])
    tally.documents += 1
    writers["documents"].add(encode(made))
    told(made)
