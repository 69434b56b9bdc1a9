"""What the figures of an evaluation show, as numbers, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from condyle.domain.estimate import Estimate

LineKind = Literal[
    "roc",
    "precision-recall",
    "calibration",
    "decision",
    "thresholds",
    "selective-risk",
    "froc",
    "training-loss",
    "validation",
]


@dataclass(frozen=True)
class Curve:
    """Points that a line joins, in order.

    Attributes:
        name: For the legend; empty where the chart has one line only.
        x: Along the chart.
        y: One a point; NaN leaves a gap.
        low: Lower limit of the band, one a point, or empty without a band.
        high: Upper limit of the band.
        role: ``"main"`` is what the chart is about, ``"other"`` stands beside it,
            ``"guide"`` is what chance or acting without a model would give.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    role: Literal["main", "other", "guide"] = "main"


@dataclass(frozen=True)
class Mark:
    """A point with its interval, such as an operating point or a bin of probability.

    Attributes:
        x: Along the chart.
        y: Value.
        low: Lower limit; NaN without an interval.
        high: Upper limit.
        label: Beside it; empty for none.
        series: Name of the curve whose colour it takes; empty for the first.
    """

    x: float
    y: float
    low: float = float("nan")
    high: float = float("nan")
    label: str = ""
    series: str = ""


@dataclass(frozen=True)
class LineChart:
    """A chart of one or more lines.

    Attributes:
        kind: Which one; it decides axes and guides.
        title: What it shows.
        curves: The lines.
        marks: Points on it.
        note: A line of text within it, such as the area with its interval.
        counts: (edges, rows in each bin) of a small histogram below, or nothing.
    """

    kind: LineKind
    title: str
    curves: tuple[Curve, ...]
    marks: tuple[Mark, ...] = ()
    note: str = ""
    counts: tuple[tuple[float, ...], tuple[int, ...]] | None = None


@dataclass(frozen=True)
class ConfusionChart:
    """How often each reference was called what.

    Attributes:
        title: What it shows.
        labels: Names of the classes of the reference, in order; the answers are the same
            and, where something was declined, a last column more.
        counts: (reference, answer).
        declined: Rows of each reference that were declined; empty for none.
    """

    title: str
    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    declined: tuple[int, ...] = ()


@dataclass(frozen=True)
class CaseChart:
    """One value a case, group by group, such as Dice by structure.

    Attributes:
        title: What it shows.
        axis: What the value is.
        groups: (name, values) in order; NaN values are left out.
        means: Mean of each group with its interval.
    """

    title: str
    axis: str
    groups: tuple[tuple[str, tuple[float, ...]], ...]
    means: tuple[Estimate, ...]


@dataclass(frozen=True)
class ForestRow:
    """One line of a forest plot.

    Attributes:
        group: Heading under which it stands, such as ``"sex"``.
        name: Such as ``"F"``.
        estimate: Its figure.
        size: Text of its size, such as ``"92 patients"``.
        faint: True where there are too few patients to be read as evidence.
    """

    group: str
    name: str
    estimate: Estimate
    size: str
    faint: bool = False


@dataclass(frozen=True)
class ForestChart:
    """Estimates below each other against one axis.

    Attributes:
        title: What it shows.
        axis: What the estimate is.
        rows: From top to bottom; rows of one group follow each other.
        line: Where a vertical line stands, such as the figure of all or no difference.
        margin: Where a second, dashed line stands, or ``None``.
    """

    title: str
    axis: str
    rows: tuple[ForestRow, ...]
    line: float
    margin: float | None = None


@dataclass(frozen=True)
class BlandAltmanChart:
    """Difference against mean of two measurements, with the limits of agreement.

    Attributes:
        title: What it shows.
        unit: Unit of the measurement, empty where unknown.
        means: Mean of the two, one a row.
        differences: First minus second, one a row.
        bias: Mean difference.
        lower_limit: Lower limit of agreement.
        upper_limit: Upper limit of agreement.
    """

    title: str
    unit: str
    means: tuple[float, ...]
    differences: tuple[float, ...]
    bias: Estimate
    lower_limit: Estimate
    upper_limit: Estimate


Chart = LineChart | ConfusionChart | CaseChart | ForestChart | BlandAltmanChart
