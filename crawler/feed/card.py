"""The data card: what a feed holds, from where, when and with which rules, for whoever finds it. Written beside the feed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from crawler.datafiles import data_file
from crawler.feed.facts import Facts, facts
from crawler.feed.files import write_file
from crawler.feed.folders import FOLDERS, SCHEMA_VERSION
from crawler.feed.since import newer

CARD = "CARD.md"
RULES = ("boilerplate.toml", "dedup.toml", "layouts/marks.toml")
MOST_SITES = 50  # a table that is read, not searched
_ABOUT = (
    "Documents of Chinese document libraries (文库, 范文), each once, without what the sites put around them. One JSON "
    f"object a line, schema version {SCHEMA_VERSION}; the program's data/README.md explains the keys."
)
_LAW = (
    "The texts have authors: what may be done with them is a matter of each site's terms and of copyright. They hold "
    "personal data (names, telephone numbers), which is counted in `quality.pii` and not removed."
)


def write_card(data_dir: str | Path) -> Path:
    """Writes DATA_DIR/CARD.md anew from the published parts; its path. Raises FeedError, DiskError."""
    path = Path(data_dir) / CARD
    write_file(path, [card(data_dir).encode()])
    return path


def card(data_dir: str | Path) -> str:
    """The text of the card (Markdown). The same feed and program give the same text."""
    found = facts(data_dir)
    documents = found["documents"]
    parts = {kind: newer(data_dir, kind) for kind in FOLDERS}
    runs = {part.run for each in parts.values() for part in each}
    size = sum(part.bytes for part in parts["documents"])
    lines = [
        "# Data card",
        "",
        _ABOUT,
        "",
        "| what | how much |",
        "|---|---|",
        f"| documents | {sum(documents.sites.values())} lines in {len(parts['documents'])} parts, {size} bytes |",
        f"| copies found | {sum(found['duplicates'].sites.values())}{_among(found['duplicates'].reasons)} |",
        f"| pages rejected | {sum(found['rejected'].sites.values())}{_among(found['rejected'].reasons)} |",
        f"| sites | {len(documents.sites)} |",
        f"| fetched | {_span(documents.days)} |",
        f"| dates of the documents | {_span(documents.months)} |",
        f"| runs | {_span(map(str, sorted(runs)))} |",
        *(f"| {name} | {count} |" for name, count in sorted(documents.marks.items())),
        f"| personal numbers counted in texts | {sum(documents.personal.values())}{_among(documents.personal)} |",
        "",
        *_sites(found),
        *_rules(),
        "## Before you use it",
        "",
        _LAW,
        "",
    ]
    return "\n".join(lines)


def _among(counts: dict[str, int]) -> str:
    told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    return f" ({told})" if told else ""


def _span(values: Iterable[str]) -> str:
    known = [value for value in values if value]
    if not known:
        return "–"
    first, last = min(known, key=_order), max(known, key=_order)
    return first if first == last else f"{first} to {last}"


def _order(value: str) -> tuple[int, str]:
    return len(value), value  # run 10 after run 9


def _sites(found: dict[str, Facts]) -> list[str]:
    documents, copies, rejected = (found[kind].sites for kind in FOLDERS)
    order = sorted({*documents, *copies, *rejected}, key=lambda site: (-documents.get(site, 0), site))
    table = [
        f"| {site} | {documents.get(site, 0)} | {copies.get(site, 0)} | {rejected.get(site, 0)} |"
        for site in order[:MOST_SITES]
    ]
    more = [f"| and {len(order) - MOST_SITES} more | | | |"] if len(order) > MOST_SITES else []
    return ["## From where", "", "| site | documents | copies | rejected |", "|---|---|---|---|", *table, *more, ""]


def _rules() -> list[str]:
    """The files of rules by their digests: who has the program of that version can look them up."""
    made = [
        f"| {name} | {hashlib.sha256(data_file(*name.split('/')).read_bytes()).hexdigest()[:16]} |" for name in RULES
    ]
    try:
        program = version("wenku")
    except PackageNotFoundError:
        program = "of a checkout"
    head = [
        "## With which rules",
        "",
        f"wenku {program}, which wrote this card, with these files of rules (SHA-256):",
        "",
    ]
    return [*head, "| file | digest |", "|---|---|", *made, ""]
