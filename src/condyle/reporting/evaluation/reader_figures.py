"""The figures of a reader study: ROC of each reader, changes, times, experience."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from condyle.domain.evaluation_charts import ForestChart, ForestRow
from condyle.domain.evaluation_report import Drawing
from condyle.evaluation.inputs import BoolArray, FloatArray
from condyle.evaluation.operating import operating_curve
from condyle.evaluation.reader_analysis import ReaderAnalysis
from condyle.evaluation.readers import ModelAlone
from condyle.reporting.evaluation.forest import draw_forest
from condyle.reporting.evaluation.reader_words import reader_figure_word
from condyle.reporting.evaluation.style import (
    COLOURS,
    GREY,
    INK,
    QUIET,
    TEAL,
    drawing,
    grid,
    house_style,
)

FORESTS = ("sensitivity", "specificity", "auc")
MODEL_COLOUR = "#7a5195"
PANEL, MOST_ACROSS = 2.15, 4


def reader_drawings(
    analysis: ReaderAnalysis, model: ModelAlone | None
) -> dict[str, tuple[Drawing, ...]]:
    """Draws every figure that the study has, by section.

    Args:
        analysis: What to draw.
        model: The model's scores, for its curve.

    Returns:
        Drawings under ``"roc"``, ``"changes"``, ``"times"`` and ``"experience"``.
    """
    with house_style():
        return {
            "roc": (_roc(analysis, model),),
            "changes": tuple(
                _forest(analysis, at, figure)
                for at in range(len(analysis.table.arms) - 1)
                for figure in FORESTS
            ),
            "times": _times(analysis),
            "experience": _experience(analysis),
        }


def _panels(count: int, height: float = PANEL) -> tuple[Figure, list[Axes]]:
    down = math.ceil(count / MOST_ACROSS)
    across = math.ceil(count / down)
    figure = Figure(figsize=(max(PANEL * across, 3.2), height * down + 0.45), layout="constrained")
    axes = list(figure.subplots(down, across, squeeze=False).ravel())
    for empty in axes[count:]:
        empty.set_visible(False)
    return figure, axes[:count]


def _roc(analysis: ReaderAnalysis, model: ModelAlone | None) -> Drawing:
    table = analysis.table
    figure, panels = _panels(len(table.readers))
    for at, axes in enumerate(panels):
        grid(axes)
        axes.plot((0, 1), (0, 1), color=GREY, linewidth=0.7, linestyle=(0, (4, 3)))
        if model is not None:
            _curve(axes, (table.reference, model.scores), MODEL_COLOUR, analysis.model_name)
            _point(axes, table.reference, model.calls, MODEL_COLOUR)
        for arm, name in enumerate(table.arms):
            colour = COLOURS[arm % len(COLOURS)]
            _curve(axes, (table.reference, table.scores[arm, at]), colour, name)
            _point(axes, table.reference, table.calls[arm, at], colour)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
        axes.set_xticks((0, 0.5, 1))
        axes.set_yticks((0, 0.5, 1))
        axes.set_title(table.readers[at])
    panels[0].set_ylabel("sensitivity")
    panels[0].set_xlabel("1 - specificity")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    caption = (
        "ROC curve of each reader's confidence in each arm"
        + (f", and of {analysis.model_name} alone" if model else "")
        + ". Points: the calls that were made."
    )
    return drawing(figure, "readers-roc", caption)


def _curve(axes: Axes, of: tuple[BoolArray, FloatArray], colour: str, name: str) -> None:
    found = operating_curve(*of)
    dashed = colour == MODEL_COLOUR
    axes.plot(
        1.0 - found.specificity,
        found.sensitivity,
        color=colour,
        linewidth=0.9 if dashed else 1.3,
        linestyle=(0, (4, 2)) if dashed else "-",
        label=name,
    )


def _point(axes: Axes, truth: BoolArray, calls: BoolArray, colour: str) -> None:
    axes.plot(
        calls[~truth].mean(),
        calls[truth].mean(),
        marker="o",
        markersize=4.5,
        color=colour,
        markeredgecolor="white",
        markeredgewidth=0.7,
    )


def _forest(analysis: ReaderAnalysis, at: int, figure: str) -> Drawing:
    arms = analysis.table.arms
    arm, against = arms[at + 1], arms[0]
    rows = [
        ForestRow("each reader", reader.reader, reader.changes[at][figure].difference, "")
        for reader in analysis.readers
    ]
    if analysis.pooled:
        rows += [
            ForestRow("all together", f"for {pooled.generalises}", pooled.difference, "")
            for pooled in analysis.pooled[at]
            if pooled.figure == figure
        ]
    word = reader_figure_word(figure)
    change = f"change in {word} ('{arm}' less '{against}')"
    chart = ForestChart(f"Change in {word}", change, tuple(rows), 0.0)
    caption = (
        f"Change in {word} of each reader, with 95 % intervals by patient, and of all "
        "together by Obuchowski and Rockette. Right of the line: better with the model."
    )
    return drawing(draw_forest(chart), f"readers-change-{figure}-{at + 1}", caption)


def _times(analysis: ReaderAnalysis) -> tuple[Drawing, ...]:
    table = analysis.table
    if np.isnan(table.minutes).all():
        return ()
    readers, arms = len(table.readers), len(table.arms)
    figure = Figure(figsize=(6.4, 0.19 * readers * (arms + 0.7) + 0.9), layout="constrained")
    axes = figure.subplots()
    grid(axes, axis="x")
    ticks = []
    for at, reader in enumerate(table.readers):
        top = at * (arms + 0.7)
        ticks.append((top + (arms - 1) / 2, reader))
        for arm in range(arms):
            kept = table.minutes[arm, at][~np.isnan(table.minutes[arm, at])]
            if not len(kept):
                continue
            axes.boxplot(
                [kept],
                positions=[top + arm],
                orientation="horizontal",
                widths=0.7,
                manage_ticks=False,
                patch_artist=True,
                boxprops={"facecolor": COLOURS[arm % len(COLOURS)], "alpha": 0.55, "linewidth": 0},
                medianprops={"color": INK, "linewidth": 1.3},
                whiskerprops={"color": QUIET, "linewidth": 0.7},
                capprops={"color": QUIET, "linewidth": 0.7},
                flierprops={"marker": ".", "markersize": 2.5, "markeredgecolor": QUIET},
            )
    axes.set_yticks([place for place, _ in ticks], [name for _, name in ticks])
    axes.set_ylim(readers * (arms + 0.7) - 0.8, -0.9)
    axes.set_xlim(left=0.0)
    axes.set_xlabel("minutes a case")
    axes.set_title("Reading time")
    for arm, name in enumerate(table.arms):
        axes.barh([0], [0], color=COLOURS[arm % len(COLOURS)], alpha=0.55, label=name)
    axes.legend(loc="lower right", ncols=arms)
    caption = (
        "Time of each case by reader and arm: median, quartiles, and whiskers to the last "
        "reading within 1.5 times the distance of the quartiles."
    )
    return (drawing(figure, "readers-times", caption),)


def _experience(analysis: ReaderAnalysis) -> tuple[Drawing, ...]:
    lines = [line for line in analysis.experience if line.against and line.figure in FORESTS]
    if not lines:
        return ()
    figure, panels = _panels(len(lines))
    at_arm = {name: at - 1 for at, name in enumerate(analysis.table.arms)}
    for axes, line in zip(panels, lines, strict=True):
        known = [reader for reader in analysis.readers if not math.isnan(reader.years)]
        years = np.array([reader.years for reader in known])
        gaps = [r.changes[at_arm[line.arm]][line.figure].difference.value for r in known]
        grid(axes)
        axes.axhline(0.0, color=GREY, linewidth=0.9)
        axes.plot(years, gaps, marker="o", markersize=4, linestyle="none", color=TEAL)
        if not math.isnan(line.line.slope.value):
            ends = np.array([years.min(), years.max()])
            fitted = line.line.at_mean + line.line.slope.value * (ends - line.line.mean_years)
            axes.plot(ends, fitted, color=TEAL, linewidth=1.0, linestyle=(0, (4, 2)))
        axes.set_title(reader_figure_word(line.figure))
        axes.set_xlabel("years of experience")
    panels[0].set_ylabel("change with the model")
    caption = "Change of each reader against years of experience, with the line of least squares."
    return (drawing(figure, "readers-experience", caption),)
