"""The ledger's knowledge of what is published, made anew from the published feed: `scrapy feed reindex`.

For a data folder whose `state/` was lost or moved away: without it every document would be published again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from crawler.dedup import Deduplicator
from crawler.document import pieces
from crawler.feed import FOLDERS, FeedError, read_manifest
from crawler.feed.encode import record
from crawler.feed.files import open_lines
from crawler.feed.read import Excerpts
from crawler.items import Document
from crawler.ledger import Ended, Ledger, Unit


def published(data_dir: Path) -> Iterator[Document]:
    """Every line of the documents feed, in the order of publication. Raises FeedError for a line that is none."""
    folder = data_dir / FOLDERS["documents"]
    parts = read_manifest(folder, "documents").parts
    for name in sorted(parts):
        with open_lines(folder / name) as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield Document(**json.loads(line))
                except (ValueError, TypeError) as error:
                    raise FeedError(f"{folder / name}: line {number} is no document ({error}); see scrapy feed verify") from None


def reindex(ledger: Ledger, data_dir: Path) -> int:
    """Tells `ledger` of every published document: its page, its revision, its signature. How many lines there were.

    Nothing is published, and what the ledger knows already stays as it is.
    """
    known, count = Deduplicator(ledger.signatures), 0
    excerpts, held = Excerpts.of(data_dir), defaultdict[str, set[str]](set)  # of documents the excerpts that they hold
    ledger.begin_run()
    for document in published(data_dir):
        count += 1
        whole, before = excerpts.whole_of(record(document)), excerpts.told_of(document.id)
        if whole:
            held[whole].add(document.id)
        elif before:
            held[before].discard(document.id)
        if ledger.document(document.id) is None or document.revision > 1:
            known.add(document.id, document.body, parts=pieces(document), truncated=document.truncated)
            gone = held.get(document.id, ())
            ledger.add(Unit(document.url, kind="article", document=document, published=True, supersedes=sorted(gone)))
            if ledger.due():
                ledger.commit()
    ledger.end_run(Ended.COMPLETE)
    return count
