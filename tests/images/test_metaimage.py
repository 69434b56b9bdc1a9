"""MetaImage volumes, held against what ITK itself writes and reads."""

from __future__ import annotations

import importlib
import itertools
import zlib
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from condyle.errors import BadImage
from condyle.images import read_image
from condyle.sources import SourceFile
from condyle.workflows.open_study import open_study

Source = Callable[[Path], SourceFile]

SIDES = (17, 18, 19)
GEOMETRY = "Offset = 5 6 7\nTransformMatrix = 0 1 0 0 0 -1 1 0 0\nElementSpacing = 0.5 0.6 4\n"


def voxels(sides: tuple[int, ...] = SIDES) -> np.ndarray:
    return np.arange(np.prod(sides), dtype=np.int16).reshape(sides)


def write(path: Path, array: np.ndarray, *, extra: str = GEOMETRY, **header: str) -> Path:
    """Writes (x, y, z) voxels as ITK does, and what a test changes of the header."""
    lines = {
        "ObjectType": "Image",
        "NDims": str(array.ndim),
        "BinaryData": "True",
        "BinaryDataByteOrderMSB": "False",
        "CompressedData": "False",
        "DimSize": " ".join(map(str, array.shape)),
        "ElementType": "MET_SHORT",
        **header,
    }
    data = lines.pop("ElementDataFile", "LOCAL")
    text = "".join(f"{key} = {value}\n" for key, value in lines.items())
    raw = array.tobytes(order="F")
    if lines["CompressedData"] == "True":
        raw = zlib.compress(raw)
    path.write_bytes(f"{text}{extra}ElementDataFile = {data}\n".encode() + raw)
    return path


@pytest.mark.parametrize("packed", ["True", "False"])
def test_voxels_keep_their_place_in_the_body(tmp_path: Path, source: Source, packed: str) -> None:
    stored = voxels()
    series = read_image(source(write(tmp_path / "a.mha", stored, CompressedData=packed)))
    volume = series.load()
    assert series.kind == "metaimage" and series.plane.value == "sagittal"
    assert volume.array.shape == series.shape == (19, 18, 17)
    assert volume.affine is not None and volume.spacing == pytest.approx((4.0, 0.6, 0.5))
    directions = np.array([[0, 1, 0], [0, 0, -1], [1, 0, 0]]).T * (0.5, 0.6, 4.0)
    for index in itertools.product((0, 18), (0, 17), (0, 16)):
        at = np.argwhere(stored == volume.array[index])[0]
        world = directions @ at + (5, 6, 7)
        assert np.allclose(volume.affine @ (*index, 1), (*world, 1))


def test_the_header_alone_is_read_where_that_is_asked_for(tmp_path: Path, source: Source) -> None:
    path = write(tmp_path / "1_t2_SPACE.mha", voxels())
    path.write_bytes(path.read_bytes()[:-10])
    series = read_image(source(path), whole=False)
    assert series.shape == (19, 18, 17) and series.weighting.value == "t2-space"
    with pytest.raises(BadImage, match="not read"):
        series.load()
    with pytest.raises(BadImage):
        read_image(source(path))


def test_without_directions_there_is_no_geometry(tmp_path: Path, source: Source) -> None:
    series = read_image(source(write(tmp_path / "a.mha", voxels((20, 24, 3)), extra="")))
    assert series.spacing is None and series.load().affine is None
    assert series.shape == (3, 24, 20)
    assert [note.code for note in series.notes] == ["orientation-unknown"]


def test_a_picture_of_two_axes_is_one_slice(tmp_path: Path, source: Source) -> None:
    series = read_image(source(write(tmp_path / "a.mha", voxels((20, 24)), extra="")))
    assert np.array_equal(series.load().array[0], voxels((20, 24)).T)


def test_the_byte_that_comes_first_is_heeded(tmp_path: Path, source: Source) -> None:
    swapped = voxels().astype(">i2")
    path = write(tmp_path / "a.mha", swapped, BinaryDataByteOrderMSB="True")
    assert read_image(source(path)).load().array.max() == voxels().max()


HOSTILE = {
    "huge": {"DimSize": "100000 100000 100000"},
    "negative": {"DimSize": "-17 -18 19"},
    "not-numbers": {"DimSize": "a b c"},
    "four-axes": {"NDims": "4", "DimSize": "17 18 19 1"},
    "axes-that-differ": {"NDims": "2"},
    "unknown-type": {"ElementType": "MET_STRING"},
    "vectors": {"ElementNumberOfChannels": "3"},
    "a-header-within": {"HeaderSize": "-1"},
    "text": {"BinaryData": "False"},
    "elsewhere": {"ElementDataFile": "/etc/passwd"},
    "a-list": {"ElementDataFile": "LIST"},
    "more-than-there-is": {"DimSize": "17 18 20"},
    "packed-that-is-not": {"CompressedData": "true"},
    "flat": {"DimSize": "17 18 0"},
}


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_a_header_that_lies_is_refused(tmp_path: Path, source: Source, kind: str) -> None:
    with pytest.raises(BadImage) as refused:
        read_image(source(write(tmp_path / "a.mha", voxels(), **HOSTILE[kind])))
    assert len(refused.value.lines()) == 4


