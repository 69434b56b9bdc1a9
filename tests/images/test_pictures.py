"""PNG, JPEG and TIFF slices."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from condyle.errors import BadImage
from condyle.images import read_image, recognises
from condyle.sources import SourceFile

Source = Callable[[Path], SourceFile]


def _gray(rows: int = 40, columns: int = 30) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (rows, columns), dtype=np.uint8)


def _cat(rows: int = 60, columns: int = 80) -> np.ndarray:
    """An orange animal on green grass."""
    picture = np.zeros((rows, columns, 3), dtype=np.uint8)
    picture[:] = (60, 160, 50)
    picture[20:50, 20:60] = (230, 140, 40)
    return picture


def _png_header(path: Path, width: int, height: int) -> Path:
    """A PNG that promises a size and holds almost nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(100)))
        + chunk(b"IEND", b"")
    )
    return path


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_a_gray_picture_is_one_slice_with_its_own_values(
    tmp_path: Path, source: Source, name: str
) -> None:
    Image.fromarray(_gray()).save(tmp_path / name)
    series = read_image(source(tmp_path / name))
    volume = series.load()
    assert series.shape == volume.array.shape == (1, 40, 30)
    assert volume.array.dtype == np.float32
    assert np.array_equal(volume.array[0], _gray())
    assert (series.kind, series.spacing, volume.affine) == ("picture", None, None)
    assert len(series.instances) == 1
    assert series.notes == ()


def test_sixteen_bits_are_kept(tmp_path: Path, source: Source) -> None:
    array = (np.arange(1200, dtype=np.uint16) * 50).reshape(40, 30)
    Image.fromarray(array).save(tmp_path / "a.png")
    assert np.array_equal(read_image(source(tmp_path / "a.png")).load().array[0], array)


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGB", "RGBA", "I;16", "I", "F", "CMYK"])
def test_every_mode_is_read_as_gray(tmp_path: Path, source: Source, mode: str) -> None:
    name = "a.tif" if mode in ("I", "F", "CMYK") else "a.png"
    Image.fromarray(_gray()).convert(mode).save(tmp_path / name)
    series = read_image(source(tmp_path / name))
    assert series.load().array.shape == (1, 40, 30)
    assert "colour-picture" not in {note.code for note in series.notes}


def test_gray_kept_in_three_channels_keeps_its_values(tmp_path: Path, source: Source) -> None:
    Image.fromarray(_gray()).convert("RGBA").save(tmp_path / "a.png")
    assert np.array_equal(read_image(source(tmp_path / "a.png")).load().array[0], _gray())


@pytest.mark.parametrize("name", ["cat.jpg", "cat.png"])
def test_a_photo_of_a_cat_is_noted_as_colour(tmp_path: Path, source: Source, name: str) -> None:
    Image.fromarray(_cat()).save(tmp_path / name)
    series = read_image(source(tmp_path / name))
    assert [note.code for note in series.notes] == ["colour-picture"]


def test_a_gray_jpeg_in_three_channels_is_not_called_colour(tmp_path: Path, source: Source) -> None:
    smooth = np.tile(np.arange(64, dtype=np.uint8) * 4, (64, 1))
    Image.fromarray(smooth).convert("RGB").save(tmp_path / "a.jpg", quality=60)
    assert read_image(source(tmp_path / "a.jpg")).notes == ()


def test_see_through_parts_are_noted(tmp_path: Path, source: Source) -> None:
    picture = Image.fromarray(_gray()).convert("RGBA")
    picture.putalpha(100)
    picture.save(tmp_path / "a.png")
    (note,) = read_image(source(tmp_path / "a.png")).notes
    assert note.code == "transparency-ignored"


def test_the_pages_of_a_tiff_are_its_slices(tmp_path: Path, source: Source) -> None:
    pages = [Image.fromarray(_gray() // (page + 1)) for page in range(3)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    series = read_image(source(tmp_path / "a.tif"))
    assert series.load().array.shape == (3, 40, 30)
    assert np.array_equal(series.load().array[2], _gray() // 3)
    assert [instance.frame for instance in series.instances] == [0, 1, 2]


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (20_000, 30), (100_000, 100_000)])
def test_a_picture_of_twenty_thousand_pixels_is_refused_undecoded(
    tmp_path: Path, source: Source, width: int, height: int
) -> None:
    path = _png_header(tmp_path / "a.png", width, height)
    with pytest.raises(BadImage):
        read_image(source(path))


def test_a_picture_of_one_pixel_is_refused(tmp_path: Path, source: Source) -> None:
    Image.fromarray(_gray(1, 1)).save(tmp_path / "a.png")
    with pytest.raises(BadImage, match="1 x 1 pixels") as caught:
        read_image(source(tmp_path / "a.png"))
    assert len(caught.value.lines()) == 4


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif"])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
def test_a_truncated_picture_is_refused(
    tmp_path: Path, source: Source, name: str, share: float
) -> None:
    path = tmp_path / name
    Image.fromarray(_gray(200, 200)).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(BadImage, match="damaged or ends early"):
        read_image(source(path))


def test_a_picture_with_nan_is_refused(tmp_path: Path, source: Source) -> None:
    array = np.ones((20, 20), dtype=np.float32)
    array[3, 4] = np.nan
    Image.fromarray(array).save(tmp_path / "a.tif")
    with pytest.raises(BadImage, match="1 pixels that are NaN"):
        read_image(source(tmp_path / "a.tif"))


def test_a_text_is_not_recognised(tmp_path: Path, source: Source) -> None:
    (tmp_path / "a.png").write_text("hello")
    assert not recognises(source(tmp_path / "a.png"))
    with pytest.raises(BadImage, match="no known image format"):
        read_image(source(tmp_path / "a.png"))


def test_a_picture_is_told_by_its_bytes_not_by_its_name(tmp_path: Path, source: Source) -> None:
    Image.fromarray(_gray()).save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a")
    assert recognises(source(tmp_path / "a"))
    assert read_image(source(tmp_path / "a")).kind == "picture"
