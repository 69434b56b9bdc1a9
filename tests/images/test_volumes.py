"""NIfTI, NRRD and NPY volumes."""

import gzip
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import nrrd
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from condyle.domain.geometry import spacing_of
from condyle.errors import BadImage
from condyle.images import read_image
from condyle.images.nifti import RAS_TO_LPS
from condyle.sources import SourceFile

Source = Callable[[Path], SourceFile]
_SHARED = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def _array(shape: tuple[int, ...] = (6, 20, 24)) -> np.ndarray:
    return np.random.default_rng(2).integers(0, 900, shape).astype(np.int16)


def _sagittal() -> np.ndarray:
    """An LPS affine of (slice, row, column) that hangs right."""
    affine = np.eye(4)
    affine[:3, :3] = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]) * (4.0, 0.8, 0.9)
    affine[:3, 3] = (-12, 30, 80)
    return affine


@st.composite
def _storings(draw: st.DrawFn) -> tuple[list[int], tuple[int, int, int]]:
    return draw(st.permutations([0, 1, 2])), draw(st.tuples(*[st.sampled_from([-1, 1])] * 3))


def _stored(
    array: np.ndarray, affine: np.ndarray, storing: tuple[list[int], tuple[int, int, int]]
) -> tuple[np.ndarray, np.ndarray]:
    """Stores a hung volume with its axes swapped and flipped."""
    order, signs = storing
    stored = np.transpose(array, order)
    moved = affine.copy()
    moved[:3, :3] = affine[:3, order]
    for axis, sign in enumerate(signs):
        if sign < 0:
            moved[:3, 3] += moved[:3, axis] * (stored.shape[axis] - 1)
            moved[:3, axis] *= -1
            stored = np.flip(stored, axis)
    return np.ascontiguousarray(stored), moved


@_SHARED
@given(storing=_storings())
def test_a_nifti_stored_any_way_gives_the_same_volume(
    tmp_path: Path, source: Source, storing: tuple[list[int], tuple[int, int, int]]
) -> None:
    stored, affine = _stored(_array(), _sagittal(), storing)
    nib.save(nib.Nifti1Image(stored, RAS_TO_LPS @ affine), tmp_path / "a_t2.nii.gz")
    series = read_image(source(tmp_path / "a_t2.nii.gz"))
    volume = series.load()
    assert np.array_equal(volume.array, _array())
    assert volume.affine is not None
    assert np.allclose(volume.affine, _sagittal(), atol=1e-4)
    assert series.spacing == pytest.approx((4.0, 0.8, 0.9), abs=1e-5)
    assert (series.plane.value, series.plane.estimated) == ("sagittal", False)
    assert (series.weighting.value, series.weighting.estimated) == ("t2", True)
    assert np.array_equal(series.stored.invert(volume.array), stored)


@_SHARED
@given(storing=_storings())
def test_an_nrrd_stored_any_way_gives_the_same_volume(
    tmp_path: Path, source: Source, storing: tuple[list[int], tuple[int, int, int]]
) -> None:
    stored, affine = _stored(_array(), _sagittal(), storing)
    header = {
        "space": "left-posterior-superior",
        "space directions": affine[:3, :3].T,
        "space origin": affine[:3, 3],
    }
    nrrd.write(str(tmp_path / "a.nrrd"), stored, header)
    series = read_image(source(tmp_path / "a.nrrd"))
    volume = series.load()
    assert np.array_equal(volume.array, _array())
    assert volume.affine is not None
    assert np.allclose(volume.affine, _sagittal(), atol=1e-6)
    assert np.array_equal(series.stored.invert(volume.array), stored)


def test_a_nifti_and_an_nrrd_in_ras_agree(tmp_path: Path, source: Source) -> None:
    ras = RAS_TO_LPS @ _sagittal()
    nib.save(nib.Nifti1Image(_array(), ras), tmp_path / "a.nii")
    header = {"space": "RAS", "space directions": ras[:3, :3].T, "space origin": ras[:3, 3]}
    nrrd.write(str(tmp_path / "a.nrrd"), _array(), header)
    one = read_image(source(tmp_path / "a.nii")).load()
    other = read_image(source(tmp_path / "a.nrrd")).load()
    assert np.array_equal(one.array, other.array)
    assert one.affine is not None
    assert other.affine is not None
    assert np.allclose(one.affine, other.affine, atol=1e-4)


