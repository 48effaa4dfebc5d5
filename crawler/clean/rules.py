"""The rules of `data/boilerplate.toml`: loaded strictly, compiled once, applied to lines by position.

A rule acts on a line only where it may stand (`where`, `within`) and only with the second signal that it
names (`also`, `unless`, `beside`, `family`, `next`, `longest`). Patterns look at a copy of the line that is half-width and
has common furniture words simplified (`crawler.clean.line.view`), so each is written in one form.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from crawler.clean.line import view
from crawler.clean.words import any_of, beginnings
from crawler.datafiles import data_file

WHERE = ("head", "tail", "line", "piece")
ACTIONS = ("drop", "before", "rest", "cut", "cut-before", "cut-after", "gap")
BESIDE = ("", "dropped", "edge")
_TEXTS = ("id", "reason", "where", "pattern", "also", "unless", "unless_title", "next", "beside", "action")
_LISTS = ("needs", "family", "drops", "keeps")
_NUMBERS = ("within", "longest")
_FLAGS = ("truncated", "text_only", "outside")
_KEYS = frozenset((*_TEXTS, *_LISTS, *_NUMBERS, *_FLAGS))
# Ids of what the code itself takes out; a rule may name them in `family`.
CODE_RULES = frozenset(
    "zone-head zone-tail zone-side breadcrumb-title title-repeat title-glued title-wrapped above-title lead-in summary-copy repeated-info "
    "glued-copy page-number tag-line empty".split()
)


_TIERS = (0, 1, 3, 6, 10)  # most rules look at the first lines alone
LONG = 160  # characters: lines longer than this are paragraphs, of interest to few rules


class RuleError(ValueError):
    """A rule file that cannot be used: names the file, the place and the cure."""


@dataclass(slots=True, frozen=True)
class Rule:
    """One rule; `data/boilerplate.toml` says what each field means."""

    number: int  # its place in the file
    id: str
    reason: str
    where: str
    pattern: re.Pattern[str]
    action: str
    within: int
    needs: tuple[str, ...]
    quick: list[re.Pattern[str]]  # the one that finds any of `needs`, once it was asked for: most rules never are
    also: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    unless_title: re.Pattern[str] | None
    next: re.Pattern[str] | None
    beside: str
    family: tuple[str, ...]
    longest: int
    truncated: bool
    text_only: bool
    outside: bool
    drops: tuple[str, ...]
    keeps: tuple[str, ...]

    def has_word(self, text: str) -> bool:
        """Whether any of `needs` stands in `text`, a line or its `view`."""
        if not self.quick:
            self.quick.append(any_of(self.needs))
        return self.quick[0].search(text) is not None

    def match(self, view: str) -> re.Match[str] | None:
        """The match in a line's `view`, when the signals inside the line are all there."""
        if len(view) > self.longest:
            return None
        found = self.pattern.search(view)
        if found is None or (self.also and not self.also.search(view)):
            return None
        return None if self.unless and self.unless.search(view) else found


@dataclass(slots=True, frozen=True)
class Inside:
    """Rules by their words. `words` finds the first characters of these, `rules` has what each may begin."""

    words: re.Pattern[str]
    rules: Mapping[str, tuple[Rule, ...]]

    def active(self, text: str) -> list[Rule]:
        """The rules of which a word stands in `text`, in the order of the file."""
        made = {rule.number: rule for first in set(self.words.findall(text)) for rule in self.rules[first]}
        return [made[number] for number in sorted(made)]


@dataclass(slots=True, frozen=True)
class Tier:
    """The rules that look so far from an end of a text. A line without any of `needles` concerns only those without words."""

    start: int  # kept lines outside of it
    rules: tuple[Rule, ...]
    needles: re.Pattern[str]  # for a page's own text
    long_needles: re.Pattern[str]  # of the rules that look at lines of more than LONG characters
    wordless: tuple[Rule, ...]  # the rules that need no word
    named: Inside  # the rules by their words, for the copy of a line that rules look at


@dataclass(slots=True, frozen=True)
class Zone:
    """The rules of one end of a page by their reach, which most have a short one of: the outermost tier has them all."""

    tiers: tuple[Tier, ...]
    at_head: bool

    def at(self, kept: int) -> Tier:
        """The tier of a line outside of which so many lines stay."""
        found = self.tiers[0]
        for tier in self.tiers:
            if tier.start > kept:
                break
            found = tier
        return found


@dataclass(slots=True, frozen=True)
class Rules:
    """The rules by where they act, for pages with markup; and for those of which only the text is left (`text`, once asked for)."""

    head: Zone
    tail: Zone
    text: dict[str, Zone]
    inside: Inside  # "line" and "piece"
    outside: Tier  # the rules that also look at what stands outside of the document
    all: tuple[Rule, ...]

    def zone(self, where: str, structured: bool) -> Zone:
        """The rules of the "head" or the "tail" of a page with markup, or without."""
        if structured:
            return self.head if where == "head" else self.tail
        found = self.text.get(where)
        if found is None:
            found = self.text[where] = _zone(self.all, where, structured=False)
        return found


def _place(path: Path, number: int, raw: Mapping[str, Any]) -> str:
    return f"{path}: rule {number} ({raw.get('id', 'without an id')})"


def _compile(place: str, key: str, text: str) -> re.Pattern[str] | None:
    if not text:
        return None
    try:
        return re.compile(text)
    except re.error as error:
        raise RuleError(f"{place}: {key} is no regular expression ({error}): correct it") from None


