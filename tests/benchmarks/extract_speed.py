#!/usr/bin/env python3
"""The cost of `read_page` beside lxml's parse and `text_content` on the same pages in the same process.

    python tests/benchmarks/extract_speed.py [--pages 60] [--rounds 5] [--peers]

CPU time of the best of several rounds, in turns, so that a busy machine slows all of them alike.
`--peers` adds trafilatura, gne, magic-html and resiliparse where they are installed. Pages come from
`../shared/corpus` where that is present, else from the golden pages of this repository.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import lxml.html

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO))

from crawler.extract import read_page  # noqa: E402
from crawler.extract.encoding import decode  # noqa: E402
from crawler.extract.walk import read_tree  # noqa: E402

CORPUS = REPO.parent / "shared" / "corpus"
URL = "http://www.library.example/fanwen/2024/12345.html"
Work = Callable[[bytes, str], object]


def load(count: int) -> dict[str, list[tuple[bytes, str]]]:
    """Pages (bytes, text) by site, a random choice that is always the same."""
    source = random.Random(1)
    folders = [folder for folder in sorted(CORPUS.iterdir()) if folder.is_dir()] if CORPUS.is_dir() else []
    made = {}
    for folder in folders or [REPO / "tests" / "extract" / "golden"]:
        files = sorted(folder.rglob("*.html"))
        chosen = source.sample(files, min(count, len(files)))
        made[folder.name] = [(data, decode(data).text) for data in (file.read_bytes() for file in chosen)]
    return made


def baseline(_data: bytes, text: str) -> object:
    return lxml.html.fromstring(text).text_content()


def stages() -> dict[str, Work]:
    works: dict[str, Work] = {
        "lxml parse + text": baseline,
        "read_tree": lambda data, text: read_tree(text),
        "read_page": lambda data, text: read_page(data, URL),
    }
    try:
        clean = import_module("crawler.clean").clean
    except (ImportError, AttributeError):
        print("crawler.clean is not here: read_page alone")
    else:
        works["read_page + clean"] = lambda data, text: clean(read_page(data, URL))
    return works


def peers() -> dict[str, Work]:
    """The published extractors that are installed."""
    works: dict[str, Work] = {}
    for name, make in {
        "trafilatura": lambda module: lambda data, text: module.bare_extraction(text, with_metadata=True),
        "gne": lambda module: lambda data, text: module.GeneralNewsExtractor().extract(text),
        "magic_html": lambda module: lambda data, text: module.GeneralExtractor().extract(text, base_url=URL),
        "resiliparse.extract.html2text": lambda module: (
            lambda data, text: module.extract_plain_text(text, main_content=True)
        ),
    }.items():
        try:
            works[name] = make(import_module(name))
        except ImportError:
            print(f"{name} is not installed")
    return works


def measure(works: dict[str, Work], pages: list[tuple[bytes, str]], rounds: int) -> dict[str, float]:
    """CPU milliseconds a page, the best round of each."""
    best = dict.fromkeys(works, float("inf"))
    for _ in range(rounds):
        for name, work in works.items():
            began = time.process_time()
            for data, text in pages:
                work(data, text)
            best[name] = min(best[name], time.process_time() - began)
    return {name: 1000 * value / len(pages) for name, value in best.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=60, help="pages of each site")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", action="store_true")
    args = parser.parse_args()
    works = stages() | (peers() if args.peers else {})
    total = dict.fromkeys(works, 0.0)
    for site, pages in load(args.pages).items():
        figures = measure(works, pages, args.rounds)
        base = figures["lxml parse + text"]
        for name, value in figures.items():
            total[name] += value * len(pages)
        print(
            f"{site:8} {len(pages):4} pages  "
            + "  ".join(f"{n} {v:.2f} ms ({v / base:.2f} x)" for n, v in figures.items())
        )
    base = total["lxml parse + text"]
    print("all      " + "  ".join(f"{name} {value / base:.2f} x" for name, value in total.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
