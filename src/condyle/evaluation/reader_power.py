"""How probably a reader study of a size finds a difference, and what size it needs.

References:
    Hillis, Obuchowski and Berbaum 2011, doi 10.1016/j.acra.2010.09.007;
    Hillis and Schartz 2018, doi 10.1117/1.JMI.5.4.045503.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import get_args

from scipy import stats

from condyle.errors import InputError, UnknownName
from condyle.evaluation.mrmc import Generalises, ReaderFigures
from condyle.evaluation.sample_size import area_variance

MOST_CASES = 100_000


@dataclass(frozen=True)
class Correlations:
    """How the errors of two figures of the same cases go together.

    Attributes:
        same_reader: Of one reader in both arms.
        same_arm: Of two readers in one arm.
        neither: Of two readers in different arms.

    The defaults are rounded from the cine and spin-echo readings of Van Dyke's data
    (0.43, 0.43 and 0.30), the most analysed reader study there is.
    """

    same_reader: float = 0.43
    same_arm: float = 0.43
    neither: float = 0.30


@dataclass(frozen=True)
class ReaderVariance:
    """What spreads the figures of a reader study, parted as by Obuchowski and Rockette.

    Attributes:
        arm_by_reader: Variance of what an arm does to one reader more than to another;
            half the variance of the readers' true changes.
        error: Variance of one reader's figure in one arm by the cases drawn.
        covariance_1: Same reader, other arm.
        covariance_2: Other reader, same arm.
        covariance_3: Other reader, other arm.
        cases: Number of cases that the error and covariances hold for.
    """

    arm_by_reader: float
    error: float
    covariance_1: float
    covariance_2: float
    covariance_3: float
    cases: int


@dataclass(frozen=True)
class ReaderStudySize:
    """A study that is large enough.

    Attributes:
        readers: How many.
        cases: How many in all.
        power: Chance of finding the difference.
        generalises: What the result is to hold for.
    """

    readers: int
    cases: int
    power: float
    generalises: Generalises


def variance_of_pilot(found: ReaderFigures) -> ReaderVariance:
    """Gives the variance of a pilot study with two arms, never less than 0."""
    values = found.values
    if len(values) != 2:
        raise _refusal(f"a pilot study with {len(values)} arms", "two arms")
    changes = values[0] - values[1]
    interaction = float(changes.var(ddof=1)) / 2.0
    shared = max(found.covariance_2 - found.covariance_3, 0.0)
    between = max(interaction - found.variance + found.covariance_1 + shared, 0.0)
    return ReaderVariance(
        arm_by_reader=between,
        error=found.variance,
        covariance_1=found.covariance_1,
        covariance_2=found.covariance_2,
        covariance_3=found.covariance_3,
        cases=found.cases,
    )


def variance_of_area(
    area: float,
    cases: tuple[int, int],
    *,
    change_sd: float,
    correlations: Correlations | None = None,
) -> ReaderVariance:
    """Gives what to expect of areas, with Hanley and McNeil's error.

    Args:
        area: Mean of the two arms' expected areas.
        cases: Positives and negatives.
        change_sd: Standard deviation of the readers' true changes.
        correlations: Of the errors; Van Dyke's by default.

    Raises:
        InputError: A number is out of range.
    """
    positives, negatives = cases
    if not 0.0 < area < 1.0 or min(cases) < 2:
        raise _refusal(f"area {area:g}, {positives} and {negatives} cases", "0 to 1, two of each")
    error = area_variance(area, positives, negatives)
    return _spread(error, positives + negatives, change_sd, correlations)


def variance_of_share(
    share: float,
    cases: int,
    *,
    change_sd: float,
    correlations: Correlations | None = None,
) -> ReaderVariance:
    """Gives what to expect of sensitivities or specificities; see ``variance_of_area``.

    Args:
        share: Mean of the two arms' expected shares.
        cases: Positives, or negatives for a specificity; only they are counted.
        change_sd: Standard deviation of the readers' true changes.
        correlations: Of the errors.
    """
    if not 0.0 < share < 1.0 or cases < 2:
        raise _refusal(f"share {share:g} of {cases} cases", "a share within 0 and 1, two cases")
    return _spread(share * (1.0 - share) / cases, cases, change_sd, correlations)


def reader_study_power(
    variance: ReaderVariance,
    difference: float,
    size: tuple[int, int],
    *,
    generalises: Generalises = "readers and cases",
    level: float = 0.95,
) -> float:
    """Gives the chance that the test of ``mrmc`` finds a difference of two arms.

    Args:
        variance: What to expect.
        difference: True difference of the two arms' means.
        size: Readers and cases.
        generalises: What the result is to hold for.
        level: One less the two-sided type 1 error.

    Raises:
        InputError: Fewer than two readers or cases, or no difference.
        UnknownName: There is no such population.
    """
    if generalises not in get_args(Generalises):
        raise UnknownName("population", generalises, get_args(Generalises))
    readers, cases = size
    if min(size) < 2 or difference == 0.0:
        needed = "two readers, two cases and a difference"
        raise _refusal(f"{readers} readers, {cases} cases, a difference of {difference:g}", needed)
    scale = variance.cases / cases
    shared = max(variance.covariance_2 - variance.covariance_3, 0.0) * scale
    own = (variance.error - variance.covariance_1) * scale
    between = 0.0 if generalises == "cases" else variance.arm_by_reader
    interaction = max(between + own - shared, 1e-15)
    error, freedom = interaction, float(readers - 1)
    if generalises != "readers":
        error = max(between + own + (readers - 1) * shared, 1e-15)
        freedom = error**2 / interaction**2 * (readers - 1)
    distance = readers * difference**2 / 2.0 / error
    if generalises == "cases":
        return float(stats.ncx2.sf(stats.chi2.ppf(level, 1), 1, distance))
    return float(stats.ncf.sf(stats.f.ppf(level, 1, freedom), 1, freedom, distance))


def cases_for_readers(
    variance: ReaderVariance,
    difference: float,
    readers: int,
    *,
    power: float = 0.8,
    generalises: Generalises = "readers and cases",
    level: float = 0.95,
) -> ReaderStudySize:
    """Gives the fewest cases with which this many readers find a difference.

    Raises:
        InputError: No number of cases is enough, because the readers are too few for how
            much their changes differ.
    """

    def reached(cases: int) -> float:
        return reader_study_power(
            variance, difference, (readers, cases), generalises=generalises, level=level
        )

    low, high = 2, 4
    while reached(high) < power:
        low, high = high, high * 2
        if high > MOST_CASES:
            found = f"power {reached(MOST_CASES):.2f} with {readers} readers and any cases"
            raise _refusal(found, f"power {power:g}: more readers")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) >= power else (middle, high)
    return ReaderStudySize(readers, high, reached(high), generalises)


def _spread(
    error: float, cases: int, change_sd: float, correlations: Correlations | None
) -> ReaderVariance:
    r = correlations or Correlations()
    in_range = all(0.0 <= value < 1.0 for value in (r.same_reader, r.same_arm, r.neither))
    if not in_range or r.neither > min(r.same_reader, r.same_arm) or not change_sd >= 0.0:
        raise _refusal(
            f"correlations {r.same_reader:g}, {r.same_arm:g}, {r.neither:g}, SD {change_sd:g}",
            "correlations from 0 to under 1, the last the smallest, and no negative SD",
        )
    return ReaderVariance(
        arm_by_reader=change_sd**2 / 2.0,
        error=error,
        covariance_1=r.same_reader * error,
        covariance_2=r.same_arm * error,
        covariance_3=r.neither * error,
        cases=cases,
    )


def positives_and_negatives(cases: int, prevalence: float) -> tuple[int, int]:
    """Parts cases by the share that is positive, at least two of each."""
    if cases < 4 or not 0.0 < prevalence < 1.0:
        raise _refusal(f"{cases} cases, {prevalence:g} positive", "four cases, a share within 0, 1")
    positives = min(max(math.floor(cases * prevalence + 0.5), 2), cases - 2)
    return positives, cases - positives


def _refusal(found: str, needed: str) -> InputError:
    return InputError(
        "The size of a reader study cannot be worked out.",
        found=found,
        needed=needed,
        mend="give what earlier studies lead to expect.",
    )
