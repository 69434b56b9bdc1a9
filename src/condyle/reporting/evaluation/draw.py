"""From a chart's numbers to its picture, whatever kind it is."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from condyle.domain.evaluation_charts import (
    BlandAltmanChart,
    CaseChart,
    Chart,
    ConfusionChart,
    ForestChart,
    LineKind,
)
from condyle.domain.evaluation_report import Drawing
from condyle.reporting.evaluation.cases import draw_bland_altman, draw_cases
from condyle.reporting.evaluation.counts import draw_confusion
from condyle.reporting.evaluation.forest import draw_forest
from condyle.reporting.evaluation.lines import draw_lines
from condyle.reporting.evaluation.style import drawing, house_style
from condyle.reporting.evaluation.words import file_stem, task_word

CAPTIONS: dict[LineKind, str] = {
    "roc": "Sensitivity against 1 - specificity.",
    "precision-recall": "PPV against sensitivity; dotted, what calling at random would give.",
    "calibration": "Observed share against stated probability, with 95 % intervals by patient; "
    "below, the rows in each bin.",
    "decision": "Net benefit of acting at each threshold probability.",
    "thresholds": "What each threshold would do; points at 0.3, 0.5 and 0.7 with 95 % intervals.",
    "selective-risk": "Share of wrong answers where only the surest are answered.",
    "froc": "Sensitivity against false boxes an image.",
    "training-loss": "Mean loss of the training batches of each epoch, one line a round.",
    "validation": "Figure of the validation patients by epoch, one line a round; the point is "
    "the epoch whose weights are kept.",
}
"""Captions of the charts of lines."""


def draw(chart: Chart) -> Figure:
    """Draws a chart in the style that is entered.

    Args:
        chart: What to draw.
    """
    if isinstance(chart, ConfusionChart):
        return draw_confusion(chart)
    if isinstance(chart, CaseChart):
        return draw_cases(chart)
    if isinstance(chart, ForestChart):
        return draw_forest(chart)
    if isinstance(chart, BlandAltmanChart):
        return draw_bland_altman(chart)
    return draw_lines(chart)


def drawings(charts: Sequence[tuple[str, Chart]], *stem: str) -> tuple[Drawing, ...]:
    """Draws charts in the house style.

    Args:
        charts: (end of the file name, chart).
        stem: Beginning of the file names, such as the task.
    """
    made = []
    with house_style():
        for name, chart in charts:
            task, colon, what = chart.title.partition(": ")
            title = f"{task_word(task)}: {what}" if colon else chart.title
            caption = f"{title}. {caption_of(chart)}"
            made.append(drawing(draw(chart), file_stem(*stem, name), caption))
    return tuple(made)


def caption_of(chart: Chart) -> str:
    """Gives a sentence on how a chart is read."""
    if isinstance(chart, ConfusionChart):
        return "Rows, with their share of the reference's row."
    if isinstance(chart, CaseChart):
        return "A point a case; bar: quartiles and median; diamond: mean with 95 % interval."
    if isinstance(chart, ForestChart):
        few = any(row.faint for row in chart.rows)
        grey = "; grey, too few patients to be read as evidence" if few else ""
        return f"95 % intervals by patient{grey}."
    if isinstance(chart, BlandAltmanChart):
        return "Bias and 95 % limits of agreement, each with its interval."
    banded = any(curve.low for curve in chart.curves)
    band = " The band holds 95 % at each point, by patient." if banded else ""
    return CAPTIONS[chart.kind] + band
