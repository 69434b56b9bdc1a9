from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate, encapsulate_extended, fragment_frame, itemize_fragment
from pydicom.pixels.utils import pixel_array
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
)

from condyle.dicom.frame_bytes import StoredFrames, frame_bytes, served_syntax
from condyle.dicom.header import without_remarks
from condyle.dicom.instance_facts import instance_facts
from condyle.dicom.json_header import inflated_header
from condyle.errors import BadImage

Make = Callable[..., FileDataset]

NATIVE = [
    "MR_small.dcm",
    "MR_small_implicit.dcm",
    "MR_small_bigendian.dcm",
    "SC_rgb_small_odd.dcm",
    "SC_rgb_small_odd_big_endian.dcm",
    "rtdose.dcm",
    "rtdose_expb.dcm",
    "image_dfl.dcm",
]
COMPRESSED = [
    "MR_small_RLE.dcm",
    "MR_small_jp2klossless.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "rtdose_rle.dcm",
    "SC_rgb_rle_2frame.dcm",
    "examples_jpeg2k.dcm",
    "examples_ybr_color.dcm",
]


def stored(path: Path) -> StoredFrames:
    facts = instance_facts(path)
    bits = json.loads(inflated_header(facts.header))["00280100"]["Value"][0]
    return StoredFrames(path, facts.transfer_syntax, facts.frames_at, bits)


def as_viewed(path: Path, content: bytes, syntax: str) -> np.ndarray:
    """Decodes one frame as a viewer does: alone, in the syntax in which it is served."""
    one = pydicom.dcmread(path, stop_before_pixels=True)
    one.NumberOfFrames = 1
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = syntax
    packed = one.file_meta.TransferSyntaxUID.is_encapsulated
    one.PixelData = encapsulate([content]) if packed else content + bytes(len(content) % 2)
    one["PixelData"].VR = "OB" if packed else "OW"
    return np.asarray(pixel_array(one, raw=True))


@pytest.mark.parametrize("name", NATIVE + COMPRESSED)
def test_each_frame_as_served_holds_the_pixels_that_pydicom_decodes(name: str) -> None:
    path = Path(get_testdata_file(name))
    frames, whole = stored(path), pydicom.dcmread(path)
    for index in range(len(frames.frames_at)):
        content = frame_bytes(frames, index)
        shown = as_viewed(path, content, served_syntax(frames.syntax))
        np.testing.assert_array_equal(shown, pixel_array(whole, index=index, raw=True))


@pytest.mark.parametrize("name", NATIVE)
def test_uncompressed_frames_are_served_in_explicit_little_endian(name: str) -> None:
    syntax = instance_facts(Path(get_testdata_file(name))).transfer_syntax
    assert served_syntax(syntax) == ExplicitVRLittleEndian


@pytest.mark.parametrize("name", COMPRESSED)
def test_compressed_frames_are_served_as_they_are_stored(name: str) -> None:
    syntax = instance_facts(Path(get_testdata_file(name))).transfer_syntax
    assert served_syntax(syntax) == syntax


@pytest.mark.needs("data")
def test_real_big_endian_slices_are_turned(data_folder: Path) -> None:
    found = []
    for path in sorted((data_folder / "knee-mese-dicom").rglob("*")):
        if path.is_file() and path.read_bytes()[128:132] == b"DICM":
            frames = stored(path)
            shown = as_viewed(path, frame_bytes(frames, 0), served_syntax(frames.syntax))
            np.testing.assert_array_equal(shown, pixel_array(path, raw=True))
            found.append(frames.syntax)
        if len(found) == 3:
            break
    assert found


VOLUME = np.arange(3 * 20 * 24, dtype=np.uint16).reshape(3, 20, 24)


@pytest.mark.parametrize(
    "syntax",
    [
        ExplicitVRLittleEndian,
        ImplicitVRLittleEndian,
        ExplicitVRBigEndian,
        DeflatedExplicitVRLittleEndian,
    ],
)
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int16])
def test_the_frames_of_a_multi_frame_instance_are_told_apart(
    instance: Make, tmp_path: Path, syntax: str, kind: type[np.generic]
) -> None:
    array = VOLUME.astype(kind)[:, :17, :17]
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    one = instance(pixels=array)
    one.BitsAllocated = one.BitsStored = array.itemsize * 8
    one.HighBit, one.NumberOfFrames = one.BitsStored - 1, 3
    one.file_meta.TransferSyntaxUID = syntax
    content = array.astype(array.dtype.newbyteorder(order)).tobytes()
    one.PixelData = content + bytes(len(content) % 2)
    one["PixelData"].VR = "OB" if array.itemsize == 1 and syntax != ImplicitVRLittleEndian else "OW"
    with without_remarks():
        pydicom.dcmwrite(tmp_path / "one", one, enforce_file_format=True)
    frames = stored(tmp_path / "one")
    for index in range(3):
        shown = np.frombuffer(frame_bytes(frames, index), array.dtype.newbyteorder("<"))
        np.testing.assert_array_equal(shown.reshape(17, 17), array[index])


