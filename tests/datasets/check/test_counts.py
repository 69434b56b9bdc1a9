"""Patients and images are counted by what is known of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from condyle.datasets.check.counts import (
    MOST_VALUES,
    age_group,
    count_tables,
    label_counts,
)
from condyle.datasets.check.look import look_at_case
from condyle.domain.case import LabelledBox
from condyle.domain.data_report import CountTable, LabelCounts


def tables_of(planted: Any) -> dict[str, CountTable]:
    archive = planted.archive()
    looks = [look_at_case(case, archive=archive) for case in archive.cases]
    return {table.name: table for table in count_tables(looks, sides=archive.sides)}


def labels_of(planted: Any) -> dict[tuple[str, str], LabelCounts]:
    archive = planted.archive()
    looks = [look_at_case(case, archive=archive) for case in archive.cases]
    return {(one.label, one.unit): one for one in label_counts(looks, archive=archive)}


def rows(table: CountTable | LabelCounts) -> list[tuple[str, int, int]]:
    return [(count.value, count.patients, count.items) for count in table.counts]


def test_series_are_counted_by_sequence_plane_size_and_format(planted: Any, texture: Any) -> None:
    planted.pixels = {0: texture(0, slices=4, rows=100)}
    tables = tables_of(planted)
    assert rows(tables["sequence"]) == [("t2", 24, 24)]
    assert rows(tables["plane"]) == [("sagittal", 24, 24)]
    assert rows(tables["matrix size"]) == [("96 x 80", 23, 23), ("100 x 80", 1, 1)]
    assert rows(tables["slices a series"]) == [("1", 23, 23), ("4", 1, 1)]
    assert rows(tables["file format"]) == [("picture", 24, 24)]


def test_covariates_age_and_sides_are_counted_by_case(planted: Any) -> None:
    planted.covariates = {n: {"sex": "FM"[n % 2], "age": str(10 + 5 * n)} for n in range(20)}
    planted.sides = {"p0": "test", "p1": "train"}
    tables = tables_of(planted)
    assert rows(tables["sex"]) == [("F", 10, 10), ("M", 10, 10), ("", 4, 4)]
    assert rows(tables["age"]) == [
        ("80+", 6, 6),
        ("18 to 39", 4, 4),
        ("40 to 59", 4, 4),
        ("60 to 79", 4, 4),
        ("under 18", 2, 2),
        ("", 4, 4),
    ]
    assert rows(tables["side of its own split"]) == [("test", 1, 1), ("train", 1, 1), ("", 22, 22)]


@pytest.mark.parametrize(
    ("age", "group"), [(17.9, "under 18"), (18, "18 to 39"), (80, "80+"), (float("nan"), "")]
)
def test_ages_fall_into_groups(age: float, group: str) -> None:
    assert age_group(age) == group


def test_what_another_case_of_the_patient_tells_is_known(planted: Any) -> None:
    archive = planted.archive()
    first, second = archive.cases[:2]
    object.__setattr__(second, "patient", first.patient)
    object.__setattr__(first, "covariates", {"sex": "F"})
    looks = [look_at_case(case, archive=archive) for case in (first, second)]
    tables = {table.name: table for table in count_tables(looks, sides={})}
    assert rows(tables["sex"]) == [("F", 1, 2)]


def test_rare_values_are_counted_together_and_names_are_no_groups(
    planted: Any, texture: Any
) -> None:
    planted.pixels = {n: texture(n, rows=64 + n) for n in range(24)}
    planted.covariates = {n: {"operator": f"name {n}"} for n in range(24)}
    tables = tables_of(planted)
    listed = tables["matrix size"].counts
    assert len(listed) == MOST_VALUES
    assert (listed[-1].value, listed[-1].items) == ("13 others", 13)
    assert "operator" not in tables


def test_a_label_counts_its_values_and_what_is_missing(planted: Any) -> None:
    planted.grades = {0: {}, 1: {"study": {"other": 1}}}
    found = labels_of(planted)
    label = found[("acl-tear", "study")]
    assert rows(label) == [("no", 11, 11), ("yes", 11, 11)]
    assert (label.missing, label.of) == (1, 23)
    assert rows(found[("other", "study")]) == [("1", 1, 1)]


def test_a_value_that_no_unit_has_is_counted_as_none(planted: Any) -> None:
    planted.grades = {n: {"study": {"acl-tear": 0}} for n in range(24)}
    assert rows(labels_of(planted)[("acl-tear", "study")]) == [("no", 24, 24), ("yes", 0, 0)]


def test_labels_of_discs_and_of_images_are_counted_apart(planted: Any) -> None:
    planted.grades = {
        n: {"disc-1": {"acl-tear": 1}, "disc-2": {"acl-tear": 0}, f"image-{n}": {"acl-tear": 1}}
        for n in range(24)
    }
    found = labels_of(planted)
    assert rows(found[("acl-tear", "disc")]) == [("no", 24, 24), ("yes", 24, 24)]
    assert rows(found[("acl-tear", "series")]) == [("no", 0, 0), ("yes", 24, 24)]


def test_boxes_are_counted_by_class_with_pictures_that_hold_none(planted: Any) -> None:
    box = LabelledBox((1, 1, 9, 9), ("slip", "herniation"))
    planted.boxes = {0: (box, box), 1: (LabelledBox((1, 1, 9, 9), ()),), 2: ()}
    found = labels_of(planted)[("boxes", "box")]
    assert rows(found) == [
        ("herniation", 1, 2),
        ("slip", 1, 2),
        ("no class", 1, 1),
        ("picture without a box", 1, 1),
    ]
    assert (found.missing, found.of) == (21, 24)


def test_masks_are_counted_by_structure_with_those_that_are_empty(planted: Any) -> None:
    marked = np.zeros((1, 96, 80), np.uint8)
    marked[0, 5:20, 5:30] = 1
    planted.structures = ("background", "disc", "canal")
    planted.masks = {0: marked, 1: marked * 0}
    found = labels_of(planted)[("masks", "mask")]
    assert rows(found) == [("disc", 1, 1), ("canal", 0, 0), ("nothing marked", 1, 1)]
    assert (found.missing, found.of) == (22, 24)
