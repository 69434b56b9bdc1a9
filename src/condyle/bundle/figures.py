"""What a bundle was measured to do: estimates, operating curves, calibration."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field, model_validator

from condyle.bundle.record import Fraction, Record, Slug, Text
from condyle.domain.estimate import Estimate
from condyle.domain.findings import OperatingPoint


class EstimateRecord(Record):
    """An ``Estimate`` as JSON holds it, with ``null`` where the figure is undefined.

    Attributes:
        value: The point estimate.
        low: Lower limit of the interval.
        high: Upper limit of the interval.
        n: Number of units of analysis.
        method: Name of the interval.
        unit: Unit of analysis counted by ``n``.
        level: Confidence level, 0 to 1.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int = Field(ge=0)
    method: Text
    unit: Text
    level: float = Field(default=0.95, gt=0.0, lt=1.0)

    @classmethod
    def of(cls, estimate: Estimate) -> EstimateRecord:
        """Gives the record of an estimate; NaN and infinities become ``None``."""
        return cls(
            value=_finite(estimate.value),
            low=_finite(estimate.low),
            high=_finite(estimate.high),
            n=estimate.n,
            method=estimate.method,
            unit=estimate.unit,
            level=estimate.level,
        )

    def estimate(self) -> Estimate:
        """Gives the estimate; ``None`` becomes NaN."""
        value, low, high = (
            math.nan if part is None else part for part in (self.value, self.low, self.high)
        )
        return Estimate(
            value, low, high, n=self.n, method=self.method, unit=self.unit, level=self.level
        )


class CurvePoint(Record):
    """What deciding at one threshold would have meant in the validation.

    Attributes:
        threshold: Calibrated probability from which a decision is positive.
        sensitivity: Share of the positives that were called.
        specificity: Share of the negatives that were not called.
        ppv: Positive predictive value.
        npv: Negative predictive value.
        false_calls_per_study: Mean number of wrong positive calls a study.
    """

    threshold: Fraction
    sensitivity: EstimateRecord
    specificity: EstimateRecord
    ppv: EstimateRecord
    npv: EstimateRecord
    false_calls_per_study: float = Field(ge=0.0)


class OperatingCurve(Record):
    """A finding's decisions at a range of thresholds, and the one that was chosen.

    Attributes:
        points: By ascending threshold.
        chosen: Threshold in use; one of the points has it.
        rule: How it was chosen, in a sentence.
        shown: False where the PPV is too poor for a decision to be printed, so that the
            probability alone is.
    """

    points: tuple[CurvePoint, ...] = Field(min_length=1)
    chosen: Fraction
    rule: Text
    shown: bool

    @model_validator(mode="after")
    def _chosen_is_a_point(self) -> OperatingCurve:
        thresholds = [point.threshold for point in self.points]
        if thresholds != sorted(set(thresholds)):
            raise ValueError("the points do not ascend by threshold")
        if self.chosen not in thresholds:
            raise ValueError(f"chosen threshold {self.chosen} is at none of the points")
        return self

    def chosen_point(self) -> CurvePoint:
        """Gives the point whose threshold is in use."""
        return next(point for point in self.points if point.threshold == self.chosen)

    def operating_point(self) -> OperatingPoint:
        """Gives what a report prints beside each decision."""
        point = self.chosen_point()
        return OperatingPoint(
            ppv=point.ppv.estimate(),
            npv=point.npv.estimate(),
            false_calls_per_study=point.false_calls_per_study,
            shown=self.shown,
        )


class Calibration(Record):
    """How an output's logits are corrected before they are called probabilities.

    Attributes:
        method: ``"none"``; ``"temperature"``, logits over ``parameters["temperature"]``;
            ``"platt"``, ``slope`` times the logit plus ``intercept``.
        parameters: The numbers that the method needs, and no others.
        fitted_on: What it was fitted on; never the cases that are scored.
    """

    method: Literal["none", "temperature", "platt"]
    parameters: dict[str, float] = Field(default_factory=dict)
    fitted_on: Text

    @model_validator(mode="after")
    def _has_its_parameters(self) -> Calibration:
        needed = {"none": set(), "temperature": {"temperature"}, "platt": {"slope", "intercept"}}
        if set(self.parameters) != needed[self.method]:
            wanted = ", ".join(sorted(needed[self.method])) or "no parameters"
            raise ValueError(f"method '{self.method}' needs {wanted}")
        if self.method == "temperature" and not self.parameters["temperature"] > 0:
            raise ValueError("the temperature is not over 0")
        return self


class Metric(Record):
    """One figure of the validation.

    Attributes:
        name: Such as ``"quadratic-kappa"``.
        estimate: The figure with its interval, n and unit of analysis.
        output: The output that it is about, or ``None`` for the whole bundle.
        unit: Unit of the figure itself, UCUM; ``"1"`` for a ratio.
        note: Anything that a reader must know of it.
    """

    name: Slug
    estimate: EstimateRecord
    output: Slug | None = None
    unit: Text = "1"
    note: str = ""


class Validation(Record):
    """On whom, and with what result.

    Attributes:
        scheme: How it was done, such as ``"5 folds by patient, each scored out of fold"``.
        metrics: The figures.
    """

    scheme: Text
    metrics: tuple[Metric, ...] = ()


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
