"""An archive of simulated patients reads back in its layout as what was simulated."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pydicom
import pytest

from condyle.datasets.archive import Archive
from condyle.datasets.layouts import layout_of, open_archive
from condyle.datasets.simulated_marker import MARKER, README, read_marker
from condyle.domain.case import STUDY_UNIT
from condyle.domain.progress import Progress
from condyle.errors import OutputError, UnknownName, UsageError
from condyle.phantoms.population import ANATOMIES, simulated_cases
from condyle.phantoms.simulated import SimulatedPatient
from condyle.workflows.simulate_archive import (
    DEFAULT_LAYOUTS,
    ArchiveRequest,
    layouts_of,
    simulate_archive,
)
from condyle.workflows.simulated_fit import picture_values

SIZE, SLICES, PATIENTS, SEED = 40, 4, 2, 1
MADE = {
    "ankle": ("pairs", "table", "dicom"),
    "knee": ("mrnet", "coco", "dicom"),
    "lumbar": ("pairs", "voc", "coco", "yolo", "spider", "dicom"),
}
"""Layouts that each anatomy is written in; every layout is there, class folders aside."""

ILL = {"ankle": {"osteochondral-lesion": 1.0}, "knee": {}, "lumbar": {"disc-herniation": 1.0}}


def request(anatomy: str, layout: str | None, **more: object) -> ArchiveRequest:
    more.setdefault("prevalence", ILL.get(anatomy, {}))
    return ArchiveRequest(
        anatomy,
        PATIENTS,
        seed=SEED,
        layout=layout,
        size=SIZE,
        slices=SLICES,
        **more,
    )


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def people() -> dict[str, list[SimulatedPatient]]:
    return {
        anatomy: list(
            simulated_cases(
                anatomy,
                patients=PATIENTS,
                seed=SEED,
                size=SIZE,
                slices=SLICES,
                prevalence=ILL[anatomy],
            )
        )
        for anatomy in ANATOMIES
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """The archives of ``MADE``."""
    root = tmp_path_factory.mktemp("archives")
    return {
        (anatomy, layout): simulate_archive(root / anatomy / layout, request(anatomy, layout))
        for anatomy, layouts in MADE.items()
        for layout in layouts
    }


def opened(made: dict[tuple[str, str], Path], anatomy: str, layout: str) -> Archive:
    return open_archive(made[anatomy, layout])


def test_every_layout_that_can_be_written_is_tried_here() -> None:
    every = {layout for anatomy in ANATOMIES for layout in layouts_of(anatomy)}
    assert {layout for layouts in MADE.values() for layout in layouts} == every - {"folders"}
    for anatomy, layouts in MADE.items():
        assert set(layouts) <= set(layouts_of(anatomy))


def test_every_layout_is_recognised_marked_and_read_whole(
    made: dict[tuple[str, str], Path],
) -> None:
    for (anatomy, layout), folder in made.items():
        assert layout_of(folder) == layout
        marker = read_marker(folder)
        assert marker is not None
        assert (marker.anatomy, marker.layout, marker.patients) == (anatomy, layout, PATIENTS)
        assert (folder / README).read_text("utf-8").startswith("SIMULATED")
        archive = open_archive(folder)
        assert len({case.patient for case in archive.cases}) == PATIENTS
        assert archive.unreadable == ()


def test_nothing_is_left_of_what_was_put_aside(made: dict[tuple[str, str], Path]) -> None:
    for folder in made.values():
        assert not list(folder.parent.glob(".simulating-*"))


@pytest.mark.parametrize("anatomy", ["ankle", "lumbar"])
def test_pairs_hold_the_voxels_the_masks_and_the_geometry(
    made: dict[tuple[str, str], Path], people: dict[str, list[SimulatedPatient]], anatomy: str
) -> None:
    archive = opened(made, anatomy, "pairs")
    assert archive.structures == ANATOMIES[anatomy].structures
    read = {case.id: case for case in archive.cases}
    for patient in people[anatomy]:
        for series in patient.series:
            case = read[f"{patient.case.id}_{series.stem}"]
            assert case.patient == patient.case.id
            (one,) = case.study.series
            np.testing.assert_allclose(one.load().array, series.volume.array, atol=0.51)
            assert one.spacing == pytest.approx(series.volume.spacing, rel=1e-4)
            assert (one.plane.value, one.weighting.value) == (series.plane, series.weighting)
            (mask,) = case.reference.masks.values()
            assert series.mask is not None
            np.testing.assert_array_equal(mask, series.mask)
            assert case.covariates == patient.case.covariates


@pytest.mark.parametrize(
    ("anatomy", "layout"),
    [("lumbar", "voc"), ("lumbar", "coco"), ("lumbar", "yolo"), ("knee", "coco")],
)
def test_boxes_read_back_slice_by_slice(
    made: dict[tuple[str, str], Path],
    people: dict[str, list[SimulatedPatient]],
    anatomy: str,
    layout: str,
) -> None:
    archive = opened(made, anatomy, layout)
    read = {(case.patient, case.study.series[0].stem): case for case in archive.cases}
    for patient in people[anatomy]:
        for series in patient.series:
            for index in range(SLICES):
                case = read[patient.case.id, f"{series.stem}_slice{index:03d}"]
                (boxes,) = case.reference.boxes.values()
                wanted = [box for box in series.boxes or () if box.slice == index]
                if layout == "yolo":
                    wanted = [box for box in wanted if not box.difficult]
                assert {(box.box, box.labels) for box in boxes} == {
                    (box.box, box.labels) for box in wanted
                }
                assert case.study.series[0].plane.value == series.plane


def test_an_mrnet_exam_has_three_planes_and_the_labels_of_the_study(
    made: dict[tuple[str, str], Path], people: dict[str, list[SimulatedPatient]]
) -> None:
    archive = opened(made, "knee", "mrnet")
    for case, patient in zip(archive.cases, people["knee"], strict=True):
        assert [one.plane.value for one in case.study.series] == ["axial", "coronal", "sagittal"]
        assert all(one.shape == (SLICES, SIZE, SIZE) for one in case.study.series)
        truth = patient.case.reference.grades[STUDY_UNIT]
        grades = case.reference.grades[STUDY_UNIT]
        assert set(grades) == {"knee-abnormality", "acl-tear", "meniscal-tear"}
        assert grades == {label: truth[label] for label in grades}


def test_a_spider_archive_has_the_discs_and_the_masked_slices(
    made: dict[tuple[str, str], Path], people: dict[str, list[SimulatedPatient]]
) -> None:
    archive = opened(made, "lumbar", "spider")
    graded = [case for case in archive.cases if not case.reference.masks]
    for case, patient in zip(graded, people["lumbar"], strict=True):
        assert int(case.id) == 90_000 + int(patient.case.id)
        for unit, row in case.reference.grades.items():
            truth = patient.case.reference.grades[unit]
            assert {name: row[name] for name in truth} == truth
            assert row["modic-change"] == 0
    masked = [case for case in archive.cases if case.reference.masks]
    assert len(masked) == PATIENTS * SLICES


def test_a_table_has_the_labels_of_the_study_on_every_row(
    made: dict[tuple[str, str], Path], people: dict[str, list[SimulatedPatient]]
) -> None:
    archive = opened(made, "ankle", "table")
    for case, patient in zip(archive.cases, people["ankle"], strict=True):
        truth = patient.case.reference.grades[STUDY_UNIT]["osteochondral-lesion"]
        assert case.reference.grades[STUDY_UNIT]["osteochondral-lesion"] == truth
        assert [one.stem for one in case.study.series] == [one.stem for one in patient.series]
        assert set(case.reference.masks) == {one.stem for one in patient.series}


@pytest.mark.parametrize("anatomy", sorted(ANATOMIES))
def test_dicom_studies_read_as_what_was_acquired(
    made: dict[tuple[str, str], Path], people: dict[str, list[SimulatedPatient]], anatomy: str
) -> None:
    archive = opened(made, anatomy, "dicom")
    ages = sorted(case.covariates["age"] for case in archive.cases)
    assert ages == sorted(str(one.person.age_years) for one in people[anatomy])
    for case in archive.cases:
        assert all(one.simulated for one in case.study.series)
    for patient in people[anatomy]:
        folder = made[anatomy, "dicom"] / "studies" / patient.case.id
        headers = [
            pydicom.dcmread(min((folder / one.stem).glob("*.dcm")), stop_before_pixels=True)
            for one in patient.series
        ]
        for header, series in zip(headers, patient.series, strict=True):
            side = {"left": "L", "right": "R"}.get(patient.person.laterality or "", "")
            assert header.Laterality == side
            assert header.BodyPartExamined == ANATOMIES[anatomy].body_part
            assert header.SyntheticData == "YES"
            assert header.PatientSex == patient.person.sex
            assert header.MagneticFieldStrength == patient.person.field_t
            assert header.EchoTime == series.sequence.echo_time_ms
            assert (header.ScanOptions == "FS") == series.fat_suppressed
        assert len({header.StudyInstanceUID for header in headers}) == 1


def test_what_dicom_files_cannot_say_lies_beside_them(
    made: dict[tuple[str, str], Path], people: dict[str, list[SimulatedPatient]]
) -> None:
    root = made["lumbar", "dicom"]
    for patient in people["lumbar"]:
        truth = json.loads((root / "truth" / patient.case.id / "truth.json").read_text("utf-8"))
        assert truth["grades"] == patient.case.reference.grades
        boxes = patient.case.reference.boxes["t2-sagittal"]
        assert [one["labels"] for one in truth["boxes"]["t2-sagittal"]] == [
            list(box.labels) for box in boxes
        ]
        assert (root / "truth" / patient.case.id / "t2-sagittal.nii.gz").is_file()
        read = pydicom.dcmread(
            next((root / "studies" / patient.case.id / "t1-sagittal").glob("*.dcm"))
        )
        assert read.SeriesInstanceUID == truth["series_uids"]["t1-sagittal"]
    with (root / "labels.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["label_disc-herniation"] for row in rows] == [
        ("no", "yes")[one.case.reference.grades[STUDY_UNIT]["disc-herniation"]]
        for one in people["lumbar"]
    ]


def test_the_series_of_a_dicom_study_are_read_with_their_contrast(
    made: dict[tuple[str, str], Path],
) -> None:
    case = opened(made, "ankle", "dicom").cases[0]
    told = {
        (one.plane.value, one.weighting.value, one.fat_suppressed.value)
        for one in case.study.series
    }
    assert told == {
        (plane, *contrast)
        for plane in ("coronal", "sagittal")
        for contrast in (("t1", False), ("t2", True))
    }


def test_class_folders_hold_the_slices_that_show_the_class(tmp_path: Path) -> None:
    wanted = ArchiveRequest("ankle", 6, seed=2, size=32, slices=3, difficulty=0.0)
    assert wanted.layout_name == DEFAULT_LAYOUTS["ankle"] == "folders"
    archive = open_archive(simulate_archive(tmp_path / "out", wanted))
    assert archive.labels == {"class": ("no-osteochondral-lesion", "osteochondral-lesion")}
    truth = {
        one.case.id: one
        for one in simulated_cases("ankle", patients=6, seed=2, size=32, slices=3, difficulty=0.0)
    }
    for case in archive.cases:
        patient = truth[case.patient]
        ill = patient.case.reference.grades[STUDY_UNIT]["osteochondral-lesion"]
        assert {row["class"] for row in case.reference.grades.values()} == {ill}
        shown = sum(
            value == ill
            for one in patient.series
            for value in one.slice_grades["osteochondral-lesion"]
        )
        assert len(case.study.series) == shown


def test_the_same_request_writes_the_same_bytes(
    made: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    for layout in ("dicom", "voc"):
        again = simulate_archive(tmp_path / layout, request("lumbar", layout))
        assert hashes(again) == hashes(made["lumbar", layout])


def test_progress_counts_the_patients(tmp_path: Path) -> None:
    steps: list[Progress] = []
    simulate_archive(tmp_path / "out", request("knee", "mrnet"), progress=steps.append)
    counted = [step.done for step in steps if step.stage == "simulate"]
    assert counted == list(range(PATIENTS + 1))
    assert steps[-1] == Progress("write", 1, 1)


@pytest.mark.parametrize(
    ("anatomy", "layout", "error", "word"),
    [
        ("elbow", "voc", UnknownName, "lumbar"),
        ("knee", "zip", UnknownName, "pairs"),
        ("ankle", "mrnet", UsageError, "folders"),
        ("knee", "spider", UsageError, "mrnet"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anybody_is_made(
    tmp_path: Path, anatomy: str, layout: str, error: type[UsageError], word: str
) -> None:
    with pytest.raises(error) as caught:
        simulate_archive(tmp_path / "out", request(anatomy, layout))
    assert word in caught.value.needed
    assert not (tmp_path / "out").exists()


def test_a_label_that_the_anatomy_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="osteochondral-lesion"):
        simulate_archive(tmp_path / "out", request("ankle", "folders", label="gout"))


@pytest.mark.parametrize("layout", ["dicom", "pairs", "voc"])
def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path: Path, layout: str) -> None:
    (tmp_path / "kept.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(OutputError):
        simulate_archive(tmp_path, request("lumbar", layout))
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
    assert not (tmp_path / MARKER).exists()


def test_a_picture_is_windowed_over_the_whole_series() -> None:
    array = np.linspace(0.0, 1000.0, 2000, dtype=np.float32).reshape(2, 20, 50)
    values = picture_values(array)
    assert (values.min(), values.max()) == (0.0, 255.0)
    assert np.array_equal(np.rint(values), values)
    assert values[0].max() < 140.0
    assert np.all(np.diff(values.ravel()) >= 0.0)
    assert picture_values(np.full((1, 4, 4), 7.0, np.float32)).max() == 0.0
