"""Whatever is brought, each file gets a result, and nothing but the archive's own folder grows."""

from __future__ import annotations

import gzip
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.data import get_testdata_file

from .brought import Bringer, mr, new_archive, picture, written, zipped


def tiff() -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.arange(40 * 32, dtype=np.uint16).reshape(40, 32)).save(stream, "TIFF")
    return stream.getvalue()


def nifti() -> bytes:
    array = np.arange(24 * 20 * 3, dtype=np.int16).reshape(24, 20, 3)
    return bytes(nib.Nifti1Image(array, np.diag([1.0, 1.0, 4.0, 1.0])).to_bytes())


def npy() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.zeros((3, 20, 20), np.float32))
    return stream.getvalue()


def metaimage() -> bytes:
    head = "ObjectType = Image\nNDims = 3\nDimSize = 20 20 3\nElementType = MET_UCHAR\n"
    return (head + "ElementSpacing = 1 1 4\nElementDataFile = LOCAL\n").encode() + bytes(1200)


def dicom(name: str) -> bytes:
    return Path(get_testdata_file(name)).read_bytes()


SEEDS = {
    "explicit.dcm": written(mr()),
    "implicit.dcm": dicom("MR_small_implicit.dcm"),
    "big.dcm": dicom("MR_small_bigendian.dcm"),
    "packed.dcm": dicom("MR_small_RLE.dcm"),
    "frames.dcm": dicom("SC_rgb_rle_2frame.dcm"),
    "deflated.dcm": dicom("image_dfl.dcm"),
    "report.dcm": dicom("test-SR.dcm"),
    "files.zip": zipped(**{"a/1.dcm": written(mr("1")), "a/x.png": picture(3)}),
    "x.png": picture(1),
    "x.tif": tiff(),
    "v.nii": nifti(),
    "v.nii.gz": gzip.compress(nifti(), mtime=0),
    "v.npy": npy(),
    "v.mha": metaimage(),
}


@pytest.fixture(scope="module")
def bringer(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bringer]:
    folder = tmp_path_factory.mktemp("fuzz")
    shutil.copy(sqlite_template, folder / "a.sqlite")
    archive = new_archive(f"sqlite:///{folder / 'a.sqlite'}", folder)
    yield Bringer(archive)
    archive.database.close()


def test_the_seeds_themselves_are_taken_in(bringer: Bringer) -> None:
    rows = bringer.bring(SEEDS).values()
    # Several of pydicom's files are one instance in other transfer syntaxes.
    codes = {row.reason["code"] for row in rows if row.state == "refused" and row.reason}
    assert codes <= {"same-uid-other-content"}
    assert sum(row.state == "stored" for row in rows) >= 10


@given(
    name=st.sampled_from(sorted(SEEDS)),
    cut=st.none() | st.floats(0, 1),
    edits=st.lists(
        st.tuples(st.floats(0, 1) | st.floats(0, 0.1), st.binary(min_size=1, max_size=6)),
        max_size=4,
    ),
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_a_mutated_file_is_stored_or_refused_with_a_reason(
    bringer: Bringer, name: str, cut: float | None, edits: list[tuple[float, bytes]]
) -> None:
    content = bytearray(SEEDS[name])
    for place, change in edits:
        at = int(place * len(content))
        content[at : at + len(change)] = change
    if cut is not None:
        del content[int(cut * len(content)) :]
    (row,) = bringer.bring({name: bytes(content)}).values()
    assert row.state in ("stored", "duplicate", "refused")
    assert row.state != "refused" or (row.reason and row.reason["code"])


@given(content=st.binary(max_size=400), suffix=st.sampled_from(["", ".dcm", ".zip", ".nii.gz"]))
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_noise_is_refused_under_any_name(bringer: Bringer, content: bytes, suffix: str) -> None:
    (row,) = bringer.bring({f"x{suffix}": content}).values()
    assert row.state == "refused"


def test_what_was_stored_of_all_that_can_be_served(bringer: Bringer) -> None:
    for instance in bringer.instances():
        size = bringer.archive.objects.path(instance.object).stat().st_size
        assert size == instance.size
