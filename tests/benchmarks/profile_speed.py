#!/usr/bin/env python3
"""What reading a site with its profile costs beside general rules, and beside lxml's parse and `text_content`.

    python tests/benchmarks/profile_speed.py [--pages 400] [--rounds 12]

Sites of `../shared/corpus`: a profile is learned from twenty articles, then the same pages are read by general rules, and as
a crawl reads them (`crawler.profile.Lessons`: by the layout, with one page in five as a check). Both in turns in one
process, CPU time; the ratio is the median of the rounds' own, so that a slower moment of the machine meets both.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import lxml.html

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO))

import crawler  # noqa: E402
from crawler.extract import read_page  # noqa: E402
from crawler.extract.encoding import decode  # noqa: E402
from crawler.page import Kind  # noqa: E402
from crawler.profile import Lessons, Profile, learn  # noqa: E402

CORPUS = REPO.parent / "shared" / "corpus"
SITES = ("newsweb", "meiwen")


def load(site: str, count: int) -> list[tuple[bytes, str]]:
    """Article pages of a site with their addresses, a random choice that is always the same."""
    rows = [json.loads(line) for line in (CORPUS / f"{site}.jsonl").open(encoding="utf-8")]
    rows = [row for row in rows if row["kind"] == "article" and (CORPUS / row["file"]).is_file()]
    random.Random(3).shuffle(rows)
    return [((CORPUS / row["file"]).read_bytes(), row["url"]) for row in rows[:count]]


def learned(pages: list[tuple[bytes, str]]) -> Profile:
    read = [read_page(data, url) for data, url in pages[:60]]
    return learn([page for page in read if page.kind is Kind.ARTICLE][:20])


def general(pages: list[tuple[bytes, str]]) -> int:
    """Reads `pages` as those of an unknown site; how many are articles. Each is held until the next is read, as below."""
    articles = 0
    for data, url in pages:
        page = read_page(data, url)
        articles += page.kind is Kind.ARTICLE
    return articles


def with_profile(pages: list[tuple[bytes, str]], profile: Profile) -> int:
    """Reads `pages` as a later run of a crawl does; how many were read by a layout."""
    lessons: Lessons[int] = Lessons(profile)
    by_layout = 0
    for number, (data, url) in enumerate(pages):
        page = read_page(data, url, profile=lessons.reader)
        by_layout += bool(page.layout)
        if page.kind is Kind.ARTICLE:
            lessons.take(number, page)
    return by_layout


def spent(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def compare(site: str, count: int, rounds: int) -> None:
    pages = load(site, count)
    profile = learned(pages)
    texts = [decode(data).text for data, _ in pages]

    def parse() -> None:
        for text in texts:
            lxml.html.fromstring(text).text_content()

    times = [(spent(parse), spent(lambda: general(pages)), spent(lambda: with_profile(pages, profile))) for _ in range(rounds)]
    lxml_ms = 1000 * min(parse for parse, _, _ in times) / len(pages)
    without, known, ratio = (statistics.median(made) for made in ([g / p for p, g, _ in times], [k / p for p, _, k in times], [k / g for _, g, k in times]))
    less = sum(known < without for _, without, known in times)
    print(f"{site}: {len(pages)} pages, {with_profile(pages, profile)} by a layout; lxml {lxml_ms:.3f} ms a page")
    print(f"  general rules {without:.2f} x, with the profile {known:.2f} x: {ratio:.3f} of it, less in {less} of {rounds} rounds")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=12)
    args = parser.parse_args()
    if not CORPUS.is_dir():
        print("the corpus is not here: it is not part of the product", file=sys.stderr)
        return 2
    print(f"modules: {crawler.STATE}")
    for site in SITES:
        compare(site, args.pages, args.rounds)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
