"""Charts of lines: ROC, precision-recall, calibration, decision curve, sweep, risk, FROC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from condyle.domain.evaluation_charts import Curve, LineChart, LineKind, Mark
from condyle.reporting.evaluation.style import COLOURS, GREY, QUIET, TEAL, grid, titled

SIZE = (3.3, 3.0)
FALSE_RATES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""False boxes an image that the axis of a FROC curve names."""


@dataclass(frozen=True)
class Frame:
    """The axes of one kind of chart.

    Attributes:
        x: Label along.
        y: Label upward.
        diagonal: Whether the line of chance or of perfect calibration is drawn.
        unit_square: Whether both axes run from 0 to 1.
    """

    x: str
    y: str
    diagonal: bool = False
    unit_square: bool = True


FRAMES: dict[LineKind, Frame] = {
    "roc": Frame("1 - specificity", "sensitivity", diagonal=True),
    "precision-recall": Frame("sensitivity (recall)", "PPV (precision)"),
    "calibration": Frame("stated probability", "observed share", diagonal=True),
    "decision": Frame("threshold probability", "net benefit", unit_square=False),
    "thresholds": Frame("threshold", "share"),
    "selective-risk": Frame("share answered", "share wrong", unit_square=False),
    "froc": Frame("false boxes an image", "sensitivity", unit_square=False),
    "training-loss": Frame("epoch", "training loss", unit_square=False),
    "validation": Frame("epoch", "validation patients", unit_square=False),
}
"""The axes of each kind."""


def draw_lines(chart: LineChart) -> Figure:
    """Draws a chart of lines.

    Args:
        chart: What to draw.
    """
    figure = Figure(figsize=SIZE, layout="constrained")
    frame = FRAMES[chart.kind]
    if chart.counts is None:
        axes = figure.subplots()
    else:
        axes, below = figure.subplots(2, 1, sharex=True, height_ratios=(5, 1))
        _histogram(below, chart.counts)
        below.set_xlabel(frame.x)
    titled(axes, chart.title)
    grid(axes)
    if frame.diagonal:
        axes.plot((0, 1), (0, 1), color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    colours = _curves(axes, chart)
    _marks(axes, chart.marks, colours)
    _axes(axes, chart, frame)
    return figure


def _curves(axes: Axes, chart: LineChart) -> dict[str, str]:
    """Draws the curves and gives the colour of each main one by name."""
    colours: dict[str, str] = {}
    scatter = chart.kind == "calibration"
    for curve in chart.curves:
        colour = QUIET
        if curve.role == "main":
            colour = COLOURS[len(colours) % len(COLOURS)]
            colours[curve.name] = colour
        x, y = np.asarray(curve.x), np.asarray(curve.y)
        if len(curve.low):
            low, high = np.asarray(curve.low), np.asarray(curve.high)
            axes.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)
        axes.plot(
            x,
            y,
            color=colour,
            linestyle={"main": "-", "other": (0, (5, 2)), "guide": (0, (1, 2))}[curve.role],
            linewidth=0.8 if scatter or curve.role != "main" else 1.5,
            label=curve.name or None,
        )
    return colours


def _marks(axes: Axes, marks: Sequence[Mark], colours: dict[str, str]) -> None:
    for mark in marks:
        colour = colours.get(mark.series, TEAL)
        if not np.isnan(mark.low):
            axes.plot((mark.x, mark.x), (mark.low, mark.high), color=colour, linewidth=0.9)
        axes.plot(
            mark.x,
            mark.y,
            marker="o",
            markersize=4,
            color=colour,
            markeredgecolor="white",
            markeredgewidth=0.7,
            linestyle="none",
        )
        if mark.label:
            far = mark.x > 0.75 * axes.get_xlim()[1]
            axes.annotate(
                mark.label,
                (mark.x, mark.y),
                xytext=(-5 if far else 5, -8),
                textcoords="offset points",
                ha="right" if far else "left",
                fontsize=6.8,
                color=QUIET,
            )


def _axes(axes: Axes, chart: LineChart, frame: Frame) -> None:
    if chart.counts is None:
        axes.set_xlabel(frame.x)
    axes.set_ylabel(frame.y)
    if frame.unit_square:
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
    elif chart.kind == "decision":
        axes.set_xlim(0.0, 1.0)
        axes.set_ylim(*_benefit_limits(chart.curves))
    elif chart.kind == "selective-risk":
        axes.set_xlim(0.0, 1.02)
        axes.set_ylim(bottom=0.0)
    elif chart.kind in ("training-loss", "validation"):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    else:
        axes.set_xscale("log", base=2)
        axes.set_xticks(FALSE_RATES, [f"{rate:g}" for rate in FALSE_RATES])
        axes.minorticks_off()
        axes.set_xlim(FALSE_RATES[0] / 2.0, FALSE_RATES[-1] * 1.2)
        axes.set_ylim(-0.02, 1.02)
    _legend(axes, chart)


def _legend(axes: Axes, chart: LineChart) -> None:
    """Writes the note and the names of the curves where they hide least."""
    handles, names = axes.get_legend_handles_labels()
    if chart.note or names:
        # Given outright, as matplotlib warns of a legend that it finds no name for.
        legend = axes.legend(handles, names, loc="best", title=chart.note or None, alignment="left")
        legend.get_title().set_fontsize(6.8)


def _benefit_limits(curves: Sequence[Curve]) -> tuple[float, float]:
    """Keeps the treat-all line, which falls without end, from flattening the rest."""
    best = max(max(c.y) for c in curves)
    top = max((max(c.high) for c in curves if len(c.high)), default=best)
    worst = min((min(c.low) for c in curves if len(c.low)), default=0.0)
    return max(worst, -0.5 * top) - 0.05 * top, 1.1 * max(top, best, 0.01)


def _histogram(axes: Axes, counts: tuple[tuple[float, ...], tuple[int, ...]]) -> None:
    edges, heights = np.asarray(counts[0]), np.asarray(counts[1])
    axes.bar(edges[:-1], heights, width=np.diff(edges), align="edge", color=GREY, edgecolor="white")
    axes.set_ylabel("rows")
    axes.set_yticks([0, int(heights.max())])
