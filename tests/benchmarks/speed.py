"""What a page costs: ours whole, beside a bare Scrapy spider on the same links, and Scrapy with trafilatura or GNE.

    python tests/benchmarks/speed.py [--articles 5000] [--peers 1000] [--rounds 2]

One site of about 30 KB a page, served by nginx on loopback (Debian's `nginx`). CPU is user and system time of
the crawling process, the best of the rounds, which alternate. Extractors that are slow crawl a smaller site of
`--peers` articles, with the bare spider beside them. Peers that are not installed, or fail, are left out with a word.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO))

from tests.benchmarks.speed_site import write_site  # noqa: E402

NGINX = """
daemon off; worker_processes 1; pid {place}/nginx.pid; error_log {place}/error.log;
events {{ worker_connections 512; }}
http {{ access_log off; types {{ text/html html; }} charset utf-8; keepalive_requests 100000;
  server {{ listen 127.0.0.1:{port}; root {place}/site; index index.html; }} }}
"""
STOCK = """
import sys
import scrapy
from scrapy.crawler import AsyncCrawlerProcess
{extractor}
class Stock(scrapy.Spider):
    name = "stock"
    start_urls = [sys.argv[1]]
    def parse(self, response):
        {call}
        for href in response.css("a::attr(href)").getall():
            yield response.follow(href, self.parse)
process = AsyncCrawlerProcess(settings={{"LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "DOWNLOAD_DELAY": 0, {feeds}}})
process.crawl(Stock)
process.start()
"""
FEEDS = "'FEEDS': {sys.argv[2] + '/out.jsonl': {'format': 'jsonlines', 'encoding': 'utf-8'}}"
WAYS = {
    "bare": ("", "pass", ""),
    "trafilatura": (
        "import trafilatura",
        ("found = trafilatura.bare_extraction(response.text, with_metadata=True)\n"
        "        if found: yield {'url': response.url, 'title': found.title, 'date': found.date, 'body': found.text}"),
        FEEDS,
    ),
    "gne": (
        "from gne import GeneralNewsExtractor\nextractor = GeneralNewsExtractor()",
        "yield {'url': response.url, **extractor.extract(response.text)}",
        FEEDS,
    ),
}  # fmt: skip


class Failed(Exception):
    """A crawl ended with an error; the message is one line."""


class Figures(NamedTuple):
    cpu: float  # seconds, user and system
    wall: float
    memory: int  # MB, the most that was resident
    lines: int  # documents in the feed


@contextmanager
def served(articles: int) -> Iterator[tuple[str, int]]:
    """The address of a site with so many articles, and the number of its pages."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        (place / "site").mkdir(mode=0o755)
        pages = write_site(place / "site", articles)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        (place / "nginx.conf").write_text(NGINX.format(place=place, port=port))
        server = subprocess.Popen(["nginx", "-c", str(place / "nginx.conf"), "-p", name], stderr=subprocess.DEVNULL)
        try:
            while socket.socket().connect_ex(("127.0.0.1", port)):
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}/", pages
        finally:
            server.terminate()
            server.wait()


def crawl(way: str, start: str) -> Figures:
    """One whole crawl in a process of its own."""
    with tempfile.TemporaryDirectory() as place:
        if way == "ours":
            command = [sys.executable, "-m", "scrapy", "crawl", "wenku", "-a", f"start_urls={start}", "-L", "ERROR"]
            for setting in (
                f"DATA_DIR={place}",
                "DOWNLOAD_DELAY=0",
                "AUTOTHROTTLE_ENABLED=False",
                "CONCURRENT_REQUESTS_PER_DOMAIN=16",
            ):
                command += ["-s", setting]
        else:
            extractor, call, feeds = WAYS[way]
            spider = Path(place, "stock.py")  # a file: Scrapy reads the source of callbacks
            spider.write_text(STOCK.format(extractor=extractor, call=call, feeds=feeds), "utf-8")
            command = [sys.executable, str(spider), start, place]
        began = time.monotonic()
        env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("WENKU_") and not name.endswith("_proxy")
        }
        process = subprocess.Popen(command, cwd=REPO if way == "ours" else place, env=env, stderr=subprocess.PIPE)
        assert process.stderr
        words = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            last = (words.decode("utf-8", "replace").strip().splitlines() or ["no word"])[-1]
            raise Failed(f"{way} ended with status {process.returncode}: {last[:300]}")
        feed = [*Path(place).glob("feed/documents-*.jsonl"), *Path(place).glob("out.jsonl")]
        lines = sum(part.read_bytes().count(b"\n") for part in feed)
        return Figures(used.ru_utime + used.ru_stime, wall, used.ru_maxrss // 1024, lines)


def compare(ways: list[str], articles: int, rounds: int) -> None:
    with served(articles) as (start, pages):
        best: dict[str, Figures] = {}
        for _ in range(rounds):
            for way in ways:
                try:
                    made = crawl(way, start)
                except Failed as failed:
                    print(f"  {failed}", flush=True)  # the others are measured all the same
                    continue
                best[way] = min(best.get(way, made), made)
        print(f"{pages} pages, {articles} articles")
        for way, (cpu, wall, memory, lines) in best.items():
            against = f"{cpu / best['bare'].cpu:5.2f} x bare" if "bare" in best else ""
            print(
                f"  {way:12} {1000 * cpu / pages:6.2f} ms CPU a page  {against}  {pages / wall:6.0f} pages/s"
                f"  {memory:4} MB  {lines} lines in the feed",
                flush=True,
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=5000)
    parser.add_argument(
        "--peers", type=int, default=1000, help="articles of the site for the slow extractors; 0 leaves them out"
    )
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    if shutil.which("nginx") is None:
        print("nginx is not installed: apt install nginx")
        return 2
    compare(["bare", "ours"], args.articles, args.rounds)
    peers = [way for way in ("trafilatura", "gne") if importlib.util.find_spec(way)]
    for way in ("trafilatura", "gne"):
        if way not in peers:
            print(f"{way} is not installed: pip install '.[bench]'")
    if args.peers and peers:
        compare(["bare", "ours", *peers], args.peers, 1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
