"""Figures of many runs and sites, for how large the page becomes and how fast it opens. Made up, the same every time."""

from __future__ import annotations

import random

from crawler.feed import Facts
from crawler.ledger import Counts, Ended, Run
from crawler.report.gather import Figures

DAY = 86_400


def figures(runs: int, sites: int) -> Figures:
    """Everything that a page can show, at its fullest."""
    chance = random.Random(8)
    hosts = [f"wenku-{number:04}.example" for number in range(sites)]

    def some(most: int) -> int:
        return chance.randint(0, most)

    def run(number: int) -> Run:
        began = 1_750_000_000 + number * DAY
        counts = Counts(some(90_000), some(9000), some(9000), some(90), some(900), some(900), some(90), some(50))
        counts.reasons = {"stub": some(90), "mirror": some(9)}
        return Run(
            number, 1, False, began, began + 60 + some(9000), Ended.COMPLETE if number % 7 else Ended.KILLED, counts
        )

    def facts() -> Facts:
        return Facts(
            sites={host: some(9000) for host in hosts},
            months={f"{year}-{month:02}": some(900) for year in range(2004, 2026) for month in range(1, 13)},
            days={f"2025-{month:02}-{day:02}": some(900) for month in range(1, 13) for day in range(1, 29)},
            lengths={"500": some(900), "1000": some(900), "more": some(9)},
            marks={"truncated": some(90), "collections": some(90)},
            personal={"mobile": some(90), "qq": some(9)},
            reasons={"exact": some(900), "near": some(90)},
        )

    def tally() -> dict[str, float]:
        return {
            "pages": some(900),
            "documents": some(500),
            "answers": 900,
            "waited": some(900) + 0.5,
            "slowest": some(30) + 0.5,
        }

    record = {
        "seconds": 5000.0,
        "total": {"pages": 80_000},
        "sites": {host: tally() for host in hosts},
        "rules": {f"rule-{number}": some(90_000) for number in range(200)},
        "course": [[number * 20.0, number * number, number * number // 3] for number in range(240)],
        "doubtful": [
            {
                "confidence": 0.1 * n,
                "field": "date",
                "id": "0" * 20,
                "url": f"http://{host}/1.html",
                "title": "乡村邮递员事迹",
            }
            for n, host in enumerate(hosts[:10])
        ],
        "profiles": {host: ["the layout has changed: text in div.new, not in div.old"] for host in hosts},
        "expectations": [
            {"site": host, "wanted": "10 documents", "found": str(some(99)), "met": some(9) > 0} for host in hosts
        ],
    }
    return Figures(
        run=run(runs),
        runs=[run(number) for number in range(runs, 0, -1)],
        states={host: {"done": some(9000), "queued": some(90), "failed": some(9), "gone": some(9)} for host in hosts},
        facts={kind: facts() for kind in ("documents", "duplicates", "rejected")},
        pairs=[(chance.choice(hosts), chance.choice(hosts), 200 - number) for number in range(200)],
        record=record,
    )
