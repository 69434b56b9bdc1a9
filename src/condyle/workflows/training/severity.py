"""How severe a lesion is: an ordered grade of the study, from what its mask measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from condyle.datasets.label_values import is_ordered
from condyle.domain.case import STUDY_UNIT, Case
from condyle.evaluation.ordinal_regression import ProportionalOdds, fit_proportional_odds
from condyle.evaluation.predictions import PredictionRow
from condyle.training.recipe import Recipe
from condyle.training.targets import LabelTarget, label_targets, slug

AUTO = "auto"
"""Stands for the archive's first label of studies that has three ascending values, if any."""

RIDGE = 1.0
"""Penalty of the weights; few validation patients decide on two of them."""

MEASURES = ("logit of the study's probability", "logarithm of the largest area")


@dataclass(frozen=True)
class Severity:
    """A grade and what tells it.

    Attributes:
        target: The label of the study.
        odds: Of its values, by ``MEASURES``.
    """

    target: LabelTarget
    odds: ProportionalOdds

    def row(
        self, case: Case, measures: Sequence[float], *, covariates: Mapping[str, str] | None = None
    ) -> PredictionRow:
        """Gives the row of a case.

        Args:
            case: Whose.
            measures: As ``MEASURES`` has them.
            covariates: Of the row; those of the case where not given.
        """
        told = self.odds.probabilities([list(measures)])[0]
        truth = self.target.of_study(case)
        return PredictionRow(
            patient=case.patient,
            study=case.id,
            series="",
            unit=STUDY_UNIT,
            task=self.target.name,
            fold=-1,
            reference=float(truth) if truth >= 0 else float("nan"),
            prediction=float(told.argmax()),
            probabilities=tuple(round(float(p), 5) for p in told),
            covariates=dict(case.covariates if covariates is None else covariates),
        )

    def settings(self) -> dict[str, Any]:
        """Gives it as a bundle's interpretation has it."""
        return {
            "label": self.target.key,
            "classes": list(self.target.classes),
            "measures": list(MEASURES),
            "weights": list(self.odds.weights),
            "cuts": list(self.odds.cuts),
        }


def severity_target(
    recipe: Recipe, *, cases: Sequence[Case], labels: Mapping[str, Sequence[str]]
) -> LabelTarget | None:
    """Gives the ordered label that a recipe grades, or ``None`` where there is none.

    Args:
        recipe: ``target.severity`` names it, or is ``"auto"`` or none.
        cases: Of the archive.
        labels: Label to the names of its values.

    Raises:
        DatasetError: The label that is named is not there.
    """
    wanted = recipe.target.severity
    if wanted is None:
        return None
    ordered = {name: n for name, n in labels.items() if len(n) > 2 and is_ordered(n)}
    if wanted == AUTO:
        held = [name for name in ordered if _is_held(cases, name)]
        if not held:
            return None
        wanted = held[0]
    named = recipe.model_copy(
        update={"target": recipe.target.model_copy(update={"labels": (slug(wanted),)})}
    )
    return label_targets(named, cases=cases, labels=ordered, unit="study")[0]


def _is_held(cases: Sequence[Case], name: str) -> bool:
    return any(name in case.reference.grades.get(STUDY_UNIT, {}) for case in cases)


def fit_severity(
    target: LabelTarget, cases: Sequence[Case], measures: Sequence[Sequence[float]]
) -> Severity | None:
    """Fits a grade on the cases of validation patients.

    Args:
        target: The label.
        cases: Of patients that the network did not learn from.
        measures: Of each case.

    Returns:
        The fit, or ``None`` where these cases have only one grade.
    """
    truth = np.array([target.of_study(case) for case in cases])
    known = truth >= 0
    if len(np.unique(truth[known])) < 2:
        return None
    odds = fit_proportional_odds(
        np.asarray(measures)[known], truth[known], classes=len(target.classes), ridge=RIDGE
    )
    return Severity(target, odds)


def severity_of(settings: Mapping[str, Any]) -> Severity | None:
    """Gives the severity of a bundle's interpretation, or ``None`` where it has none."""
    told = settings.get("severity")
    if not told:
        return None
    target = LabelTarget(slug(told["label"]), told["label"], tuple(told["classes"]), "study")
    return Severity(target, ProportionalOdds(tuple(told["weights"]), tuple(told["cuts"])))


def mean_severity(fits: Sequence[Severity]) -> Severity:
    """Gives the mean of the fits of several rounds, as their networks' mean goes with it."""
    weights = np.mean([fit.odds.weights for fit in fits], axis=0)
    cuts = np.mean([fit.odds.cuts for fit in fits], axis=0)
    odds = ProportionalOdds(tuple(map(float, weights)), tuple(map(float, cuts)))
    return Severity(fits[0].target, odds)
