"""The edges of a text: which lines there are the site's, as seen from outside inwards."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Container, Iterator
from functools import cache

from crawler.datafiles import data_file
from crawler.extract.marks import mark_of
from crawler.page import Block, Page, Zone

HEAD, TAIL = "head", "tail"
EDGES = (HEAD, TAIL)
REACH = 12  # lines from an edge that are looked at; furniture of more lines is a box of its own
TITLE = "〈〉"  # stands for the page's own title
_DIGITS = re.compile(r"\d+")
_DATE_WORDS = re.compile("[0年月日号时分秒点上下午星期周〈〉]")
_LETTER = re.compile("[^\\W_]")
_SIGNS = str.maketrans("：（），！？；．", ":(),!?;.")
_LONG = 400  # characters: a longer line is text, whatever it is like


def bare(title: str) -> str:
    """A title as `key_of` looks for it."""
    return "".join(title.split())


def key_of(text: str, name: str = "") -> str:
    """The line as it is compared: without white space, digits as 0, the page's own title (its `bare` name) as 〈〉."""
    key = "".join(text.split())
    if len(name) >= 4 and name in key:
        key = key.replace(name, TITLE)
    return _DIGITS.sub("0", key)


def letters(key: str) -> int:
    """How many letters say something: without numbers, signs, the words of a date and the title."""
    return len(_LETTER.findall(_DATE_WORDS.sub("", key)))


@cache
def formulas() -> list[dict[str, object]]:
    """data/layouts/formulas.toml as written."""
    with data_file("layouts", "formulas.toml").open("rb") as file:
        return list(tomllib.load(file)["formula"])


@cache
def _formula() -> re.Pattern[str]:
    patterns = (str(formula["pattern"]).translate(_SIGNS) for formula in formulas())
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.I)


def is_formula(key: str) -> bool:
    """True for a line that documents have in common: 特此报告。 此致 甲方："""
    return _formula().fullmatch(key.translate(_SIGNS)) is not None


def bodies(page: Page) -> list[list[tuple[int, Block]]]:
    """The lines of the text with their indices, for each page of a paged article: each has edges of its own."""
    parts: dict[int, list[tuple[int, Block]]] = {}
    for index, block in enumerate(page.blocks):
        if block.zone is Zone.BODY:
            parts.setdefault(block.page, []).append((index, block))
    return [parts[number] for number in sorted(parts)]


def run(size: int, key_at: Callable[[int], str], edge: str, known: Container[str]) -> Iterator[int]:
    """Positions of the known lines at one edge of a text of `size` lines, from outside inwards; `key_at` gives their keys.

    Lines that carry a mark of their own (an editor, tags) are passed: general rules decide about them. The
    first line that is neither ends the run.
    """
    for at in range(size)[:REACH] if edge == HEAD else range(size)[: -REACH - 1 : -1]:
        key = key_at(at)
        if key in known:
            yield at
        elif not passed(key):
            return


def passed(key: str) -> bool:
    """True for a line that general rules know as furniture by its own words."""
    return len(key) <= _LONG and mark_of(key) != ""
