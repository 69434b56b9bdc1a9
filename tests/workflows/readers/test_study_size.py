"""What the size of a study follows from, and what is told to its readers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from condyle.domain.reader_study import ReaderPlan, ReadingSession
from condyle.errors import InputError
from condyle.evaluation.reader_power import (
    cases_for_readers,
    reader_study_power,
    variance_of_area,
    variance_of_share,
)
from condyle.evaluation.sample_size import for_roc_auc, for_sensitivity
from condyle.workflows.readers.guide import guide_text
from condyle.workflows.readers.study_size import Aim, SizeQuestion, StudySize, size_of_study

AREA = SizeQuestion("auc", 0.80, 0.87, change_sd=0.02, prevalence=0.4)


def size(question: SizeQuestion, readers: int = 6, listed: int = 120) -> StudySize:
    return size_of_study(
        question, readers, listed=(listed, float("nan")), rng=np.random.default_rng(0)
    )


def test_the_power_for_an_area_is_that_of_its_formula() -> None:
    found = size(AREA)
    variance = variance_of_area(0.835, (80, 120), change_sd=0.02)
    for population in ("readers and cases", "cases", "readers"):
        expected = reader_study_power(variance, 0.07, (6, 120), generalises=population)
        assert found.power_listed[population] == pytest.approx(expected)
        needed = cases_for_readers(variance, 0.07, 6, generalises=population)
        assert found.cases_needed[population] == needed.cases


@pytest.mark.parametrize(("aim", "counted"), [("sensitivity", 80), ("specificity", 120)])
def test_the_power_for_a_share_rests_on_the_cases_of_its_class(aim: Aim, counted: int) -> None:
    question = SizeQuestion(aim, 0.70, 0.80, prevalence=0.4)
    variance = replace(variance_of_share(0.75, counted, change_sd=0.03), cases=200)
    expected = reader_study_power(variance, 0.10, (6, 120))
    assert size(question).power_listed["readers and cases"] == pytest.approx(expected)


def test_a_loss_needs_as_many_cases_as_a_gain() -> None:
    gain = size(AREA)
    loss = size(replace(AREA, without=0.87, with_model=0.80))
    assert loss.cases_needed == gain.cases_needed


@pytest.mark.parametrize(
    ("change", "more"),
    [
        ({"power": 0.9}, True),
        ({"with_model": 0.90}, False),
        ({"change_sd": 0.03}, True),
    ],
)
def test_what_is_asked_changes_the_cases_as_it_must(change: dict[str, float], more: bool) -> None:
    plain = size(AREA).cases_needed["readers and cases"]
    other = size(replace(AREA, **change)).cases_needed["readers and cases"]
    assert plain is not None and other is not None
    assert (other > plain) == more


def test_too_few_readers_are_said_to_be_so_whatever_the_cases() -> None:
    found = size(replace(AREA, change_sd=0.2), readers=3)
    assert found.cases_needed["readers and cases"] is None
    assert found.cases_needed["cases"] is not None


def test_one_reader_alone_is_told_by_the_older_formulas() -> None:
    found = size(AREA).one_reader
    expected = for_roc_auc(0.80, 0.87, correlation=0.43, ratio=1.5)
    assert (found["positives"], found["negatives"]) == (expected.positives, expected.negatives)
    share = SizeQuestion("specificity", 0.70, 0.80, prevalence=0.4)
    apart = 0.7 * 0.2 + 0.8 * 0.3
    alone = for_sensitivity(0.70, 0.80, discordant=apart)
    assert size(share).one_reader["negatives"] == alone.positives


def test_without_a_list_there_is_no_power_but_a_need() -> None:
    found = size_of_study(AREA, 6, listed=None, rng=np.random.default_rng(0))
    assert found.power_listed == {} and found.cases_needed["cases"]
    assert found.simulated is None


@pytest.mark.parametrize(
    "question",
    [
        replace(AREA, with_model=0.80),
        replace(AREA, with_model=1.2),
        replace(AREA, prevalence=0.0),
        replace(AREA, change_sd=-1.0),
        SizeQuestion("sensitivity", 0.7, 0.8, prevalence=0.5, simulations=5),
        SizeQuestion("sensitivity", 0.7, 0.8, prevalence=0.5, discordant=0.01),
    ],
)
def test_expectations_that_cannot_be_are_refused(question: SizeQuestion) -> None:
    with pytest.raises(InputError):
        size(question)


PLAN = ReaderPlan(
    title="Study",
    arms=("alone", "aided"),
    readers=("reader-1",),
    reference_readers=(),
    washout_days=42,
    crossing="sessions",
    confidence_of="presence",
    levels=("L4-L5", "L5-S1"),
    sessions=(
        ReadingSession("reader-1", 1, (("C1", "alone"),), date(2030, 1, 7)),
        ReadingSession("reader-1", 2, (("C1", "aided"),), date(2030, 3, 4)),
    ),
    cases=1,
    patients=1,
)


def test_the_guide_names_every_column_the_washout_and_the_dates() -> None:
    text = guide_text(PLAN)
    for word in ("call:", "confidence:", "level:", "minutes:", "date:", "L4-L5, L5-S1"):
        assert word in text
    assert "At least 42 days" in text
    assert "Session 1: not before 2030-01-07." in text
    assert "Session 2: not before 2030-03-04." in text
    assert max(len(line) for line in text.splitlines()) <= 88


def test_the_guide_asks_for_the_confidence_that_the_plan_wants() -> None:
    assert "the finding is there" in guide_text(PLAN)
    assert "of your own call" in guide_text(replace(PLAN, confidence_of="call"))


def test_the_guide_of_one_arm_speaks_of_no_washout() -> None:
    text = guide_text(replace(PLAN, arms=("alone",), sessions=PLAN.sessions[:1]))
    assert "days must lie" not in text and "beside them" not in text
