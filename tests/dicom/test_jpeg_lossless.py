"""JPEG Lossless is read where its extra is installed, and elsewhere the command is named."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1
from tests.dicom.jpeg_lossless import encode

from condyle.dicom import Discovery
from condyle.errors import BadImage

Make = Callable[..., FileDataset]
Save = Callable[..., Path]
Find = Callable[[Path], Discovery]

GDCM = find_spec("gdcm") is not None


def _packed(make: Make, syntax: UID, frames: list[bytes], **tags: object) -> FileDataset:
    one = make(pixels=np.zeros((40, 48), np.uint16), BitsStored=12, HighBit=11, **tags)
    one.file_meta.TransferSyntaxUID = syntax
    one.PixelData = encapsulate(frames)
    one["PixelData"].VR = "OB"
    return one


def _load(find: Find, folder: Path) -> np.ndarray:
    (study,) = find(folder).studies
    return np.asarray(study.study.series[0].load().array[0])


@pytest.mark.parametrize("syntax", [JPEGLossless, JPEGLosslessSV1])
def test_jpeg_lossless_is_decoded_exactly_or_its_extra_is_named(
    instance: Make, save: Save, find: Find, syntax: UID
) -> None:
    pixels = np.random.default_rng(2).integers(0, 4096, (40, 48)).astype(np.uint16)
    folder = save([_packed(instance, syntax, [encode(pixels)])])
    if GDCM:
        assert np.array_equal(_load(find, folder), pixels)
        return
    with pytest.raises(BadImage, match="JPEG Lossless") as caught:
        _load(find, folder)
    assert "pip install 'condyle[jpeg-lossless]'" in caught.value.mend
    assert len(caught.value.lines()) == 4


def test_twelve_bits_of_jpeg_extended_name_the_extra_too(
    instance: Make, save: Save, find: Find
) -> None:
    folder = save([_packed(instance, JPEGExtended12Bit, [b"\xff\xd8" + bytes(40) + b"\xff\xd9"])])
    with pytest.raises(BadImage, match="JPEG Extended") as caught:
        _load(find, folder)
    assert GDCM or "pip install 'condyle[jpeg-lossless]'" in caught.value.mend


def test_the_header_of_what_cannot_be_decoded_is_read_all_the_same(
    instance: Make, save: Save, find: Find
) -> None:
    pixels = np.zeros((40, 48), np.uint16)
    stack = [
        _packed(instance, JPEGLosslessSV1, [encode(pixels)], place=at * 4.0, name=str(at))
        for at in range(3)
    ]
    (study,) = find(save(stack)).studies
    (series,) = study.study.series
    assert series.shape == (3, 40, 48)
    assert (series.plane.value, series.weighting.value) == ("sagittal", "t2")
