"""What the model said in two periods, output by output, beside each other."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from condyle.domain.evaluation_charts import ForestChart, ForestRow
from condyle.domain.evaluation_report import Drawing
from condyle.evaluation.drift_report import ChangeFound, DriftReport, Spread
from condyle.reporting.evaluation.draw import drawings
from condyle.reporting.evaluation.style import ORANGE, TEAL, drawing, grid, house_style
from condyle.reporting.evaluation.words import figure_word, task_word, wrapped

COLUMNS = 3
BINS = 20
WIDTH = 27
"""Characters of a line that fit above one output."""

_NOT_A_SHARE = ("mean-absolute-difference",)


def drift_drawings(report: DriftReport) -> tuple[Drawing, ...]:
    """Draws the outputs of both periods, and the change of each figure with its interval."""
    made: tuple[Drawing, ...] = ()
    shown = [spread for spread in report.spreads if spread.baseline and spread.new]
    if shown:
        with house_style():
            caption = "Share of the rows with each output, in the baseline and in the new period."
            made = (drawing(_draw_spreads(shown), "drift-outputs", caption),)
    rows = [_forest_row(each) for each in report.changes if each.name not in _NOT_A_SHARE]
    rows = [row for row in rows if not math.isnan(row.estimate.value)]
    if rows:
        title = "Change of each figure"
        chart = ForestChart(title, "difference", tuple(rows), 0.0)
        made += drawings([("changes", chart)], "drift")
    return made


def _forest_row(found: ChangeFound) -> ForestRow:
    name = figure_word(found.name)
    told = f"{name} (changed)" if found.verdict == "changed" else name
    return ForestRow(task_word(found.task), told, found.change.difference, "")


def _draw_spreads(spreads: Sequence[Spread]) -> Figure:
    columns = min(COLUMNS, len(spreads))
    lines = math.ceil(len(spreads) / columns)
    figure = Figure(figsize=(2.35 * columns, 1.85 * lines + 0.25), layout="constrained")
    every = figure.subplots(lines, columns, squeeze=False).ravel()
    for axes, spread in zip(every, spreads, strict=False):
        _draw_spread(axes, spread)
    for axes in every[len(spreads) :]:
        axes.set_visible(False)
    handles, labels = every[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure


def _draw_spread(axes: Axes, spread: Spread) -> None:
    grid(axes, axis="y")
    axes.set_title("\n".join(wrapped(task_word(spread.name), WIDTH)))
    axes.set_xlabel(spread.axis)
    axes.set_ylabel("share of rows")
    if spread.discrete:
        _draw_classes(axes, spread)
        return
    low = min(*spread.baseline, *spread.new)
    high = max(*spread.baseline, *spread.new)
    inside = spread.axis == "probability" or (low >= 0.0 and high <= 1.0)
    edges = np.linspace(0.0, 1.0, BINS + 1) if inside else np.linspace(low, high, BINS + 1)
    sides = (("baseline", spread.baseline, TEAL), ("new", spread.new, ORANGE))
    for name, values, colour in sides:
        counts, _ = np.histogram(values, edges)
        axes.stairs(counts / len(values), edges, label=name, color=colour, linewidth=1.4)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(bottom=0.0)


def _draw_classes(axes: Axes, spread: Spread) -> None:
    classes = np.unique((*spread.baseline, *spread.new))
    places = np.arange(len(classes))
    sides = (("baseline", spread.baseline, TEAL, -0.2), ("new", spread.new, ORANGE, 0.2))
    for name, values, colour, shift in sides:
        shares = [float(np.mean(np.asarray(values) == each)) for each in classes]
        axes.bar(places + shift, shares, width=0.38, label=name, color=colour)
    axes.set_xticks(places, [f"{each:g}" for each in classes])
