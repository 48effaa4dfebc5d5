"""Which lines at the edges of a site's texts are the site's own furniture.

A line counts once for each different text that stands next to it, so that neither copies of one document nor pages
all alike make furniture of a text. What a line needs depends on how likely it is a text's own:

- long enough to say something (10 letters): on 30 % of the pages;
- short, in a place of its own (an element with a name in which no other text stands): on 60 %, for headings come again too;
- short and among the paragraphs: on 95 % of at least 10 pages whose titles end differently, for a formula belongs to a genre;
- a formula (data/layouts/formulas.toml): never.

The shares are chosen, not fitted: a site's slogans take turns, three of them stand on a third of the pages each.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from crawler.extract.known import masked
from crawler.page import Page
from crawler.profile.edges import EDGES, HEAD, REACH, bare, bodies, is_formula, key_of, letters, run

_SHARE, _LEAST = 0.3, 3
_OWN_PLACE = 0.6
_ALWAYS, _ENOUGH, _GENRES = 0.95, 10, 3
_SAYS = 10  # letters: a line of so many says something of its own
_WORD = 2  # letters: below there is nothing to recognise
_ROUNDS = 8
_OTHERS = 3  # lines of other words that make an element one of the text
_MOST_OF_A_PAGE = 0.5  # of the characters of an ordinary page: what takes more is no furniture


@dataclass(frozen=True, slots=True)
class Repeat:
    """A line that comes again at one edge of the text: `edge` "head" or "tail", on `count` of the sampled pages.

    In `text` each run of digits is 0, the page's own title 〈〉, and there is no white space.
    """

    text: str
    edge: str
    count: int = 0
    path: str = ""


class _Part(NamedTuple):
    """One page of an article: the keys and places of its body's lines, and the sizes of these."""

    page: int
    keys: list[str]
    paths: list[str]
    sizes: list[int]


def find_repeats(pages: Sequence[Page]) -> tuple[Repeat, ...]:
    """The furniture at the edges of the texts of `pages`, the commonest first; () when the pages are all alike."""
    parts = [part for number, page in enumerate(pages) for part in _parts(number, page)]
    paths = _paths(parts)
    floors = {edge: _floors(parts, edge, pages, paths) for edge in EDGES}
    known, counts = {edge: set(floors[edge]) for edge in EDGES}, {}
    for _ in range(_ROUNDS):
        counts = {edge: _contexts(parts, edge, known[edge]) for edge in EDGES}
        kept = {edge: {k for k in known[edge] if counts[edge].get(k, 0) >= floors[edge][k]} for edge in EDGES}
        if kept == known:
            break
        known = kept
    if _takes_too_much(parts, known):
        return ()
    made = [Repeat(key, edge, counts[edge][key], paths[key]) for edge in EDGES for key in known[edge]]
    return tuple(sorted(made, key=lambda repeat: (-repeat.count, repeat.edge, repeat.text)))


def _parts(number: int, page: Page) -> list[_Part]:
    made = []
    name = bare(page.title)
    for body in bodies(page):
        blocks = [block for _, block in body]
        keys = [key_of(block.text, name) for block in blocks]
        made.append(_Part(number, keys, [masked(block.path) for block in blocks], [len(key) for key in keys]))
    return made


def _paths(parts: list[_Part]) -> dict[str, str]:
    """The place where each line stands most often."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for part in parts:
        for key, path in zip(part.keys, part.paths, strict=True):
            seen[key][path] += 1
    return {key: max(found, key=lambda path: (found[path], path)) for key, found in seen.items()}


def _floors(parts: list[_Part], edge: str, pages: Sequence[Page], paths: dict[str, str]) -> dict[str, int]:
    """The lines near the edge that may be furniture, and on how many pages each has to stand."""
    seen: defaultdict[str, set[int]] = defaultdict(set)
    for part in parts:
        for key in part.keys[:REACH] if edge == HEAD else part.keys[-REACH:]:
            seen[key].add(part.page)
    shared = {key for key, on in seen.items() if len(on) > 1}
    others = Counter(path for part in parts for key, path in zip(part.keys, part.paths, strict=True) if key not in shared)
    genres = len({"".join(page.title.split())[-2:] for page in pages})
    common = max(_LEAST, math.ceil(_SHARE * len(pages)))
    floors = {}
    for key, on in seen.items():
        if len(on) < common or letters(key) < _WORD or is_formula(key):
            continue
        if letters(key) >= _SAYS:
            floors[key] = common
        elif _is_named(paths[key]) and others[paths[key]] < _OTHERS:
            floors[key] = max(_LEAST, math.ceil(_OWN_PLACE * len(pages)))
        elif len(pages) >= _ENOUGH and genres >= _GENRES:
            floors[key] = math.ceil(_ALWAYS * len(pages))
    return floors


def _is_named(path: str) -> bool:
    """Whether the element itself has an id or a class."""
    return not {"#", "."}.isdisjoint(path.rpartition(">")[2])


def _contexts(parts: list[_Part], edge: str, known: set[str]) -> dict[str, int]:
    """For each line how many different texts stand inside of the run of furniture that it belongs to; the longest line tells."""
    beside: defaultdict[str, set[str]] = defaultdict(set)
    for part in parts:
        at = list(run(len(part.keys), part.keys.__getitem__, edge, known))
        if not at:
            continue
        inner = part.keys[at[-1] + 1 :] if edge == HEAD else part.keys[: at[-1]]
        text = max(inner, key=len, default="")
        for place in at:
            beside[part.keys[place]].add(text)
    return {key: len(texts) for key, texts in beside.items()}


def _takes_too_much(parts: list[_Part], known: dict[str, set[str]]) -> bool:
    """Whether more than half of an ordinary page would go: the texts are copies of each other, or templates."""
    shares = []
    for part in parts:
        gone = {at for edge in EDGES for at in run(len(part.keys), part.keys.__getitem__, edge, known[edge])}
        shares.append(sum(part.sizes[at] for at in gone) / (sum(part.sizes) or 1))
    shares.sort()
    return bool(shares) and shares[len(shares) // 2] > _MOST_OF_A_PAGE
