"""Multi-reader multi-case analysis after Obuchowski and Rockette, with Hillis' degrees.

Every reader reads every case with every modality, such as without and with a model.

References:
    Obuchowski and Rockette 1995, doi 10.1080/03610919508813243;
    Hillis 2007, doi 10.1002/sim.2532; Hillis 2014, doi 10.1002/sim.5926.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from condyle.domain.estimate import Estimate
from condyle.errors import InputError, UnknownName
from condyle.evaluation.inputs import BoolArray, FloatArray, as_binary, same_length
from condyle.evaluation.reader_covariance import CovarianceMethod, Figure, figure_covariance

Generalises = Literal["readers and cases", "cases", "readers"]


@dataclass(frozen=True, eq=False)
class ReaderFigures:
    """A figure of each reader with each modality, and how their errors vary together.

    Attributes:
        values: (modality, reader).
        variance: Error variance of one figure, averaged.
        covariance_1: Same reader, other modality.
        covariance_2: Other reader, same modality.
        covariance_3: Other reader, other modality.
        covariance_2_each: (modality,), covariance 2 within each modality.
        cases: Number of cases.
        variance_each: (modality,), error variance within each modality; where it is not
            known, ``variance`` stands for each.
        unit: What a case is, such as ``"disc"``.
        patients: Number of patients; the cases' own where it is not known.
    """

    values: FloatArray
    variance: float
    covariance_1: float
    covariance_2: float
    covariance_3: float
    covariance_2_each: FloatArray
    cases: int
    variance_each: FloatArray | None = None
    unit: str = "case"
    patients: int = 0


@dataclass(frozen=True)
class ModalityDifference:
    """First minus second modality, averaged over readers."""

    first: int
    second: int
    difference: Estimate
    p_value: float


@dataclass(frozen=True)
class ReaderStudyResult:
    """What a reader study shows of its modalities.

    Attributes:
        generalises: What the result holds for beyond the study's own.
        statistic: F.
        numerator_freedom: Degrees of freedom of the numerator.
        denominator_freedom: Of the denominator; infinite for fixed readers.
        p_value: Of no difference between the modalities.
        modalities: Mean figure of each modality.
        differences: Each pair of modalities.
    """

    generalises: Generalises
    statistic: float
    numerator_freedom: float
    denominator_freedom: float
    p_value: float
    modalities: tuple[Estimate, ...]
    differences: tuple[ModalityDifference, ...]


def reader_figures(
    reference: ArrayLike,
    ratings: ArrayLike,
    *,
    figure: Figure = "auc",
    covariance: CovarianceMethod = "delong",
    patients: Sequence[str] | NDArray[np.generic] | None = None,
    unit: str = "case",
) -> ReaderFigures:
    """Works out each reader's figure and the covariances of their errors.

    Args:
        reference: 0 or 1 a case.
        ratings: (modality, reader, case): confidence for ``"auc"``, calls of 0 or 1 for
            ``"sensitivity"``, ``"specificity"`` and ``"accuracy"``, any number, such as
            minutes, for ``"mean"``.
        figure: What is compared.
        covariance: ``"delong"`` has the other figures as well, where it is the sample
            covariance of the calls or numbers.
        patients: Patient of each case, where one has several; the covariances are then
            clustered by patient (Obuchowski 1997), or a patient at a time is left out.
        unit: What a case is.

    Raises:
        UnknownName: There is no such figure or method.
        InputError: A rating is missing, the shape does not fit, or there are fewer than
            two readers, two modalities or two cases of a class.
    """
    truth, table = as_binary(reference), np.asarray(ratings, dtype=np.float64)
    _check(truth, table)
    modalities, readers, cases = table.shape
    together = figure_covariance(
        truth,
        table.reshape(-1, cases),
        figure=figure,
        covariance=covariance,
        patients=patients,
    )
    values = together.values.reshape(modalities, readers)
    found = _averaged(values, together.covariance, cases)
    return replace(found, unit=unit, patients=together.patients)


def compare_modalities(
    found: ReaderFigures, *, generalises: Generalises = "readers and cases", level: float = 0.95
) -> ReaderStudyResult:
    """Tests whether the modalities differ, and gives each and each difference.

    Raises:
        UnknownName: It is not told what the result shall hold for.
    """
    if generalises not in get_args(Generalises):
        raise UnknownName("population", generalises, get_args(Generalises))
    modalities, readers = found.values.shape
    squares = _mean_squares(found.values)
    error, freedom = _error(found, squares, generalises)
    statistic = squares.modality / error if error > 0 else float("nan")
    p_value = _upper_tail(statistic, modalities - 1, freedom)
    spread = math.sqrt(2.0 * error / readers)
    means = found.values.mean(axis=1)
    differences = []
    for first in range(modalities):
        for second in range(first + 1, modalities):
            gap = float(means[first] - means[second])
            p_pair = _upper_tail((gap / spread) ** 2 if spread else float("nan"), 1, freedom)
            estimate = _estimate(gap, spread, freedom, (found, generalises, level))
            differences.append(ModalityDifference(first, second, estimate, p_pair))
    return ReaderStudyResult(
        generalises=generalises,
        statistic=statistic,
        numerator_freedom=modalities - 1,
        denominator_freedom=freedom,
        p_value=p_value,
        modalities=tuple(_modality(found, at, generalises, level) for at in range(modalities)),
        differences=tuple(differences),
    )


def error_over_readers(
    own: float, shared: float, *, readers: int, freedom: float
) -> tuple[float, float]:
    """Gives readers times the error variance of their mean, and Hillis' degrees of freedom.

    Args:
        own: Mean square of the readers' figures, or of arm by reader.
        shared: Covariance of two readers' errors by the cases drawn; under 0 it counts as 0.
        readers: How many.
        freedom: Degrees of freedom of ``own``.

    References:
        Hillis 2007, doi 10.1002/sim.2532.
    """
    error = own + readers * max(shared, 0.0)
    return error, error**2 / own**2 * freedom if own > 0.0 else math.inf


def side_of_zero(difference: Estimate, words: tuple[str, str] = ("better", "worse")) -> str:
    """Says that the first is better or worse only where the interval excludes 0."""
    if difference.low > 0.0:
        return words[0]
    return words[1] if difference.high < 0.0 else "not shown"


@dataclass(frozen=True)
class _MeanSquares:
    modality: float
    reader: float
    interaction: float


def _mean_squares(values: FloatArray) -> _MeanSquares:
    modalities, readers = values.shape
    centre, rows, columns = values.mean(), values.mean(axis=1), values.mean(axis=0)
    left = values - rows[:, None] - columns[None, :] + centre
    return _MeanSquares(
        modality=float(readers * ((rows - centre) ** 2).sum() / (modalities - 1)),
        reader=float(modalities * ((columns - centre) ** 2).sum() / (readers - 1)),
        interaction=float((left**2).sum() / ((modalities - 1) * (readers - 1))),
    )


def _error(
    found: ReaderFigures, squares: _MeanSquares, generalises: Generalises
) -> tuple[float, float]:
    modalities, readers = found.values.shape
    if generalises == "cases":
        shared = (readers - 1) * max(found.covariance_2 - found.covariance_3, 0.0)
        return max(found.variance - found.covariance_1 + shared, 0.0), math.inf
    plain = float((modalities - 1) * (readers - 1))
    if generalises == "readers":
        return squares.interaction, plain
    shared = found.covariance_2 - found.covariance_3
    return error_over_readers(squares.interaction, shared, readers=readers, freedom=plain)


def _modality(found: ReaderFigures, at: int, generalises: Generalises, level: float) -> Estimate:
    values = found.values[at]
    readers = len(values)
    own = float(values.var(ddof=1))
    shared = float(found.covariance_2_each[at])
    if generalises == "cases":
        variance = found.variance if found.variance_each is None else found.variance_each[at]
        error, freedom = float(variance) + (readers - 1) * max(shared, 0.0), math.inf
    elif generalises == "readers":
        error, freedom = own, float(readers - 1)
    else:
        error, freedom = error_over_readers(own, shared, readers=readers, freedom=readers - 1)
    spread = math.sqrt(max(error, 0.0) / readers)
    return _estimate(float(values.mean()), spread, freedom, (found, generalises, level))


def _estimate(
    value: float,
    spread: float,
    freedom: float,
    study: tuple[ReaderFigures, Generalises, float],
) -> Estimate:
    found, generalises, level = study
    half = float(stats.t.ppf(0.5 + level / 2.0, freedom)) * spread
    method = f"Obuchowski-Rockette, for {generalises} ({found.values.shape[1]} readers)"
    if 0 < found.patients < found.cases:
        method += f", by patient ({found.patients} patients)"
    return Estimate(value, value - half, value + half, found.cases, method, found.unit, level)


def _upper_tail(statistic: float, numerator: float, freedom: float) -> float:
    if math.isinf(freedom):
        return float(stats.chi2.sf(numerator * statistic, numerator))
    return float(stats.f.sf(statistic, numerator, freedom))


def _averaged(values: FloatArray, together: FloatArray, cases: int) -> ReaderFigures:
    modalities, readers = values.shape
    modality = np.repeat(np.arange(modalities), readers)
    reader = np.tile(np.arange(readers), modalities)
    same_modality = modality[:, None] == modality[None, :]
    same_reader = reader[:, None] == reader[None, :]
    each = []
    for at in range(modalities):
        own = (modality == at)[:, None] & (modality == at)[None, :] & ~same_reader
        each.append(float(together[own].mean()))
    own_variance = np.diag(together).reshape(modalities, readers).mean(axis=1)
    return ReaderFigures(
        values=values,
        variance=float(np.diag(together).mean()),
        covariance_1=float(together[~same_modality & same_reader].mean()),
        covariance_2=float(together[same_modality & ~same_reader].mean()),
        covariance_3=float(together[~same_modality & ~same_reader].mean()),
        covariance_2_each=np.array(each),
        cases=cases,
        variance_each=np.asarray(own_variance),
    )


def _check(truth: BoolArray, table: FloatArray) -> None:
    fits = table.ndim == 3 and min(table.shape[:2]) >= 2 and not np.isnan(table).any()
    if fits:
        same_length(reference=truth, ratings=table[0, 0])
        fits = min(int(truth.sum()), int((~truth).sum())) >= 2
    if not fits:
        raise InputError(
            "A reader study cannot be analysed.",
            found=f"ratings of shape {table.shape}, {int(np.isnan(table).sum())} missing, "
            f"{int(truth.sum())} positive of {len(truth)} cases",
            needed="(modality, reader, case), two of each and of each class, none missing",
            mend="leave out cases that a reader did not read, and say so.",
        )
