"""Where frames lie by the header that the archive keeps."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import FileDataset
from tests.dicom.objects.conftest import enhanced, plain
from tests.dicom.objects.made import OBLIQUE

from condyle.dicom.json_header import deflated_header
from condyle.dicom.stored_planes import StoredPlane, stored_planes

__all__ = ["enhanced", "plain"]


def planes(one: FileDataset) -> tuple[StoredPlane | None, ...]:
    return stored_planes(deflated_header(one, syntax="1.2.840.10008.1.2.1"))


def test_a_frame_lies_where_its_header_says_however_oblique(plain: Callable[..., Any]) -> None:
    for one in plain(OBLIQUE):
        (plane,) = planes(one)
        assert plane is not None
        along, down = np.array(OBLIQUE[:3]), np.array(OBLIQUE[3:])
        start = np.array(one.ImagePositionPatient, float)
        # PS3.3 equation C.7.6.2.1-1, of the pixel in row 5 and column 7.
        wanted = start + along * 0.7 * 7 + down * 0.9 * 5
        np.testing.assert_allclose(plane.affine @ [0, 5, 7, 1], [*wanted, 1], atol=1e-6)
        step = plane.affine @ [1, 0, 0, 0]
        np.testing.assert_allclose(step[:3], np.cross(along, down) * 4, atol=1e-5)
        assert (plane.shape, plane.step_mm) == ((20, 24), 4)
        assert plane.frame_of_reference == one.FrameOfReferenceUID


def test_each_frame_of_an_enhanced_image_lies_by_its_own_functional_group(
    enhanced: Callable[[], list[FileDataset]],
) -> None:
    found = planes(enhanced()[0])
    assert [None if one is None else one.affine[0, 3] for one in found] == [0, -8, 8, -4, 4]
    assert {one.step_mm for one in found if one is not None} == {4}


@pytest.mark.parametrize(
    "tags",
    [
        {"ImagePositionPatient": None},
        {"ImageOrientationPatient": [0, 0, 0, 0, 0, 0]},
        {"PixelSpacing": None},
        {"PixelSpacing": [0, 0]},
        {"ImageOrientationPatient": [1, 0, 0, 1, 0, 0]},
    ],
)
def test_a_frame_that_does_not_say_where_it_lies_has_no_plane(
    instance: Callable[..., FileDataset], tags: dict[str, Any]
) -> None:
    assert planes(instance(**tags)) == (None,)


def test_a_slice_without_a_step_is_a_millimetre_thick(
    instance: Callable[..., FileDataset],
) -> None:
    (plane,) = planes(instance(SliceThickness=None))
    assert plane is not None and plane.step_mm == 1


def test_values_that_are_no_numbers_are_none() -> None:
    header = {
        "00280010": {"vr": "US", "Value": [4]},
        "00280011": {"vr": "US", "Value": [4]},
        "00200032": {"vr": "DS", "Value": [None, 1, 2]},
        "00200037": {"vr": "DS", "Value": [1, 0, 0, 0, 1, 0]},
        "00280030": {"vr": "DS", "Value": [1, 1]},
        "52009230": {"vr": "SQ", "Value": [{"00209113": {"vr": "SQ"}}]},
    }
    assert stored_planes(zlib.compress(json.dumps(header).encode())) == (None,)