@pytest.mark.parametrize(
    "extra",
    [
        "TransformMatrix = 1 0 0\nElementSpacing = 1 1 1\n",
        "TransformMatrix = 1 0 0 0 1 0 0 0 x\nElementSpacing = 1 1 1\n",
        "no key\n",
        "a = " + "x" * 70_000 + "\n",
    ],
)
def test_lines_that_cannot_be_are_refused(tmp_path: Path, source: Source, extra: str) -> None:
    with pytest.raises(BadImage):
        read_image(source(write(tmp_path / "a.mha", voxels(), extra=extra)))


@pytest.mark.parametrize(
    "matrix", ["0 0 0 0 0 0 0 0 0", "1 0 0 1 0 0 0 0 1", "nan 0 0 0 1 0 0 0 1"]
)
def test_directions_that_span_nothing_are_no_geometry(
    tmp_path: Path, source: Source, matrix: str
) -> None:
    extra = f"TransformMatrix = {matrix}\nElementSpacing = 1 1 1\n"
    assert read_image(source(write(tmp_path / "a.mha", voxels(), extra=extra))).spacing is None


def test_a_bomb_is_unpacked_no_further_than_its_header_says(tmp_path: Path, source: Source) -> None:
    path = write(tmp_path / "a.mha", voxels((20, 20, 20)), CompressedData="True")
    head = path.read_bytes().split(b"LOCAL\n")[0] + b"LOCAL\n"
    path.write_bytes(head + zlib.compress(bytes(200_000_000)))
    assert read_image(source(path)).load().array.size == 8000


@pytest.mark.parametrize("keep", [0, 5, 40, 120, 260])
def test_a_truncated_file_is_refused(tmp_path: Path, source: Source, keep: int) -> None:
    path = write(tmp_path / "a.mha", voxels())
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BadImage):
        read_image(source(path))


@pytest.mark.needs("itk")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["int16", "uint8", "float32", "uint16"])
def test_what_itk_writes_lies_where_itk_says(
    tmp_path: Path, source: Source, seed: int, kind: str
) -> None:
    itk = importlib.import_module("SimpleITK")
    rng = np.random.default_rng(seed)
    stored = rng.integers(0, 200, (19, 18, 17)).astype(kind)
    image = itk.GetImageFromArray(stored)
    image.SetSpacing(rng.permutation([4.0, 0.5, 0.6]).tolist())
    image.SetOrigin(rng.uniform(-200, 200, 3).tolist())
    image.SetDirection(Rotation.random(random_state=seed).as_matrix().ravel().tolist())
    itk.WriteImage(image, str(tmp_path / "a.mha"), useCompression=bool(seed % 2))
    series = read_image(source(tmp_path / "a.mha"))
    volume = series.load()
    assert volume.affine is not None
    back = series.stored.invert(volume.array)
    assert np.array_equal(back, stored.transpose(2, 1, 0))
    affine = series.stored.invert_affine(volume.affine, volume.array.shape)
    for index in ((0, 0, 0), (16, 17, 18), (3, 0, 9)):
        point = image.TransformIndexToPhysicalPoint(index)
        assert np.allclose(affine @ (*index, 1), (*point, 1))


def test_a_mha_file_is_opened_as_a_study(tmp_path: Path) -> None:
    path = write(tmp_path / "12_t2.mha", voxels())
    with open_study([path]) as study:
        (series,) = study.series
        assert (series.kind, series.stem, series.weighting.value) == ("metaimage", "12_t2", "t2")
        assert series.load().array.shape == (19, 18, 17)


def test_the_kind_has_a_word_in_every_report() -> None:
    schema = resources.files("condyle.reporting").joinpath("schemas", "report.schema.json")
    assert '"metaimage"' in schema.read_text("utf-8")
    for language in ("en", "es"):
        words = resources.files("condyle.reporting").joinpath("catalogue", f"{language}.yaml")
        assert "metaimage: MetaImage" in words.read_text("utf-8")


@given(data=st.data())
def test_damaged_bytes_are_read_or_refused_and_never_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.mha"
    packed = data.draw(st.sampled_from(["True", "False"]))
    content = bytearray(write(path, voxels((16, 17, 18)), CompressedData=packed).read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, 400))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content[: data.draw(st.sampled_from([len(content), 350, 200]))]))
    file = SourceFile("damaged.mha", "damaged", ".mha", len(content), path)
    try:
        series = read_image(file)
    except BadImage:
        return
    assert series.load().array.shape == series.shape
