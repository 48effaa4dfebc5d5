"""`data/dedup.toml`: the numbers and words of the deduplication, each with its reason beside it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from itertools import chain

from crawler.datafiles import data_file


@dataclass(slots=True, frozen=True)
class Parameters:
    figure_slip: float
    loose_slip: float
    identifier_slip: float
    name_slip: float
    no_name: float
    doubt: float
    near: float
    overlap: float
    foreign: float
    added: float
    brief: int
    contained: float
    own: float
    shorter: float
    parts: float
    linked: float
    frequent: int
    fetched: int
    aligned: int
    genre: tuple[tuple[str, ...], ...]
    wording: re.Pattern[str]


def _load() -> Parameters:
    with data_file("dedup.toml").open("rb") as file:
        values = tomllib.load(file)
    genre = tuple(tuple(group.split()) for group in values.pop("genre"))
    words = sorted(chain(values.pop("wording").split(), *genre), key=len, reverse=True)
    return Parameters(genre=genre, wording=re.compile("|".join(map(re.escape, words))), **values)


PARAMETERS = _load()
