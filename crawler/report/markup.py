"""Pieces of the report's page. What comes from the web is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from crawler.text import printable

Cell = str | int | float | None
FILTERED = 8  # rows from which on a field to filter by is worth its place


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def safe(value: Cell) -> str:
    """A value as HTML: numbers with separators, text escaped and without control characters."""
    if isinstance(value, Markup):
        return value
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return escape(printable(value, 300))


def table(name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], long: Sequence[int] = ()) -> str:
    """A table that sorts and filters; a column of numbers is one whose first cell is a number. `long` columns may break."""
    made = list(rows)
    if not made:
        return '<p class="soft">None.</p>'
    numbers = [isinstance(cell, int | float) for cell in made[0]]
    kinds = [' class="n"' if number else ' class="long"' if at in long else "" for at, number in enumerate(numbers)]
    head = "".join(
        f'<th scope="col"{kind if number else ""}><button type="button">{escape(text)}</button></th>'
        for text, kind, number in zip(heads, kinds, numbers, strict=True)
    )
    body = "\n".join(
        "<tr>" + "".join(f"<td{kind}>{safe(cell)}</td>" for cell, kind in zip(row, kinds, strict=True)) + "</tr>"
        for row in made
    )
    find = (
        f'<div class="find"><input type="search" placeholder="Filter {len(made):,} rows" aria-label="Filter {escape(name)}">'
        '<output class="soft"></output></div>'
        if len(made) >= FILTERED
        else ""
    )
    return (
        f'<div class="table" id="{escape(name)}-table">{find}<div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>\n{body}\n</tbody></table></div></div>"
    )


def tiles(values: Iterable[tuple[str, Cell]]) -> str:
    """Numbers to be seen at once, each with its name."""
    return (
        '<dl class="tiles">'
        + "".join(f"<div><dt>{escape(name)}</dt><dd>{safe(value)}</dd></div>" for name, value in values)
        + "</dl>"
    )


def plots(drawn: Iterable[tuple[str, str]]) -> str:
    """(caption, svg) side by side where there is room."""
    figures = "".join(f"<figure><figcaption>{escape(name)}</figcaption>{svg}</figure>" for name, svg in drawn if svg)
    return f'<div class="plots">{figures}</div>' if figures else ""
