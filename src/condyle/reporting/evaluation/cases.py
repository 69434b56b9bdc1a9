"""Pictures of one value a case: overlap by group, and Bland-Altman."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_charts import BlandAltmanChart, CaseChart
from condyle.reporting.evaluation.style import BLUE, INK, ORANGE, QUIET, TEAL, blank, grid, titled
from condyle.reporting.evaluation.words import figure_word

SPREAD = 0.18
GOLDEN = 0.6180339887498949
"""Spreads the points of a group evenly to the side, with no draw."""


def draw_cases(chart: CaseChart) -> Figure:
    """Draws every case as a point, with the quartiles and the mean with its interval.

    Args:
        chart: What to draw.
    """
    figure, axes = blank(max(3.3, 1.15 * len(chart.groups) + 0.9), 3.0)
    grid(axes, axis="y")
    for at, ((_, values), mean) in enumerate(zip(chart.groups, chart.means, strict=True)):
        kept = np.asarray([value for value in values if not np.isnan(value)])
        if not len(kept):
            continue
        aside = ((np.arange(len(kept)) * GOLDEN) % 1.0 - 0.5) * 2 * SPREAD
        axes.plot(
            at + aside - 0.08,
            kept,
            linestyle="none",
            marker="o",
            markersize=2.4,
            color=TEAL,
            alpha=0.35,
            markeredgewidth=0,
        )
        _summary(axes, at + 0.26, kept, mean)
    axes.set_xticks(range(len(chart.groups)), [_label(name, v) for name, v in chart.groups])
    axes.set_xlim(-0.5, len(chart.groups) - 0.3)
    axes.set_ylabel(figure_word(chart.axis))
    titled(axes, chart.title)
    return figure


def draw_bland_altman(chart: BlandAltmanChart) -> Figure:
    """Draws differences against means, with bias and limits of agreement and their intervals.

    Args:
        chart: What to draw.
    """
    figure, axes = blank(4.2, 3.0)
    grid(axes)
    means, gaps = np.asarray(chart.means), np.asarray(chart.differences)
    places, count = np.unique(np.stack([means, gaps], axis=1), axis=0, return_counts=True)
    axes.scatter(
        places[:, 0], places[:, 1], s=6 * np.sqrt(count) + 2, color=TEAL, alpha=0.5, linewidth=0
    )
    for estimate, name, colour in (
        (chart.bias, "bias", BLUE),
        (chart.lower_limit, "lower limit", ORANGE),
        (chart.upper_limit, "upper limit", ORANGE),
    ):
        _limit(axes, estimate, name, colour)
    unit = f" ({chart.unit})" if chart.unit else ""
    axes.set_xlabel(f"mean of answer and reference{unit}")
    axes.set_ylabel(f"answer minus reference{unit}")
    titled(axes, chart.title)
    return figure


def _summary(
    axes: Axes, at: float, values: np.ndarray[tuple[int], np.dtype[np.float64]], mean: Estimate
) -> None:
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    axes.plot((at, at), (low, high), color=QUIET, linewidth=4, alpha=0.35, solid_capstyle="butt")
    axes.plot(at, middle, marker="_", markersize=9, color=QUIET)
    if not np.isnan(mean.low):
        axes.plot((at + 0.1, at + 0.1), (mean.low, mean.high), color=INK, linewidth=1)
    axes.plot(at + 0.1, mean.value, marker="D", markersize=3.2, color=INK)


def _label(name: str, values: tuple[float, ...]) -> str:
    kept = sum(1 for value in values if not np.isnan(value))
    words = name.replace("-", " ").rsplit(" ", 1) if len(name) > 12 else [name.replace("-", " ")]
    return "\n".join([*words, f"n = {kept}"])


def _limit(axes: Axes, estimate: Estimate, name: str, colour: str) -> None:
    axes.axhline(estimate.value, color=colour, linewidth=1.0)
    if not np.isnan(estimate.low):
        axes.axhspan(estimate.low, estimate.high, color=colour, alpha=0.10, linewidth=0)
    axes.annotate(
        f"{name} {estimate.value:.2f}",
        (1.0, estimate.value),
        xycoords=("axes fraction", "data"),
        xytext=(-2, 2),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=6.6,
        color=colour,
    )
