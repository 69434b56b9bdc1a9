"""What is not a lumbar study is refused or abstained, never read as one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from scipy import ndimage

from condyle.domain.report import Report
from condyle.errors import InputError
from condyle.workflows.read_study import read_study


def codes(report: Report) -> set[str]:
    return {message.code for message in report.refused}


def save(path: Path, array: np.ndarray) -> Path:
    Image.fromarray(array.astype(np.uint8)).save(path)
    return path


def test_a_colour_photo_of_an_animal_is_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    rows, columns = np.mgrid[0:300, 0:400]
    fur = ndimage.gaussian_filter(rng.normal(size=(300, 400, 3)), (3, 3, 0)) * 300
    head = np.hypot(rows - 150, columns - 200) < 100
    photo = np.where(head[..., None], (200, 140, 80), (60, 120, 60)) + fur
    path = save(tmp_path / "cat.png", np.clip(photo, 0, 255))
    report = read_study(path)
    assert codes(report) == {"not-an-mri"}
    assert not report.findings
    assert report.not_assessed


@pytest.mark.parametrize("kind", ["noise", "flat", "stripes", "blobs"])
def test_a_picture_without_a_spine_gives_no_finding(kind: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    rows = np.mgrid[0:320, 0:320][0]
    pictures = {
        "noise": rng.uniform(0, 255, (320, 320)),
        "flat": np.full((320, 320), 90.0),
        "stripes": 120 + 100 * np.sin(rows / 9.0),
        "blobs": ndimage.gaussian_filter(rng.normal(size=(320, 320)), 14) * 2500 + 120,
    }
    report = read_study(save(tmp_path / f"{kind}.png", np.clip(pictures[kind], 0, 255)))
    assert not report.findings
    assert "no-spine-found" in codes(report)
    assert report.series[0].labelmap is not None


def test_a_tiny_picture_is_refused_for_its_size(tmp_path: Path) -> None:
    report = read_study(
        save(tmp_path / "small.png", np.random.default_rng(1).integers(0, 255, (64, 64)))
    )
    assert codes(report) == {"image-too-small"}


def test_a_one_pixel_picture_is_an_error_of_four_lines(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_study(save(tmp_path / "one.png", np.zeros((1, 1))))
    assert len(caught.value.lines()) <= 4
    assert caught.value.exit_status == 2


@pytest.mark.needs("data")
def test_a_knee_without_a_header_is_no_spine(data_folder: Path, tmp_path: Path) -> None:
    """Saved as grey pictures, nothing but the pixels can tell."""
    files = sorted(path for path in (data_folder / "knee-mese-dicom").rglob("*") if path.is_file())
    for number, file in enumerate(files[5:180:25]):
        pixels = pydicom.dcmread(file).pixel_array.astype(float)
        picture = save(tmp_path / f"{number}.png", 255 * pixels / pixels.max())
        report = read_study(picture)
        assert "no-spine-found" in codes(report)
        assert not report.findings


@pytest.mark.needs("data")
def test_a_knee_is_refused_as_a_knee(data_folder: Path) -> None:
    report = read_study(data_folder / "knee-mese-dicom")
    assert codes(report) == {"wrong-body-part"}
    assert {message.params["found"] for message in report.refused} == {"knee"}
    assert not report.findings


TURNED = {
    "picture-upside-down": lambda image: image[::-1],
    "picture-mirrored": lambda image: image[:, ::-1],
    "picture-half-turned": lambda image: image[::-1, ::-1],
}


@pytest.mark.needs("data")
@pytest.mark.parametrize("name", ["10_t2", "105_t1"])
def test_a_real_slice_is_read_and_its_turns_are_refused(
    name: str, data_folder: Path, tmp_path: Path
) -> None:
    """Each turn is refused, by its name or as no spine, and none is turned back and read."""
    (source,) = (data_folder / "lumbar-spider").rglob(f"{name}.png")
    image = np.asarray(Image.open(source).convert("L"))
    assert codes(read_study(save(tmp_path / "upright.png", image))) == set()
    for code, turn in TURNED.items():
        report = read_study(save(tmp_path / f"{code}.png", turn(image)))
        assert not report.findings and not report.measurements
        assert codes(report) <= {*TURNED, "no-spine-found"} and codes(report)


@pytest.mark.needs("data")
@pytest.mark.parametrize("name", ["20_t2", "24_t2"])
def test_a_real_slice_of_another_proportion_is_read_in_its_own(
    name: str, data_folder: Path
) -> None:
    """Both were refused as no spine, in a proportion that made them stranger still."""
    (source,) = (data_folder / "lumbar-spider").rglob(f"{name}.png")
    report = read_study(source)
    assert codes(report) == set()
    assert len({finding.site.level for finding in report.findings}) >= 7
    assert "aspect-doubtful" in {warning.code for warning in report.warnings}


@pytest.mark.needs("data")
def test_a_real_slice_squashed_to_a_third_is_not_graded(data_folder: Path, tmp_path: Path) -> None:
    (source,) = (data_folder / "lumbar-spider").rglob("10_t2.png")
    image = np.asarray(Image.open(source).convert("L"))
    report = read_study(save(tmp_path / "squashed.png", image[::3]))
    assert codes(report) and codes(report) <= {
        *TURNED,
        "no-spine-found",
        "picture-squashed",
        "picture-stretched",
    }
    assert not report.findings
