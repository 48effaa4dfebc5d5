"""Crawls that are killed at random moments until they are done: what is lost, published twice, torn, fetched again.

    python tests/benchmarks/crawl_chaos.py [--rounds 10] [--kills 4] [--articles 300] [--seed 1]

Each round crawls a library of its own into a new data folder and kills (SIGKILL) that crawl `kills` times, then lets
it end. Every second round publishes a part about five times a second, so that kills hit publishing as well.
Prints a line a round, then documents, kills, pages fetched again for each kill. Exit status 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO))

from crawler.feed import verify  # noqa: E402
from tests.site import Library  # noqa: E402

QUICK = ("DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=False", "CONCURRENT_REQUESTS_PER_DOMAIN=8", "LOG_LEVEL=ERROR")
PUBLISHING = ("FEED_PART_ROWS=5", "FEED_PART_SECONDS=0.2")
STARTUP = 0.8  # seconds until the first request, about


def crawl(library: Library, data: Path, more: tuple[str, ...]) -> subprocess.Popen[bytes]:
    settings = [word for setting in (*QUICK, *more) for word in ("-s", setting)]
    env = {k: v for k, v in os.environ.items() if not k.startswith("WENKU_") and not k.lower().endswith("_proxy")}
    return subprocess.Popen(
        [sys.executable, "-m", "scrapy", "crawl", "wenku", "-a", f"start_urls={library.start}", *settings],
        cwd=REPO, env=env | library.env | {"WENKU_DATA_DIR": str(data)}, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def one_round(number: int, kills: int, articles: int, pick: random.Random) -> Counter[str]:
    """Crawls one library to the end over `kills` kills; what was wrong, and how much was fetched again."""
    told: Counter[str] = Counter()
    more = PUBLISHING if number % 2 else ()
    with Library(articles, per_page=20, categories=3, paged=20) as library, tempfile.TemporaryDirectory() as place:
        data = Path(place) / "data"
        library.delay["*"] = 0.02
        for _ in range(kills):
            process = crawl(library, data, more)
            time.sleep(STARTUP + pick.random() * 2)
            told["kills"] += process.poll() is None
            process.kill()
            process.wait()
        for _ in range(5):
            if crawl(library, data, more).wait() == 0:
                break
        told["requests"] = library.hits()
        told["pages"] = len({served.url for served in library.server.served})
        told["problems"] = len(verify(data))
        rows: list[dict[str, str]] = []
        for part in sorted((data / "feed").glob("documents-*.jsonl")):
            for line in part.read_bytes().split(b"\n")[:-1]:
                try:
                    rows.append(json.loads(line))
                except ValueError:
                    told["torn"] += 1
        published, truth = Counter(row["url"] for row in rows), library.truth()
        told["documents"] = len(truth)
        told["lost"] = len(truth.keys() - published.keys())
        told["strange"] = len(published.keys() - truth.keys())
        told["twice"] = sum(count - 1 for count in published.values())
        told["wrong"] = sum(row["body"] != truth[row["url"]]["body"] for row in rows if row["url"] in truth)
    return told


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    pick, total = random.Random(args.seed), Counter[str]()
    for number in range(args.rounds):
        told = one_round(number, args.kills, args.articles, pick)
        total += told
        print(f"round {number + 1}: {dict(told)}", flush=True)
    again = (total["requests"] - total["pages"]) / max(total["kills"], 1)
    print(
        f"{total['documents']} documents, {total['kills']} kills: lost {total['lost']}, twice {total['twice']}, "
        f"torn {total['torn']}, wrong {total['wrong']}, strange {total['strange']}, problems {total['problems']}; "
        f"{again:.1f} pages fetched again for each kill"
    )
    return 1 if any(total[bad] for bad in ("lost", "twice", "torn", "wrong", "strange", "problems")) else 0


if __name__ == "__main__":
    sys.exit(main())
