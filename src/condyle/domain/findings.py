"""What a model found, where, and on what evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from condyle.domain.estimate import Estimate
from condyle.domain.messages import Message


@dataclass(frozen=True)
class Site:
    """Where in the body.

    Attributes:
        structure: A name of the anatomy table, such as ``"intervertebral-disc"``.
        level: ``"L4-L5"`` and so on, or ``None`` where it cannot be named.
        index_from_caudal: Discs in view counted from 1 at the most caudal, or ``None``.
    """

    structure: str
    level: str | None = None
    index_from_caudal: int | None = None


@dataclass(frozen=True)
class Evidence:
    """Where in the images a finding can be checked.

    Attributes:
        series: Position of the series in the report, from 0.
        slice: Slice of that series' volume, from 0.
        outline: Closed outline as (row, column) pixel coordinates of that slice.
        box: (row0, column0, row1, column1), half-open.
        sop_instance_uid: The instance that holds the slice, or ``None``.
        overlay: File name of the picture that shows it, or ``None``.
        map: File name of the probability or heat map of the slice, or ``None``.
    """

    series: int
    slice: int
    outline: tuple[tuple[float, float], ...] = ()
    box: tuple[float, float, float, float] | None = None
    sop_instance_uid: str | None = None
    overlay: str | None = None
    map: str | None = None


@dataclass(frozen=True)
class OperatingPoint:
    """How often a decision was right in the bundle's own validation.

    Attributes:
        ppv: Positive predictive value at the threshold.
        npv: Negative predictive value at the threshold.
        false_calls_per_study: Mean number of wrong positive calls a study.
        shown: False where the PPV is too poor for a decision to be printed.
    """

    ppv: Estimate
    npv: Estimate
    false_calls_per_study: float
    shown: bool


@dataclass(frozen=True)
class Finding:
    """One statement about one site.

    Attributes:
        id: Derived from name and site, so the same input gives the same id.
        name: A name of the findings table, such as ``"pfirrmann-grade"``.
        site: Where.
        value: The grade, the decision, or ``None`` where none is given.
        probability: Of the positive, or of the grade given; there even when abstained,
            ``None`` only where no model ran.
        probabilities: One a grade, for graded findings.
        threshold: Probability from which the decision is positive.
        abstained: True where the model should not be believed here.
        abstention: Why, where ``abstained``.
        evidence: Where to look.
        bundle: Name of the bundle that found it.
        operating_point: How often such a decision was right.
        classes: Names of what ``probabilities`` are of, where no scale of the table has them.
    """

    id: str
    name: str
    site: Site
    value: int | bool | None
    probability: float | None
    probabilities: tuple[float, ...] | None = None
    threshold: float | None = None
    abstained: bool = False
    abstention: Message | None = None
    evidence: tuple[Evidence, ...] = ()
    bundle: str = ""
    operating_point: OperatingPoint | None = None
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measurement:
    """A number with its unit, and where and how it was measured.

    Attributes:
        name: A name of the measurements table.
        value: The number, or ``None`` where it could not be measured.
        unit: UCUM unit, such as ``"mm"`` or ``"1"`` for a ratio.
        site: Where.
        series: Position of the series in the report, from 0.
        slice: Slice of that series, from 0.
        method: How it was measured.
        points: (row, column) pixels of that slice that it was measured between.
        reason: Why there is no value, or ``None``.
        repeatability: Difference of two readings of one patient, in the same unit, that
            19 of 20 stay within, or ``None`` where it was not measured.
    """

    name: str
    value: float | None
    unit: str
    site: Site
    series: int
    slice: int
    method: str
    points: tuple[tuple[float, float], ...] = ()
    reason: Message | None = None
    repeatability: float | None = None


def middle_grade(probabilities: Sequence[float]) -> int:
    """Gives the grade, from 1, that the truth is as likely below as above: the median.

    Of an ordered scale it errs by fewer grades than the most probable one, which looks at no
    neighbour; where one grade has half of the probability, both are that grade.

    Args:
        probabilities: One a grade, from the lowest.
    """
    below = sum(summed < 0.5 for summed in accumulate(probabilities))
    return min(below + 1, len(probabilities))
