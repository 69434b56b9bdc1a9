"""What an evaluation says of an ordinal grade with a probability a class."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from condyle.domain.estimate import Estimate
from condyle.domain.evaluation_charts import Chart, ConfusionChart
from condyle.domain.evaluation_report import Score, TaskReport
from condyle.evaluation.abstention import coverage, farthest_grades
from condyle.evaluation.bootstrap import Resampling, WeightedStatistic
from condyle.evaluation.calibration import brier_of_classes, confidence_error
from condyle.evaluation.inputs import BoolArray, FloatArray, IntArray
from condyle.evaluation.multiclass import (
    log_loss,
    macro_f1,
    macro_roc_auc,
    macro_sensitivity,
    micro_roc_auc,
    ranked_probability_score,
)
from condyle.evaluation.ordinal import (
    exact_agreement,
    grade_table,
    kappa_of_weights,
    weighted_kappa,
    within_one,
)
from condyle.workflows.evaluation.finding_charts import calibration_chart, risk_chart
from condyle.workflows.evaluation.rows import Draw, TaskRows
from condyle.workflows.evaluation.subgroups import GroupStatistic, subgroup_chart, subgroups

FEW_OF_A_GRADE = 10


@dataclass(frozen=True, eq=False)
class GradeRows:
    """A grade's rows as the figures take them.

    Attributes:
        truth: Reference grade.
        given: Grade given; of declined rows the lowest of the scale, to be replaced.
        counted: Grade given, of declined rows the farthest from the reference.
        declined: Rows without an answer.
        probabilities: (row, class); NaN where none was given.
        scale: The grades in order.
    """

    truth: IntArray
    given: IntArray
    counted: IntArray
    declined: BoolArray
    probabilities: FloatArray
    scale: tuple[int, ...]

    @property
    def right(self) -> BoolArray:
        """Tells of each row whether the grade given is the reference's."""
        return np.asarray((self.given == self.truth) & ~self.declined)

    def kappa(self, rows: BoolArray) -> WeightedStatistic:
        """Gives the quadratic kappa of some rows as a statistic of weights, declined ones counted.

        Args:
            rows: Which.
        """
        first, size = self.scale[0], len(self.scale)
        truth, counted = self.truth[rows] - first, self.counted[rows] - first
        return kappa_of_weights(truth, counted, size=size, weights="quadratic")


def grade_rows(rows: TaskRows) -> GradeRows:
    """Gives the arrays of a grade; where no grade is stated, the most probable is taken."""
    stated = rows.table.probabilities[:, : rows.classes]
    likeliest = np.where(np.isnan(stated), -1.0, stated).argmax(axis=1) + rows.first_class
    unstated = np.isnan(rows.table.prediction)
    given = np.where(unstated, likeliest, rows.table.prediction)
    given = np.where(rows.declined, rows.first_class, given).astype(np.int64)
    truth = rows.table.reference.astype(np.int64)
    return GradeRows(
        truth=truth,
        given=given,
        counted=farthest_grades(truth, given, rows.declined, grades=rows.grades),
        declined=rows.declined,
        probabilities=stated,
        scale=rows.grades,
    )


def grade_report(rows: TaskRows, draw: Draw) -> TaskReport:
    """Gives the figures, charts and subgroups of an ordinal grade.

    Args:
        rows: Of the task.
        draw: How figures are drawn.
    """
    found, plan = grade_rows(rows), draw.plan(rows.table, rows.unit)
    kappa = _subgroup_kappa(found)
    scores = (*_scores(found, plan), *_probability_scores(found, plan))
    groups = subgroups(rows, plan, "quadratic-kappa", kappa, permutations=draw.permutations)
    return replace(
        rows.report(scores),
        subgroups=groups,
        charts=(*_charts(rows.name, found, plan), *subgroup_chart(rows.name, groups, scores)),
        warnings=_warnings(found),
        notes=_notes(found),
    )


def _scores(found: GradeRows, plan: Resampling) -> tuple[Score, ...]:
    made = [
        *_agreement(found.truth, found.counted, plan, found.scale, answered=False),
        Score("coverage", coverage(found.declined, plan)),
    ]
    kept = ~found.declined
    if found.declined.any() and kept.any():
        part = plan.of(kept)
        made += _agreement(found.truth[kept], found.given[kept], part, found.scale, answered=True)
    return tuple(made)


