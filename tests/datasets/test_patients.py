"""Whose an image is, where only paths tell."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.datasets.archive import ArchiveOptions
from condyle.datasets.patients import (
    are_patients,
    by_pattern,
    each_its_own,
    patient_pattern,
    patients_of,
)
from condyle.errors import BadConfiguration, DatasetError

NO_OPTIONS = ArchiveOptions()


def told(*paths: str) -> list[str]:
    return list(patients_of(paths, NO_OPTIONS).of.values())


@pytest.mark.parametrize(
    "names",
    [
        {"p1", "p2"},
        {"0012", "0013", "0014"},
        {"Patient 1", "Patient 2"},
        {"case_01", "case_02"},
        {"anna", "bob", "carl", "dora", "eve"},
        {"9a", "b7", "c3"},
    ],
)
def test_folders_of_patients_are_known(names: set[str]) -> None:
    assert are_patients(names)


@pytest.mark.parametrize(
    "names",
    [
        {"p1"},
        {"T1", "T2"},
        {"sagittal", "coronal", "axial"},
        {"T2_SPACE", "T1_TSE"},
        {"healthy", "patients"},
        {"grade0", "grade1", "grade2", "grade3", "grade4"},
        {"site1", "site2"},
        {"fold0", "fold1", "fold2", "fold3", "fold4"},
        {"train", "test"},
        {"images", "masks"},
        {"anna", "bob"},
        {"p1", "healthy"},
        {"acl", "meniscus", "cartilage", "muscle", "tear"},
    ],
)
def test_folders_of_anything_else_are_not(names: set[str]) -> None:
    assert not are_patients(names)


def test_the_deepest_level_that_tells_patients_apart_is_taken() -> None:
    paths = ("site1/p1/T1/a.png", "site1/p2/T1/a.png", "site2/p3/T2/a.png")
    assert told(*paths) == ["p1", "p2", "p3"]


def test_the_part_before_the_slice_is_the_patient_without_its_sequence() -> None:
    paths = ("P01_T1_sag_slice_1.png", "P01_T2_sag_slice_1.png", "P02_T1_sag_slice_9.png")
    assert told(*paths) == ["P01", "P01", "P02"]
    how = patients_of(paths, NO_OPTIONS).how
    assert "before the number of the slice, as P01 in P01_T1_sag_slice_1.png" in how


@pytest.mark.parametrize(
    "names",
    [
        ("slice_1.png", "slice_2.png"),
        ("knee_slice1.png", "knee_slice2.png"),
        ("sag_s1.png", "cor_s1.png"),
        ("T1_im1.png", "T2_im1.png"),
        ("train_slice1.png", "test_slice2.png"),
        ("a1_slice1.png", "odd.png"),
    ],
)
def test_names_that_lead_to_nobody_leave_each_its_own(names: Sequence[str]) -> None:
    found = patients_of(names, NO_OPTIONS)
    assert found.own and len(set(found.of.values())) == len(names)
    assert "NOTHING SAYS WHOSE" in found.how


def test_two_numbers_are_a_guess_that_is_not_certain() -> None:
    found = patients_of([f"{who}-{n}.png" for who in (7, 8, 9) for n in (1, 2)], NO_OPTIONS)
    assert not found.certain and set(found.of.values()) == {"7", "8", "9"}


@pytest.mark.parametrize(
    "names",
    [
        ("2020-01.png", "2020-02.png", "2020-03.png"),
        ("7-1.png", "8-1.png", "9-1.png"),
        ("7-1.png", "7-2.png", "8-1.png"),
    ],
    ids=["one-leading-number", "as-many-as-files", "two-leading-numbers"],
)
def test_two_numbers_that_group_nothing_well_are_no_guess(names: Sequence[str]) -> None:
    assert patients_of(names, NO_OPTIONS).own


def test_names_that_two_files_share_are_told_apart_by_their_folders() -> None:
    assert list(each_its_own(("a/k.png", "b/k.png", "b/m.nii.gz")).of.values()) == [
        "a/k",
        "b/k",
        "m",
    ]


def test_a_pattern_is_searched_in_the_whole_path() -> None:
    pattern = patient_pattern(r"/(\w+)_")
    assert by_pattern(pattern, "x/P1_a.png") == "P1"
    for path in ("P1_a.png", "x/P1.png"):
        with pytest.raises(DatasetError) as refused:
            by_pattern(pattern, path)
        assert path in refused.value.found and len(refused.value.lines()) == 4


def test_a_group_that_matches_nothing_is_nobody() -> None:
    with pytest.raises(DatasetError):
        by_pattern(patient_pattern("x(y)?"), "x.png")


@pytest.mark.parametrize("wrong", ["", "p", "(", "(?P<a>", "[a", "*"])
def test_a_pattern_must_be_one_with_a_group(wrong: str) -> None:
    with pytest.raises(BadConfiguration) as refused:
        patient_pattern(wrong)
    assert refused.value.failed == "data.options.patient cannot be used."


NAME = r"([a-z]{1,4}[0-9]{0,2}/){0,2}k[a-zA-Z]{0,2}[_-]?[0-9]{0,3}(_s[0-9])?\.png"
PATHS = st.lists(st.from_regex(NAME, fullmatch=True), min_size=1, max_size=8, unique=True)


@given(PATHS)
def test_every_path_has_a_patient_who_is_somebody(paths: list[str]) -> None:
    found = patients_of(paths, NO_OPTIONS)
    assert list(found.of) == paths and all(found.of.values())
    assert found.own == (found.how.startswith("NOTHING"))
    assert not found.own or len(set(found.of.values())) == len(paths)
