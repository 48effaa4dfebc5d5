"""What the ledger costs: CPU per page of a crawl with it, and of the same spider with Scrapy's scheduler, JOBDIR and FEEDS.

    python tests/benchmarks/ledger_cost.py [--articles 600] [--rounds 3]

Both crawl the same library, which a process of its own serves; clean, normalize and validate run in both,
deduplication in neither. Rounds alternate; the ratio is that of the best round of each.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
GOAL = 1.15
SERVE = """
import sys, threading
from tests.site import Library
with Library(articles=int(sys.argv[1]), per_page=20, categories=4, paged=25) as library:
    print(library.server.proxy, library.start, flush=True)
    sys.stdin.read()
"""
STAGES = "'pipelines.clean.CleanPipeline': 100, 'pipelines.normalize.NormalizePipeline': 200, 'pipelines.validate.ValidatePipeline': 300"
CRAWL = """
import sys
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings
settings = get_project_settings()
settings.setdict({"LOG_LEVEL": "ERROR", "DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False, "ROBOTSTXT_OBEY": False,
                  "CONCURRENT_REQUESTS_PER_DOMAIN": 16, **eval(sys.argv[2])}, priority="cmdline")
process = AsyncCrawlerProcess(settings)
process.crawl("wenku", start_urls=sys.argv[1])
process.start()
"""


def settings_of(way: str, place: str) -> str:
    """The settings of one way to crawl, as source."""
    if way == "ledger":
        store = "'pipelines.store.StorePipeline': 500"
        return f"{{'DATA_DIR': '{place}/data', 'ITEM_PIPELINES': {{{STAGES}, {store}}}}}"
    return (
        f"{{'SCHEDULER': 'scrapy.core.scheduler.Scheduler', 'EXTENSIONS': {{}}, 'ITEM_PIPELINES': {{{STAGES}}}, "
        f"'JOBDIR': '{place}/job', 'FEEDS': {{'{place}/out.jsonl': {{'format': 'jsonlines'}}}}}}"
    )


def documents(way: str, place: str) -> int:
    """How many documents lie in the feed: both must have brought all."""
    files = Path(place).glob("data/feed/*.jsonl" if way == "ledger" else "out.jsonl")
    return sum(file.read_bytes().count(b"\n") for file in files)


def measure(way: str, start: str, env: dict[str, str], articles: int) -> float:
    """CPU seconds (user and system) of one whole crawl."""
    with tempfile.TemporaryDirectory() as place:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", CRAWL, start, settings_of(way, place)], cwd=REPO, env=env, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found = documents(way, place)
        assert found == articles, f"{way}: {found} of {articles} documents"
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(args.articles)], cwd=REPO, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout and server.stdin
    proxy, start = server.stdout.readline().split()
    env = {k: v for k, v in os.environ.items() if not k.startswith("WENKU_")} | {"http_proxy": proxy}
    best: dict[str, float] = {}
    try:
        for number in range(args.rounds):
            for way in ("ledger", "stock"):
                seconds = measure(way, start, env, args.articles)
                best[way] = min(best.get(way, seconds), seconds)
                print(f"round {number + 1} {way:6} {seconds:6.2f} s CPU", flush=True)
    finally:
        server.stdin.close()
        server.wait()
    ratio = best["ledger"] / best["stock"]
    print(f"{args.articles} documents: ledger {best['ledger']:.2f} s, stock {best['stock']:.2f} s, ratio {ratio:.3f} (goal {GOAL})")
    return 0 if ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
