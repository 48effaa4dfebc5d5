"""What became of each line of a page: kept, joined to the line before, or dropped and by which rule.

Pure: a `Page` and its `Cleaned` in, text for a terminal or one self-contained HTML page out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum
from html import escape

from crawler.clean.result import Cleaned
from crawler.page import Page, Zone
from crawler.text import printable


class State(StrEnum):
    KEPT = "kept"
    JOINED = "joined"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the source page. `rules` name what took it out, or pieces of it (then `pieces` holds those)."""

    text: str
    state: State
    rules: tuple[str, ...] = ()
    pieces: tuple[str, ...] = ()
    zone: Zone = Zone.BODY
    page: int = 1


def account(page: Page, cleaned: Cleaned) -> list[Line]:
    """Every block of the page in its order, with what became of it."""
    dropped = defaultdict(list)
    for drop in cleaned.dropped:
        dropped[drop.block].append(drop)
    kept = set(cleaned.kept)
    whole = bool(cleaned.body)
    lines = []
    for index, block in enumerate(page.blocks):
        drops = dropped.get(index, ())
        rules = tuple(dict.fromkeys(d.rule for d in drops))
        if index in kept:
            state, pieces = State.KEPT, tuple(d.text for d in drops)
        elif drops or block.zone is not Zone.BODY or not whole:
            state, pieces = State.DROPPED, ()
            rules = rules or (f"zone-{block.zone}" if block.zone is not Zone.BODY else cleaned.reject or "rejected",)
        else:
            state, pieces = State.JOINED, ()
        lines.append(Line(block.text, state, rules, pieces, block.zone, block.page))
    return lines


def fields(page: Page, cleaned: Cleaned, profile: str = "") -> list[tuple[str, str, str]]:
    """(name, value, where it was found) of everything that was read off the page; `profile` says what its site's is."""
    where = page.where
    rows = [("profile", profile, "")] if profile else []
    rows += [
        ("kind", str(page.kind), where.get("kind", "")),
        ("title", cleaned.title, where.get("title", "")),
        ("date", cleaned.date or "–", _sources(where.get("date", ""), f"“{page.date}”" if page.date else "")),
        ("published", cleaned.published or "–", ""),
        ("category", " › ".join(cleaned.category) or "–", where.get("breadcrumb", "")),
        ("tags", ", ".join(cleaned.tags) or "–", where.get("tags", "")),
        ("author", cleaned.author or "–", where.get("author", "")),
        ("source", cleaned.source or "–", where.get("source", "")),
        ("pages", f"{page.page_number} of {max(len(page.page_urls), page.pages)}", page.next_page),
        ("encoding", page.encoding, ""),
        ("body", f"{len(cleaned.body)} characters in {len(cleaned.body.splitlines())} lines", ""),
    ]
    if cleaned.parts:
        rows.append(("parts", f"{len(cleaned.parts)}: " + ", ".join(p.heading for p in cleaned.parts[:5]), ""))
    if cleaned.truncated:
        rows.append(("truncated", "yes", ""))
    if cleaned.reject:
        rows.append(("rejected", cleaned.reject, cleaned.detail))
    return rows


def _sources(*found: str) -> str:
    return ", ".join(filter(None, found))


_MARK = {State.KEPT: "+", State.JOINED: "~", State.DROPPED: "-"}
_COLOUR = {State.KEPT: "\x1b[32m", State.JOINED: "\x1b[36m", State.DROPPED: "\x1b[2m"}


def as_text(page: Page, cleaned: Cleaned, *, profile: str = "", colour: bool = False, width: int = 100) -> str:
    """The account for a terminal: fields, then a line for each block (`+` kept, `~` joined, `-` dropped by [rule])."""
    out = [f"{name:<10}{printable(value, width)}" + (f"   ({printable(at, 60)})" if at else "")
           for name, value, at in fields(page, cleaned, profile)]  # fmt: skip
    out.append("")
    for line in account(page, cleaned):
        rules = f"[{', '.join(line.rules)}] " if line.rules else ""
        text = f"{_MARK[line.state]} {rules}{printable(line.text.replace(chr(9), ' | '), width)}"
        out.append(f"{_COLOUR[line.state]}{text}\x1b[0m" if colour else text)
    counts = Counter(line.state for line in account(page, cleaned))
    out += ["", ", ".join(f"{counts[state]} {state}" for state in State)]
    return "\n".join(out)


_STYLE = """
:root{color-scheme:light dark;--kept:#e6f4ea;--joined:#e0f2fe;--dropped:#f3f4f6;--ink:#1f2328;--soft:#667085;--line:#d0d5dd;--back:#fff}
@media(prefers-color-scheme:dark){:root{--kept:#12351f;--joined:#0c3045;--dropped:#22262d;--ink:#e6edf3;--soft:#98a2b3;--line:#344054;--back:#0d1117}}
body{margin:0 auto;max-width:60rem;padding:1rem;background:var(--back);color:var(--ink);font:1rem/1.6 system-ui,sans-serif}
h1{font-size:1.3rem}table{border-collapse:collapse;width:100%}td{border-bottom:1px solid var(--line);padding:.2rem .5rem;vertical-align:top;overflow-wrap:anywhere}
td:first-child{color:var(--soft);white-space:nowrap}td:last-child,.rule{color:var(--soft);font-size:.85rem}
ol{list-style:none;padding:0}li{padding:.15rem .6rem;margin:.15rem 0;border-left:.3rem solid var(--line);overflow-wrap:anywhere;white-space:pre-wrap}
.kept{background:var(--kept);border-color:#2da44e}.joined{background:var(--joined);border-color:#0284c7;margin-left:1.5rem}
.dropped{background:var(--dropped);color:var(--soft)}.rule{border:1px solid var(--line);border-radius:.3rem;padding:0 .3rem;margin-right:.4rem}
del{color:var(--soft)}#hide:checked~ol .dropped{display:none}
"""


def as_html(page: Page, cleaned: Cleaned, *, profile: str = "") -> str:
    """The account as one HTML page that needs nothing else: no script, no network, readable on a phone and in the dark."""
    lines = account(page, cleaned)
    counts = Counter(line.state for line in lines)
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{_shown(value)}</td><td>{_shown(at)}</td></tr>"
        for name, value, at in fields(page, cleaned, profile)
    )
    items = "".join(
        f'<li class="{line.state}">' + "".join(f'<span class="rule">{escape(r)}</span>' for r in line.rules)
        + _shown(line.text) + "".join(f" <del>{_shown(p)}</del>" for p in line.pieces) + "</li>"
        for line in lines
    )  # fmt: skip
    legend = ", ".join(f"{counts[state]} {state}" for state in State)
    return (
        '<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>explain: {_shown(cleaned.title or page.url)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{_shown(cleaned.title or page.url)}</h1><p>{_shown(page.url)}</p><table>{rows}</table>"
        f'<p>{legend}</p><input type="checkbox" id="hide"> <label for="hide">hide what was dropped</label>'
        f"<ol>{items}</ol></body></html>\n"
    )


def _shown(text: str) -> str:
    return escape(printable(text.replace("\t", " | "), 5000))