def write_encapsulated(instance: Make, path: Path, content: bytes, frames: int = 3) -> None:
    one = instance(NumberOfFrames=frames)
    one.file_meta.TransferSyntaxUID = JPEG2000Lossless
    one.PixelData = content
    one["PixelData"].VR, one["PixelData"].is_undefined_length = "OB", True
    one.save_as(path, enforce_file_format=True)


FRAMES = [bytes([n]) * (41 + 2 * n) + b"\xff\xd9" + bytes(1) for n in range(1, 4)]


@pytest.mark.parametrize("fragments", [1, 2, 5])
@pytest.mark.parametrize("table", [True, False])
def test_fragments_are_joined_with_an_offset_table_and_without(
    instance: Make, tmp_path: Path, fragments: int, table: bool
) -> None:
    content = encapsulate(FRAMES, fragments_per_frame=fragments, has_bot=table)
    write_encapsulated(instance, tmp_path / "one", content)
    frames = stored(tmp_path / "one")
    assert [len(parts) for parts in frames.frames_at] == [fragments] * 3
    assert [frame_bytes(frames, n) for n in range(3)] == [
        frame + bytes(len(frame) % 2) for frame in FRAMES
    ]


def test_an_extended_offset_table_goes_with_a_fragment_a_frame(
    instance: Make, tmp_path: Path
) -> None:
    content, offsets, lengths = encapsulate_extended(FRAMES)
    one = instance(NumberOfFrames=3, ExtendedOffsetTable=offsets)
    one.ExtendedOffsetTableLengths = lengths
    one.file_meta.TransferSyntaxUID = JPEG2000Lossless
    one.PixelData = content
    one["PixelData"].VR, one["PixelData"].is_undefined_length = "OB", True
    one.save_as(tmp_path / "one", enforce_file_format=True)
    frames = stored(tmp_path / "one")
    assert frame_bytes(frames, 2).startswith(FRAMES[2])


def test_all_fragments_of_a_single_frame_are_one(instance: Make, tmp_path: Path) -> None:
    parts = b"".join(itemize_fragment(one) for one in fragment_frame(FRAMES[0] * 4, 7))
    write_encapsulated(instance, tmp_path / "one", b"\xfe\xff\x00\xe0" + bytes(4) + parts, frames=1)
    assert frame_bytes(stored(tmp_path / "one"), 0) == FRAMES[0] * 4


def test_an_offset_table_that_lies_does_not_misplace_a_frame(
    instance: Make, tmp_path: Path
) -> None:
    content = bytearray(encapsulate(FRAMES, fragments_per_frame=2, has_bot=True))
    content[12:16] = (3).to_bytes(4, "little")
    write_encapsulated(instance, tmp_path / "one", bytes(content))
    frames = stored(tmp_path / "one")
    assert frame_bytes(frames, 1).startswith(FRAMES[1])


@pytest.mark.parametrize("cut", [4, 30, 100])
def test_fragments_that_end_early_are_refused(instance: Make, tmp_path: Path, cut: int) -> None:
    write_encapsulated(instance, tmp_path / "one", encapsulate(FRAMES))
    content = (tmp_path / "one").read_bytes()
    (tmp_path / "one").write_bytes(content[: -cut - 8])
    with pytest.raises(BadImage):
        instance_facts(tmp_path / "one")


def test_more_frames_than_fragments_are_refused(instance: Make, tmp_path: Path) -> None:
    write_encapsulated(instance, tmp_path / "one", encapsulate(FRAMES), frames=9)
    with pytest.raises(BadImage):
        instance_facts(tmp_path / "one")


def test_fragments_of_which_nothing_tells_the_frames_are_refused(
    instance: Make, tmp_path: Path
) -> None:
    content = encapsulate([b"\1" * 40] * 3, fragments_per_frame=2, has_bot=False)
    write_encapsulated(instance, tmp_path / "one", content)
    with pytest.raises(BadImage) as refused:
        instance_facts(tmp_path / "one")
    assert "offset table" in refused.value.needed


@pytest.mark.parametrize("index", [-1, 1])
def test_a_frame_that_is_not_there_is_an_error(index: int) -> None:
    with pytest.raises(LookupError):
        frame_bytes(stored(Path(get_testdata_file("MR_small.dcm"))), index)


def test_a_stored_file_that_lost_its_end_is_an_error_and_no_half_frame(tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_bytes(Path(get_testdata_file("MR_small.dcm")).read_bytes())
    frames = stored(path)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(BadImage):
        frame_bytes(frames, 0)
