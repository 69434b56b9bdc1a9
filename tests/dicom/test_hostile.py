"""Headers that are hostile or merely unlucky: read, or left out with a reason, never a crash."""

from __future__ import annotations

import random
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence as DicomSequence

from condyle import dicom, sources
from condyle.dicom import Discovery
from condyle.dicom import stacks as stacks_room
from condyle.dicom.frames import Frame, frames_of
from condyle.dicom.stacks import stacks_of
from condyle.errors import BadImage
from condyle.sources import SourceFile

Make = Callable[..., FileDataset]
Save = Callable[..., Path]
Find = Callable[[Path], Discovery]

STUDY_OF_THREE = [0.0, 4.0, 8.0]


def _codes(found: Discovery) -> dict[str, int]:
    left_out = [*found.left_out, *(one for study in found.studies for one in study.study.left_out)]
    return {one.reason.code: one.count for one in left_out}


def _three(make: Make, **tags: object) -> list[FileDataset]:
    return [make(place=at, name=f"good{at}", **tags) for at in STUDY_OF_THREE]


def _traced(find: Find, folder: Path) -> tuple[Discovery, int, int]:
    """Gives what is found, the bytes kept of it, and the most bytes held on the way."""
    tracemalloc.start()
    try:
        found = find(folder)
        return found, *tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()


def _with_raw(folder: Path, tag: bytes, value: bytes, into: int = 1) -> Path:
    """Puts an element with any bytes at the end of group 8 of one instance."""
    path = folder / f"IM{into:04d}"
    content = path.read_bytes()
    at = content.index(b"\x10\x00\x10\x00PN")
    path.write_bytes(content[:at] + tag + value + content[at:])
    return folder


def _nested(depth: int) -> bytes:
    """A sequence of undefined length within another, ``depth`` times."""
    opening = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    closing = b"\xfe\xff\x0d\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
    return opening * depth + closing * depth


@pytest.mark.parametrize("depth", [10, 1000, 5000])
def test_sequences_nested_thousands_deep_lose_one_instance_at_most(
    instance: Make, save: Save, find: Find, depth: int
) -> None:
    found = find(_with_raw(save(_three(instance)), b"", _nested(depth)))
    (study,) = found.studies
    assert study.images == (3 if depth == 10 else 2)
    assert _codes(found) == ({} if depth == 10 else {"broken-instance": 1})


@pytest.mark.parametrize("length", [0xFFFFFFFE, 0x7FFFFFFF, 100_000])
def test_a_length_that_lies_loses_one_instance(
    instance: Make, save: Save, find: Find, length: int
) -> None:
    lie = b"OB\0\0" + struct.pack("<I", length)
    found = find(_with_raw(save(_three(instance)), b"\x09\x00\x10\x10", lie))
    assert [one.images for one in found.studies] == [2]
    assert sum(_codes(found).values()) == 1


def test_a_header_of_random_bytes_is_no_study(save: Save, find: Find) -> None:
    folder = save([])
    noise = random.Random(4)
    for number in range(40):
        (folder / f"x{number}").write_bytes(bytes(128) + b"DICM" + noise.randbytes(600))
    assert find(folder).studies == ()


@pytest.mark.parametrize(
    "tags",
    [
        {"Rows": 0},
        {"Rows": 65535, "Columns": 65535},
        {"Rows": 20, "Columns": 1},
        {"NumberOfFrames": 2_000_000_000},
        {"NumberOfFrames": -5, "Rows": 65535},
        {"BitsAllocated": 64},
        {"BitsAllocated": 8192},
    ],
)
def test_absurd_sizes_lose_one_instance_without_taking_memory(
    instance: Make, save: Save, find: Find, tags: dict[str, int]
) -> None:
    folder = save([*_three(instance), instance(name="odd", **tags)])
    found, _, most = _traced(find, folder)
    assert [one.images for one in found.studies] == [3]
    assert sum(_codes(found).values()) == 1
    assert most < 16 << 20


@pytest.mark.parametrize(
    "tags",
    [
        {"BitsStored": 0},
        {"BitsStored": 60_000},
        {"HighBit": 40_000},
        {"PixelRepresentation": 7},
        {"SamplesPerPixel": 0},
        {"PhotometricInterpretation": "NONSENSE"},
        {"PixelPaddingValue": 100, "PixelPaddingRangeLimit": 60_000},
        {"RescaleSlope": "1e38"},
        {"RescaleSlope": "-1e300"},
        {"RescaleSlope": "0"},
        {"RescaleIntercept": "1e39"},
    ],
)
def test_odd_pixel_attributes_give_finite_values_or_a_refusal(
    instance: Make, save: Save, find: Find, tags: dict[str, object]
) -> None:
    found = find(save(_three(instance, **tags)))
    for study in found.studies:
        for series in study.study.series:
            try:
                volume = series.load()
            except BadImage:
                continue
            assert np.isfinite(volume.array).all()
            assert volume.array.shape == series.shape


