"""Volumes whose headers lie, and labelmaps written back on their grids."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import nrrd
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from condyle.domain.geometry import spacing_of
from condyle.errors import BadImage
from condyle.images import read_image
from condyle.images.check import as_affine
from condyle.images.nifti import RAS_TO_LPS
from condyle.sources import SourceFile

Source = Callable[[Path], SourceFile]

SPACE = "space: left-posterior-superior\n"
USUAL = "space directions: (1,0,0) (0,1,0) (0,0,1)\n"


def _nrrd(path: Path, fields: str = "", content: bytes = bytes(8000), **header: str) -> Path:
    lines = {"type": "uchar", "encoding": "raw", "sizes": "20 20 20", **header}
    text = "NRRD0004\ndimension: 3\n" + "".join(f"{k}: {v}\n" for k, v in lines.items())
    path.write_bytes(text.encode() + fields.encode() + b"\n" + content)
    return path


def _oblique(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    affine = np.eye(4)
    affine[:3, :3] = Rotation.random(random_state=seed).as_matrix()
    affine[:3, :3] *= rng.permutation([4.0, 0.5, 0.6])
    affine[:3, 3] = rng.uniform(-200, 200, 3)
    return affine


@pytest.mark.parametrize("kind", ["nii", "nii.gz", "nrrd"])
@pytest.mark.parametrize("seed", range(5))
def test_a_voxel_of_an_oblique_file_keeps_its_place_and_a_labelmap_goes_back_to_it(
    tmp_path: Path, source: Source, kind: str, seed: int
) -> None:
    affine, shape = _oblique(seed), (17, 18, 19)
    stored = np.arange(np.prod(shape), dtype=np.int16).reshape(shape)
    path = tmp_path / f"a.{kind}"
    if kind == "nrrd":
        header = {"space": "LPS", "space directions": affine[:3, :3].T}
        nrrd.write(str(path), stored, {**header, "space origin": affine[:3, 3]})
    else:
        nib.save(nib.Nifti1Image(stored, RAS_TO_LPS @ affine), path)
    series = read_image(source(path))
    volume = series.load()
    assert volume.affine is not None
    numbers = volume.array.ravel().astype(int)
    read = np.stack(np.unravel_index(np.arange(numbers.size), volume.array.shape), axis=1)
    written = np.stack(np.unravel_index(numbers, shape), axis=1)
    world = written @ affine[:3, :3].T + affine[:3, 3]
    assert np.allclose(read @ volume.affine[:3, :3].T + volume.affine[:3, 3], world, atol=0.01)
    assert series.spacing is not None
    assert max(series.spacing) == pytest.approx(series.spacing[0])
    labelmap = (volume.array % 7 == 0).astype(np.uint8)
    assert np.array_equal(series.stored.invert(labelmap), stored % 7 == 0)


@pytest.mark.parametrize(
    "fields",
    [
        SPACE + "space directions: (1,0) (0,1) (0,0)\n",
        SPACE + "space directions: (1,0,0) (0,1,0)\n",
        SPACE + "space directions: none (0,1,0) (0,0,1)\n",
        SPACE + "space directions: (1,0,0) (1,0,0) (0,0,1)\n",
        SPACE + "space directions: (1e-200,0,0) (0,1e200,0) (0,0,1)\n",
        SPACE + "space directions: (1e300,0,0) (0,1e300,0) (0,0,1)\n",
        SPACE + "space directions: (nan,0,0) (0,1,0) (0,0,1)\n",
        SPACE + USUAL + "space origin: (1,2)\n",
        SPACE + USUAL + "space origin: (inf,0,0)\n",
        "space: scanner-xyz\n" + USUAL,
    ],
)
def test_geometry_that_makes_no_sense_counts_as_unknown(
    tmp_path: Path, source: Source, fields: str
) -> None:
    try:
        series = read_image(source(_nrrd(tmp_path / "a.nrrd", fields)))
    except BadImage:
        return
    assert series.spacing is None
    assert series.load().affine is None
    assert [note.code for note in series.notes] == ["orientation-unknown"]


@pytest.mark.parametrize(
    ("header", "content"),
    [
        ({"encoding": "ascii"}, b"1 2 3"),
        ({"encoding": "ascii"}, b""),
        ({"encoding": "ascii"}, b"nan " * 8000),
        ({"encoding": "ascii"}, b"1e999 " * 8000),
        ({"encoding": "ascii"}, b"one " * 8000),
        ({"encoding": "hex"}, b"01" * 8000),
        ({"encoding": "gzip"}, bytes(8000)),
        ({"encoding": "bzip2"}, b"BZh9" + bytes(50)),
        ({"encoding": "nonsense"}, bytes(8000)),
        ({"type": "block"}, bytes(8000)),
        ({"type": "double"}, np.full(8000, 1e300).tobytes()),
        ({"type": "double"}, bytes(8000)),
        ({"sizes": "-20 20 20"}, bytes(8000)),
        ({"sizes": "20 20"}, bytes(8000)),
        ({"sizes": "20 20 0"}, bytes(8000)),
        ({"sizes": "99999999999999999999 20 20"}, bytes(8000)),
        ({"sizes": "8000 8000 8000"}, bytes(8000)),
    ],
    ids=str,
)
def test_an_nrrd_that_does_not_hold_what_it_says_is_refused(
    tmp_path: Path, source: Source, header: dict[str, str], content: bytes
) -> None:
    with pytest.raises(BadImage) as caught:
        read_image(source(_nrrd(tmp_path / "Quillfeather.nrrd", content=content, **header)))
    assert len(caught.value.lines()) == 4
    assert "Quillfeather" not in str(caught.value) + repr(caught.value)


def test_numbers_written_as_text_are_not_wrapped_to_fit_a_byte(
    tmp_path: Path, source: Source
) -> None:
    path = _nrrd(tmp_path / "a.nrrd", content=b"300 " * 8000, encoding="ascii")
    assert read_image(source(path)).load().array.max() == 300.0


def test_text_beyond_what_a_header_promises_is_not_read(tmp_path: Path, source: Source) -> None:
    path = _nrrd(tmp_path / "a.nrrd", content=b"7 " * (4 << 20), encoding="ascii")
    tracemalloc.start()
    try:
        assert read_image(source(path)).load().array.shape == (20, 20, 20)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 12 << 20, "all of its four million numbers take over 100 MiB"


@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_a_nifti_of_impossible_voxels_has_no_spacing(
    tmp_path: Path, source: Source, size: float
) -> None:
    image = nib.Nifti1Image(np.zeros((20, 20, 20), np.uint8), np.eye(4))
    image.header["sform_code"] = 1
    for axis in ("x", "y", "z"):
        image.header[f"srow_{axis}"][:3] *= size
    image.header["vox_offset"], image.header["magic"] = 352, b"n+1"
    (tmp_path / "a.nii").write_bytes(image.header.binaryblock + bytes(4) + bytes(8000))
    series = read_image(source(tmp_path / "a.nii"))
    assert series.spacing is None
    assert [note.code for note in series.notes] == ["orientation-unknown"]


def test_a_usable_affine_is_kept_as_it_is() -> None:
    for seed in range(5):
        affine = _oblique(seed)
        assert as_affine(affine) is affine
        assert min(spacing_of(affine)) > 0
    assert as_affine(np.zeros((4, 4))) is None


def test_a_file_named_after_a_patient_is_not_named_in_its_error(
    tmp_path: Path, source: Source
) -> None:
    for name in ("Quillfeather.png", "Quillfeather.nii", "Quillfeather.npy", "Quillfeather"):
        (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n" + b"Quillfeather" * 40)
        with pytest.raises(BadImage) as caught:
            read_image(source(tmp_path / name))
        assert "Quillfeather" not in "".join(caught.value.lines()) + repr(source(tmp_path / name))
