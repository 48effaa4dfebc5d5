"""Copies found and siblings kept apart, beside other ways.

    python -m tests.benchmarks.dedup_quality [texts] [--seed 5] [--half 0|1] [--ours]

`--half` takes only every second text (by its hash): what was developed on one half is measured on the other.

Copies are made from real texts (`../shared/corpus`, when it is here, else generated ones) with the edits seen on real
sites. Peers take part when they are installed: datasketch, rensa (MinHash over the same 5-grams, 128 values,
threshold 0.7), simhash (distance 3), all of them on the bare text; and the exact hash of the key.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import re
from collections.abc import Callable
from typing import Any
from zlib import crc32

from crawler.dedup import Deduplicator, content_hash
from tests.benchmarks.dedup_families import FAMILIES, reworded_notice
from tests.benchmarks.dedup_texts import COPIES, figures, mask, other_figures, real_texts, report, sharing

Find = Callable[[str], str | None]


def _ours(texts: dict[str, str]) -> Find:
    made = Deduplicator()
    for id, text in texts.items():
        made.add(id, text)
    return lambda text: made.check(text).of


def _exact(texts: dict[str, str]) -> Find:
    known = {content_hash(text): id for id, text in texts.items()}
    return lambda text: known.get(content_hash(text))


def _grams(text: str) -> list[str]:
    bare = re.sub(r"\s", "", text)
    return list({bare[at : at + 5] for at in range(len(bare) - 4)}) or [bare]


def _datasketch(texts: dict[str, str]) -> Find:
    from datasketch import MinHash, MinHashLSH

    def made(text: str) -> Any:
        minhash = MinHash(num_perm=128)
        minhash.update_batch([gram.encode() for gram in _grams(text)])
        return minhash

    index = MinHashLSH(threshold=0.7, num_perm=128)
    known = {id: made(text) for id, text in texts.items()}
    for id, minhash in known.items():
        index.insert(id, minhash)

    def find(text: str) -> str | None:
        mine = made(text)
        return max(index.query(mine), key=lambda id: mine.jaccard(known[id]), default=None)

    return find


def _rensa(texts: dict[str, str]) -> Find:
    from rensa import RMinHash

    def made(text: str) -> Any:
        minhash = RMinHash(num_perm=128, seed=42)
        minhash.update(_grams(text))
        return minhash

    known = {id: made(text) for id, text in texts.items()}

    def find(text: str) -> str | None:
        mine = made(text)
        best = max(known, key=lambda id: mine.jaccard(known[id]))
        return best if mine.jaccard(known[best]) >= 0.7 else None

    return find


def _simhash(texts: dict[str, str]) -> Find:
    from simhash import Simhash, SimhashIndex

    index = SimhashIndex([(id, Simhash(_grams(text))) for id, text in texts.items()], k=3)
    return lambda text: next(iter(index.get_near_dups(Simhash(_grams(text)))), None)


def peers() -> dict[str, Callable[[dict[str, str]], Find]]:
    found: dict[str, Callable[[dict[str, str]], Find]] = {"wenku": _ours, "exact hash": _exact}
    optional = {"datasketch": _datasketch, "rensa": _rensa, "simhash": _simhash}
    return found | {name: make for name, make in optional.items() if importlib.util.find_spec(name)}


def _row(name: str, values: list[float | None]) -> None:
    print(f"{name:34s}" + "".join("         –" if value is None else f"{100 * value:9.1f}%" for value in values))


def copies(texts: dict[str, str], finders: dict[str, Find], seed: str) -> None:
    """Share of the copies for which the original is named."""
    makers = COPIES | {"first half": lambda text, rng: text[: len(text) // 2]}
    for name, make in makers.items():
        made = {id: make(text, random.Random(seed + id)) for id, text in texts.items()}
        _row(name, [sum(find(text) == id for id, text in made.items()) / len(made) for find in finders.values()])


def collections(texts: dict[str, str], makers: dict[str, Callable[[dict[str, str]], Find]]) -> None:
    """Share of the documents that are found in a collection of six, published before."""
    ids = list(texts)
    whole = {str(at): "\n".join(f"第{k + 1}篇\n{texts[id]}" for k, id in enumerate(ids[at : at + 6])) for at in range(0, len(ids), 6)}
    values: list[float | None] = []
    for make in makers.values():
        find = make(whole)
        values.append(sum(find(texts[id]) == str(number // 6 * 6) for number, id in enumerate(ids)) / len(ids))
    _row("inside a collection", values)


def siblings(texts: dict[str, str], others: list[str], finders: dict[str, Find], seed: str) -> None:
    """Share of other documents that are taken for copies (lower is better)."""
    made: dict[str, list[str]] = {"unrelated": others}
    many = [text for text in texts.values() if figures(text) >= 8]
    made["yearly version, other figures"] = [other_figures(text, random.Random(f"{seed} {at}")) for at, text in enumerate(many)]
    for share in (0.15, 0.30, 0.50):
        made[f"shares {share:.0%} of the text"] = [
            sharing(text, others[at % len(others)], share, random.Random(f"{seed} {at}")) for at, text in enumerate(texts.values())
        ]
    for name, each in made.items():
        _row(f"{name} ({len(each)})", [sum(find(text) is not None for text in each) / max(len(each), 1) for find in finders.values()])


def families(makers: dict[str, Callable[[dict[str, str]], Find]], seed: str) -> None:
    """200 documents of each family: how many are merged into an earlier one, and their copies found."""
    for family, write in FAMILIES.items():
        rng = random.Random(family + seed)
        texts = {str(number): write(rng) for number in range(200)}
        merged = 0
        made = Deduplicator()
        for id, text in texts.items():
            merged += made.check(text).of is not None
            made.add(id, text)
        finders = {name: make(texts) for name, make in makers.items()}
        _row(f"{family}: wrongly merged", [merged / 200, *[None] * (len(makers) - 1)])
        some, others = dict(list(texts.items())[:100]), list(texts.values())[100:]
        taken = [sum(find(text) is not None for text in others) / 100 for find in (make(some) for make in makers.values())]
        _row(f"{family}: 100 beside 100 others", taken)
        edits = {name: COPIES[name] for name in ("years moved", "masking put in", "half width", "5 % clauses", "20 % clauses", "all at once")}
        for name, make in (edits | {"reworded": reworded_notice}).items():
            found = [sum(find(make(text, random.Random(seed + id))) == id for id, text in texts.items()) / 200 for find in finders.values()]
            _row(f"{family}: {name}", found)
        hidden = {id: mask(text, random.Random(seed + id)) for id, text in texts.items()}
        filled = [sum(find(text) == id for id, text in texts.items()) / 200 for find in (make(hidden) for make in makers.values())]
        _row(f"{family}: masking filled", filled)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="?", type=int, default=300)
    parser.add_argument("--seed", default="5", help="of the edits and of the choice of texts")
    parser.add_argument("--half", type=int, choices=[0, 1], help="only these texts")
    parser.add_argument("--ours", action="store_true", help="without the peers")
    args = parser.parse_args()
    count, seed = args.texts, args.seed
    every = real_texts(700) or [report(random.Random(number), 1800) for number in range(3 * count)]
    every = [text for text in every if args.half in (None, crc32(text.encode()) % 2)]
    random.Random(seed).shuffle(every)
    count = min(count, len(every) * 2 // 3)
    texts = {str(number): text for number, text in enumerate(every[:count])}
    others = every[count : 3 * count]
    makers = {"wenku": _ours} if args.ours else peers()
    print(f"{len(texts)} texts of {sum(map(len, texts.values())) / len(texts):,.0f} characters")
    print(" " * 34 + "".join(f"{name:>10s}" for name in makers))
    finders = {name: make(texts) for name, make in makers.items()}
    copies(texts, finders, seed)
    collections(texts, makers)
    siblings(texts, others, finders, seed)
    families(makers, seed)


if __name__ == "__main__":
    main()
