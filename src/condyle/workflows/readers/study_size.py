"""How large a reader study has to be, from what its planners expect."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from condyle.errors import InputError, UnknownName
from condyle.evaluation.mrmc import Generalises
from condyle.evaluation.reader_power import (
    ReaderVariance,
    cases_for_readers,
    positives_and_negatives,
    reader_study_power,
    variance_of_area,
    variance_of_share,
)
from condyle.evaluation.reader_simulation import ReaderModel, separation, simulated_power
from condyle.evaluation.sample_size import for_roc_auc, for_sensitivity

Aim = Literal["auc", "sensitivity", "specificity"]
PILOT_CASES = 200


@dataclass(frozen=True)
class SizeQuestion:
    """What the study is to find.

    Attributes:
        aim: The figure that is compared.
        without: Expected figure of the average reader without the model.
        with_model: Expected figure with it.
        change_sd: Standard deviation of the readers' true changes.
        power: Wanted chance of finding the difference.
        discordant: Share of the cases of the class on which a reader's two calls differ;
            ``None`` for what independent calls would give, the most careful.
        prevalence: Share of cases with the finding; ``None`` for that of the list.
        simulations: Made-up studies for the power by simulation; 0 for none.
    """

    aim: Aim
    without: float
    with_model: float
    change_sd: float = 0.03
    power: float = 0.8
    discordant: float | None = None
    prevalence: float | None = None
    simulations: int = 0


@dataclass(frozen=True)
class StudySize:
    """What the question leads to, for a number of readers.

    Attributes:
        question: What was asked, in the order of ``SizeQuestion``.
        readers: How many.
        cases: Cases on the list, or 0 without one.
        prevalence: Share of cases with the finding.
        power_listed: Power with the listed cases, by population; empty without a list.
        cases_needed: Cases needed in all, by population; ``None`` where the readers are
            too few whatever the cases.
        one_reader: Cases of the class, or positives and negatives, that a single reader
            would need, with the method's name.
        simulated: Power with the listed cases by simulation, as (value, low, high).
    """

    question: dict[str, Any]
    readers: int
    cases: int
    prevalence: float
    power_listed: dict[str, float]
    cases_needed: dict[str, int | None]
    one_reader: dict[str, Any]
    simulated: tuple[float, float, float] | None = None


def size_of_study(
    question: SizeQuestion,
    readers: int,
    *,
    listed: tuple[int, float] | None,
    rng: np.random.Generator,
) -> StudySize:
    """Works out the power of a study and the cases that it needs.

    Args:
        question: What the study is to find.
        readers: How many there are.
        listed: Number of cases on the list and the share with the finding, which may be
            NaN where the references are not known.
        rng: For the simulation.

    Raises:
        UnknownName: There is no such aim.
        InputError: An expectation is out of range, or the prevalence is not known.
    """
    cases, share = listed or (0, float("nan"))
    prevalence = share if question.prevalence is None else question.prevalence
    _check(question, prevalence)
    variance = _expected(question, prevalence)
    gap = question.with_model - question.without
    populations: tuple[Generalises, ...] = get_args(Generalises)
    simulated = None
    if question.simulations and cases:
        simulated = _simulated(
            question, (readers, *positives_and_negatives(cases, prevalence)), rng
        )
    return StudySize(
        question=asdict(question),
        readers=readers,
        cases=cases,
        prevalence=prevalence,
        power_listed={
            name: reader_study_power(variance, gap, (readers, cases), generalises=name)
            for name in populations
            if cases >= 2
        },
        cases_needed={
            name: _needed(variance, gap, readers, (question.power, name)) for name in populations
        },
        one_reader=_one_reader(question, prevalence),
        simulated=simulated,
    )


def _check(question: SizeQuestion, prevalence: float) -> None:
    if question.aim not in get_args(Aim):
        raise UnknownName("aim of a reader study", question.aim, get_args(Aim))
    if not 0.0 < prevalence < 1.0:
        raise InputError(
            "The size of a reader study cannot be worked out.",
            found="no share of cases with the finding",
            needed="a list whose column 'reference' is filled in, or --prevalence",
            mend="add --prevalence 0.4, for instance.",
        )


def _expected(question: SizeQuestion, prevalence: float) -> ReaderVariance:
    middle = (question.without + question.with_model) / 2.0
    both = positives_and_negatives(PILOT_CASES, prevalence)
    if question.aim == "auc":
        return variance_of_area(middle, both, change_sd=question.change_sd)
    counted = both[0] if question.aim == "sensitivity" else both[1]
    found = variance_of_share(middle, counted, change_sd=question.change_sd)
    # The class is so large a part of all cases, by which the power is asked.
    return replace(found, cases=PILOT_CASES)


def _needed(
    variance: ReaderVariance, gap: float, readers: int, wanted: tuple[float, Generalises]
) -> int | None:
    power, population = wanted
    try:
        found = cases_for_readers(variance, gap, readers, power=power, generalises=population)
    except InputError:
        if gap == 0.0 or readers < 2:
            raise
        return None
    return found.cases


def _one_reader(question: SizeQuestion, prevalence: float) -> dict[str, Any]:
    one, other = question.without, question.with_model
    if question.aim == "auc":
        ratio = (1.0 - prevalence) / prevalence
        areas = for_roc_auc(one, other, correlation=0.43, ratio=ratio, power=question.power)
        return asdict(areas)
    apart = question.discordant
    if apart is None:
        apart = one * (1.0 - other) + other * (1.0 - one)
    found = for_sensitivity(one, other, discordant=apart, power=question.power)
    kind = "positives" if question.aim == "sensitivity" else "negatives"
    return {kind: found.positives, "discordant": apart, "method": found.method}


def _simulated(
    question: SizeQuestion, size: tuple[int, int, int], rng: np.random.Generator
) -> tuple[float, float, float]:
    if question.aim != "auc":
        raise InputError(
            "The power cannot be simulated.",
            found=f"the aim {question.aim}",
            needed="the aim auc, whose readers can be made up from the areas alone",
            mend="leave out --simulate, or aim at auc.",
        )
    # A spread of areas near these becomes one of distances by the slope of the normal curve.
    middle = (question.without + question.with_model) / 2.0
    step = 0.01
    steep = (_distance(middle + step) - _distance(middle - step)) / (2.0 * step)
    spread = question.change_sd / np.sqrt(2.0) * steep
    areas = (question.without, question.with_model)
    model = ReaderModel(areas=areas, change_sd=float(spread))
    found = simulated_power(model, size, rng=rng, studies=question.simulations)
    return found.value, found.low, found.high


def _distance(area: float) -> float:
    return separation(min(area, 0.999))
