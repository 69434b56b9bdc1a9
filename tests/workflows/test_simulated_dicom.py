"""A simulated series' header states how it was acquired."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pydicom
import pytest

from condyle.domain.study import Weighting
from condyle.domain.volume import Volume
from condyle.phantoms.population import ANATOMIES
from condyle.phantoms.scanner import Acquisition
from condyle.phantoms.signal import (
    PD_FAT_SATURATED,
    PD_WEIGHTED,
    STIR,
    T1_GRADIENT_ECHO,
    T1_WEIGHTED,
    T2_FAT_SATURATED,
    T2_WEIGHTED,
    Sequence,
    SpinEcho,
)
from condyle.phantoms.simulated import (
    PatientRequest,
    Person,
    SimulatedPatient,
    SimulatedSeries,
    patient_of,
)
from condyle.workflows.open_study import open_study
from condyle.workflows.simulated_dicom import mr_tags, write_dicom_archive

PERSON = Person(33, "M", 3.0, "right")


def series(sequence: Sequence, weighting: Weighting, stem: str = "one") -> SimulatedSeries:
    array = np.random.default_rng(1).uniform(0.0, 1000.0, (2, 32, 32)).astype(np.float32)
    affine = np.eye(4)
    affine[:3, :3] = [[4.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]
    return SimulatedSeries(
        stem=stem,
        volume=Volume(array, (4.0, 1.0, 1.0), affine),
        sequence=sequence,
        acquisition=Acquisition(field_t=3.0),
        plane="sagittal",
        weighting=weighting,
        mask=np.zeros((2, 32, 32), np.uint8),
        boxes=(),
        slice_grades={"osteochondral-lesion": (0, 0)},
    )


def patient(number: int, *made: SimulatedSeries, ill: int = 0) -> SimulatedPatient:
    request = PatientRequest(f"{number:04d}", 0.3, 32, 2, {})
    grades = {"study": {"osteochondral-lesion": ill, "osteochondral-lesion-side": 2 * ill}}
    return patient_of(request, PERSON, made, body_part="ANKLE", grades=grades)


@pytest.mark.parametrize(
    ("sequence", "kind", "variant", "options"),
    [
        (SpinEcho(500.0, 12.0), ("SE",), ("NONE",), ()),
        (T1_WEIGHTED, ("SE",), ("SK",), ()),
        (PD_FAT_SATURATED, ("SE",), ("SK",), ("FS",)),
        (STIR, ("SE", "IR"), ("SK",), ()),
        (T1_GRADIENT_ECHO, ("GR",), ("SP",), ()),
    ],
    ids=["plain", "T1", "PD fs", "STIR", "gradient echo"],
)
def test_the_terms_are_those_of_the_sequence(
    sequence: Sequence, kind: tuple[str, ...], variant: tuple[str, ...], options: tuple[str, ...]
) -> None:
    tags = mr_tags(
        series(sequence, "t1"), PERSON, number=3, body_part="ANKLE", name="ankle", patient="x"
    )
    assert (tags.sequence, tags.variant, tags.options) == (kind, variant, options)
    assert (tags.tr_ms, tags.te_ms) == (sequence.repetition_time_ms, sequence.echo_time_ms)
    assert tags.ti_ms == (200.0 if sequence is STIR else None)
    assert tags.flip_angle_deg == (30.0 if sequence is T1_GRADIENT_ECHO else 90.0)
    assert (tags.age_years, tags.sex, tags.laterality) == (33, "M", "R")
    assert (tags.series_number, tags.field_strength_t) == (3, 3.0)
    assert tags.simulated


def test_a_spine_has_no_side() -> None:
    tags = mr_tags(
        series(T1_WEIGHTED, "t1"),
        Person(50, "F", 1.5),
        number=1,
        body_part="LSPINE",
        name="lumbar",
        patient="x",
    )
    assert tags.laterality == ""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("dicom") / "out"
    made = (
        series(T1_WEIGHTED, "t1", "t1"),
        series(T2_WEIGHTED, "t2", "t2"),
        series(T2_FAT_SATURATED, "t2", "t2-fs"),
        series(PD_WEIGHTED, "pd", "pd"),
        series(STIR, "stir", "stir"),
    )
    people = [patient(1, *made), patient(2, made[0], ill=1)]
    write_dicom_archive(
        root, iter(people), name="ankle", anatomy=ANATOMIES["ankle"], key=("ankle", "1")
    )
    return root


def test_each_series_is_read_with_the_contrast_that_it_was_made_with(written: Path) -> None:
    with open_study([written / "studies" / "0001"]) as study:
        told = [(one.weighting.value, one.fat_suppressed.value) for one in study.series]
        assert told == [
            ("t1", False),
            ("t2", False),
            ("t2", True),
            ("pd", False),
            ("stir", True),
        ]
        assert {one.plane.value for one in study.series} == {"sagittal"}


def test_the_table_names_the_values_of_the_labels_by_study(written: Path) -> None:
    with (written / "labels.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["label_osteochondral-lesion"] for row in rows] == ["no", "yes"]
    assert [row["label_osteochondral-lesion-side"] for row in rows] == ["none", "lateral"]
    for row, number in zip(rows, ("0001", "0002"), strict=True):
        header = pydicom.dcmread(next((written / "studies" / number / "t1").glob("*.dcm")))
        assert header.StudyInstanceUID == row["StudyInstanceUID"]


def test_the_truth_says_what_the_values_mean(written: Path) -> None:
    truth = json.loads((written / "truth" / "0002" / "truth.json").read_text("utf-8"))
    assert truth["labels"]["osteochondral-lesion-side"] == ["none", "medial", "lateral"]
    assert truth["structures"] == ["background", "osteochondral-lesion"]
    assert truth["covariates"]["laterality"] == "right"
    assert truth["slice_grades"] == {"t1": {"osteochondral-lesion": [0, 0]}}
    assert truth["grades"]["study"]["osteochondral-lesion"] == 1


def test_patients_do_not_share_uids(written: Path) -> None:
    found = [pydicom.dcmread(path, stop_before_pixels=True) for path in written.rglob("*.dcm")]
    assert len({one.SOPInstanceUID for one in found}) == len(found) == 12
    assert len({one.SeriesInstanceUID for one in found}) == 6
    assert len({one.StudyInstanceUID for one in found}) == 2
    assert len({one.PatientID for one in found}) == 2
