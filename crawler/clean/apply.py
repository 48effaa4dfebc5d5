"""The rules at work: anywhere, then from the head inwards, then from the tail inwards."""

from __future__ import annotations

import re

from crawler.clean.line import Draft, Line, view
from crawler.clean.rules import LONG, Rule, Rules, Tier, Zone
from crawler.clean.titles import Titles, title_key

GAP = "[…]"  # stands where a site holds back the middle of a text
_HEAD_ROUNDS = 14  # kept lines from the top (and from the end) that position rules look at
_TITLE_LIKE = 60  # the longest line that can be an entry of a list of links
_VERSE = 14  # characters: the longest verse in which a title is looked for
_VERSE_LINE = re.compile("^[^\\d:：\t]+$")
_FINAL = "。；;！？!?"


def outside(draft: Draft, text: str, rules: Rules) -> None:
    """Learn from a line outside of the document (its tags, or that the rest is held back)."""
    if not rules.outside.needles.search(text):
        return
    seen = view(text)
    for rule in rules.outside.rules:
        if rule.has_word(seen) and (found := rule.match(seen)):
            _capture(draft, text, found)
            draft.truncated = draft.truncated or rule.truncated


def _capture(draft: Draft, text: str, found: re.Match[str]) -> None:
    """Keep what the named groups of a match hold, as `text` has it."""
    for name, value in found.groupdict().items():
        if value and (value := text[found.start(name) : found.end(name)].strip()):
            draft.found.setdefault(name, value)


def anywhere(draft: Draft, rules: Rules) -> None:
    """Apply the rules that act in any line; the words they need are looked for in the whole text first."""
    whole = "\n".join(line.text for line in draft.lines)
    for rule in rules.inside.active(whole):
        if draft.structured and rule.text_only:
            continue
        for index, line in enumerate(list(draft.lines)):
            if not line.rule and rule.has_word(line.text):
                _inside(draft, index, line, rule)


def _inside(draft: Draft, index: int, line: Line, rule: Rule) -> None:
    """`index` is where the line stood before this rule put lines between."""
    for _ in range(50):  # a mark may stand several times in one line
        found = rule.match(line.view)
        if found is None:
            return
        index = draft.place(line, index)
        if not _signals(draft, rule, index):
            return
        if rule.where == "line" and found.span() != (0, len(line.view)):
            return
        act(draft, index, rule, found)
        if line.rule or rule.action == "drop":
            return


def _signals(draft: Draft, rule: Rule, index: int, kept: int = -1) -> bool:
    """Whether the signals from outside the line are there; `kept` lines stay outside of it, -1 when nobody has counted."""
    if rule.family and draft.fired.isdisjoint(rule.family):
        return False
    if not rule.beside and not rule.next:
        return True
    lines = draft.lines
    if rule.next:
        after = index + 1
        while after < len(lines) and lines[after].rule:
            after += 1
        if after == len(lines) or not rule.next.search(lines[after].view):
            return False
    if rule.beside == "dropped":
        return index == 0 or index + 1 == len(lines) or bool(lines[index - 1].rule) or bool(lines[index + 1].rule)
    if rule.beside == "edge":
        return kept == 0 if kept >= 0 else all(other.rule for other in lines[index + 1 :])
    return True


def act(draft: Draft, index: int, rule: Rule, found: re.Match[str], kept: int = -1) -> None:
    """Do what the rule says to the line, and keep what it captured; `kept` lines stay outside of it, -1 when nobody has counted."""
    line = draft.lines[index]
    _capture(draft, line.text, found)
    if rule.truncated:
        draft.truncated = True
    if rule.action == "drop":
        draft.drop(line, rule.id)
    elif rule.action == "cut":
        draft.cut(line, found.start(), found.end(), rule.id)
    elif rule.action == "cut-before":
        draft.cut(line, 0, found.end(), rule.id)
    elif rule.action == "cut-after":
        draft.cut(line, found.start(), len(line.text), rule.id)
    elif rule.action == "gap":
        _gap(draft, index, rule, found)
    else:
        before = rule.action == "before"
        gone = _outside(draft, index, -1 if before else 1, kept)
        for other in [*reversed(gone), line] if before else [line, *gone]:
            draft.drop(other, rule.id)


def _outside(draft: Draft, index: int, step: int, kept: int) -> list[Line]:
    """The lines behind `index` (before it with `step` -1) that stay: `kept` of them, all that there are with -1.

    A page may be nothing but headings of lists, each of which drops what follows: nobody looks at all the rest each time.
    """
    lines, found = draft.lines, list[Line]()
    at = index + step
    while 0 <= at < len(lines) and len(found) != kept:
        if not lines[at].rule:
            found.append(lines[at])
        at += step
    return found


