"""The run in words: what a log says of it, where nothing is drawn."""

from __future__ import annotations

from crawler.report.record import COLUMNS, Record


def duration(seconds: float) -> str:
    """`seconds` for people: 42 s, 7 min, 3 h 20 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def line(record: Record, waiting: int) -> str:
    """The state of the run in one line."""
    numbers = ", ".join(f"{getattr(record.total, name)} {name}" for name in COLUMNS)
    return f"{numbers}; {record.speed:.1f} pages a second; {queue(record, waiting)}"


def queue(record: Record, waiting: int) -> str:
    """How much is queued, and how long that takes. A list that is not read yet may bring more: it is a least."""
    if waiting and record.speed > 0:
        return f"{waiting} queued, at least {duration(waiting / record.speed)}"
    return f"{waiting} queued"
