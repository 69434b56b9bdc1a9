"""Each planted fault raises its alarm, and a clean archive raises none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from condyle.datasets.archive import Unreadable
from condyle.datasets.check.assemble import assembled, duplicates_of, shortcuts_of
from condyle.datasets.check.look import look_at_case
from condyle.domain.case import LabelledBox
from condyle.domain.data_report import DataReport, Place, Text, TextSearch

NO_TEXT = TextSearch(looked=24, of=24)


def check(planted: Any, *, text: TextSearch = NO_TEXT, unreadable: bool = False) -> DataReport:
    archive = planted.archive()
    if unreadable:
        object.__setattr__(archive, "unreadable", (Unreadable("a/b.png", "an empty file"),))
    looks = [look_at_case(case, archive=archive) for case in archive.cases]
    return assembled(
        looks,
        archive=archive,
        duplicates=duplicates_of(looks, archive=archive),
        shortcuts=shortcuts_of(looks, archive=archive, seed=0),
        text=text,
    )


def alarms(report: DataReport) -> dict[str, int]:
    return {alarm.code: alarm.count for alarm in report.alarms}


def test_a_clean_archive_raises_no_alarm(planted: Any) -> None:
    report = check(planted)
    assert report.alarms == ()
    assert (report.patients, report.cases, report.series, report.slices) == (24, 24, 24, 24)
    assert len(report.not_looked_at) == 1


def test_a_clean_archive_with_masks_boxes_and_two_scanners_raises_no_alarm(planted: Any) -> None:
    rows, columns = np.mgrid[:96, :80]
    for n in range(24):
        marked = (rows - 40 - n) ** 2 + (columns - 40) ** 2 < (10 + n % 5) ** 2
        planted.masks[n] = (marked.astype(np.uint8) * (n % 4 > 0))[None]
        planted.boxes[n] = (LabelledBox((10, 10, 30 + n, 40), ("tear",)),) if n % 2 else ()
        planted.covariates[n] = {"scanner": "AB"[n // 12], "sex": "FM"[n // 2 % 2]}
    planted.structures = ("background", "meniscus")
    report = check(planted)
    assert report.alarms == ()
    assert any(not one.reason for one in report.shortcuts)


def test_a_patient_on_several_sides_raises_a_fault(planted: Any) -> None:
    planted.leaks = ("p1", "p2")
    planted.sides = {"p3": "train", "p4": "test"}
    report = check(planted)
    assert alarms(report) == {"patient-on-several-sides": 2}
    assert report.sides == (("test", 1), ("train", 1))


def test_a_copy_under_another_patient_raises_a_fault(planted: Any, texture: Any) -> None:
    planted.pixels = {7: texture(2)}
    planted.sides = {f"p{n}": "test" if n == 7 else "train" for n in range(24)}
    assert alarms(check(planted)) == {
        "picture-of-several-patients": 1,
        "picture-on-several-sides": 1,
    }


def test_a_mirrored_copy_under_another_patient_raises_a_fault(planted: Any, texture: Any) -> None:
    planted.pixels = {7: np.ascontiguousarray(texture(2)[:, :, ::-1])}
    report = check(planted)
    assert alarms(report) == {"alike-picture-of-several-patients": 1}
    assert report.duplicates[0].turn == "left-right"


def test_a_file_and_an_image_that_cannot_be_read_raise_a_fault(planted: Any) -> None:
    planted.broken = {5}
    report = check(planted, unreadable=True)
    assert alarms(report) == {"unreadable": 2}
    assert report.unreadable == (
        ("a/b.png", "an empty file"),
        ("case-5, image-5", "a PNG that ends too early"),
    )
    assert report.series == 23


def test_a_class_told_by_its_matrix_size_raises_a_warning(planted: Any, texture: Any) -> None:
    planted.pixels = {n: texture(n, rows=112) for n in range(0, 24, 2)}
    report = check(planted)
    assert alarms(report) == {"told-by-headers": 1}
    assert report.alarms[0].subjects == ("acl-tear: yes",)


def test_minors_raise_a_warning(planted: Any) -> None:
    planted.covariates = {n: {"age": "12" if n < 2 else "40"} for n in range(24)}
    assert alarms(check(planted)) == {"under-18": 2}


def test_burned_in_text_and_markers_raise_warnings_a_picture(planted: Any) -> None:
    box = (1.0, 1.0, 5.0, 9.0)
    first, second = (Place(f"case-{n}", f"p{n}", f"image-{n}") for n in (1, 2))
    found = (Text(first, box, 8), Text(first, box, 10), Text(second, box, 1, "L"))
    report = check(planted, text=TextSearch(24, 24, found))
    assert alarms(report) == {"text-in-pictures": 1, "marker-in-pictures": 1}


def test_text_that_was_not_looked_for_is_said_and_is_no_alarm(planted: Any) -> None:
    report = check(planted, text=TextSearch(0, 24, reason="no reader is installed"))
    assert report.alarms == ()
    assert "0 of 24 pictures were searched; no reader is installed" in report.not_looked_at[0]


def test_longer_series_are_said_to_be_compared_in_part(planted: Any) -> None:
    planted.slices, planted.patients = 10, 4
    assert any("8 slices of each of 4 longer series" in s for s in check(planted).not_looked_at)


@pytest.mark.parametrize(
    ("marked", "code"),
    [
        (np.ones((1, 96, 80), np.uint8), "mask-spread"),
        (np.arange(96 * 80).reshape(1, 96, 80).astype(np.uint8), "mask-heat-map"),
    ],
)
def test_what_is_no_mask_raises_a_fault(planted: Any, marked: Any, code: str) -> None:
    planted.masks = {3: marked}
    found = alarms(check(planted))
    assert found[code] == 1


def test_faults_stand_before_warnings(planted: Any) -> None:
    planted.boxes = {3: (LabelledBox((1, 1, 2, 2), ("a",)), LabelledBox((9, 9, 1, 1), ("a",)))}
    report = check(planted)
    assert [alarm.severity for alarm in report.alarms] == ["fault", "warning", "warning"]
    assert report.alarms[0].code == "box-empty"


def test_labels_that_cannot_be_learned_from_raise_alarms(planted: Any) -> None:
    planted.grades = {
        n: {"study": {"acl-tear": 1, "rare": int(n < 3)} | ({"gap": n % 2} if n > 1 else {})}
        for n in range(24)
    }
    found = {alarm.code: alarm.subjects for alarm in check(planted).alarms}
    assert found == {
        "label-of-one-value": ("acl-tear",),
        "rare-value": ("rare: 1",),
        "label-missing": ("gap",),
    }


def test_masks_of_which_none_marks_anything_raise_a_fault(planted: Any) -> None:
    planted.structures = ("background", "meniscus")
    planted.masks = {n: np.zeros((1, 96, 80), np.uint8) for n in range(24)}
    assert "masks-all-empty" in alarms(check(planted))
