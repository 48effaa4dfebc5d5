"""Files through the same stages as a crawl, into a feed of their own: `scrapy clean`.

Nothing is fetched and nothing is put into a ledger: the feed is made in one go, into a folder that holds none yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from crawler.dedup import Deduplicator
from crawler.document import pieces, publishable, rejected_row
from crawler.feed import Feed, FeedError, encode
from crawler.items import Article, Document, duplicate_row
from crawler.sources import NO_ADDRESS, SourceError, articles
from crawler.study import Study
from crawler.urls import document_id, site_of

PART_ROWS = 1000  # rows of a part, as in a crawl
_NO_SITE = site_of(NO_ADDRESS)


@dataclass(slots=True)
class Tally:
    """What became of the files: rows by kind, and, each with its reason, pages that are no articles and what could not be read."""

    documents: int = 0
    duplicates: int = 0
    rejected: int = 0
    left: int = 0  # pages and lines that are no documents
    notes: list[str] = field(default_factory=list)
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


def clean_files(
    paths: Iterable[Path], folder: Path, study: Study, told: Callable[[Document], None] = lambda _: None
) -> Tally:
    """Reads `paths`, and publishes what they hold into the data folder `folder`; calls `told` with each document.

    `study` has pages wait until their site is known; those without an address are one site with the others of their folder. A file that cannot be read is noted and the others go on. Raises FeedError when `folder` cannot be used or
    holds documents already: their index is with the crawl that made them.
    """
    feed = Feed(folder)
    if feed.parts("documents"):
        raise FeedError(f"{folder} holds documents already: name a new folder for the cleaned ones")
    writers = {kind: _Writer(feed, kind) for kind in ("documents", "duplicates", "rejected")}
    desk = _Desk(writers, told)
    seen: set[str] = set()
    for path in paths:
        try:
            for article in articles(path, desk.leave):
                group = str(path.parent) if article.site == _NO_SITE else ""
                for ready in study.take(_apart(article, seen), group):
                    desk.take(ready)
        except SourceError as problem:
            desk.tally.problems.append(str(problem))
    for ready in study.close():
        desk.take(ready)
    return desk.close()


def _apart(article: Article, seen: set[str]) -> Article:
    """The article under an address that no other one of these files has: an archive may hold a page twice."""
    url, number = article.url, 1
    while document_id(article.url) in seen:
        number += 1
        article = replace(article, url=f"{url}{'&' if '?' in url else '?'}copy={number}")
    seen.add(document_id(article.url))
    return article


class _Desk:
    """Takes articles through the stages, into the feed that each belongs to."""

    def __init__(self, writers: dict[str, _Writer], told: Callable[[Document], None]):
        self.tally = Tally()
        self._writers, self._told = writers, told
        self._known = Deduplicator()
        self._truncated: dict[str, Document] = {}  # held back: a complete one may follow
        self._copies: defaultdict[str, list[tuple[Document, str, float]]] = defaultdict(list)  # of those

    def leave(self, words: str, wrong: bool) -> None:
        """Notes a page that is no article, or a line that is no record."""
        self.tally.left += 1
        (self.tally.problems if wrong else self.tally.notes).append(words)

    def take(self, article: Article) -> None:
        """One article."""
        made = publishable(article)
        if not isinstance(made, Document):
            self.tally.rejected += 1
            self._writers["rejected"].add(encode(rejected_row(article.url, made)))
            return
        signature = self._known.prepare(made.body, parts=pieces(made), truncated=made.truncated)
        verdict = self._known.check(signature)
        if verdict.kind != "new":
            self._copy(made, verdict.kind, str(verdict.of), verdict.similarity)
            return
        self._known.add(made.id, signature)
        made = replace(made, similar_to=[{"id": id, "similarity": value} for id, value in verdict.similar_to])
        for excerpt in verdict.supersedes:
            if excerpt in self._truncated:
                self._copy(self._truncated.pop(excerpt), "contained", made.id, 1.0)
                self._known.remove(excerpt)
                for copy, _, similarity in self._copies.pop(excerpt, ()):
                    self._write_copy(copy, "contained", made.id, similarity)
        if made.truncated:
            self._truncated[made.id] = made
        else:
            self._publish(made)

    def close(self) -> Tally:
        """Publishes what waits, and says what came of all."""
        for document in self._truncated.values():
            self._publish(document)
            for copy, kind, similarity in self._copies.pop(document.id, ()):
                self._write_copy(copy, kind, document.id, similarity)
        for writer in self._writers.values():
            writer.flush()
        return self.tally

    def _copy(self, made: Document, kind: str, of: str, similarity: float) -> None:
        self.tally.duplicates += 1
        if of in self._truncated:  # which of the two is published is not known yet
            self._copies[of].append((replace(made, body=""), kind, similarity))
        else:
            self._write_copy(made, kind, of, similarity)

    def _write_copy(self, made: Document, kind: str, of: str, similarity: float) -> None:
        self._writers["duplicates"].add(encode(duplicate_row(made, kind, of, similarity)))

    def _publish(self, made: Document) -> None:
        self.tally.documents += 1
        self._writers["documents"].add(encode(made))
        self._told(made)
