"""A decision threshold by a stated rule, for data that will not be scored with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from condyle.errors import InputError, UnknownName, UsageError
from condyle.evaluation.inputs import FloatArray, as_probabilities
from condyle.evaluation.operating import OperatingCurve, operating_curve

Rule = Literal["youden", "f1", "sensitivity"]


@dataclass(frozen=True)
class Threshold:
    """A threshold and the rule that chose it.

    Attributes:
        value: Decisions are positive at or above it; from 0 to 1.
        rule: ``"youden"``, ``"f1"`` or ``"sensitivity"``.
        target: The sensitivity asked for, with that rule.
        sensitivity: Sensitivity on the data that chose it.
        specificity: Specificity on the data that chose it.
    """

    value: float
    rule: Rule
    target: float | None
    sensitivity: float
    specificity: float


def choose_threshold(
    reference: ArrayLike,
    probabilities: ArrayLike,
    *,
    rule: Rule = "youden",
    target: float | None = None,
) -> Threshold:
    """Chooses the threshold that a rule names.

    ``"youden"`` maximises sensitivity + specificity - 1, ``"f1"`` maximises F1, and
    ``"sensitivity"`` takes the highest threshold that reaches ``target``. Of equal
    ones the highest is taken. The value lies midway to the next lower probability,
    so that rounding does not turn a decision.

    Raises:
        UnknownName: There is no such rule.
        UsageError: ``"sensitivity"`` has no target, or one outside (0, 1].
        InputError: One class only, a label not 0 or 1, or a value outside 0 to 1.

    References:
        Youden, Cancer 1950, doi 10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3.
    """
    if rule not in get_args(Rule):
        raise UnknownName("threshold rule", rule, get_args(Rule))
    curve = operating_curve(reference, as_probabilities(probabilities))
    if curve.positives == 0 or curve.negatives == 0:
        raise InputError(
            "A threshold cannot be chosen.",
            found=f"{curve.positives} positives and {curve.negatives} negatives",
            needed="at least one of each",
            mend="choose it on data that hold both classes.",
        )
    at = _position(curve, rule, target)
    return Threshold(
        value=_midway(curve.thresholds, at),
        rule=rule,
        target=target if rule == "sensitivity" else None,
        sensitivity=float(curve.sensitivity[at]),
        specificity=float(curve.specificity[at]),
    )


def _position(curve: OperatingCurve, rule: Rule, target: float | None) -> int:
    if rule == "sensitivity":
        if target is None or not 0.0 < target <= 1.0:
            raise UsageError(
                "A threshold cannot be chosen at a sensitivity.",
                found=f"target {target}",
                needed="a target over 0 and up to 1",
                mend="give target=0.9, for example.",
            )
        return int(np.argmax(curve.sensitivity >= target - 1e-12))
    gain = curve.f1 if rule == "f1" else curve.sensitivity + curve.specificity
    return 1 + int(np.argmax(gain[1:]))


def _midway(thresholds: FloatArray, at: int) -> float:
    lower = thresholds[at + 1] if at + 1 < len(thresholds) else 0.0
    return float((thresholds[at] + lower) / 2.0)
