"""What `clean` changes on saved pages of ../shared/corpus: body F1 before and after, and every line it drops.

    python tests/benchmarks/clean_corpus.py [SITE ...] [--every N] [--samples N] [--worst N] [--text]

"Before" is the text of the BODY blocks of `read_page`, "after" the body of `clean`, against the labelled body
(F1 of character 4-grams without white space, as in ../shared/tools/score.py). --text prints samples of the
dropped lines by rule, --every takes each Nth page only.
"""

from __future__ import annotations

import argparse
import collections
import json
import re
import sys
import time
import unicodedata
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO))
CORPUS = REPO.parent / "shared" / "corpus"

from crawler.clean import clean  # noqa: E402
from crawler.extract import read_page  # noqa: E402
from crawler.page import Zone  # noqa: E402


def f1(got: str, want: str, size: int = 4) -> float:
    """F1 of the multisets of character 4-grams of the two texts."""
    bags = []
    for text in (got, want):
        text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
        bags.append(collections.Counter(text[i : i + size] for i in range(max(len(text) - size + 1, 1))))
    both = sum((bags[0] & bags[1]).values())
    return 2 * both / (sum(bags[0].values()) + sum(bags[1].values())) if both else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sites", nargs="*", default=["newsweb", "meiwen", "xtyzc", "cwced"])
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--samples", type=int, default=4)
    parser.add_argument("--worst", type=int, default=5)
    parser.add_argument("--text", action="store_true")
    args = parser.parse_args()
    for site in args.sites:
        run(site, args)


def run(site: str, args: argparse.Namespace) -> None:
    before, after, losers, rejected = [], [], [], []
    rules: dict[str, list[str]] = collections.defaultdict(list)
    joined = truncated = dates = titles = counted = 0
    seconds, longest = 0.0, 0.0
    rows = [json.loads(line) for line in (CORPUS / f"{site}.jsonl").open(encoding="utf-8")]
    rows = [row for row in rows if row["kind"] == "article"][:: args.every]
    for row in rows:
        page = read_page((CORPUS / row["file"]).read_bytes(), row["url"] or "")
        start = time.perf_counter()
        got = clean(page)
        took = time.perf_counter() - start
        seconds, longest = seconds + took, max(longest, took)
        counted += 1
        joined += int(got.quality["rejoined"])  # type: ignore[call-overload]
        truncated += got.truncated
        dates += bool(page.date) and got.date is None
        titles += got.title != page.title
        if got.reject:
            rejected.append((got.reject, got.detail, row["file"]))
        for item in got.dropped:
            if not item.rule.startswith("zone-"):
                rules[item.rule].append(item.text)
        if not row.get("body"):
            continue
        raw = "\n".join(block.text for block in page.blocks if block.zone is Zone.BODY)
        before.append(f1(raw, row["body"]))
        after.append(f1(got.body, row["body"]))
        if after[-1] < before[-1] - 0.0005:
            losers.append((after[-1] - before[-1], row["file"]))
    print(f"== {site}: {counted} pages, clean {1000 * seconds / max(counted, 1):.2f} ms a page (worst {1000 * longest:.1f})")
    if before:
        print(f"   body F1 {sum(before) / len(before):.4f} -> {sum(after) / len(after):.4f} on {len(before)}; lower on {len(losers)}")
    print(f"   joins {joined}, truncated {truncated}, dates unread {dates}, titles changed {titles}, rejected {len(rejected)}")
    for loss, name in sorted(losers)[: args.worst]:
        print(f"   {loss:+.4f} {name}")
    for reason in rejected[: args.worst]:
        print("   rejected:", *reason)
    for rule, texts in sorted(rules.items(), key=lambda item: -len(item[1])):
        print(f"   {len(texts):5} {rule}")
        if args.text:
            step = max(len(texts) // args.samples, 1)
            for text in texts[::step][: args.samples]:
                print(f"         {text[:110]}")


if __name__ == "__main__":
    main()
