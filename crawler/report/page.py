"""The report as one HTML page that needs nothing else: no network, no other file."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import escape
from itertools import pairwise
from pathlib import Path

from crawler.datafiles import package_root
from crawler.feed import FOLDERS
from crawler.feed.facts import LENGTHS
from crawler.ledger import Run
from crawler.report import plots
from crawler.report.gather import Figures
from crawler.report.keep import explanation_path
from crawler.report.markup import Cell, Markup, safe, table, tiles
from crawler.report.markup import plots as side_by_side
from crawler.report.words import duration

_HERE = package_root() / "report"
RULES = 100
MOST_BARS = 36  # more days are shown as months, more months as years


def page(figures: Figures, data_dir: str | Path, target: Path) -> str:
    """The page about `figures`, which will lie at `target`: links to explanations are relative to it. Raises PlotError."""
    plots.check_matplotlib()
    run = figures.run
    made = [(title, name, build(figures)) for title, name, build in _SECTIONS]
    made.insert(3, ("Least certain documents", "doubtful", _doubtful(figures, Path(data_dir), target)))
    nav = "".join(f'<a href="#{name}">{escape(title)}</a>' for title, name, _ in made)
    body = "\n".join(f'<section><h2 id="{name}">{escape(title)}</h2>\n{html}</section>' for title, name, html in made)
    written = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>wenku: run {run.id}</title>\n<style>{_file('page.css')}</style></head><body>\n"
        f'<h1>Run {run.id}: {_word(run)}</h1>\n<p class="soft">{_when(run)}</p>\n<nav>{nav}</nav>\n{body}\n'
        f"<footer>Written by wenku on {written} UTC from {safe(str(data_dir))}.</footer>\n"
        f"<script>{_file('page.js')}</script></body></html>\n"
    )


def _file(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _word(run: Run) -> str:
    kind = {"complete": "good", "running": "soft"}.get(run.status.value, "bad")
    return f'<span class="{kind}">{run.status.value}</span>'


def _stamp(seconds: int | None) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M") if seconds else "–"


def _seconds(run: Run) -> int | None:
    return run.ended - run.started if run.ended else None


def _when(run: Run) -> str:
    length = f", {duration(run.ended - run.started)}" if run.ended else ""
    full = ", every address again" if run.full else ""
    return f"Began {_stamp(run.started)} UTC{length}{full}"


def _this_run(figures: Figures) -> str:
    counts, record = figures.run.counts, figures.record
    names = ("documents", "revised", "unchanged", "duplicates", "rejected", "failed", "gone", "pages", "links")
    numbers: list[tuple[str, Cell]] = [(name, getattr(counts, name)) for name in names]
    if record:
        numbers.append(("pages/s", record["total"]["pages"] / max(record["seconds"], 0.1)))
    drawn = []
    course = [(0.0, 0, 0), *record.get("course", [])]
    if len(course) > 3:
        times = [point[0] for point in course]
        series = {"pages": [p[1] for p in course], "documents": [p[2] for p in course]}
        drawn.append(("Pages and documents", plots.lines("Pages and documents over the run", times, series)))
        speeds = [(b[1] - a[1]) / max(b[0] - a[0], 0.01) for a, b in pairwise(course)]
        drawn.append(
            ("Pages a second", plots.lines("Pages a second over the run", times[1:], {"pages a second": speeds}))
        )
    if counts.reasons:
        order = sorted(counts.reasons.items(), key=lambda pair: -pair[1])
        drawn.append(("Why pages were rejected", _ranked("Rejected by reason", order)))
    return tiles(numbers) + side_by_side(drawn)


def _ranked(title: str, order: list[tuple[str, int]]) -> str:
    return plots.ranking(title, [name for name, _ in order], {"": [count for _, count in order]})


def _expectations(figures: Figures) -> str:
    """`expectations` of the record: rows of site, what was expected, what was found, met or not."""
    rows = figures.record.get("expectations", [])
    if not rows:
        return '<p class="soft">None are set for the sites of this run.</p>'
    marks = {True: Markup('<span class="good">met</span>'), False: Markup('<span class="bad">missed</span>')}
    order = sorted(rows, key=lambda row: bool(row["met"]))  # the missed ones first
    made = [(row["site"], row["wanted"], row["found"], marks[bool(row["met"])]) for row in order]
    return table("expectations", ("site", "expected", "found", ""), made)


def _profiles(figures: Figures) -> str:
    """`profiles` of the record: by site, lines about pages that are not laid out as they were."""
    told = figures.record.get("profiles", {})
    if not told:
        return '<p class="soft">Nothing to tell: no layout has changed.</p>'
    return table("profiles", ("site", "what happened"), [(site, line) for site, lines in told.items() for line in lines])


def _sites(figures: Figures) -> str:
    now, documents = figures.record.get("sites", {}), figures.facts["documents"].sites
    rows: list[list[Cell]] = []
    for site in figures.sites:
        tally, states = now.get(site, {}), figures.states.get(site, {})
        answers = tally.get("answers", 0)
        rows.append(
            [site]
            + [each.sites.get(site, 0) for each in (figures.facts[kind] for kind in FOLDERS)]
            + [states.get(state, 0) for state in ("queued", "done", "failed", "gone")]
            + [tally.get("pages", 0), tally.get("documents", 0)]
            + [tally["waited"] / answers if answers else 0.0, float(tally.get("slowest", 0.0))]
        )
    rows.sort(key=lambda row: (-int(row[1] or 0), str(row[0])))
    heads = ("site", "documents", "duplicates", "rejected", "queued", "done", "failed", "gone", "pages, this run",
             "documents, this run", "seconds an answer", "slowest answer")  # fmt: skip
    top = [str(row[0]) for row in rows[: plots.BARS]]
    series = {
        state: [figures.states.get(site, {}).get(state, 0) for site in top]
        for state in ("done", "queued", "failed", "gone")
    }
    slow = sorted(((row[0], row[10]) for row in rows if row[10]), key=lambda pair: -float(pair[1] or 0))[: plots.BARS]
    drawn = [("Addresses by state", plots.ranking("Addresses by state and site", top, series))] if top else []
    if slow:
        names, values = [str(site) for site, _ in slow], [float(value or 0) for _, value in slow]
        drawn.append(("Slowest hosts: seconds an answer", plots.ranking("Slowest hosts", names, {"": values})))
    total = f"<p>{len(rows):,} sites, {sum(documents.values()):,} published lines of documents.</p>"
    return total + side_by_side(drawn) + table("sites", heads, rows)


def _doubtful(figures: Figures, data_dir: Path, target: Path) -> str:
    rows = []
    for each in figures.record.get("doubtful", []):
        kept = explanation_path(data_dir, figures.run.id, each["id"])
        if kept.is_file():
            link = escape(os.path.relpath(kept, target.parent))
            how = Markup(f'<a href="{link}">what was kept and why</a>')
        else:
            how = Markup(f"<code>scrapy explain {safe(each['url'])}</code>")
        rows.append((float(each["confidence"]), each["field"], each["title"], each["url"], how))
    return table("doubtful", ("confidence", "of", "title", "address", "explanation"), rows, long=(2, 3))


def _rules(figures: Figures) -> str:
    rules = list(figures.record.get("rules", {}).items())
    named = [(rule, count) for rule, count in rules if not rule.startswith("zone-")]
    drawn = [("Taken out of the text, by rule", _ranked("Rules that dropped most", named))] if named else []
    note = "<p>Lines and pieces of lines. A zone is what lies around the text: heads, side bars, what follows it.</p>"
    return note + side_by_side(drawn) + table("rules", ("rule", "taken out"), rules[:RULES])


def _copies(figures: Figures) -> str:
    kinds = figures.facts["duplicates"].reasons
    told = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items(), key=lambda pair: -pair[1]))
    note = f"<p>Copies that were kept apart from the feed, of all runs: {escape(told) or 'none'}.</p>"
    return note + table("copies", ("copy on", "published from", "copies"), figures.pairs)


def _feed(figures: Figures) -> str:
    documents = figures.facts["documents"]
    drawn = [("Documents by day of fetching", _by_time("Documents by day of fetching", documents.days))]
    drawn.append(("Dates of the documents", _by_time("Dates of the documents", documents.months)))
    if documents.lengths:
        names = [*map(str, LENGTHS), "more"]
        labels = [*(f"<{limit}" for limit in LENGTHS), "more"]
        values = [documents.lengths.get(name, 0) for name in names]
        drawn.append(("Length in characters", plots.bars("Documents by length", labels, {"": values})))
    if documents.marks:
        order = sorted(documents.marks.items(), key=lambda pair: -pair[1])
        drawn.append(("Documents that are", _ranked("Marks of documents", order)))
    if documents.personal:
        order = sorted(documents.personal.items(), key=lambda pair: -pair[1])
        drawn.append(("Personal numbers in texts", _ranked("Personal numbers", order)))
    return side_by_side(drawn)


def _by_time(title: str, counts: dict[str, int]) -> str:
    """Bars by day, month or year, whichever are few enough; days without documents too, but not what has no date."""
    known = {name: count for name, count in counts.items() if name}
    if not known:
        return ""
    for size in (10, 7, 4):
        merged: dict[str, int] = {}
        for name, count in known.items():
            merged[name[:size]] = merged.get(name[:size], 0) + count
        names = _between(min(merged), max(merged))
        if len(names) <= MOST_BARS:
            break
    names = names[-MOST_BARS:]
    return plots.bars(title, names, {"": [merged.get(name, 0) for name in names]})


def _between(first: str, last: str) -> list[str]:
    """Every day, month or year from `first` to `last`: what they are is seen in their length."""
    if len(first) == len("2026-11-24"):
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
        return [(begin + timedelta(days)).isoformat() for days in range((end - begin).days + 1)]
    if len(first) == len("2026"):
        return [f"{year:04}" for year in range(int(first), int(last) + 1)]
    months = [int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (first, last)]
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(months[0], months[1] + 1)]


def _history(figures: Figures) -> str:
    rows: list[list[Cell]] = []
    for run in figures.runs:
        counts, seconds = run.counts, _seconds(run)
        speed = counts.pages / seconds if seconds else 0.0
        rows.append([run.id, Markup(_word(run)), _stamp(run.started), seconds, counts.pages, speed, counts.documents,
                     counts.revised, counts.unchanged, counts.duplicates, counts.rejected, counts.failed, counts.gone])  # fmt: skip
    heads = ("run", "ended", "began (UTC)", "seconds", "pages", "pages a second", "documents", "revised", "unchanged",
             "duplicates", "rejected", "failed", "gone")  # fmt: skip
    older = figures.runs[::-1]
    drawn = []
    if len(older) > 1:
        names = [str(run.id) for run in older]
        new = {"documents": [run.counts.documents for run in older], "revised": [run.counts.revised for run in older]}
        bad = {"failed": [run.counts.failed for run in older], "rejected": [run.counts.rejected for run in older]}
        drawn.append(("New documents by run", plots.bars("New documents by run", names, new)))
        drawn.append(("Failed and rejected by run", plots.bars("Failed and rejected by run", names, bad)))
    return side_by_side(drawn) + table("runs", heads, rows)


_SECTIONS: tuple[tuple[str, str, Callable[[Figures], str]], ...] = (
    ("This run", "run", _this_run),
    ("Expectations", "expectations", _expectations),
    ("Profiles", "profiles", _profiles),
    ("Sites", "sites", _sites),
    ("Rules that dropped most", "rules", _rules),
    ("Duplicates between sites", "copies", _copies),
    ("The feed", "feed", _feed),
    ("Runs", "runs", _history),
)