def _agreement(
    truth: IntArray, given: IntArray, plan: Resampling, scale: tuple[int, ...], *, answered: bool
) -> list[Score]:
    made = {
        "quadratic-kappa": weighted_kappa(truth, given, plan, grades=scale),
        "exact": exact_agreement(truth, given, plan, grades=scale),
        "within-one": within_one(truth, given, plan, grades=scale),
        "linear-kappa": weighted_kappa(truth, given, plan, grades=scale, weights="linear"),
        "macro-sensitivity": macro_sensitivity(truth, given, plan, classes=scale),
        "macro-f1": macro_f1(truth, given, plan, classes=scale),
    }
    main = () if answered else ("quadratic-kappa", "exact", "within-one")
    return [
        Score(name, estimate, "answered" if answered else "all", headline=name in main)
        for name, estimate in made.items()
    ]


def _probability_scores(found: GradeRows, plan: Resampling) -> tuple[Score, ...]:
    kept = _with_probabilities(found)
    if not kept.any():
        return ()
    truth, stated, part = _positions(found)[kept], _whole(found, kept), plan.of(kept)
    made = {
        "ranked-probability-score": ranked_probability_score(truth, stated, part),
        "macro-auc": macro_roc_auc(truth, stated, part),
        "micro-auc": micro_roc_auc(truth, stated, part),
        "brier": brier_of_classes(truth, stated, part),
        "log-loss": log_loss(truth, stated, part),
        "calibration-error": confidence_error(truth, stated, part),
    }
    return tuple(Score(name, estimate, "answered") for name, estimate in made.items())


def _charts(name: str, found: GradeRows, plan: Resampling) -> tuple[tuple[str, Chart], ...]:
    kept = ~found.declined
    table = np.zeros((len(found.scale), len(found.scale)), dtype=np.int64)
    if kept.any():
        table = grade_table(found.truth[kept], found.given[kept], grades=found.scale)
    lost = tuple(int((found.declined & (found.truth == grade)).sum()) for grade in found.scale)
    confusion = ConfusionChart(
        f"{name}: confusion matrix",
        tuple(str(grade) for grade in found.scale),
        tuple(tuple(int(count) for count in row) for row in table),
        lost if found.declined.any() else (),
    )
    made: list[tuple[str, Chart]] = [("confusion", confusion)]
    sure = _with_probabilities(found)
    if sure.any():
        right = found.right[sure]
        stated = _whole(found, sure)
        confidence = stated[np.arange(len(stated)), found.given[sure] - found.scale[0]]
        title = f"{name}: calibration of the grade given"
        made.append(("calibration", calibration_chart(title, right, confidence, plan.of(sure))))
        made.append(("selective-risk", risk_chart(name, right, confidence)))
    return tuple(made)


def _subgroup_kappa(found: GradeRows) -> GroupStatistic:
    def kappa(rows: BoolArray, plan: Resampling) -> Estimate:
        if plan.replicates > 1:
            return weighted_kappa(found.truth[rows], found.counted[rows], plan, grades=found.scale)
        value = float(found.kappa(rows)(np.ones((int(rows.sum()), 1)))[0])
        return Estimate(value, value, value, int(rows.sum()), "value only")

    return kappa


def _with_probabilities(found: GradeRows) -> BoolArray:
    return np.asarray(~found.declined & ~np.isnan(found.probabilities).any(axis=1))


def _whole(found: GradeRows, kept: BoolArray) -> FloatArray:
    """Brings rounded probabilities back to a sum of 1, where they are within 1 % of it."""
    stated = found.probabilities[kept]
    total = stated.sum(axis=1, keepdims=True)
    return np.where(np.abs(total - 1.0) <= 0.01, stated / np.maximum(total, 1e-12), stated)


def _positions(found: GradeRows) -> IntArray:
    return np.asarray(found.truth - found.scale[0], dtype=np.int64)


def _warnings(found: GradeRows) -> tuple[str, ...]:
    counts = {grade: int((found.truth == grade).sum()) for grade in found.scale}
    few = [f"grade {grade}: {count}" for grade, count in counts.items() if count < FEW_OF_A_GRADE]
    return (f"Few rows of a grade by the reference ({', '.join(few)}).",) if few else ()


def _notes(found: GradeRows) -> tuple[str, ...]:
    if not found.declined.any():
        return ()
    return (
        "What was declined counts as the grade farthest from the reference; figures marked "
        "'answered' leave it out.",
    )
