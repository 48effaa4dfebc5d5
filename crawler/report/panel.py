"""The run in a terminal: a panel that is drawn again and again."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from crawler.report.record import COLUMNS, Record, Tally
from crawler.report.words import duration, queue
from crawler.text import printable

SITES = 8  # rows of the panel: it must leave room for what is above it


def panel(record: Record, waiting: int, in_flight: int) -> RenderableType:
    """What is drawn while crawling: sites, totals, the latest titles, speed and queue."""
    titles = [_short("  " + printable(title, 60), "dim") for title in record.latest]
    left = f"{queue(record, waiting)}, {in_flight} under way"
    state = f"{duration(record.seconds)}  {record.speed:.1f} pages a second  {left}"
    return Group(summary(record), *titles, _short(state, "cyan"))


def _short(text: str, style: str) -> Text:
    return Text(text, style, no_wrap=True, overflow="ellipsis")


def summary(record: Record) -> RenderableType:
    """The busiest sites and all together: what stays in the terminal when the run is over."""
    table = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    table.add_column("site", overflow="ellipsis", no_wrap=True, ratio=1)
    for name in COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    busiest = sorted(record.sites.items(), key=lambda pair: -pair[1].pages)
    for host, tally in busiest[:SITES]:
        table.add_row(host, *_cells(tally))
    if len(busiest) > SITES:
        table.add_row(f"and {len(busiest) - SITES} more", style="dim")
    if len(busiest) > 1:
        table.add_row("all", *_cells(record.total), style="bold")
    return table


def _cells(tally: Tally) -> list[Text]:
    return [Text(str(getattr(tally, name)), "red" if name == "failed" and tally.failed else "") for name in COLUMNS]
