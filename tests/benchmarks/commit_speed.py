"""What a commit takes: 50 pages with a document and 29 links each, in SQLite and in a PostgreSQL of its own.

    python tests/benchmarks/commit_speed.py [--groups 24]

Once with one new link a page, as in a library whose side bars come again, and once with all links new. The time of a commit
in PostgreSQL bounds a fleet: its workers commit one after the other.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPO), str(REPO / "tests"), str(REPO / "tests" / "ledger")]

from crawls import A, document  # noqa: E402

from crawler.dedup import Deduplicator  # noqa: E402
from crawler.ledger import Ledger, Link, Unit  # noqa: E402
from crawler.ledger.fleet import Fleet  # noqa: E402

PAGES, LINKS = 50, 29
BODY = "今年以来，我们认真落实上级部署，扎实推进各项工作，取得了新的成绩。" * 90  # 3,000 characters, 9 KB


def commits(ledger: Ledger, groups: int, new: int) -> float:
    """Milliseconds of a commit, the median, when each page has `new` links that nobody knew."""
    known = Deduplicator(ledger.signatures)
    ledger.begin_run([Link(f"{A}/", "list", 40)])
    taken = []
    for group in range(groups):
        units = []
        for page in range(group * PAGES, (group + 1) * PAGES):
            url = f"{A}/{page}.html"
            made = document(url, f"第{page}篇。{BODY}")
            known.add(made.id, made.body)
            first = page * new
            links = [Link(f"{A}/{number}.html", "article", 20) for number in range(first, first + LINKS)]
            units.append(Unit(url, kind="article", document=made, links=links))
        began = time.perf_counter()
        ledger.commit(units)
        taken.append(time.perf_counter() - began)
        ledger.publish()
    ledger.close()
    return 1000 * statistics.median(taken)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--groups", type=int, default=24)
    groups = parser.parse_args().groups
    from fleet.servers import Postgres
    from fleet.test_merge import DictShelf

    postgres = Postgres()
    try:
        for new in (1, LINKS):
            with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
                alone = commits(Ledger.open(one), groups, new)
                fleet = Fleet(DictShelf(), patience=0)
                shared = commits(Ledger.open(Path(other), url=postgres.database(), fleet=fleet), groups, new)
            print(f"{PAGES} pages with {LINKS} links each, {new} of them new: SQLite {alone:.0f} ms, PostgreSQL {shared:.0f} ms")
    finally:
        postgres.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
