"""Pieces of the figures."""

import statistics
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, NullFormatter

from benchmarks.theory.experiment import Row, different, values, where

COLORS = ("#1f4e79", "#c0392b", "#2e7d32", "#b9770e", "#6c3483", "#5d6d7e", "#117864", "#a04000")


def lines(axes: Axes, rows: Sequence[Row], x: str, y: str, by: str, *, log_x: bool = False) -> None:
    """Draws a measure over a factor that is a number, a line for each value of another factor: the mean, and a band from least to most."""
    places = different(rows, x)
    for color, name in zip(COLORS, different(rows, by), strict=False):
        found = [values(rows, y, **{x: place, by: name}) for place in places if where(rows, **{x: place, by: name})]
        axes.plot(places[: len(found)], list(map(statistics.fmean, found)), color=color, marker="o", markersize=4, label=str(name))
        axes.fill_between(places[: len(found)], list(map(min, found)), list(map(max, found)), color=color, alpha=0.15, linewidth=0)
    if log_x:
        logarithmic(axes.xaxis)
        axes.set_xticks(places)


def dots(axes: Axes, rows: Sequence[Row], measure: str, by: str) -> None:
    """Draws a measure of each value of a factor: a dot for each seed, and a line at the mean."""
    names = different(rows, by)
    for place, name in enumerate(names):
        found = values(rows, measure, **{by: name})
        axes.plot(found, [place] * len(found), "o", color=COLORS[0], markersize=5, alpha=0.6)
        axes.plot([statistics.fmean(found)] * 2, [place - 0.3, place + 0.3], color=COLORS[1], linewidth=2)
    axes.set_yticks(range(len(names)), [str(name) for name in names])
    axes.invert_yaxis()


def bars(axes: Axes, rows: Sequence[Row], measure: str, by: str, group: str) -> None:
    """Draws a measure as groups of bars, a colour for each value of `by`: the mean, and a line from least to most."""
    groups, names = different(rows, group), different(rows, by)
    width = 0.8 / len(names)
    for place, (color, name) in enumerate(zip(COLORS, names, strict=False)):
        found = [values(rows, measure, **{group: each, by: name}) for each in groups]
        means = list(map(statistics.fmean, found))
        reach = [[m - min(v) for m, v in zip(means, found, strict=True)], [max(v) - m for m, v in zip(means, found, strict=True)]]
        places = np.arange(len(groups)) + (place - (len(names) - 1) / 2) * width
        axes.bar(places, means, width * 0.92, yerr=reach, color=color, ecolor="black", capsize=2, label=str(name))
    axes.set_xticks(range(len(groups)), [f"{each:,}" if isinstance(each, int) else str(each) for each in groups])


def logarithmic(axis: Axis) -> None:
    """Makes an axis logarithmic, its numbers in plain text: `save_figure` writes no formulas."""
    {"x": axis.axes.set_xscale, "y": axis.axes.set_yscale}[axis.axis_name]("log")
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axis.set_minor_formatter(NullFormatter())


def finish(axes: Axes, x: str, y: str, title: str = "", *, legend: bool = True) -> None:
    """Writes the names of the axes, and makes all figures alike."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_title(title, fontsize=10)
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    if legend:
        axes.legend(frameon=False, fontsize=8)
