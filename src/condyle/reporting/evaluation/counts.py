"""The confusion matrix as a picture."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from condyle.domain.evaluation_charts import ConfusionChart
from condyle.reporting.evaluation.style import GREY, INK, TEAL, blank, titled

DARK_FROM = 0.55


def draw_confusion(chart: ConfusionChart) -> Figure:
    """Draws counts, shaded by their share of the reference's row.

    Args:
        chart: What to draw.
    """
    counts = np.asarray(chart.counts, dtype=np.int64)
    size = len(chart.labels)
    declined = np.asarray(chart.declined, dtype=np.int64)
    columns = size + (1 if len(declined) else 0)
    totals = counts.sum(axis=1) + (declined if len(declined) else 0)
    figure, axes = blank(max(3.0, 0.62 * columns + 1.2), max(2.6, 0.5 * size + 1.3))
    shares = counts / np.maximum(totals, 1)[:, None]
    colours = LinearSegmentedColormap.from_list("house", ["#f4f6f8", TEAL])
    axes.imshow(shares, cmap=colours, vmin=0.0, vmax=1.0, aspect="auto")
    for row in range(size):
        for column in range(size):
            dark = shares[row, column] > DARK_FROM
            _cell(axes, (row, column), int(counts[row, column]), shares[row, column], dark=dark)
        if len(declined):
            axes.add_patch(
                Rectangle(
                    (size - 0.5, row - 0.5),
                    1,
                    1,
                    facecolor="#fbfbfc",
                    edgecolor=GREY,
                    linestyle=":",
                    linewidth=0.6,
                )
            )
            share = declined[row] / max(int(totals[row]), 1)
            _cell(axes, (row, size), int(declined[row]), float(share), dark=False)
    _labels(axes, chart, columns)
    return figure


def _cell(axes: Axes, at: tuple[int, int], count: int, share: float, *, dark: bool) -> None:
    row, column = at
    axes.text(
        column,
        row,
        f"{count}\n{share:.0%}",
        ha="center",
        va="center",
        fontsize=7.2,
        color="white" if dark else INK,
        linespacing=1.3,
    )


def _labels(axes: Axes, chart: ConfusionChart, columns: int) -> None:
    answers = [*chart.labels, "declined"][:columns]
    axes.set_xlim(-0.5, columns - 0.5)
    axes.set_xticks(range(columns), answers)
    axes.set_yticks(range(len(chart.labels)), chart.labels)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("answer")
    axes.set_ylabel("reference")
    titled(axes, chart.title)
