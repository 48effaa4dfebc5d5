"""What the published parts hold, in numbers: read once for each part and kept, for the data card and the report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from crawler.feed.errors import DiskError
from crawler.feed.files import write_file
from crawler.feed.folders import FOLDERS
from crawler.feed.read import rows
from crawler.feed.since import newer
from crawler.urls import site_of

KEPT = Path("state") / "facts.json"
# In characters; a text counts at the first that is more than it has.
LENGTHS = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
Counts = dict[str, int]


@dataclass(slots=True)
class Facts:
    """Counts of rows by what they say of themselves. Of several parts they add up."""

    sites: Counts = field(default_factory=dict)
    months: Counts = field(default_factory=dict)  # YYYY-MM of the document's date; "" for none
    days: Counts = field(default_factory=dict)  # YYYY-MM-DD of fetching
    lengths: Counts = field(default_factory=dict)  # by the limit in LENGTHS, "more" above
    marks: Counts = field(default_factory=dict)  # rows that are revised, truncated, several pages, a collection …
    personal: Counts = field(default_factory=dict)  # numbers of telephones and the like, by kind
    reasons: Counts = field(default_factory=dict)  # of rejected pages; of copies their kind

    def add(self, other: Facts) -> None:
        for each in fields(self):
            mine = getattr(self, each.name)
            for key, count in getattr(other, each.name).items():
                mine[key] = mine.get(key, 0) + count


def length_class(size: int) -> str:
    """The name of the class of a text of `size` characters."""
    return next((str(limit) for limit in LENGTHS if size < limit), "more")


def facts(data_dir: str | Path) -> dict[str, Facts]:
    """By kind of row, what all its published parts hold. Parts that were read before are not read again.

    Raises FeedError for a damaged feed.
    """
    root = Path(data_dir)
    kept = _kept(root / KEPT)
    found: dict[str, Facts] = {}
    known: dict[str, Any] = {}
    for kind in FOLDERS:
        found[kind] = Facts()
        for part in newer(root, kind):
            old = kept.get(part.sha256)
            read = Facts(**old) if old else read_facts(rows(root, kind, [part]))
            known[part.sha256] = asdict(read)
            found[kind].add(read)
    if known != kept:
        with suppress(DiskError, OSError):  # it only saves time; a report and a crawl may write it at once
            (root / KEPT).parent.mkdir(parents=True, exist_ok=True)
            write_file(root / KEPT, [json.dumps(known, ensure_ascii=False).encode()])
    return found


def _kept(path: Path) -> dict[str, Any]:
    """What was kept; nothing when it is not there, damaged, or of another version of these facts."""
    names = {each.name for each in fields(Facts)}
    try:
        kept = json.loads(path.read_bytes())
        return kept if all(set(each) == names for each in kept.values()) else {}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def read_facts(of: Iterable[dict[str, Any]]) -> Facts:
    """The facts of rows of one kind."""
    counts: dict[str, Counter[str]] = {each.name: Counter() for each in fields(Facts)}
    for row in of:
        site = row.get("site") or site_of(row["url"])
        counts["sites"][site] += 1
        if "reason" in row:
            counts["reasons"][row["reason"]] += 1
            continue
        counts["months"][(row["date"] or "")[:7]] += 1
        counts["days"][row.get("fetched_at", "")[:10]] += 1
        if "kind" in row:
            counts["reasons"][row["kind"]] += 1
            continue
        counts["lengths"][length_class(len(row["body"]))] += 1
        counts["personal"].update(row["quality"].get("pii", {}))
        counts["marks"].update(_marks(row))
    return Facts(**{name: dict(count) for name, count in counts.items()})


def _marks(row: dict[str, Any]) -> list[str]:
    marks = {
        "revised": row["revision"] > 1,
        "truncated": row["truncated"],
        "of several pages": row["pages"] > 1,
        "collections": bool(row["parts"]),
        "without a date": not row["date"],
    }
    return [name for name, holds in marks.items() if holds]
