"""The stages of cleaning in their order."""

from __future__ import annotations

from datetime import datetime

from crawler.clean import apply, byline, glued, heading, joins, leadin, parts, quality, reject, truncation
from crawler.clean.characters import MARKS, tidy, without_marks
from crawler.clean.dates import parse_date
from crawler.clean.line import Draft, Line
from crawler.clean.result import Cleaned, Dropped
from crawler.clean.rules import Rules, bundled
from crawler.clean.titles import Titles, plain_title
from crawler.page import Page, Zone

_ZONES = {Zone.HEAD: "zone-head", Zone.TAIL: "zone-tail"}
_ROUNDS = 8  # two do for any real page
_ABOVE = 25  # lines of a page without markup that can stand above its heading
_SENTENCE = 80  # characters: a longer line above the heading may be text


def clean(page: Page, *, now: datetime | None = None) -> Cleaned:
    """The document of `page`: title, day, moment, body (one paragraph a line), and each line left out with its rule.

    `now` is the time of the fetch, from which relative dates are counted and beyond which no date may lie.
    Never raises for what a page holds; RuleError when the program's own rule file is broken.
    """
    rules = bundled()
    draft = _draft(page, rules)
    apply.anywhere(draft, rules)
    titles = Titles(draft.title)
    if not draft.structured:
        apply.head(draft, rules, titles)
        titles = _only_text(draft, titles)
    _ends(draft, rules, titles)
    if not draft.structured:
        _repeated_info(draft)
        glued.open_glued(draft, titles)
    joins.rejoin(draft)
    if draft.marks or not draft.structured:
        _ends(draft, rules, titles)
    return _finish(page, draft, now)


def _ends(draft: Draft, rules: Rules, titles: Titles) -> None:
    """Take the furniture off both ends, until nothing more goes: what goes at one end changes positions at the other."""
    for _ in range(_ROUNDS):
        before = len(draft.dropped)
        apply.head(draft, rules, titles)
        leadin.take_out(draft, titles)
        _later_titles(draft, titles)
        apply.tail(draft, rules)
        if len(draft.dropped) == before:
            return


def _draft(page: Page, rules: Rules) -> Draft:
    """The lines of the document's zone, tidied; lines of other zones are dropped.

    Where there is no markup the zones are guesses from words and position: the rules decide there.
    """
    draft = Draft([], any(block.tag for block in page.blocks), plain_title(tidy(page.title)))
    body, side, structured, drop = Zone.BODY, Zone.SIDE, draft.structured, draft.dropped.append
    for index, block in enumerate(page.blocks):
        zone = block.zone
        if block.rule:
            drop(Dropped(block.text, block.rule, index))
        elif zone is side and structured:
            drop(Dropped(block.text, "zone-side", index))
        elif zone is body or not structured:
            text = tidy(block.text)
            line = Line(text, index, block.gap, block.indent, block.page)
            draft.lines.append(line)
            if not text:
                draft.drop(line, "empty")
                draft.dropped[-1].text = block.text
        else:
            drop(Dropped(block.text, _ZONES[zone], index))
            draft.fired.add(_ZONES[zone])
            apply.outside(draft, block.text, rules)
    return draft


def _only_text(draft: Draft, titles: Titles) -> Titles:
    """What only pages without markup need: the heading settled, and lines above it taken out."""
    stated = bool(draft.title)
    heading.settle(draft)
    if draft.title != titles.title:
        titles = Titles(draft.title)
    lines = draft.lines[:_ABOVE]
    at = next((n for n, line in enumerate(lines) if titles.key and (line.rule == "title-repeat" or titles.same(line.text))), -1)
    above = [line for line in lines[: max(at, 0)] if not line.rule]
    if stated and all(len(line.text) <= _SENTENCE and not line.text.endswith(("。", "！", "？")) for line in above):
        for line in above:
            draft.drop(line, "above-title")
    _wrapped_title(draft)
    return titles


def _wrapped_title(draft: Draft) -> None:
    """Drop a heading that the layout broke over two lines."""
    kept = draft.kept()[:2]
    if len(kept) == 2 and draft.title and "".join((kept[0].text + kept[1].text).split()) == "".join(draft.title.split()):
        for line in kept:
            draft.drop(line, "title-wrapped")


def _later_titles(draft: Draft, titles: Titles) -> None:
    """Drop one copy of the title inside the text (the caption of a picture); refrains stand there more than once."""
    if len(titles.bare) < 8 or draft.structured:
        return
    copies = [line for line in draft.lines if not line.rule and titles.same(line.text)]
    if len(copies) == 1:
        draft.drop(copies[0], "title-repeat")


def _repeated_info(draft: Draft) -> None:
    """Drop lines at the end that repeat, letter for letter, a by-line that went at the top."""
    gone = {line.text for line in draft.lines[:20] if line.rule.startswith(("info-", "breadcrumb"))}
    for line in reversed(draft.kept()[-4:]):
        if line.text not in gone:
            return
        draft.drop(line, "repeated-info")


def _date_text(page: Page, draft: Draft) -> str:
    """The text of the page's date; a date of which the only line stays in the text is the text's own."""
    text = page.date or draft.found.get("date") or draft.found.get("date2", "")
    if draft.structured or not text:
        return text
    lines = [line for line in draft.lines if text in line.text] or [
        line for line in draft.lines if all(piece in line.text for piece in text.split())
    ]
    return "" if lines and not any(line.rule and line.rule != "joined" for line in lines) else text


def _finish(page: Page, draft: Draft, now: datetime | None) -> Cleaned:
    kept = draft.kept()
    lines = [line.text for line in kept]
    body = "\n".join(lines)
    if any(sign in body for sign in MARKS):
        lines = [without_marks(text)[0] for text in lines]
        body = "\n".join(lines)
    day, moment = parse_date(_date_text(page, draft), now)
    pieces = next((found for name in [draft.title, *draft.variants] if (found := parts.find_parts(lines, name))), [])
    refused = reject.rejection(draft, body, page.reject)
    gone = sum(len(item.text) for item in draft.dropped if not item.rule.startswith("zone-"))
    return Cleaned(
        title=draft.title,
        date=day,
        published=moment,
        body=body,
        category=byline.category(page.breadcrumb or byline.crumbs(draft.found.get("crumbs", "")), draft.title),
        tags=byline.tags(page.tags, draft.found.get("tags") or draft.found.get("tags2") or ""),
        author=byline.name(page.author or draft.found.get("author", "")),
        source=byline.name(page.source or draft.found.get("source") or draft.found.get("source2") or ""),
        parts=pieces,
        truncated=draft.truncated or truncation.unfinished(lines),
        quality=quality.signals(lines, gone, draft.marks, len(pieces)),
        dropped=draft.dropped,
        kept=[line.block for line in kept],
        reject=refused.reason if refused else None,
        detail=refused.detail if refused else "",
    )
