"""One pattern for many words, which is as fast as one for a few."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

from crawler.clean.line import all_forms


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of `words`, in any width or script; without words it finds everything."""
    return re.compile(_tree(sorted({form for word in words for form in all_forms(word)})))


def beginnings(words: list[str]) -> re.Pattern[str]:
    """A pattern that finds the first character of each of `words`, which are sorted: so they may overlap. Without words nothing."""
    branches = []
    for first, group in itertools.groupby(words, key=lambda word: word[0]):
        rest = _tree([word[1:] for word in group])
        branches.append(re.escape(first) + (f"(?={rest})" if rest else ""))
    return re.compile("|".join(branches) or "(?!)")


def _tree(words: list[str]) -> str:
    """The alternatives `words` by their first character: a search tries 60 branches at a place instead of 250.

    A word that begins with another one is left out: the pattern tells whether there is any.
    """
    if "" in words:
        return ""
    branches = []
    for first, group in itertools.groupby(words, key=lambda word: word[0]):
        rest = _tree([word[1:] for word in group])
        branches.append(re.escape(first) + (f"(?:{rest})" if "|" in rest else rest))
    return "|".join(branches)
