"""Charts and reports made by hand, for what draws and sets them."""

from __future__ import annotations

import pytest

from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_charts import (
    BlandAltmanChart,
    CaseChart,
    ConfusionChart,
    Curve,
    ForestChart,
    ForestRow,
    LineChart,
    Mark,
)
from condyle.domain.evaluation_report import (
    CovariateFigures,
    EvaluationReport,
    GroupFigure,
    Score,
    TaskReport,
    ThresholdFigures,
)

NAN = float("nan")


def estimate(value, low=None, high=None, n=40):
    low = value - 0.05 if low is None else low
    high = value + 0.05 if high is None else high
    return Estimate(value, low, high, n, "made up", "disc")


@pytest.fixture(name="estimate", scope="module")
def _estimate():
    return estimate


@pytest.fixture(name="charts", scope="module")
def _charts():
    """One chart of every kind, by name."""
    x, y = (0.0, 0.2, 0.5, 1.0), (0.0, 0.6, 0.9, 1.0)
    band = ((0.0, 0.5, 0.8, 1.0), (0.1, 0.7, 1.0, 1.0))
    main, guide = Curve("with it", x, y, *band), Curve("chance", (0, 1), (0.3, 0.3), role="guide")
    lines = {
        kind: LineChart(kind, f"disc-narrowing: {kind}", (main, guide), (Mark(0.2, 0.6),), "note")
        for kind in ("roc", "precision-recall", "decision", "thresholds", "selective-risk")
    }
    rates = (0.1, 0.5, 1.0, 4.0)
    edges = ((0.0, 0.5, 1.0), (12, 3))
    bins = (Mark(0.3, 0.2, 0.1, 0.4), Mark(0.8, 0.9, 0.7, 1.0, label="bin"))
    rows = (
        ForestRow("sex", "F", estimate(0.8), "30 patients"),
        ForestRow("sex", "M", estimate(0.7), "10 patients", faint=True),
        ForestRow("", "alone", estimate(0.6, NAN, NAN), ""),
    )
    return {
        **lines,
        "froc": LineChart("froc", "detect-x: FROC", (Curve("", rates, y),)),
        "calibration": LineChart("calibration", "t: calibration", (main,), bins, counts=edges),
        "confusion": ConfusionChart("t: confusion", ("no", "yes"), ((5, 1), (2, 7))),
        "declined": ConfusionChart("t: confusion", ("1", "2"), ((5, 1), (0, 0)), (3, 0)),
        "cases": CaseChart(
            "Dice of each case",
            "dice",
            (("intervertebral-disc", (0.8, 0.9, NAN, 0.7)), ("empty", (NAN,))),
            (estimate(0.8), estimate(NAN, NAN, NAN)),
        ),
        "forest": ForestChart("t: subgroups", "auc", rows, 0.75, margin=0.5),
        "bland-altman": BlandAltmanChart(
            "age: difference",
            "years",
            (10.0, 12.0, 12.0),
            (0.5, -0.5, -0.5),
            estimate(0.0),
            estimate(-1.0),
            estimate(1.0),
        ),
    }


@pytest.fixture(name="report", scope="module")
def _report(charts):
    """A report of one finding, with everything that a task can have."""

    def make(name="disc-narrowing", **more):
        task = TaskReport(
            name=name,
            kind="finding",
            unit="disc",
            rows=40,
            patients=20,
            declined=2,
            scores=(
                Score("auc", estimate(0.8123), headline=True),
                Score("auc", estimate(0.85, n=38), "answered"),
                Score("coverage", estimate(0.95)),
                Score("f1", estimate(NAN, NAN, NAN)),
            ),
            thresholds=(ThresholdFigures(0.3, *(estimate(v) for v in (0.9, 0.6, 0.5, 0.9))),),
            subgroups=(
                CovariateFigures(
                    "MagneticFieldStrength",
                    "auc",
                    (
                        GroupFigure("1.5", estimate(0.8), 25, False),
                        GroupFigure("3.0", estimate(0.7), 5, True),
                    ),
                    0.0004,
                    "2 rows without a value are left out",
                ),
                CovariateFigures("site", "auc", (), NAN, "12 groups, too many to be compared"),
            ),
            charts=tuple(charts.items()),
            warnings=("Only 3 positive.",),
            notes=("A note.",),
        )
        values = {
            "title": "Evaluation of something",
            "facts": (("bundle", "something 1.0"),),
            "patients": 20,
            "in_sample": 0,
            "tasks": (task,),
            "notes": ("How it was made.",),
        }
        return EvaluationReport(**{**values, **more})

    return make
