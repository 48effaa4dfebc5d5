"""What was found of a site beside what a person wrote of it: the person's words stay, what they leave open may be added."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from crawler.profile.edges import key_of
from crawler.profile.model import Profile, to_toml
from crawler.profile.repeats import Repeat
from crawler.text import printable

_TABLES = ("layouts", "repeats")
_PLAIN = ("engine", "articles", "lists", "paging")
_HEADER = re.compile(r"""^[ \t]*\[[ \t]*["']?profile["']?[ \t]*\][ \t]*(?:#[^\r\n]*)?(?:\r?\n|\Z)""", re.M)


class Amendment(NamedTuple):
    """`added` are the keys that a file lacks, `addition` what says them in TOML, `text` the file with them: None when its
    profile is written in a way to which nothing can be added (in one line, or as profile.keep = …)."""

    added: tuple[str, ...]
    addition: str
    text: str | None


def amend(text: str, given: Profile, found: Profile) -> Amendment:
    """The file `text`, whose table profile is `given`, with what was `found` and has no key there.

    Every character of the file stays, in its order: plain keys come right below the line [profile], tables behind all.
    """
    fresh = replace(found, repeats=tuple(r for r in found.repeats if not _decided(given, r)), keep=(), drop=(), problem="")
    tables = [key for key in _TABLES if key not in given.given and getattr(fresh, key)]
    plain = [key for key in _PLAIN if key not in given.given and getattr(fresh, key)]
    if tables and "pages" not in given.given:
        plain.insert(0, "pages")
    if found.problem or not (tables or plain):
        return Amendment((), "", text)
    left_out = {key: getattr(Profile(), key) for key in (*_TABLES, *_PLAIN, "pages") if key not in (*tables, *plain)}
    addition = to_toml(replace(fresh, **left_out))
    if not plain:
        addition = addition.partition("\n")[2].lstrip("\n")  # [profile] itself has nothing to say
    return Amendment((*plain, *tables), addition, _joined(text, addition))


def _joined(text: str, addition: str) -> str | None:
    """`text` with the addition in it; None when no way of writing says exactly what both say."""
    newline = "\r\n" if "\r\n" in text else "\n"
    head, _, tables = addition.partition("\n\n") if addition.startswith("[profile]") else ("", "", addition)
    places = [_behind(text, addition, newline)]
    if head:
        plain = head.partition("\n")[2].rstrip("\n")
        for header in _HEADER.finditer(text):  # one may stand inside of a string
            line = header[0] if header[0].endswith("\n") else header[0] + newline
            above = text[: header.start()] + line + plain.replace("\n", newline) + newline
            places.append(_behind(above + text[header.end() :], tables, newline))
    return next((made for made in places if _says(made, text, addition)), None)


def _behind(text: str, addition: str, newline: str) -> str:
    """`text`, an empty line, and the addition."""
    if not addition:
        return text
    gap = "" if text.endswith("\n") else newline
    return text + gap + newline + addition.replace("\n", newline)


def _says(made: str, text: str, addition: str) -> bool:
    try:
        wanted, more = tomllib.loads(text), tomllib.loads(addition)["profile"]
        return tomllib.loads(made) == wanted | {"profile": wanted.get("profile", {}) | more}
    except tomllib.TOMLDecodeError:
        return False


def differences(given: Profile, found: Profile) -> list[str]:
    """In a line each, where what was found is not what the person wrote (which counts)."""
    if found.problem:
        return []
    lines = [
        f"{key}: the file has {_listed(getattr(given, key))}; found: {_listed(getattr(found, key))}"
        for key in _PLAIN
        if key in given.given and set(_several(getattr(given, key))) != set(_several(getattr(found, key)))
    ]
    lines += _layouts(given, found)
    for repeat in found.repeats:
        line = f"{repeat.edge} {repeat.count} times: {printable(repeat.text, 80)}"
        if any(key_of(kept) == repeat.text for kept in given.keep):
            lines.append(f"keep: the file keeps what comes again: {line}")
        elif "repeats" in given.given and not _decided(given, repeat):
            lines.append(f"repeats: not in the file: {line}")
    return lines


def _layouts(given: Profile, found: Profile) -> Iterator[str]:
    if "layouts" not in given.given:
        return
    written, seen = {lay.container for lay in given.layouts}, {lay.container for lay in found.layouts}
    for name in sorted(seen - written):
        yield f"layouts: not in the file: {printable(name, 80)}"
    for name in sorted(written - seen):
        yield f"layouts: in the file, on none of these pages: {printable(name, 80)}"


def _decided(given: Profile, repeat: Repeat) -> bool:
    """Whether the person has said what becomes of this line."""
    if any(key_of(line) == repeat.text for line in (*given.keep, *given.drop)):
        return True
    return any((r.text, r.edge) == (repeat.text, repeat.edge) for r in given.repeats)


def _several(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _listed(value: str | tuple[str, ...]) -> str:
    return printable("  ".join(_several(value)), 160) or "nothing"
