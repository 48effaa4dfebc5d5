#!/usr/bin/env python3
"""The quality gate of `read_page`: figures per site, the worst pages, and floors that only a decision lowers.

    python tests/benchmarks/extract_quality.py [--worst 10] [--site newsweb ...] [--every 1]
    python tests/benchmarks/extract_quality.py --update [--allow-lower]

Runs on the golden pages of this repository always and on saved sites beside it (`../shared/corpus`:
SITE.jsonl with file, url, kind, title, date, body a page) where they are present. Body F1 is that of
character 4-grams after NFKC without white space; titles are compared without white space, dates by
day, and by minute where the page shows a time. Exit status 1 when a figure is below its floor.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO))

from crawler.extract import read_page  # noqa: E402
from crawler.page import Kind, Page, Zone  # noqa: E402

GOLDEN = REPO / "tests" / "extract" / "golden"
CORPUS = REPO.parent / "shared" / "corpus"
FLOORS = Path(__file__).with_name("extract_floors.json")
SLACK = 0.0005  # figures are stored with four digits


def squeeze(text: str | None) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or ""))


def f1(got: str, want: str) -> float:
    """F1 of the multisets of character 4-grams."""
    a, b = (Counter(text[i : i + 4] for i in range(max(len(text) - 3, 1))) for text in (squeeze(got), squeeze(want)))
    both = (a & b).total()
    return 2 * both / (a.total() + b.total()) if both else 0.0


def numbers(text: str, count: int) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)[:count]]


@dataclass
class Figures:
    """The scores of one site's pages."""

    bodies: list[tuple[float, str]] = field(default_factory=list)
    titles: list[bool] = field(default_factory=list)
    days: list[bool] = field(default_factory=list)
    minutes: list[bool] = field(default_factory=list)
    kinds: list[bool] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, read: Page, gold: dict[str, Any], name: str) -> None:
        wanted = gold["kind"]
        right = (read.kind is Kind.ARTICLE) == (wanted == "article")
        self.kinds.append(right)
        if not right:
            self.wrong.append(f"kind   {name}: {read.kind}, not {wanted}")
        if wanted != "article":
            return
        if gold.get("body"):
            body = "\n".join(block.text for block in read.blocks if block.zone is Zone.BODY)
            self.bodies.append((f1(body, gold["body"]), name))
        if gold.get("title"):
            self.titles.append(squeeze(read.title) == squeeze(gold["title"]))
            if not self.titles[-1]:
                self.wrong.append(f"title  {name}: {read.title[:40]!r}, not {gold['title'][:40]!r}")
        date = gold.get("date") or ""
        if gold.get("date_shown") is not False and re.match(r"\d{4}\D+\d", date):
            self.days.append(numbers(read.date, 3) == numbers(date, 3))
            if not self.days[-1]:
                self.wrong.append(f"day    {name}: {read.date!r}, not {date!r}")
            if re.search(r"\d\s*[:：]\s*\d", read.date) and re.search(r"\d:\d", date):
                self.minutes.append(numbers(read.date, 5) == numbers(date, 5))

    def summary(self) -> dict[str, float]:
        def mean(values: list[float] | list[bool]) -> float:
            return round(sum(values) / len(values), 4)

        scores = [score for score, _ in self.bodies]
        columns: dict[str, list[float] | list[bool]] = {
            "body": scores,
            "body>0.98": [score > 0.98 for score in scores],
            "title": self.titles,
            "day": self.days,
            "minute": self.minutes,
            "kind": self.kinds,
        }
        return {name: mean(values) for name, values in columns.items() if values}


def golden_pages() -> Iterator[tuple[bytes, dict[str, Any], str]]:
    for page in sorted(GOLDEN.glob("*.html")):
        gold = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
        gold["body"] = "\n".join(gold.get("body") or [])
        yield page.read_bytes(), gold, page.stem


def site_pages(site: Path, every: int) -> Iterator[tuple[bytes, dict[str, Any], str]]:
    """The pages of one saved site that have gold: (bytes, gold, name)."""
    rows = [json.loads(line) for line in site.open(encoding="utf-8")]
    for gold in rows[::every]:
        yield (site.parent / gold["file"]).read_bytes(), gold, gold["file"]


def measure(pages: Iterator[tuple[bytes, dict[str, Any], str]]) -> Figures:
    figures = Figures()
    for data, gold, name in pages:
        figures.add(read_page(data, gold.get("url") or ""), gold, name)
    return figures


def digest(site: Path | None) -> str:
    """What the figures were measured on: the gold of a site, or the golden pages."""
    files = sorted(GOLDEN.iterdir()) if site is None else [site]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def judge(name: str, figures: dict[str, float], known: str, floors: dict[str, Any]) -> list[str]:
    """The figures below their floors, in words; a floor measured on other pages says so instead."""
    stored = floors.get(name)
    if stored is None:
        return [f"{name}: no floors yet, run with --update"]
    if stored["digest"] != known:
        return [f"{name}: the pages changed since the floors were set, run with --update"]
    return [
        f"{name}: {key} {figures.get(key, 0.0):.4f} is below its floor {floor:.4f}"
        for key, floor in stored["floors"].items()
        if figures.get(key, 0.0) < floor - SLACK
    ]


def update(floors: dict[str, Any], made: dict[str, tuple[str, dict[str, float]]], allow_lower: bool) -> list[str]:
    """Store the figures as floors; refusals when one of them would fall."""
    refused = []
    for name, (known, figures) in made.items():
        old = floors.get(name, {"floors": {}})["floors"]
        lower = [key for key, floor in old.items() if figures.get(key, 0.0) < floor - SLACK]
        if lower and not allow_lower:
            refused.append(f"{name}: {', '.join(lower)} would fall; say --allow-lower if that is meant")
        else:
            floors[name] = {"digest": known, "floors": figures}
    return refused


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worst", type=int, default=10, help="worst pages to show for each site")
    parser.add_argument("--site", action="append", help="only these saved sites")
    parser.add_argument(
        "--every", type=int, default=1, help="only each n-th page of a saved site; floors are not looked at"
    )
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--update", action="store_true", help="store the figures as floors")
    parser.add_argument("--allow-lower", action="store_true")
    args = parser.parse_args(arguments)
    floors = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    sites = sorted(args.corpus.glob("*.jsonl")) if args.corpus.is_dir() else []
    if not sites:
        print(f"{args.corpus} is not here: golden pages only")
    made: dict[str, tuple[str, dict[str, float]]] = {}
    for site in (None, *sites):
        name = site.stem if site else "golden"
        if site and args.site and name not in args.site:
            continue
        figures = measure(golden_pages() if site is None else site_pages(site, args.every))
        if site and not figures.bodies:
            continue  # pages without gold
        summary = figures.summary()
        made[name] = digest(site), summary
        print(
            f"{name:8} {len(figures.kinds):5} pages  "
            + "  ".join(f"{key} {value:.4f}" for key, value in summary.items())
        )
        for score, page in sorted(figures.bodies)[: args.worst]:
            if score < 0.98:
                print(f"  body   {page}: {score:.3f}")
        for line in figures.wrong[: args.worst]:
            print(f"  {line}")
    if args.update:
        problems = update(floors, made, args.allow_lower)
        FLOORS.write_text(json.dumps(floors, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    elif args.every > 1:
        problems = []
    else:
        problems = [line for name, (known, summary) in made.items() for line in judge(name, summary, known, floors)]
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
