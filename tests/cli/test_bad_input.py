"""Bad input is told in four lines and leaves nothing behind."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

MIB = 2**20


def png(shape: tuple[int, int] = (64, 64)) -> bytes:
    """A picture of noise."""
    pixels = np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def zipped(entries: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


def dicom() -> bytes:
    """The bytes of a DICOM image."""
    path = get_testdata_file("MR_small.dcm", download=False)
    assert isinstance(path, str)
    return Path(path).read_bytes()


def with_nan() -> np.ndarray:
    array = np.ones((3, 64, 64), dtype=np.float32)
    array[1, 20, 20] = np.nan
    return array


BAD_FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "an empty file": ("image.dcm", lambda: b""),
    "a text": ("notes.txt", lambda: b"Nothing to see here.\n" * 40),
    "random bytes": ("image.dcm", lambda: np.random.default_rng(1).bytes(4096)),
    "a truncated PNG": ("image.png", lambda: png()[:500]),
    "a truncated DICOM file": ("image.dcm", lambda: dicom()[:2500]),
    "a DICOM file that ends in its header": ("image.dcm", lambda: dicom()[:200]),
    "a zip that is none": ("study.zip", lambda: b"PK\x03\x04 and then nothing"),
    "a truncated zip": ("study.zip", lambda: zipped({"a.png": png()})[:300]),
    "an empty zip": ("study.zip", lambda: zipped({})),
    "a zip without images": ("study.zip", lambda: zipped({"readme.txt": b"hello"})),
    "a zip bomb": ("study.zip", lambda: zipped({"a.dcm": bytes(64 * MIB)})),
    "a zip that climbs out": ("study.zip", lambda: zipped({"../outside.png": png()})),
    "a zip with a path from the root": ("study.zip", lambda: zipped({"/tmp/outside.png": png()})),
    "pixels that are not a number": ("image.npy", lambda: npy(with_nan())),
    "an image of one pixel": ("image.png", lambda: png((1, 1))),
    "an image of 20,000 pixels": ("image.png", lambda: png((20_000, 32))),
    "an array of pickled objects": ("image.npy", lambda: npy(np.array([{}], dtype=object))),
    "an array of words": ("image.npy", lambda: npy(np.array([["a", "b"]]))),
}


@pytest.mark.parametrize("name", list(BAD_FILES))
def test_a_bad_file_is_refused_in_four_lines(condyle, tmp_path: Path, name: str) -> None:
    label, content = BAD_FILES[name]
    given = tmp_path / "given"
    given.mkdir()
    (given / label).write_bytes(content())
    before = sorted(tmp_path.rglob("*"))
    outcome = condyle("read", given / label, "--out", tmp_path / "out")
    assert outcome.status == 2
    assert "bundle" not in outcome.error_lines[0]
    assert 2 <= len(outcome.error_lines) <= 4
    assert "Traceback" not in outcome.err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", list(BAD_FILES))
def test_a_folder_that_holds_only_a_bad_file_is_refused_too(condyle, tmp_path, name) -> None:
    label, content = BAD_FILES[name]
    given = tmp_path / "given"
    given.mkdir()
    (given / label).write_bytes(content())
    outcome = condyle("read", given, "--out", tmp_path / "out")
    assert outcome.status == 2
    assert "bundle" not in outcome.error_lines[0]
    assert len(outcome.error_lines) <= 4
    assert not (tmp_path / "out").exists()


def test_a_path_that_does_not_exist_is_refused(condyle, tmp_path: Path) -> None:
    outcome = condyle("read", tmp_path / "absent", "--out", tmp_path / "out")
    assert outcome.status == 2
    assert len(outcome.error_lines) <= 4


def test_an_empty_folder_is_refused(condyle, tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    outcome = condyle("read", tmp_path / "given", "--out", tmp_path / "out")
    assert outcome.status == 2
    assert "found:" in outcome.err
    assert "mend:" in outcome.err


def test_nothing_a_header_says_of_a_patient_is_told(condyle, tmp_path: Path) -> None:
    content = dicom().replace(b"CompressedSamples^MR1", b"Doe^Jane^The^Patient!")
    assert b"Doe^Jane" in content
    (tmp_path / "image.dcm").write_bytes(content[:2500])
    outcome = condyle("read", tmp_path / "image.dcm", "--out", tmp_path / "out")
    assert "Doe" not in outcome.out + outcome.err
