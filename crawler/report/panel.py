"""The run in the terminal: one plain line for logs, and a panel that is drawn again and again."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from crawler.report.record import Record, Tally
from crawler.text import printable

SITES = 8  # rows of the panel: it must leave room for what is above it
COLUMNS = ("pages", "documents", "duplicates", "rejected", "failed")


def duration(seconds: float) -> str:
    """`seconds` for people: 42 s, 7 min, 3 h 20 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def line(record: Record, waiting: int) -> str:
    """The state of the run in one line."""
    numbers = ", ".join(f"{getattr(record.total, name)} {name}" for name in COLUMNS)
    return f"{numbers}; {record.speed:.1f} pages a second; {_queue(record, waiting)}"


def _queue(record: Record, waiting: int) -> str:
    """How much is queued, and how long that takes. A list that is not read yet may bring more: it is a least."""
    if waiting and record.speed > 0:
        return f"{waiting} queued, at least {duration(waiting / record.speed)}"
    return f"{waiting} queued"


def panel(record: Record, waiting: int, in_flight: int) -> RenderableType:
    """What is drawn while crawling: sites, totals, the latest titles, speed and queue."""
    titles = [_short("  " + printable(title, 60), "dim") for title in record.latest]
    queue = f"{_queue(record, waiting)}, {in_flight} under way"
    state = f"{duration(record.seconds)}  {record.speed:.1f} pages a second  {queue}"
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
