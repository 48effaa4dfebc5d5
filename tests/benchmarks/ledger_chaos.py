"""The long form of the chaos test: kills at random moments, and kills in the middle of publishing.

    python tests/benchmarks/ledger_chaos.py [KILLS] [SEED]

Prints documents, kills and pages fetched again; the exit status is 1 when anything was lost, doubled or torn.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[1] / "ledger")]

from chaos import MadeUpSite, torture  # noqa: E402


def main(kills: int, seed: int) -> int:
    # Small parts make publishing a large share of the time, so that many of the kills hit it.
    forms = [
        ("random moments", MadeUpSite(12, 10), kills, 0.7, 0.006, 250),
        ("mostly while publishing", MadeUpSite(12, 10), kills, 0.4, 0.0, 3),
        ("four kills in one run", MadeUpSite(4, 5), 4, 0.5, 0.002, 50),
    ]
    bad = 0
    for name, site, count, most, pause, rows in forms:
        start = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            outcome = torture(Path(folder), site, count, random.Random(seed), most, pause, rows)
        documents = len(site.expected("document"))
        print(
            f"{name}: {documents} documents, {outcome}, {len(outcome.problems)} problems, {time.perf_counter() - start:.0f} s"
        )
        for problem in outcome.problems[:20]:
            print(f"  {problem}")
        bad += len(outcome.problems)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in [*sys.argv[1:], *("40", "1")[len(sys.argv) - 1 :]])))
