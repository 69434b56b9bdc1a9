"""What the values of a label mean."""

from __future__ import annotations

import pytest

from condyle.datasets.case_names import case_names
from condyle.datasets.label_values import healthy_first, is_healthy, is_ordered, scale_of


def numbered(*texts: str) -> list[tuple[int, str]]:
    return list(enumerate(texts, start=2))


@pytest.mark.parametrize(
    ("texts", "names", "numbers"),
    [
        (("0", "1"), ("no", "yes"), {"0": 0, "1": 1}),
        (("1", "1.0"), ("no", "yes"), {"1": 1, "1.0": 1}),
        (("0", "3"), ("0", "1", "2", "3"), {"0": 0, "3": 3}),
        (("Yes", "no", "N"), ("no", "yes"), {"Yes": 1, "no": 0, "N": 0}),
        (("true", "FALSE"), ("no", "yes"), {"true": 1, "FALSE": 0}),
        (("complete", "none", "partial"), ("none", "partial", "complete"), None),
        (("grade 10", "grade 2"), ("grade 2", "grade 10"), None),
    ],
)
def test_the_values_of_a_label_get_numbers_and_names(
    texts: tuple[str, ...], names: tuple[str, ...], numbers: dict[str, int] | None
) -> None:
    scale = scale_of("label", numbered(*texts), file="t.csv")
    assert scale.names == names
    assert scale.numbers == (numbers or {name: at for at, name in enumerate(names)})


@pytest.mark.parametrize("name", ["Normal", "no tear", "non-injured", "healthy_controls"])
def test_names_of_the_healthy_are_known(name: str) -> None:
    assert is_healthy(name)


@pytest.mark.parametrize("name", ["abnormal", "tear", "node", "nonunion"])
def test_names_that_only_look_so_are_not(name: str) -> None:
    assert not is_healthy(name)


def test_the_healthy_come_first_whatever_their_letter() -> None:
    assert healthy_first(["acl", "normal", "cyst"]) == ("normal", "acl", "cyst")


def test_cases_are_called_after_their_file_and_with_its_folders_where_two_are_alike() -> None:
    assert case_names(["x/a", "y/b c"]) == {"x/a": "a", "y/b c": "b-c"}
    assert case_names(["x/a", "y/a"]) == {"x/a": "x-a", "y/a": "y-a"}
    assert case_names(["x/a", "x-a"]) == {"x/a": "a", "x-a": "x-a"}
    assert case_names(["x/a", "x-a", "y/a"]) == {"x/a": "x-a", "x-a": "x-a-2", "y/a": "y-a"}


def test_grades_whose_least_is_a_word_are_classes_in_order() -> None:
    cells = [(2, "none"), (3, "2"), (4, "1"), (5, "none")]
    scale = scale_of("strain", cells, file="labels.csv")
    assert scale.names == ("none", "1", "2")
    assert scale.numbers == {"none": 0, "1": 1, "2": 2}


@pytest.mark.parametrize(
    ("names", "sorted_names"),
    [
        (["complete", "partial", "intact"], ("intact", "partial", "complete")),
        (["severe", "none", "mild", "moderate"], ("none", "mild", "moderate", "severe")),
        (["3", "none", "1"], ("none", "1", "3")),
        (["zebra", "apple", "normal"], ("normal", "apple", "zebra")),
    ],
)
def test_degrees_in_words_are_sorted_by_degree(names: list[str], sorted_names: object) -> None:
    assert healthy_first(names) == sorted_names


@pytest.mark.parametrize(
    ("names", "ascend"),
    [
        (("intact", "partial-tear", "complete-tear"), True),
        (("0", "1", "2"), True),
        (("none", "1", "2"), True),
        (("intact", "complete", "partial"), False),
        (("normal", "apple", "zebra"), False),
        (("no", "yes"), False),
        (("normal", "none", "mild"), False),
    ],
)
def test_classes_ascend_only_where_numbers_or_words_say_so(
    names: tuple[str, ...], ascend: bool
) -> None:
    assert is_ordered(names) is ascend
