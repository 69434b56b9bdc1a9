"""A simulated study is written as DICOM that reads back as what was simulated."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pydicom
import pytest

from condyle.domain.progress import Progress
from condyle.errors import OutputError, UsageError
from condyle.phantoms import LumbarParameters, lumbar_phantom
from condyle.workflows.open_study import open_study
from condyle.workflows.simulate import TRUTH_SCHEMA, simulate_lumbar

SMALL = LumbarParameters(slices=3, matrix=160, pixel_mm=1.8, planes=1)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate_lumbar(tmp_path_factory.mktemp("simulated"), seed=3, parameters=SMALL)


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_study_folder_holds_two_series_and_nothing_but_dicom(written: Path) -> None:
    files = [path for path in written.rglob("*") if path.is_file()]
    assert len(files) == 2 * SMALL.slices
    series = {pydicom.dcmread(path).SeriesInstanceUID for path in files}
    studies = {pydicom.dcmread(path).StudyInstanceUID for path in files}
    assert (len(series), len(studies)) == (2, 1)


def test_every_header_says_that_it_is_simulated(written: Path) -> None:
    for path in written.rglob("*.dcm"):
        header = pydicom.dcmread(path, stop_before_pixels=True)
        assert list(header.ImageType) == ["ORIGINAL", "PRIMARY", "SIMULATED"]
        assert header.PatientName == "SIMULATED^LUMBAR"
        assert header.PatientID == "SIMULATED-3"
        assert header.PatientAge == "045Y"
        assert header.BodyPartExamined == "LSPINE"
        assert header.SliceThickness == 4.0


def test_the_study_reads_back_as_a_t1_and_a_t2_sagittal_series(written: Path) -> None:
    with open_study([written]) as study:
        assert [series.weighting.value for series in study.series] == ["t1", "t2"]
        assert {series.plane.value for series in study.series} == {"sagittal"}
        assert all(series.simulated for series in study.series)
        assert {series.age_years for series in study.series} == {45.0}
        assert not any(series.fat_suppressed.value for series in study.series)
        assert not any(series.contrast_agent.value for series in study.series)


def test_pixels_and_geometry_survive_the_round_trip(written: Path) -> None:
    phantom = lumbar_phantom(3, parameters=SMALL)
    with open_study([written]) as study:
        for series, volume in zip(study.series, (phantom.t1, phantom.t2), strict=True):
            read = series.load()
            assert read.affine is not None
            assert volume.affine is not None
            # A reader may order slices from the other side: compare in the world.
            flipped = read.affine[0, 0] < 0.0
            array = read.array[::-1] if flipped else read.array
            step = float(volume.array.max()) / 4095.0
            np.testing.assert_allclose(array, volume.array, atol=step)
            corner = (SMALL.slices - 1 if flipped else 0, 0, 0, 1)
            np.testing.assert_allclose(
                read.affine @ np.array(corner), volume.affine @ np.array([0, 0, 0, 1]), atol=1e-3
            )
            assert read.spacing == pytest.approx(volume.spacing)


def test_the_truth_lies_beside_the_study_with_a_disc_a_level(written: Path) -> None:
    truth = json.loads((written.parent / "truth" / "truth.json").read_text(encoding="utf-8"))
    phantom = lumbar_phantom(3, parameters=SMALL)
    assert truth["schema"] == TRUTH_SCHEMA
    assert truth["seed"] == 3
    assert [disc["level"] for disc in truth["discs"]] == list(phantom.levels)
    assert [disc["index_from_caudal"] for disc in truth["discs"]] == list(
        range(1, len(phantom.levels) + 1)
    )
    assert {disc["level"]: disc["pfirrmann"] for disc in truth["discs"]} == phantom.grades
    for disc in truth["discs"]:
        assert disc["centre_slice_row_column"] == list(phantom.disc_centres[disc["level"]])
        assert disc["slip_mm"] == disc["herniation_mm"] == 0.0


def test_the_truth_names_the_series_that_were_written(written: Path) -> None:
    truth = json.loads((written.parent / "truth" / "truth.json").read_text(encoding="utf-8"))
    uids = {pydicom.dcmread(path).SeriesInstanceUID for path in written.rglob("*.dcm")}
    assert set(truth["series_uids"]) == uids


def test_the_same_seed_writes_the_same_bytes(written: Path, tmp_path: Path) -> None:
    again = simulate_lumbar(tmp_path, seed=3, parameters=SMALL)
    assert hashes(again.parent) == hashes(written.parent)


def test_another_seed_is_another_study(written: Path, tmp_path: Path) -> None:
    other = simulate_lumbar(tmp_path, seed=4, parameters=SMALL)
    first = {pydicom.dcmread(path).StudyInstanceUID for path in written.rglob("*.dcm")}
    second = {pydicom.dcmread(path).StudyInstanceUID for path in other.rglob("*.dcm")}
    assert not first & second


def test_progress_names_its_stages_and_ends_with_all_done(tmp_path: Path) -> None:
    steps: list[Progress] = []
    simulate_lumbar(tmp_path, seed=3, parameters=SMALL, progress=steps.append)
    assert [step.stage for step in steps] == ["simulate", "simulate", "write", "write"]
    assert steps[-1].done == steps[-1].total == 2


def test_a_path_that_is_a_file_is_refused_in_four_lines(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("here already", encoding="utf-8")
    with pytest.raises(OutputError) as caught:
        simulate_lumbar(taken, seed=3, parameters=SMALL)
    assert len(caught.value.lines()) <= 4


def test_a_level_that_does_not_exist_writes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(UsageError):
        simulate_lumbar(out, parameters=LumbarParameters(grades={"L7-S1": 1}))
    assert not out.exists()
