"""How cost grows with a library: CPU a page, memory and ledger from 1,000 to 100,000 documents; and two workers against one.

    python tests/benchmarks/growth.py [--articles 1000 10000 100000] [--seconds 3600]
    python tests/benchmarks/growth.py --workers [--articles 5000] [--rounds 2]

The first crawls one library after the other, served by nginx on loopback, in one process with SQLite. A crawl that takes
longer than `--seconds` is stopped and told as far as it came. The second starts a Redis and a PostgreSQL of its own and has
one worker, then two, crawl the same library; it wants a core for each worker and one for the servers. With one core for all
of it, and one worker, it shows what each further core with its worker brings.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

REPO = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPO), str(REPO / "tests")]

from tests.benchmarks.speed import served  # noqa: E402

LOOK_SECONDS = 0.05  # a crawl of twenty seconds is not to be measured by the second
SETTINGS = ("DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=False", "CONCURRENT_REQUESTS_PER_DOMAIN=16")


class Figures(NamedTuple):
    cpu: float  # seconds, user and system, of all processes
    wall: float
    memory: int  # MB, the most that was resident in one of them
    halfway: int  # MB, resident after half of the time: what grows is more at the end
    status: set[int]


def crawl(start: str, data: Path, count: int = 1, seconds: float = 0, **environment: str) -> Figures:
    """One crawl by `count` processes on one data folder."""
    command = [sys.executable, "-m", "scrapy", "crawl", "wenku", "-a", f"start_urls={start}", "-L", "ERROR", "-s", f"DATA_DIR={data}"]
    for setting in SETTINGS:
        command += ["-s", setting]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WENKU_") and not name.lower().endswith("_proxy")}
    began = time.monotonic()
    processes = [subprocess.Popen(command, cwd=REPO, env=kept | environment, stderr=subprocess.DEVNULL) for _ in range(count)]
    resident: list[int] = []
    cpu, memory, status = 0.0, 0, set()
    left = {process.pid: process for process in processes}
    while left:
        time.sleep(LOOK_SECONDS)
        resident.append(max(map(_resident, left)))
        if seconds and time.monotonic() - began > seconds:
            for process in left.values():
                process.send_signal(signal.SIGTERM)
            seconds = 0
        for pid in list(left):
            done, code, used = os.wait4(pid, os.WNOHANG)
            if done:
                left.pop(pid).returncode = os.waitstatus_to_exitcode(code)
                cpu, memory = cpu + used.ru_utime + used.ru_stime, max(memory, used.ru_maxrss // 1024)
                status.add(os.waitstatus_to_exitcode(code))
    return Figures(cpu, time.monotonic() - began, memory, resident[len(resident) // 2], status)


def _resident(pid: int) -> int:
    pages = Path(f"/proc/{pid}/statm").read_text().split()
    return int(pages[1]) * os.sysconf("SC_PAGE_SIZE") >> 20 if pages[1:] else 0


def documents(data: Path) -> int:
    return sum(part.read_bytes().count(b"\n") for part in data.glob("feed/documents-*.jsonl"))


def growth(sizes: list[int], seconds: float) -> None:
    print("documents   pages  ms CPU a page  pages/s  MB resident  (halfway)  ledger MB  bytes a document")
    for articles in sizes:
        with served(articles) as (start, pages), tempfile.TemporaryDirectory() as name:
            data = Path(name)
            made = crawl(start, data, seconds=seconds)
            found = documents(data)
            ledger = sum(path.stat().st_size for path in data.glob("state/ledger.sqlite*"))
            share = found / articles  # of a crawl that was stopped
            print(
                f"{found:9} {pages * share:7.0f}  {1000 * made.cpu / (pages * share or 1):13.2f}  {pages * share / made.wall:7.0f}  {made.memory:11}"
                f"  {made.halfway:9}  {ledger / 1e6:9.1f}  {ledger // (found or 1):16}" + _told(made, found, articles),
                flush=True,
            )


def _told(made: Figures, found: int, articles: int) -> str:
    return "" if made.status == {0} and found == articles else f"  {found} of {articles} articles, status {sorted(made.status)}"


def workers(articles: int, rounds: int) -> None:
    from fleet.servers import Postgres, Redis

    postgres, redis = Postgres(), Redis()
    try:
        with served(articles) as (start, pages):
            print(f"{pages} pages, {articles} articles; Redis and PostgreSQL on this machine, {os.cpu_count()} cores")
            everywhere = os.sched_getaffinity(0)
            best: dict[str, Figures] = {}
            for _ in range(rounds):
                for name, count, cores in (("one, all on one core", 1, {min(everywhere)}), ("one", 1, everywhere), ("two", 2, everywhere)):
                    _confine(cores, postgres.pid)
                    made = _fleet(start, count, articles, postgres.database, redis)
                    best[name] = min(best.get(name, made), made, key=lambda figures: figures.wall)
            for name, made in best.items():
                times = best["one"].wall / made.wall
                print(f"  {name:20}  {pages / made.wall:6.0f} pages/s  {times:5.2f} x one  {1000 * made.cpu / pages:6.2f} ms CPU a page  {made.memory:4} MB")
    finally:
        redis.stop()
        postgres.close()


def _confine(cores: set[int], beside: int) -> None:
    """Has this process, the one `beside` it, and all that they started and will start run on `cores` alone."""
    left, below = [os.getpid(), beside], set()
    while left:
        below.add(pid := left.pop())
        for thread in Path(f"/proc/{pid}/task").glob("*/children"):
            left += [int(child) for child in thread.read_text().split() if int(child) not in below]
    for pid in below:
        os.sched_setaffinity(pid, cores)


def _fleet(start: str, count: int, articles: int, database: Callable[[], str], redis: Any) -> Figures:
    with tempfile.TemporaryDirectory() as name:
        redis.client().flushall()
        made = crawl(start, Path(name), count, WENKU_REDIS_URL=redis.url, WENKU_LEDGER_URL=database())
        if told := _told(made, documents(Path(name)), articles):
            raise SystemExit(f"{count} workers:{told}")
        return made


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, nargs="+")
    parser.add_argument("--seconds", type=float, default=3600, help="after which a crawl is stopped")
    parser.add_argument("--workers", action="store_true", help="two workers against one")
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    if shutil.which("nginx") is None:
        print("nginx is not installed: apt install nginx")
        return 2
    if args.workers:
        workers((args.articles or [5000])[0], args.rounds)
    else:
        growth(args.articles or [1000, 10000, 100000], args.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