@pytest.mark.parametrize("values", ["nan", "1e400", "abc", "", "1\\2\\3\\4"])
@pytest.mark.parametrize("keyword", ["ImagePositionPatient", "PixelSpacing", "SliceThickness"])
def test_geometry_that_is_no_number_counts_as_missing(
    instance: Make, save: Save, find: Find, keyword: str, values: str
) -> None:
    tag = {
        "ImagePositionPatient": b"\x20\x00\x32\x00",
        "PixelSpacing": b"\x28\x00\x30\x00",
        "SliceThickness": b"\x18\x00\x50\x00",
    }[keyword]
    folder = save([instance()])
    path = folder / "IM0000"
    content = path.read_bytes()
    at = content.index(tag + b"DS")
    (length,) = struct.unpack_from("<H", content, at + 6)
    text = values.encode() + b" " * (len(values) % 2)
    element = tag + b"DS" + struct.pack("<H", len(text)) + text
    path.write_bytes(content[:at] + element + content[at + 8 + length :])
    (study,) = find(folder).studies
    (series,) = study.study.series
    assert series.load().array.shape == series.shape
    if not (keyword == "SliceThickness" and values.startswith("1\\")):
        assert series.notes or series.spacing is None


@pytest.mark.parametrize("charset", ["ISO_IR 100", "ISO 2022 IR 87", "GB18030", "NO_SUCH", ""])
def test_an_odd_character_set_is_borne(
    instance: Make, save: Save, find: Find, charset: str
) -> None:
    folder = save(_three(instance, SeriesDescription="T2 SAG"))
    for path in folder.iterdir():
        content = path.read_bytes()
        text = charset.encode() + b" " * (len(charset) % 2)
        element = b"\x08\x00\x05\x00CS" + struct.pack("<H", len(text)) + text
        at = content.index(b"\x08\x00\x08\x00CS")
        content = content[:at] + element + content[at:]
        path.write_bytes(content.replace(b"T2 SAG", b"T2 \xc3\xff\x1b"))
    (study,) = find(folder).studies
    assert study.images == 3
    assert study.study.series[0].description.isprintable()


@pytest.mark.filterwarnings("ignore:Invalid value for VR UI")
@pytest.mark.parametrize(
    "uid", ["../../etc/passwd", "..", "/tmp/x", "C:\\x", "Doe^Jane", "1.2\n3", "x" * 64]
)
def test_a_uid_that_is_a_path_or_a_name_goes_no_further(
    instance: Make, save: Save, find: Find, uid: str
) -> None:
    stack = _three(instance)
    for at, one in enumerate(stack):
        for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
            one.add_new(keyword, "LO", uid)
        one.add_new("SOPInstanceUID", "LO", f"{uid}{at}"[-60:])
    (study,) = find(save(stack)).studies
    (series,) = study.study.series
    assert (study.study.uid, series.uid, series.frame_of_reference) == (None, None, None)
    assert {one.sop_instance_uid for one in series.instances} <= {None}
    assert series.stem == "series-1"
    assert study.images == 3


def test_a_dicom_file_within_a_private_sequence_is_not_read_as_the_image(
    instance: Make, save: Save, find: Find
) -> None:
    inner = Dataset()
    inner.Rows, inner.Columns, inner.PixelSpacing = 999, 999, [9, 9]
    stack = _three(instance)
    for one in stack:
        one.add_new((0x0029, 0x0010), "LO", "SOMEBODY")
        one.add_new((0x0029, 0x1010), "SQ", DicomSequence([inner]))
    (study,) = find(save(stack)).studies
    assert study.study.series[0].shape == (3, 20, 24)
    assert study.study.series[0].spacing == pytest.approx((4.0, 0.9, 0.7))


def _frames(make: Make, tmp_path: Path, count: int, turned: bool) -> list[Frame]:
    file = SourceFile("file-1", "x", "", 1, tmp_path / "x")
    frames = []
    for at in range(count):
        angle = np.pi * at / count if turned else 0.0
        row = [float(np.sin(angle)), float(np.cos(angle)), 0]
        one = make(place=float(at), name=str(at), ImageOrientationPatient=[*row, 0, 0, -1])
        frames += frames_of(one, file)
    return frames


def test_slices_that_fan_out_are_volumes_of_one_slice_each(instance: Make, tmp_path: Path) -> None:
    stacks = stacks_of(_frames(instance, tmp_path, 200, turned=True))
    assert sum(len(one.frames) for one in stacks) == 200
    assert len(stacks) >= 100


def test_parting_a_series_takes_no_more_steps_a_frame_when_it_is_long(
    instance: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0
    depth_of = stacks_room.depth_of

    def counted(frame: Frame, normal: np.ndarray) -> float:
        nonlocal calls
        calls += 1
        return depth_of(frame, normal)

    monkeypatch.setattr(stacks_room, "depth_of", counted)
    counts = []
    for size in (40, 160):
        frames = _frames(instance, tmp_path, size, turned=False)
        calls = 0
        stacks_of(frames)
        counts.append(calls / size)
    assert counts[1] <= counts[0] * 1.01


def test_each_file_is_opened_no_more_often_in_a_large_study(
    instance: Make, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    real = SourceFile.open

    def counted(file: SourceFile):
        opened.append(file.label)
        return real(file)

    monkeypatch.setattr(SourceFile, "open", counted)
    rates = []
    for size in (6, 24):
        folder = save([instance(place=at * 4, name=str(at)) for at in range(size)])
        opened.clear()
        with sources.open([folder]) as tree:
            dicom.discover(tree.files)
            rates.append(len(opened) / len(tree.files))
    assert rates[0] == rates[1] <= 4


def test_what_is_kept_of_a_header_does_not_grow_with_the_pixels(
    instance: Make, save: Save, find: Find
) -> None:
    pixels = np.zeros((512, 512), np.uint16)
    folder = save([instance(place=at * 4, name=str(at), pixels=pixels) for at in range(30)])
    found, kept, most = _traced(find, folder)
    assert found.studies[0].images == 30
    assert most < 4 << 20, "30 slices hold 15 MiB of pixels"
    assert kept < 2 << 20