def test_scaling_in_the_header_is_applied(tmp_path: Path, source: Source) -> None:
    image = nib.Nifti1Image(_array(), RAS_TO_LPS @ _sagittal())
    image.header.set_slope_inter(2.0, -5.0)
    nib.save(image, tmp_path / "a.nii")
    expected = nib.load(tmp_path / "a.nii").get_fdata()
    assert np.allclose(read_image(source(tmp_path / "a.nii")).load().array, expected)


def test_metres_become_millimetres(tmp_path: Path, source: Source) -> None:
    metres = np.diag([0.001, 0.001, 0.001, 1.0]) @ RAS_TO_LPS @ _sagittal()
    image = nib.Nifti1Image(_array(), metres)
    image.header.set_xyzt_units("meter")
    nib.save(image, tmp_path / "a.nii")
    series = read_image(source(tmp_path / "a.nii"))
    assert series.spacing == pytest.approx((4.0, 0.8, 0.9), abs=1e-4)


def test_a_nifti_of_the_second_version_is_read(tmp_path: Path, source: Source) -> None:
    nib.save(nib.Nifti2Image(_array(), RAS_TO_LPS @ _sagittal()), tmp_path / "a.nii")
    assert read_image(source(tmp_path / "a.nii")).shape == (6, 20, 24)


def test_a_nifti_of_equal_spacing_is_cut_sagittally(tmp_path: Path, source: Source) -> None:
    nib.save(nib.Nifti1Image(_array((20, 22, 24)), np.eye(4)), tmp_path / "a.nii")
    series = read_image(source(tmp_path / "a.nii"))
    assert (series.plane.value, series.shape) == ("sagittal", (20, 24, 22))


def test_a_nifti_without_orientation_says_so(tmp_path: Path, source: Source) -> None:
    image = nib.Nifti1Image(_array((20, 24, 6)), None)
    image.header.set_zooms((0.5, 0.5, 4.0))
    nib.save(image, tmp_path / "a.nii")
    series = read_image(source(tmp_path / "a.nii"))
    assert series.shape == (6, 20, 24)
    assert series.spacing is None
    assert series.plane.value is None
    assert [note.code for note in series.notes] == ["orientation-unknown"]


def test_a_nifti_slice_of_two_axes_is_one_slice(tmp_path: Path, source: Source) -> None:
    nib.save(nib.Nifti1Image(_array((20, 24)), np.eye(4)), tmp_path / "a.nii")
    series = read_image(source(tmp_path / "a.nii"))
    assert series.shape[0] == 1
    assert series.load().array.shape == series.shape


def test_of_several_volumes_the_first_is_read_and_noted(tmp_path: Path, source: Source) -> None:
    affine = RAS_TO_LPS @ _sagittal()
    nib.save(nib.Nifti1Image(_array((6, 20, 24, 3)), affine), tmp_path / "a.nii.gz")
    series = read_image(source(tmp_path / "a.nii.gz"))
    (note,) = series.notes
    assert (note.code, note.params["count"]) == ("first-volume-only", 3)
    assert np.array_equal(series.load().array, _array((6, 20, 24, 3))[..., 0])


def test_a_nifti_that_promises_far_too_much_is_refused_unread(
    tmp_path: Path, source: Source
) -> None:
    header = nib.Nifti1Header()
    header.set_data_dtype(np.uint8)
    header.set_data_shape((30_000, 30_000, 100))
    header["magic"] = b"n+1"
    header["vox_offset"] = 352
    content = header.binaryblock + bytes(4) + bytes(1000)
    (tmp_path / "a.nii.gz").write_bytes(gzip.compress(content))
    with pytest.raises(BadImage):
        read_image(source(tmp_path / "a.nii.gz"))


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
@pytest.mark.parametrize("keep", [360, 3000])
def test_a_truncated_nifti_is_refused(tmp_path: Path, source: Source, name: str, keep: int) -> None:
    nib.save(nib.Nifti1Image(_array(), np.eye(4)), tmp_path / name)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[:keep])
    with pytest.raises(BadImage):
        read_image(source(tmp_path / name))


