"""The forest plot: estimates with intervals below each other, in groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_charts import ForestChart, ForestRow
from condyle.reporting.evaluation.style import GREY, INK, ORANGE, QUIET, TEAL, blank, grid, titled
from condyle.reporting.evaluation.words import (
    covariate_word,
    figure_word,
    shortened,
    task_word,
)

LINE_HEIGHT = 0.2
LONGEST = 44


def draw_forest(chart: ForestChart) -> Figure:
    """Draws one line an estimate, its name and size on the left, its numbers on the right.

    Args:
        chart: What to draw.
    """
    places = _places(chart.rows)
    height = max(1.6, LINE_HEIGHT * (max(places) + 1) + 0.75)
    figure, axes = blank(6.4, height)
    grid(axes, axis="x")
    axes.axvline(chart.line, color=GREY, linewidth=0.9)
    if chart.margin is not None:
        axes.axvline(chart.margin, color=ORANGE, linewidth=0.9, linestyle=(0, (4, 3)))
    for row, place in zip(chart.rows, places, strict=True):
        _row(axes, row, place)
    _headings(axes, chart.rows, places)
    axes.set_ylim(max(places) + 0.7, -0.7)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    low, high = _range(chart)
    axes.set_xlim(low, high)
    axes.set_xlabel(figure_word(chart.axis))
    titled(axes, chart.title)
    return figure


def _places(rows: Sequence[ForestRow]) -> list[int]:
    """Gives the line of each row, one being left free for the heading of a group."""
    places, place, group = [], -1, ""
    for row in rows:
        if row.group and row.group != group:
            place, group = place + 1, row.group
        place += 1
        places.append(place)
    return places


def _row(axes: Axes, row: ForestRow, place: int) -> None:
    colour = GREY if row.faint else TEAL
    found = row.estimate
    if not np.isnan(found.low):
        axes.plot((found.low, found.high), (place, place), color=colour, linewidth=1.3)
    axes.plot(found.value, place, marker="s", markersize=4, color=colour)
    name = _short(row.name if row.group else task_word(row.name))
    left = f"{name}, {row.size}" if row.size else name
    ink = QUIET if row.faint else INK
    for across, text, side in ((-0.01, left, "right"), (1.01, _numbers(found), "left")):
        axes.annotate(
            text,
            (across, place),
            xycoords=("axes fraction", "data"),
            ha=side,
            va="center",
            fontsize=6.8,
            color=ink,
        )


def _headings(axes: Axes, rows: Sequence[ForestRow], places: Sequence[int]) -> None:
    seen = ""
    for row, place in zip(rows, places, strict=True):
        if row.group and row.group != seen:
            seen = row.group
            axes.annotate(
                _short(covariate_word(row.group)),
                (-0.01, place - 1),
                xycoords=("axes fraction", "data"),
                ha="right",
                va="center",
                fontsize=7,
                fontweight="bold",
                color=INK,
            )


def _short(text: str) -> str:
    return shortened(text, LONGEST)


def _numbers(found: Estimate) -> str:
    if np.isnan(found.low):
        return f"{found.value:.2f}"
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"


def _range(chart: ForestChart) -> tuple[float, float]:
    values = [chart.line] if chart.margin is None else [chart.line, chart.margin]
    for row in chart.rows:
        found = row.estimate
        values += [v for v in (found.value, found.low, found.high) if not np.isnan(v)]
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or 0.05
    return low - room, high + room
