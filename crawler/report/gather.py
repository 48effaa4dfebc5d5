"""Everything that the report shows, from the ledger, the feed and the record of the run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.feed import Facts, facts, newer, rows
from crawler.ledger import LedgerError, Run
from crawler.ledger.look import Look
from crawler.report.keep import read_record
from crawler.urls import site_of

RUNS = 100  # of the history: more are no longer read, and a page stays small
PAIRS = 200


@dataclass(slots=True)
class Figures:
    """`runs` begins with the newest. `record` is what the run itself noted, {} when it was killed before it noted anything.

    `pairs` counts copies by (the copy's site, the site of the published document).
    """

    run: Run
    runs: list[Run]
    states: dict[str, dict[str, int]]
    facts: dict[str, Facts]
    pairs: list[tuple[str, str, int]]
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def sites(self) -> list[str]:
        """Every site that is known from anywhere."""
        read = (set(each.sites) for each in self.facts.values())
        return sorted(set(self.states).union(self.record.get("sites", ()), *read))


def gather(data_dir: str | Path, number: int | None = None, url: str = "") -> Figures:
    """The figures of run `number` (the newest for None). Raises LedgerError when there is no such run, FeedError, DiskError."""
    with Look(data_dir, url) as look:
        runs = look.runs(RUNS)
        chosen = next((run for run in runs if number in (None, run.id)), None)
        if chosen is None:
            known = f"runs {runs[-1].id} to {runs[0].id} are known" if runs else "nothing was crawled yet"
            raise LedgerError(f"there is no run {number} in {data_dir}: {known}" if number else f"{data_dir}: {known}")
        return Figures(
            run=chosen,
            runs=runs,
            states=look.states(),
            facts=facts(data_dir),
            pairs=_pairs(data_dir, look),
            record=read_record(data_dir, chosen.id) or {},
        )


def _pairs(data_dir: str | Path, look: Look) -> list[tuple[str, str, int]]:
    """Copies between sites (and within one), the most frequent first."""
    counted: Counter[tuple[str, str]] = Counter()
    for row in rows(data_dir, "duplicates", newer(data_dir, "duplicates")):
        counted[(site_of(row["url"]), row["duplicate_of"])] += 1
    urls = look.urls(of for _, of in counted)
    pairs: Counter[tuple[str, str]] = Counter()
    for (site, of), count in counted.items():
        pairs[(site, site_of(urls[of]) if of in urls else "?")] += count
    return [(*pair, count) for pair, count in pairs.most_common(PAIRS)]
