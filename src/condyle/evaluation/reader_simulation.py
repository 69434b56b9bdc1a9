"""Made-up reader studies with known truth, for tests and for planning by simulation.

References:
    Roe and Metz 1997, doi 10.1016/S1076-6332(97)80210-3 (the components of a rating).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr, ndtri

from condyle.domain.estimate import Estimate
from condyle.errors import InputError
from condyle.evaluation.inputs import BoolArray, FloatArray
from condyle.evaluation.intervals import proportion_of_trials
from condyle.evaluation.mrmc import (
    Generalises,
    compare_modalities,
    reader_figures,
)
from condyle.evaluation.reader_covariance import Figure


@dataclass(frozen=True)
class ReaderModel:
    """What readers see, as a normal variable a case, and what they make of it.

    The variances of case, arm by case, reader by case and noise add up to 1.

    Attributes:
        areas: ROC area of the average reader in each arm.
        skill_sd: Spread of the readers' distance between positives and negatives.
        change_sd: Spread of what an arm adds to that distance for one reader.
        case: Variance that all readers and arms share.
        arm_by_case: Variance that the readers of an arm share.
        reader_by_case: Variance that the arms of a reader share.
        threshold: Where the average reader begins to call, in SD above the negatives.
        threshold_sd: Spread of it over readers.
        minutes: Median time of a reading in each arm.
        spread_minutes: SD of the logarithm of the time.
    """

    areas: tuple[float, ...] = (0.80, 0.88)
    skill_sd: float = 0.15
    change_sd: float = 0.05
    case: float = 0.3
    arm_by_case: float = 0.15
    reader_by_case: float = 0.15
    threshold: float = 0.8
    threshold_sd: float = 0.15
    minutes: tuple[float, ...] = (4.0, 3.2)
    spread_minutes: float = 0.35


@dataclass(frozen=True, eq=False)
class SimulatedReadings:
    """What the readers of a made-up study said.

    Attributes:
        reference: (case,).
        calls: (arm, reader, case).
        confidence: (arm, reader, case), 0 to 100, of the finding being there.
        minutes: (arm, reader, case).
    """

    reference: BoolArray
    calls: BoolArray
    confidence: FloatArray
    minutes: FloatArray

    def of(self, figure: Figure) -> FloatArray | BoolArray:
        """Gives what a figure is worked out from, (arm, reader, case)."""
        return {"auc": self.confidence, "mean": self.minutes}.get(figure, self.calls)


def separation(area: float) -> float:
    """Gives the distance of two normal distributions of SD 1 that have this ROC area."""
    return float(np.sqrt(2.0) * ndtri(area))


def simulate_readings(
    model: ReaderModel, reference: BoolArray, *, readers: int, rng: np.random.Generator
) -> SimulatedReadings:
    """Draws readers and cases of given truth, and what each says of each in each arm.

    Args:
        model: How they read.
        reference: True for a case with the finding.
        readers: How many.
        rng: Source of randomness.

    Raises:
        InputError: An area is not within 0.5 and 1, or the variances are over 1.
    """
    _check(model)
    truth = np.asarray(reference, dtype=bool)
    arms, cases = len(model.areas), len(truth)
    noise = 1.0 - model.case - model.arm_by_case - model.reader_by_case
    skill = model.skill_sd * rng.normal(size=(1, readers, 1))
    change = model.change_sd * rng.normal(size=(arms, readers, 1))
    apart = np.array([separation(area) for area in model.areas])[:, None, None]
    seen = (
        (apart + skill + change) * truth
        + np.sqrt(model.case) * rng.normal(size=(1, 1, cases))
        + np.sqrt(model.arm_by_case) * rng.normal(size=(arms, 1, cases))
        + np.sqrt(model.reader_by_case) * rng.normal(size=(1, readers, cases))
        + np.sqrt(noise) * rng.normal(size=(arms, readers, cases))
    )
    threshold = model.threshold + model.threshold_sd * rng.normal(size=(1, readers, 1))
    surplus = seen - threshold
    # A call goes with a confidence of 50 or more, as a reader would fill it in.
    confidence = np.clip(np.round(100.0 * ndtr(surplus / 1.2)), 1.0, 99.0)
    confidence = np.where(
        surplus >= 0.0, np.maximum(confidence, 50.0), np.minimum(confidence, 49.0)
    )
    middle = np.array(model.minutes)[:, None, None]
    minutes = middle * np.exp(model.spread_minutes * rng.normal(size=seen.shape))
    return SimulatedReadings(truth, surplus >= 0.0, confidence, np.round(minutes, 1))


def simulated_power(
    model: ReaderModel,
    size: tuple[int, int, int],
    *,
    rng: np.random.Generator,
    figure: Figure = "auc",
    generalises: Generalises = "readers and cases",
    studies: int = 500,
    level: float = 0.95,
) -> Estimate:
    """Gives the share of made-up studies in which the two arms are found to differ.

    Args:
        model: How they read.
        size: Readers, positives and negatives.
        rng: Source of randomness.
        figure: What is compared.
        generalises: What the result is to hold for.
        studies: How many are made up.
        level: One less the two-sided type 1 error.

    Returns:
        The share with Wilson's interval over the studies.
    """
    found = [
        p_value < 1.0 - level
        for p_value in _p_values(model, size, (figure, generalises), (rng, studies))
    ]
    share = proportion_of_trials(sum(found), len(found), unit="simulated study")
    return replace(share, method=f"Wilson, {studies} simulated studies")


def _p_values(
    model: ReaderModel,
    size: tuple[int, int, int],
    question: tuple[Figure, Generalises],
    draw: tuple[np.random.Generator, int],
) -> Iterator[float]:
    readers, positives, negatives = size
    (figure, generalises), (rng, studies) = question, draw
    truth = np.repeat([True, False], [positives, negatives])
    for _ in range(studies):
        made = simulate_readings(model, truth, readers=readers, rng=rng)
        found = reader_figures(truth, made.of(figure), figure=figure)
        yield compare_modalities(found, generalises=generalises).p_value


def _check(model: ReaderModel) -> None:
    shared = model.case + model.arm_by_case + model.reader_by_case
    wrong = [area for area in model.areas if not 0.5 <= area < 1.0]
    if wrong or not 0.0 <= shared < 1.0 or len(model.minutes) != len(model.areas):
        raise InputError(
            "A reader study cannot be simulated.",
            found=f"areas {', '.join(f'{a:g}' for a in model.areas)}, shared variance {shared:g}, "
            f"{len(model.minutes)} times",
            needed="areas from 0.5 to under 1, shared variance under 1, one time an arm",
            mend="give what earlier studies lead to expect.",
        )