@pytest.mark.parametrize("kind", ["nii", "npy"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_and_infinity_are_refused(
    tmp_path: Path, source: Source, kind: str, value: float
) -> None:
    array = _array().astype(np.float32)
    array[2, 3, 4] = value
    path = tmp_path / f"a.{kind}"
    if kind == "nii":
        nib.save(nib.Nifti1Image(array, np.eye(4)), path)
    else:
        np.save(path, array)
    with pytest.raises(BadImage, match="NaN or infinite"):
        read_image(source(path))


def test_colour_voxels_are_refused(tmp_path: Path, source: Source) -> None:
    colour = np.zeros((20, 20, 20), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    nib.save(nib.Nifti1Image(colour, np.eye(4)), tmp_path / "a.nii")
    with pytest.raises(BadImage, match="not real numbers"):
        read_image(source(tmp_path / "a.nii"))


@pytest.mark.parametrize("encoding", ["raw", "gzip", "bzip2", "ascii"])
def test_every_nrrd_encoding_is_read(tmp_path: Path, source: Source, encoding: str) -> None:
    nrrd.write(str(tmp_path / "a.nrrd"), _array(), {"encoding": encoding})
    series = read_image(source(tmp_path / "a.nrrd"))
    assert [note.code for note in series.notes] == ["orientation-unknown"]
    back = series.stored.invert(series.load().array)
    assert np.array_equal(back, _array())


def test_an_nrrd_that_points_to_another_file_is_refused(tmp_path: Path, source: Source) -> None:
    text = (
        "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 20 20 20\n"
        "encoding: raw\ndata file: /etc/passwd\n\n"
    )
    (tmp_path / "a.nrrd").write_text(text)
    with pytest.raises(BadImage, match="another file"):
        read_image(source(tmp_path / "a.nrrd"))


def test_an_nrrd_bomb_is_unpacked_no_further_than_its_header_says(
    tmp_path: Path, source: Source
) -> None:
    header = "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 20 20 20\nencoding: gzip\n\n"
    content = header.encode() + gzip.compress(bytes(50 << 20))
    (tmp_path / "a.nrrd").write_bytes(content)
    assert read_image(source(tmp_path / "a.nrrd")).load().array.size == 8000


@pytest.mark.parametrize("keep", [10, 60, 500])
def test_a_truncated_nrrd_is_refused(tmp_path: Path, source: Source, keep: int) -> None:
    nrrd.write(str(tmp_path / "a.nrrd"), _array(), {"encoding": "raw"})
    (tmp_path / "a.nrrd").write_bytes((tmp_path / "a.nrrd").read_bytes()[:keep])
    with pytest.raises(BadImage):
        read_image(source(tmp_path / "a.nrrd"))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((20, 24), (1, 20, 24)), ((3, 20, 24), (3, 20, 24)), ((20, 24, 3), (1, 20, 24))],
)
def test_an_array_is_slices_of_rows_of_columns(
    tmp_path: Path, source: Source, shape: tuple[int, ...], expected: tuple[int, int, int]
) -> None:
    np.save(tmp_path / "a.npy", _array(shape))
    series = read_image(source(tmp_path / "a.npy"))
    assert series.shape == series.load().array.shape == expected
    assert (series.kind, series.spacing) == ("array", None)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4, 20, 20)),
        np.zeros(100),
        np.zeros((20, 20), dtype=complex),
        np.zeros((20, 20), dtype="U5"),
        np.zeros((0, 20, 20)),
        np.zeros((1, 1)),
        np.zeros((20_000, 20), dtype=np.uint8),
    ],
)
def test_an_array_that_is_no_image_is_refused(
    tmp_path: Path, source: Source, array: np.ndarray
) -> None:
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(BadImage):
        read_image(source(tmp_path / "a.npy"))


def test_an_array_of_objects_is_never_unpickled(tmp_path: Path, source: Source) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (pytest.fail, ("a pickle was run",))

    np.save(tmp_path / "a.npy", np.array([Trap()], dtype=object), allow_pickle=True)
    with pytest.raises(BadImage):
        read_image(source(tmp_path / "a.npy"))


def test_a_truncated_array_is_refused(tmp_path: Path, source: Source) -> None:
    np.save(tmp_path / "a.npy", _array())
    (tmp_path / "a.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:500])
    with pytest.raises(BadImage):
        read_image(source(tmp_path / "a.npy"))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_bytes_are_read_or_refused_and_never_crash(
    tmp_path: Path, source: Source, data: st.DataObject
) -> None:
    kind = data.draw(st.sampled_from(["nii", "nii.gz", "nrrd", "npy"]))
    path = tmp_path / f"a.{kind}"
    if kind == "nrrd":
        nrrd.write(str(path), _array(), {"encoding": "gzip"})
    elif kind == "npy":
        np.save(path, _array())
    else:
        nib.save(nib.Nifti1Image(_array(), _sagittal()), path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, min(len(content), 400) - 1))
        content[at] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        volume = read_image(source(path)).load()
    except BadImage:
        return
    assert np.isfinite(volume.array).all()
    if volume.affine is not None:
        assert min(spacing_of(volume.affine)) > 0
