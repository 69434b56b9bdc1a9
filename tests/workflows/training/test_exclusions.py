"""Whom a study leaves out, and that it is told of how many nothing was known."""

from __future__ import annotations

import pytest

from condyle.domain.case import Case, Reference
from condyle.domain.study import Study
from condyle.errors import DatasetError
from condyle.training.recipe_parts import ExclusionPart
from condyle.workflows.training.exclusions import without_excluded

SURGERY = ExclusionPart(reason="surgery", covariate="previous-surgery", values=("yes", "1"))
YOUNG = ExclusionPart(reason="age-under-18", covariate="age", below=18)


def case(name: str, patient: str = "", **covariates: str) -> Case:
    said = {key.replace("_", "-"): value for key, value in covariates.items()}
    return Case(name, patient or name, Study(None, ()), Reference(), said)


def kept(cases: list[Case], *exclusions: ExclusionPart) -> list[str]:
    return [one.id for one in without_excluded(cases, exclusions)[0]]


@pytest.mark.parametrize(
    ("value", "stays"),
    [("yes", False), ("YES", False), (" yes ", False), ("1", False), ("no", True), ("", True)],
)
def test_a_value_that_excludes_is_compared_as_text_whatever_its_case(value, stays) -> None:
    cases = [case("other"), case("a", previous_surgery=value)]
    assert kept(cases, SURGERY) == (["other", "a"] if stays else ["other"])


@pytest.mark.parametrize(
    ("age", "stays"),
    [("17", False), ("17.9", False), ("18", True), ("017Y", False), ("045Y", True), ("old", True)],
)
def test_a_number_under_the_limit_excludes_also_as_dicom_writes_an_age(age, stays) -> None:
    assert ("a" in kept([case("other"), case("a", age=age)], YOUNG)) is stays


def test_a_number_over_the_limit_excludes() -> None:
    heavy = ExclusionPart(reason="weight", covariate="kg", above=120)
    assert kept([case("a", kg="120"), case("b", kg="121")], heavy) == ["a"]


def test_it_is_told_how_many_were_left_out_and_of_how_many_nothing_is_known() -> None:
    cases = [
        case("a1", "a", previous_surgery="yes"),
        case("a2", "a", previous_surgery="yes"),
        case("b1", "b", previous_surgery="yes"),
        case("b2", "b", previous_surgery="no"),
        case("c"),
    ]
    left, told = without_excluded(cases, (SURGERY, YOUNG))
    assert [one.id for one in left] == ["b2", "c"]
    assert told == (
        "Left out for surgery: 3 cases of 1 patients; 'previous-surgery' is not known of 1 cases,"
        " which stay.",
        "Left out for age-under-18: 0 cases of 0 patients; 'age' is not known of 2 cases,"
        " which stay.",
    )


def test_exclusions_that_leave_nobody_are_refused() -> None:
    with pytest.raises(DatasetError) as caught:
        without_excluded([case("a", age="12")], (YOUNG,))
    assert "1 cases of 1 patients" in caught.value.found
    assert "data.exclude" in caught.value.mend


def test_without_exclusions_everybody_stays_and_nothing_is_said() -> None:
    cases = (case("a"), case("b"))
    assert without_excluded(cases, ()) == (cases, ())
