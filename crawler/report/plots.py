"""Plots as SVG that stands in a page: its colours are the page's, so they follow it into the dark."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from html import escape
from io import StringIO
from typing import Any, cast

from crawler.report.words import duration
from crawler.text import printable

# Stand-ins that the page's own variables replace: matplotlib takes no CSS.
_COLOURS = {"#010101": "var(--ink)", "#020202": "var(--faint)", "#0a0a01": "var(--one)", "#0a0a02": "var(--two)",
            "#0a0a03": "var(--three)", "#0a0a04": "var(--four)"}  # fmt: skip
INK, FAINT, *SERIES = _COLOURS
WIDE, HIGH = 4.6, 2.5  # inches of 72 points: as wide as a phone, so letters keep their size there
BARS = 12  # of a plot with a name beside each bar
_SLOTS = 8  # a single bar is no wall
_STEPS = (1, 2, 5, 10, 20, 60, 120, 300, 600, 1200, 3600, 7200, 14400, 28800, 86400)  # seconds between ticks
_LONGEST = 28  # characters of such a name
_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",  # text stays text: it can be found, and is small
    "font.family": "sans-serif",
    "font.size": 10,
    "text.parse_math": False,  # a name from the web may hold a dollar sign
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": FAINT,
    "grid.linewidth": 0.5,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
}


class PlotError(Exception):
    """No plots can be drawn. The message names the cure."""


def check_matplotlib() -> None:
    """Raises PlotError naming the cure when there is nothing to draw with."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise PlotError("the report needs the package matplotlib: pip install '.[report]'") from None


def _figure(title: str, high: float = HIGH) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDE, high), layout="constrained")
    figure.patch.set_alpha(0)
    axes = figure.add_subplot()
    axes.patch.set_alpha(0)
    return figure, axes


def _styled() -> Any:
    from matplotlib import rc_context

    return rc_context(cast(Any, _STYLE))


def _svg(figure: Any, title: str) -> str:
    """The figure as an <svg> element that grows and shrinks with the page."""
    from matplotlib import rc_context

    out = StringIO()
    with warnings.catch_warnings(), rc_context({"svg.hashsalt": title}):
        warnings.simplefilter("ignore", UserWarning)  # a letter that the measuring font lacks: the browser has others
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.S)
    text = re.sub(r' id="[A-Za-z0-9.]+_\d+"', "", text)
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", text)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    text = re.sub(r"\n\s*", "\n", text)
    for stand_in, colour in _COLOURS.items():
        text = text.replace(stand_in, colour)
    return text.replace("<svg", f'<svg role="img" aria-label="{escape(title)}"', 1)


def _legend(axes: Any, names: Sequence[str]) -> None:
    if len(names) > 1:
        axes.figure.legend(loc="outside upper left", ncols=len(names), handlelength=1, columnspacing=1.2)


def _few_ticks(axis: Any, series: Mapping[str, Sequence[float]]) -> None:
    """A handful of round numbers, whole ones when whole things are counted."""
    from matplotlib.ticker import MaxNLocator

    whole = all(isinstance(value, int) for values in series.values() for value in values)
    axis.set_major_locator(MaxNLocator(nbins=5, integer=whole))
    axis.set_major_formatter(lambda value, _: f"{value:,.0f}" if whole else f"{value:g}")


def lines(title: str, times: Sequence[float], series: Mapping[str, Sequence[float]]) -> str:
    """Lines over the seconds of a run."""
    from matplotlib.ticker import MultipleLocator

    with _styled():
        figure, axes = _figure(title)
        for (name, values), colour in zip(series.items(), SERIES, strict=False):
            axes.plot(times, values, label=name, color=colour, linewidth=1.6)
        axes.set_ylim(bottom=0)
        axes.margins(x=0.01)
        axes.xaxis.set_major_formatter(lambda value, _: duration(value))
        axes.xaxis.set_major_locator(MultipleLocator(next((s for s in _STEPS if times[-1] / s <= 6), _STEPS[-1])))
        _few_ticks(axes.yaxis, series)
        _legend(axes, list(series))
        return _svg(figure, title)


def bars(title: str, names: Sequence[str], series: Mapping[str, Sequence[float]]) -> str:
    """Upright bars, the series one upon the other."""
    with _styled():
        figure, axes = _figure(title)
        below = [0.0] * len(names)
        for (name, values), colour in zip(series.items(), SERIES, strict=False):
            axes.bar(range(len(names)), values, bottom=below, label=name, color=colour, width=0.8)
            below = [a + b for a, b in zip(below, values, strict=True)]
        axes.set_xlim(-0.6, max(len(names), _SLOTS) - 0.4)
        step = -(-len(names) // 8)
        axes.set_xticks(range(0, len(names), step), names[::step])
        axes.tick_params(axis="x", length=0)
        _few_ticks(axes.yaxis, series)
        _legend(axes, list(series))
        return _svg(figure, title)


def ranking(title: str, names: Sequence[str], series: Mapping[str, Sequence[float]]) -> str:
    """Lying bars with a name each, the first on top; the series one behind the other. At most BARS are drawn."""
    names = [printable(name, _LONGEST) for name in names[:BARS]]
    with _styled():
        figure, axes = _figure(title, 0.75 + 0.22 * len(names))
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", visible=True)
        left = [0.0] * len(names)
        for (name, values), colour in zip(series.items(), SERIES, strict=False):
            shown = list(values[:BARS])
            axes.barh(range(len(names)), shown, left=left, label=name, color=colour, height=0.7)
            left = [a + b for a, b in zip(left, shown, strict=True)]
        axes.set_yticks(range(len(names)), names)
        axes.tick_params(axis="y", length=0)
        axes.invert_yaxis()
        _few_ticks(axes.xaxis, series)
        _legend(axes, list(series))
        return _svg(figure, title)
