"""Frames of a long instance: only those that are wanted are read and decoded."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from openjpeg.utils import encode_array
from pydicom.dataset import Dataset, FileDataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    EnhancedMRImageStorage,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from condyle import sources
from condyle.dicom import Discovery, pixel_source
from condyle.dicom.header import without_remarks
from condyle.errors import BadImage

Make = Callable[..., FileDataset]
Save = Callable[..., Path]
Find = Callable[[Path], Discovery]

ECHOES = (20.0, 90.0)


def two_echoes(make: Make, slices: int, side: int) -> tuple[FileDataset, np.ndarray]:
    """One enhanced instance of two echoes, frame about frame, and its pixels."""
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 4000, (2 * slices, side, side)).astype(np.uint16)
    one = make(pixels=pixels, SOPClassUID=EnhancedMRImageStorage, NumberOfFrames=2 * slices)
    for keyword in ("ImagePositionPatient", "EchoTime"):
        delattr(one, keyword)
    groups = []
    for at in range(2 * slices):
        group, position, echo = Dataset(), Dataset(), Dataset()
        position.ImagePositionPatient = [4.0 * (at // 2), -50, 60]
        echo.EffectiveEchoTime = ECHOES[at % 2]
        group.PlanePositionSequence = DicomSequence([position])
        group.MREchoSequence = DicomSequence([echo])
        groups.append(group)
    one.PerFrameFunctionalGroupsSequence = DicomSequence(groups)
    return one, pixels


def pack(one: FileDataset, pixels: np.ndarray, syntax: str, *, table: bool = True) -> None:
    """Puts frames into an instance in a transfer syntax, with or without an offset table."""
    if syntax in (RLELossless, JPEGLSLossless):
        one.compress(syntax, generate_instance_uid=False, encapsulate_ext=not table)
        return
    one.file_meta.TransferSyntaxUID = syntax
    if syntax == JPEG2000Lossless:
        frames = [encode_array(frame, photometric_interpretation=2) for frame in pixels]
        if table:
            one.PixelData = encapsulate(frames, has_bot=True)
        else:
            one.PixelData = encapsulate(frames, has_bot=False, fragments_per_frame=2)
        one["PixelData"].VR = "OB"


@pytest.mark.parametrize("table", [True, False])
@pytest.mark.parametrize(
    "syntax",
    [
        ImplicitVRLittleEndian,
        DeflatedExplicitVRLittleEndian,
        RLELossless,
        JPEGLSLossless,
        JPEG2000Lossless,
    ],
)
def test_each_echo_of_a_long_instance_gets_its_own_frames(
    instance: Make, save: Save, find: Find, syntax: str, table: bool
) -> None:
    one, pixels = two_echoes(instance, slices=3, side=32)
    pack(one, pixels, syntax, table=table)
    (study,) = find(save([one])).studies
    first, second = study.study.series
    assert np.array_equal(first.load().array, pixels[0::2])
    assert np.array_equal(second.load().array, pixels[1::2])


def test_an_extended_offset_table_is_followed(instance: Make, save: Save, find: Find) -> None:
    one, pixels = two_echoes(instance, slices=2, side=32)
    one.file_meta.TransferSyntaxUID = JPEG2000Lossless
    frames = [encode_array(frame, photometric_interpretation=2) for frame in pixels]
    one.PixelData, one.ExtendedOffsetTable, one.ExtendedOffsetTableLengths = encapsulate_extended(
        frames
    )
    one["PixelData"].VR = "OB"
    (study,) = find(save([one])).studies
    assert np.array_equal(study.study.series[1].load().array, pixels[1::2])


def test_only_the_frames_of_one_volume_are_decoded(
    instance: Make, save: Save, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, pixels = two_echoes(instance, slices=4, side=32)
    pack(one, pixels, JPEG2000Lossless)
    decoded: list[int] = []
    real = pixel_source.PixelSource.frame

    def counted(source: pixel_source.PixelSource, index: int) -> np.ndarray:
        decoded.append(index)
        return np.asarray(real(source, index))

    monkeypatch.setattr(pixel_source.PixelSource, "frame", counted)
    (study,) = find(save([one])).studies
    study.study.series[0].load()
    assert sorted(decoded) == [0, 2, 4, 6]


def test_a_long_instance_is_never_in_memory_as_a_whole(instance: Make, save: Save) -> None:
    one, pixels = two_echoes(instance, slices=40, side=256)
    folder = save([one])
    whole = pixels.nbytes
    assert whole >= 10 << 20
    del one
    with sources.open([folder]) as tree, without_remarks():
        tracemalloc.start()
        try:
            with pixel_source.open_pixels(tree.files[0]) as source:
                assert np.array_equal(source.frame(57), pixels[57])
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert most < whole / 4


def test_one_frame_that_is_damaged_refuses_its_own_volume_alone(
    instance: Make, save: Save, find: Find
) -> None:
    one, pixels = two_echoes(instance, slices=3, side=32)
    frames = [encode_array(frame, photometric_interpretation=2) for frame in pixels]
    frames[2] = bytes(len(frames[2]))
    one.file_meta.TransferSyntaxUID = JPEG2000Lossless
    one.PixelData = encapsulate(frames)
    one["PixelData"].VR = "OB"
    (study,) = find(save([one])).studies
    first, second = study.study.series
    with pytest.raises(BadImage) as caught:
        first.load()
    assert len(caught.value.lines()) == 4
    assert np.array_equal(second.load().array, pixels[1::2])
