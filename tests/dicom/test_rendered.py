"""Grey values are those of the standard's own formulas, and of pydicom's, for any window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_windowing
from tests.dicom.network.made import as_bytes, instance

from condyle.dicom.bulk_data import bulk_data
from condyle.dicom.rendered import Function, Window, rendered_frame, windowed
from condyle.errors import BadImage, NotThere

VALUES = np.arange(-1024, 3072, dtype=np.float64)


@given(st.floats(-1000, 3000), st.floats(2, 4000))
def test_a_linear_window_is_pydicoms(centre: float, width: float) -> None:
    dataset = Dataset()
    dataset.WindowCenter, dataset.WindowWidth = round(centre, 3), round(width, 3)
    dataset.BitsStored, dataset.PixelRepresentation = 8, 0
    dataset.PhotometricInterpretation = "MONOCHROME2"
    theirs = apply_windowing(VALUES, dataset)

    ours = windowed(VALUES, Window(round(centre, 3), round(width, 3)))

    assert np.abs(ours - theirs).max() <= 0.51


FUNCTIONS: tuple[Function, ...] = ("LINEAR", "LINEAR_EXACT", "SIGMOID")


@given(st.floats(-1000, 3000), st.floats(1, 4000), st.sampled_from(FUNCTIONS))
def test_a_window_never_turns_the_order_of_values(
    centre: float, width: float, function: Function
) -> None:
    grey = windowed(VALUES, Window(centre, width, function)).astype(int)

    assert (np.diff(grey) >= 0).all()


@pytest.mark.parametrize(("value", "grey"), [(100.0, 128), (-1e9, 0), (1e9, 255)])
def test_a_sigmoid_is_half_at_its_centre(value: float, grey: int) -> None:
    assert windowed(np.array([value]), Window(100, 50, "SIGMOID"))[0] == grey


def _path(folder: Path, one: Dataset) -> Path:
    path = folder / "file"
    path.write_bytes(as_bytes(one))
    return path


def test_monochrome1_is_white_where_values_are_low(tmp_path: Path) -> None:
    plain = rendered_frame(_path(tmp_path, instance(1)), 0)
    inverse = instance(1, PhotometricInterpretation="MONOCHROME1")
    turned = rendered_frame(_path(tmp_path, inverse), 0)

    assert (turned == 255 - plain).all()


def test_without_a_window_all_values_are_shown(tmp_path: Path) -> None:
    grey = rendered_frame(_path(tmp_path, instance(1)), 0)

    assert (grey.min(), grey.max()) == (0, 255)


def test_a_rescaled_image_is_windowed_in_its_modalitys_values(tmp_path: Path) -> None:
    one = instance(1, RescaleSlope=2, RescaleIntercept=-100)

    grey = rendered_frame(_path(tmp_path, one), 0, Window(0, 1, "LINEAR"))

    stored = np.frombuffer(one.PixelData, "<u2").reshape(8, 8).astype(int)
    assert ((grey == 255) == (stored * 2 - 100 > -0.5)).all()


@pytest.mark.parametrize("content", [b"", b"text"])
def test_what_is_no_image_is_not_rendered(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)

    with pytest.raises(BadImage):
        rendered_frame(tmp_path / "file", 0)


def test_a_frame_that_is_not_there_is_not_rendered(tmp_path: Path) -> None:
    with pytest.raises(BadImage):
        rendered_frame(_path(tmp_path, instance(1)), 5)


def test_a_value_within_a_sequence_is_found_by_its_path(tmp_path: Path) -> None:
    inner = Dataset()
    inner.EncapsulatedDocument = b"pages"
    one = instance(1)
    one.ReferencedSeriesSequence = [Dataset(), inner]

    assert bulk_data(_path(tmp_path, one), "00081115.2.00420011").rstrip(b"\0") == b"pages"


@pytest.mark.parametrize(
    "where", ["00420011", "00081115", "00081115.1.00420011", "00100010.1.00100010"]
)
def test_a_value_that_is_not_there_is_told_as_such(tmp_path: Path, where: str) -> None:
    with pytest.raises(NotThere):
        bulk_data(_path(tmp_path, instance(1)), where)


def test_a_file_that_is_damaged_gives_no_value() -> None:
    with pytest.raises(BadImage):
        bulk_data(Path("/nowhere/at/all"), "7FE00010")
