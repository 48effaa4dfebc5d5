"""Which program made a site, by the shapes of its addresses and the names of its elements (data/layouts/engines.toml)."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache

from crawler.datafiles import data_file
from crawler.page import Page


@cache
def engines() -> list[dict[str, object]]:
    """The engines as written in the data file, in order."""
    with data_file("layouts", "engines.toml").open("rb") as file:
        return list(tomllib.load(file)["engine"])


@cache
def _compiled() -> list[tuple[str, re.Pattern[str] | None, re.Pattern[str] | None]]:
    def pattern(engine: dict[str, object], key: str) -> re.Pattern[str] | None:
        return re.compile(str(engine[key]), re.I) if key in engine else None

    return [(str(engine["id"]), pattern(engine, "address"), pattern(engine, "place")) for engine in engines()]


def find_engine(pages: list[Page]) -> str:
    """The id of the engine whose signs stand on most of `pages` (half of them at least); "" when none does."""
    votes: Counter[str] = Counter()
    for page in pages:
        addresses = "\n".join([page.url, page.next_page, *(link.url for link in page.links)])
        places = "\n".join({block.path for block in page.blocks})
        for name, address, place in _compiled():
            if (address and address.search(addresses)) or (place and place.search(places)):
                votes[name] += 1
    order = [str(engine["id"]) for engine in engines()]
    best = max(votes, key=lambda name: (votes[name], -order.index(name)), default="")
    return best if votes[best] * 2 >= len(pages) > 0 else ""
