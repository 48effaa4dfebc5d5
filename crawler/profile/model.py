"""A profile: what the article pages of one site have in common, as small data that people can read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any

from crawler.page import Kind, Page
from crawler.profile.apply import marked
from crawler.profile.edges import EDGES, HEAD, TAIL, key_of
from crawler.profile.places import Layout, container
from crawler.profile.repeats import Repeat

_PATH = re.compile(r"[a-z][\w-]*(?:[#.][^\s>]+)?(?:>[a-z][\w-]*(?:[#.][^\s>]+)?)*")


class ProfileError(ValueError):
    """A profile cannot be read. The message is one line that names the place and the cure."""


@dataclass(frozen=True)
class Profile:
    """What is known of a site's article pages.

    `pages`: articles it was learned from. `engine`: the program behind the site ("" when unknown). `layouts`, the
    commonest first. `repeats`: furniture at the edges of the text. `articles`, `lists`, `paging`: shapes of addresses. `keep`
    and `drop` are lines as a person wrote them: never, and always, dropped at an edge. `problem` says why less
    was learned than might have been.
    """

    pages: int = 0
    engine: str = ""
    problem: str = ""
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    paging: tuple[str, ...] = ()
    layouts: tuple[Layout, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    given: frozenset[str] = field(default=frozenset(), compare=False)  # the keys that a person wrote

    def to_dict(self) -> dict[str, Any]:
        """As plain data (JSON, TOML). `given` is not part of it."""
        made = asdict(self)
        del made["given"]
        return {key: list(value) if isinstance(value, tuple) else value for key, value in made.items()}

    @property
    def is_complete(self) -> bool:
        """Whether nothing has to be learned beside it: it names layouts or repeats."""
        return bool(self.layouts or self.repeats)

    @cached_property
    def known(self) -> dict[str, frozenset[str]]:
        """The lines to drop at each edge, as they are compared."""
        keep, drop = {key_of(line) for line in self.keep}, {key_of(line) for line in self.drop}
        return {e: frozenset(({r.text for r in self.repeats if r.edge == e} | drop) - keep) for e in EDGES}

    def apply(self, page: Page) -> Page:
        """`page` with the lines marked that are the site's furniture; see `crawler.profile.apply`."""
        return marked(page, self.known)

    def disagreement(self, page: Page) -> str:
        """Where the general extractor found the text, when no layout has it there; "" when they agree.

        A profile without layouts knows no better, and a page without text says nothing.
        """
        if not self.layouts or page.kind is not Kind.ARTICLE:
            return ""
        where = container(page)
        return "" if not where or any(where == layout.container for layout in self.layouts) else where


_KEYS = tuple(f.name for f in fields(Profile) if f.name != "given")
_STRINGS = ("keep", "drop", "articles", "lists", "paging")


def from_dict(data: object, origin: str) -> Profile:
    """The profile that `data` describes; `origin` names its place in messages. Raises ProfileError."""
    table = _table(data, _KEYS, origin)
    values: dict[str, Any] = {key: _value(table[key], kind, f"{origin}: {key}") for key, kind in
                              (("pages", int), ("engine", str), ("problem", str)) if key in table}  # fmt: skip
    for key in _STRINGS:
        if key in table:
            given = _value(table[key], list, f"{origin}: {key}")
            values[key] = tuple(_value(text, str, f"{origin}: {key}") for text in given)
    for key, made in (("layouts", _layout), ("repeats", _repeat)):
        if key in table:
            rows = _value(table[key], list, f"{origin}: {key}")
            values[key] = tuple(made(row, f"{origin}: {key} {number}") for number, row in enumerate(rows, 1))
    return Profile(**values, given=frozenset(table))


def _layout(row: object, origin: str) -> Layout:
    known = tuple(f.name for f in fields(Layout))
    table = _table(row, known, origin)
    values: dict[str, Any] = {}
    for key, value in table.items():
        values[key] = _value(value, (int, float) if key == "share" else str, f"{origin}: {key}")
        if key != "share" and value and not _PATH.fullmatch(value):
            raise ProfileError(f'{origin}: {key}: {value!r} is no path; write it like "div#content>p"')
    if not values.get("container"):
        raise ProfileError(f'{origin}: container is missing; write it like "div#content"')
    return Layout(**values)


def _repeat(row: object, origin: str) -> Repeat:
    table = _table(row, tuple(f.name for f in fields(Repeat)), origin)
    values = {key: _value(value, int if key == "count" else str, f"{origin}: {key}") for key, value in table.items()}
    if not values.get("text"):
        raise ProfileError(f"{origin}: text is missing; write the line that comes again")
    if values.get("edge") not in (HEAD, TAIL):
        raise ProfileError(f'{origin}: edge must be "head" or "tail"')
    return Repeat(**values)


def _table(data: object, known: Iterable[str], origin: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise ProfileError(f"{origin}: must be a table")
    for key in data:
        if key not in known:
            raise ProfileError(f"{origin}: unknown key {key!r}; known keys are {', '.join(known)}")
    return data


def _value(value: Any, kind: Any, origin: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, kind):
        word = {str: "a string", int: "a whole number", list: "a list"}.get(kind, "a number")
        raise ProfileError(f"{origin}: must be {word}, not {value!r}")
    return value


def with_given(learned: Profile, given: Profile) -> Profile:
    """`learned` with everything that a person wrote in its place."""
    values = {key: getattr(given if key in given.given else learned, key) for key in _KEYS}
    return Profile(**values, given=given.given)


def to_toml(profile: Profile, name: str = "profile") -> str:
    """The profile as a TOML table `name`, for a file that a person reads and corrects."""
    data = profile.to_dict()
    rows = {key: data.pop(key) for key in ("layouts", "repeats")}
    lines = [f"[{name}]"] + [f"{key} = {_toml(value)}" for key, value in data.items() if value not in ("", [], 0)]
    for key, tables in rows.items():
        for table in tables:
            lines += ["", f"[[{name}.{key}]]"]
            lines += [f"{field} = {_toml(value)}" for field, value in table.items() if value not in ("", None)]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """A string, number or list of strings; JSON's escapes are TOML's too, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
