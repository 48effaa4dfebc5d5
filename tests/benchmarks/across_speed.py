"""How many documents a second `deploy/across_feeds.py` takes, and how it keeps what is no copy.

    python tests/benchmarks/across_speed.py [--documents 20000] [--workers 2]

Two feeds of reports of 2,000 characters; one in ten of the second is a copy of one in the first, a twentieth of its
clauses changed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO))

from crawler.feed import Feed  # noqa: E402
from tests.benchmarks.dedup_texts import edited, report  # noqa: E402

PART = 1000  # documents, as a crawl publishes them


def lines(name: str, documents: int) -> Iterator[bytes]:
    change = edited(0.05)
    for number in range(documents):
        rng = random.Random(f"{name} {number}")
        body = report(rng)
        if name == "second" and number % 10 == 0:
            body = change(report(random.Random(f"first {number}")), rng)
        row = {"body": body, "id": f"{name} {number}", "parts": [], "truncated": False, "revision": 1}
        yield json.dumps(row, ensure_ascii=False).encode() + b"\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20000, help="of both feeds together")
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        feeds = [Path(name, "first"), Path(name, "second")]
        for feed in feeds:
            made = lines(feed.name, args.documents // 2)
            while part := list(itertools.islice(made, PART)):
                Feed(feed).publish("documents", part, run=1)
        out = Path(name, "out")
        command = [sys.executable, str(REPO / "deploy" / "across_feeds.py"), "--workers", str(args.workers), str(out), *map(str, feeds)]
        began = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True)
        seconds = time.monotonic() - began
        if done.returncode:
            raise SystemExit(done.stderr[-2000:])
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        removed = [json.loads(line) for line in (out / "removed.jsonl").read_text().splitlines()]
        right = sum(row["id"].split()[1] == row["duplicate_of"].split()[1] for row in removed)
        copies = -(-(args.documents // 2) // 10)
        work = sum(path.stat().st_size for path in (out / "work" / "signatures").rglob("*.sig"))
    # Several workers are children of a server of their own, whose time the system does not hand on.
    cpu = f", {1000 * (used.ru_utime + used.ru_stime) / args.documents:.2f} ms CPU each" if args.workers == 1 else ""
    print(f"{args.documents} documents, {args.workers} workers: {args.documents / seconds:.0f} a second{cpu}")
    print(f"  {right} of {copies} copies found, {len(removed) - right} others taken for one; {work // args.documents} bytes of signatures a document; {used.ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
