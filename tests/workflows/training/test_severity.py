"""A grade of the study from what its mask measures."""

from __future__ import annotations

import numpy as np
import pytest

from condyle.domain.case import Case, Reference
from condyle.domain.study import Study
from condyle.errors import DatasetError
from condyle.evaluation.ordinal_regression import ProportionalOdds
from condyle.training.recipe import read_recipe
from condyle.workflows.training.severity import (
    MEASURES,
    Severity,
    fit_severity,
    mean_severity,
    severity_of,
    severity_target,
)

LABELS = {"acl-tear": ("no", "yes"), "acl-injury": ("intact", "partial", "complete")}


def case(name: str, grade: int | None) -> Case:
    grades = {} if grade is None else {"study": {"acl-injury": grade, "acl-tear": int(grade > 0)}}
    return Case(name, name, Study(None, ()), Reference(grades=grades))


CASES = [case(str(n), n % 3) for n in range(60)]


def asked(severity: str | None):
    return read_recipe("knee-unet", settings={"target.severity": severity or "null"})


def target(severity: str | None = "auto", labels=LABELS):
    return severity_target(asked(severity), cases=CASES, labels=labels)


def test_the_archives_own_ordered_label_is_taken() -> None:
    found = target()
    assert found is not None and found.name == "acl-injury"
    assert found.classes == ("intact", "partial", "complete")
    assert target("acl-injury") == found


def test_there_is_none_where_none_is_asked_for_or_no_label_ascends() -> None:
    assert target(None) is None
    assert target(labels={"acl-tear": ("no", "yes")}) is None
    assert target(labels={"acl-injury": ("intact", "complete", "partial")}) is None
    assert target(labels={"elsewhere": ("0", "1", "2")}) is None


def test_a_label_that_is_named_and_not_there_is_refused() -> None:
    with pytest.raises(DatasetError, match="no label"):
        target("meniscal-injury")


def test_the_grade_follows_the_measures_that_it_was_fitted_on() -> None:
    rng = np.random.default_rng(1)
    grades = [c.reference.grades["study"]["acl-injury"] for c in CASES]
    measures = [[3.0 * g + rng.normal(0, 0.5), 2.0 * g] for g in grades]
    wanted = target()
    assert wanted is not None
    fit = fit_severity(wanted, CASES, measures)
    assert fit is not None and len(fit.odds.weights) == len(MEASURES)
    told = [fit.row(c, m) for c, m in zip(CASES, measures, strict=True)]
    right = np.mean([r.prediction == r.reference for r in told])
    assert right > 0.9
    assert all(sum(r.probabilities) == pytest.approx(1.0, abs=1e-4) for r in told)
    assert {(r.task, r.unit, r.fold) for r in told} == {("acl-injury", "study", -1)}


def test_validation_patients_of_one_grade_or_of_none_give_no_fit() -> None:
    wanted = target()
    assert wanted is not None
    assert fit_severity(wanted, [case("a", 1), case("b", 1)], [[0, 0], [1, 1]]) is None
    assert fit_severity(wanted, [case("a", None)], [[0, 0]]) is None


def test_a_bundle_keeps_it_and_gives_it_back() -> None:
    wanted = target()
    assert wanted is not None
    fits = [Severity(wanted, ProportionalOdds((1.0, w), (0.0, c))) for w, c in ((0, 1), (2, 3))]
    mean = mean_severity(fits)
    assert mean.odds == ProportionalOdds((1.0, 1.0), (0.0, 2.0))
    again = severity_of({"severity": mean.settings()})
    assert again == mean
    assert severity_of({"threshold": 0.5}) is None