def _check(place: str, raw: Mapping[str, Any]) -> None:
    """Refuse what a typing mistake would make silently useless."""
    if unknown := sorted(set(raw) - _KEYS):
        raise RuleError(f"{place}: unknown key {unknown[0]!r}: the keys are {', '.join(sorted(_KEYS))}")
    kinds: tuple[tuple[tuple[str, ...], type], ...] = ((_TEXTS, str), (_LISTS, list), (_NUMBERS, int), (_FLAGS, bool))
    for names, kind in kinds:
        for name in names:
            if name in raw and type(raw[name]) is not kind:
                raise RuleError(f"{place}: {name} must be a {kind.__name__}, not {raw[name]!r}")
    for name in _LISTS:
        if any(type(item) is not str or not item for item in raw.get(name, [])):
            raise RuleError(f"{place}: {name} must hold texts that are not empty")
    for name in ("id", "reason", "where", "pattern", "action"):
        if not raw.get(name):
            raise RuleError(f"{place}: {name} is missing: add it")
    for name, allowed in (("where", WHERE), ("action", ACTIONS), ("beside", BESIDE)):
        if raw.get(name, "") not in allowed and name in raw:
            raise RuleError(f"{place}: {name} is {raw[name]!r}: it must be one of {', '.join(filter(None, allowed))}")
    if not raw.get("drops") or not raw.get("keeps"):
        raise RuleError(f"{place}: it needs at least one example in drops and one in keeps")
    if raw["where"] in ("line", "piece") and not raw.get("needs"):
        raise RuleError(f"{place}: a rule for {raw['where']} needs words in needs, so that it costs nothing elsewhere")


def _rule(path: Path, number: int, raw: Mapping[str, Any]) -> Rule:
    place = _place(path, number, raw)
    _check(place, raw)
    pattern = _compile(place, "pattern", raw["pattern"])
    assert pattern is not None
    return Rule(
        number=number,
        id=raw["id"],
        reason=raw["reason"],
        where=raw["where"],
        pattern=pattern,
        action=raw["action"],
        within=raw.get("within", 12),
        needs=tuple(raw.get("needs", ())),
        quick=[],
        also=_compile(place, "also", raw.get("also", "")),
        unless=_compile(place, "unless", raw.get("unless", "")),
        unless_title=_compile(place, "unless_title", raw.get("unless_title", "")),
        next=_compile(place, "next", raw.get("next", "")),
        beside=raw.get("beside", ""),
        family=tuple(raw.get("family", ())),
        longest=raw.get("longest", 10_000),
        truncated=raw.get("truncated", False),
        text_only=raw.get("text_only", False),
        outside=raw.get("outside", False),
        drops=tuple(raw["drops"]),
        keeps=tuple(raw["keeps"]),
    )


def _tier(rules: tuple[Rule, ...], start: int = 0) -> Tier:
    return Tier(
        start,
        rules,
        any_of([word for rule in rules for word in rule.needs] or ["\0"]),
        any_of([word for rule in rules for word in rule.needs if rule.longest > LONG] or ["\0"]),
        tuple(rule for rule in rules if not rule.needs),
        _named(rules, view),
    )


def _zone(rules: Iterable[Rule], where: str, structured: bool) -> Zone:
    own = [rule for rule in rules if rule.where == where and not (structured and rule.text_only)]
    return Zone(
        tuple(_tier(tuple(rule for rule in own if rule.within > start), start) for start in _TIERS), where == "head"
    )


def _named(rules: tuple[Rule, ...], form: Callable[[str], str] = str) -> Inside:
    """One search for all words: it takes the first character and looks at the rest, so that words may overlap.

    `form` makes of a word what it is in the texts that are searched.
    """
    table: dict[str, list[Rule]] = {}
    words = sorted({form(word) for rule in rules for word in rule.needs})
    for rule in rules:
        for first in {form(word)[0] for word in rule.needs}:
            table.setdefault(first, []).append(rule)
    return Inside(beginnings(words), {first: tuple(found) for first, found in table.items()})


def load(path: Path) -> Rules:
    """The rules of one file. Raises RuleError naming file, rule and cure; a missing file too."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RuleError(f"{path}: cannot be read ({error.strerror}): reinstall, or put the file back") from None
    except UnicodeDecodeError as error:
        raise RuleError(f"{path}: is not UTF-8 at byte {error.start}: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{path}: {error}: correct the TOML there") from None
    if unknown := sorted(set(data) - {"rule"}):
        raise RuleError(f"{path}: unknown key {unknown[0]!r}: rules are written as [[rule]]")
    raws = data.get("rule", [])
    if not isinstance(raws, list) or not raws or not all(isinstance(raw, dict) for raw in raws):
        raise RuleError(f"{path}: no rules: write each as [[rule]]")
    rules = tuple(_rule(path, number, raw) for number, raw in enumerate(raws, start=1))
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise RuleError(f"{path}: two rules have the id {rule.id!r}: rename one")
        seen.add(rule.id)
    for rule in rules:
        if missing := sorted(set(rule.family) - seen - CODE_RULES):
            raise RuleError(f"{path}: rule {rule.id}: family names {missing[0]!r}, which is no rule's id")
    inside = tuple(rule for rule in rules if rule.where in ("line", "piece"))
    return Rules(
        head=_zone(rules, "head", structured=True),
        tail=_zone(rules, "tail", structured=True),
        text={},
        inside=_named(inside),
        outside=_tier(tuple(rule for rule in rules if rule.outside)),
        all=rules,
    )


@cache
def bundled() -> Rules:
    """The rules that come with the program. Raises RuleError."""
    return load(data_file("boilerplate.toml"))