def _gap(draft: Draft, index: int, rule: Rule, found: re.Match[str]) -> None:
    """Put a gap line where the middle of a text is held back, or nothing at its end."""
    line = draft.lines[index]
    before, after = line.text[: found.start()].rstrip(), line.text[found.end() :].strip()
    draft.drop(line, rule.id)
    draft.dropped[-1].text = found[0]
    made = []
    if before:
        made.append(Line(before, line.block, line.gap, line.indent, line.page))
    if after or any(not other.rule for other in draft.lines[index + 1 :]):
        made.append(Line(GAP, line.block, 1, 0, line.page))
    if after:
        made.append(Line(after, line.block, 1, 0, line.page))
    draft.lines[index + 1 : index + 1] = made


def head(draft: Draft, rules: Rules, titles: Titles) -> None:
    """Go down from the top: repeated titles, by-lines, breadcrumbs. Position counts the lines that stay."""
    zone, kept = rules.zone("head", draft.structured), 0
    for index, line in enumerate(list(draft.lines)):
        if line.rule:
            continue
        if kept >= _HEAD_ROUNDS:
            return
        if rule := _positioned(draft, line, index, zone, kept):
            kept = 0 if rule.action == "before" else kept + (not line.rule)
        elif titles.repeats(line.text, kept) and not _first_verse(draft, titles, index, kept):
            draft.drop(line, "title-repeat")
            if line.text != draft.title and line.text not in draft.variants:
                draft.variants.append(line.text)
        elif kept == 0 and "lead-in" in draft.fired and _named_in_lead(draft, line.text):
            draft.drop(line, "title-repeat")
        elif kept < 2 and titles.way(line.text):
            draft.drop(line, "breadcrumb-title")
        else:
            kept += 1


def _named_in_lead(draft: Draft, text: str) -> bool:
    """True when the line is the title as the lead-in names it, which may lack a place or a name."""
    key = title_key(text) if len(text) < _TITLE_LIKE and text[-1] not in _FINAL else ""
    return len(key) > 5 and key in title_key(draft.title) and any(title_key(variant) == key for variant in draft.variants)


def _first_verse(draft: Draft, titles: Titles, index: int, kept: int) -> bool:
    """True when the line may be a sentence or a verse that the title was taken from: markup shows headings as such."""
    if not draft.structured:
        return False
    if kept:
        return True
    line = draft.lines[index]
    if line.text[-1] in "。，！？；,!?;" and titles.title[-1:] != line.text[-1]:
        return True
    following = [other.text for other in draft.lines[index + 1 : index + 12] if not other.rule][:2]
    return len(following) == 2 and all(len(text) <= _VERSE and _VERSE_LINE.match(text) for text in following)


def tail(draft: Draft, rules: Rules) -> None:
    """Go up from the end, again and again until nothing more goes: tags, disclaimers, related lists, footers."""
    zone = rules.zone("tail", draft.structured)
    while True:
        kept, changed = 0, False
        for index in range(len(draft.lines) - 1, -1, -1):
            line = draft.lines[index]
            if line.rule:
                continue
            if kept >= _HEAD_ROUNDS:
                break
            if rule := _positioned(draft, line, index, zone, kept):
                changed = True
                kept = 0 if rule.action == "rest" else kept
            if not line.rule:
                kept += 1
        if not changed:
            return


def _positioned(draft: Draft, line: Line, index: int, zone: Zone, kept: int) -> Rule | None:
    """Apply the first rule of the zone that fits the line; that rule, None when there was none."""
    tier = zone.at(kept)
    known = line.head if zone.at_head else line.tail
    if known is None or known[0] > tier.start:  # what was looked up further inside lacks rules
        known = tier.start, _candidates(line, tier)
        if zone.at_head:
            line.head = known
        else:
            line.tail = known
    candidates = known[1]
    view = line.view if candidates else ""
    for rule in candidates:
        if kept >= rule.within:
            continue
        if rule.unless_title and rule.unless_title.search(draft.title):
            continue
        found = rule.match(view)
        if found is None:
            continue
        index = draft.place(line, index)
        if not _signals(draft, rule, index, kept):
            continue
        if rule.action == "rest" and not _only_titles(draft, index, kept):
            continue
        if rule.action in ("cut", "cut-before", "cut-after") and found.start() == found.end():
            continue
        act(draft, index, rule, found, kept)
        return rule
    return None


def _candidates(line: Line, tier: Tier) -> tuple[Rule, ...]:
    """The rules of the tier of which a word stands in the line, and those that need none; positions are not looked at."""
    size = len(line.text)
    found: list[Rule] = []
    if (tier.long_needles if size > LONG else tier.needles).search(line.text):
        found = tier.named.active(line.view)
    if tier.wordless:
        found = sorted([*found, *tier.wordless], key=lambda rule: rule.number)
    if not found:
        return ()
    view = line.view
    return tuple([rule for rule in found if size <= rule.longest and rule.has_word(view)])


def _only_titles(draft: Draft, index: int, kept: int) -> bool:
    """True when what follows the line can be a list of links: short lines that are no sentences."""
    rest = _outside(draft, index, 1, kept)
    return all(len(line.text) <= _TITLE_LIKE and line.text[-1] not in _FINAL for line in rest)
