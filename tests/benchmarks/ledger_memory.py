"""What the ledger costs: speed and memory with 1,000,000 queued URLs, CPU of a page unit.

    python tests/benchmarks/ledger_memory.py [URLS] [SITES]

Limits of the issue: resident memory <= 150 MB with 1,000,000 queued URLs; 20,000 URLs added a second; 0.4 ms of CPU
for a unit with 20 links that are mostly known.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from crawler.items import Document
from crawler.ledger import Ledger, Link, Unit
from crawler.urls import document_id

GROUP = 50


def resident() -> float:
    """Resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def address(site: int, number: int) -> str:
    return f"http://library-{site}.example/fanwen/zongjie/{number // 1000}/{number}.html"


def fill(ledger: Ledger, urls: int, sites: int) -> None:
    """Units of 500 links each: list pages of a large site."""
    ledger.begin_run([Link(f"http://library-{site}.example/", "list", 30) for site in range(sites)])
    start, cpu = time.perf_counter(), time.process_time()
    for base in range(0, urls, 2500):
        for first in range(base, base + 2500, 500):
            site = (first // 500) % sites
            links = [Link(address(site, number), "article", 20) for number in range(first, first + 500)]
            ledger.add(Unit(f"http://library-{site}.example/", kind="list", links=links))
        ledger.commit()
    took, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(
        f"{urls:,} URLs on {sites} sites added in {took:.1f} s: {urls / took:,.0f} a second ({urls / cpu:,.0f} a CPU second)"
    )
    print(f"resident {resident():.0f} MB, peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def take_and_commit(ledger: Ledger, rounds: int, sites: int, urls: int, documents: bool) -> None:
    """Takes pages as a crawl does and commits units of 20 links, 19 of them known."""
    dice = random.Random(documents)
    fresh = urls * (2 + documents)
    taking = adding = 0.0
    slowest = 0.0
    for _ in range(rounds):
        start = time.process_time()
        visits = [visit for _ in range(5) for visit in ledger.take(10)]
        taking += time.process_time() - start
        units = []
        for visit in visits:
            fresh += 1
            links = [Link(address(0, fresh), "article", 20), *popular[:10]]
            old = [dice.randrange(urls) for _ in range(9)]
            links += [Link(address(number // 500 % sites, number), "article", 20) for number in old]
            units.append(Unit(visit.url, kind="article", links=links, document=made(visit.url) if documents else None))
        start, wall = time.process_time(), time.perf_counter()
        ledger.commit(units)
        adding += time.process_time() - start
        slowest = max(slowest, time.perf_counter() - wall)
    count = rounds * GROUP
    what = "with a document of 6 KB" if documents else "without documents"
    print(
        f"{count} units of 20 links {what}: take {taking / count * 1e6:.0f} µs, commit {adding / count * 1e6:.0f} µs of CPU "
        f"a unit; slowest group {slowest * 1e3:.0f} ms"
    )


popular = [Link(f"http://library-0.example/{name}/", "list", 30) for name in "abcdefghij"]


def made(url: str) -> Document:
    text = "各位老师，同学们，今天我们在这里总结一年的工作。\n" * 80
    stamp = "2026-11-23T21:20:00+00:00"
    return Document("总结", None, text, url, document_id(url), "x", content_hash="0" * 64, fetched_at=stamp)


def main(urls: int, sites: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(f"resident before: {resident():.0f} MB")
        ledger = Ledger.open(folder)
        fill(ledger, urls, sites)
        take_and_commit(ledger, 40, sites, urls, documents=False)
        take_and_commit(ledger, 40, sites, urls, documents=True)
        print(f"resident {resident():.0f} MB, peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        size = (Path(folder) / "state" / "ledger.sqlite").stat().st_size
        print(f"database {size / 1e6:.0f} MB, {size / urls:.0f} bytes a URL")
        start = time.perf_counter()
        ledger.close()
        ledger = Ledger.open(folder)
        opened = time.perf_counter() - start
        start = time.perf_counter()
        ledger.begin_run()
        begun = time.perf_counter() - start
        start = time.perf_counter()
        counts = ledger.counts()
        print(
            f"open {opened:.2f} s, begin_run {begun:.2f} s, counts {time.perf_counter() - start:.2f} s: {sum(counts.values()):,}"
        )
        print(f"resident {resident():.0f} MB")
        ledger.close()


if __name__ == "__main__":
    main(*(int(word) for word in [*sys.argv[1:], *("1000000", "100")[len(sys.argv) - 1 :]]))
