"""A volume that is written is read back as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from condyle.domain.volume import Volume
from condyle.errors import OutputError
from condyle.images import read_image
from condyle.images.codes import COLOUR, read_codes
from condyle.images.write import write_image, write_labels
from condyle.sources import SourceFile

Source = Callable[[Path], SourceFile]

SAGITTAL = np.array([[3.0, 0, 0, 5], [0, 0, 0.5, 6], [0, -0.5, 0, 7], [0, 0, 0, 1]])
AXIAL = np.array([[0, 0, 0.5, 5], [0, 0.5, 0, 6], [4.0, 0, 0, 7], [0, 0, 0, 1]])


def shades(shape: tuple[int, int, int], top: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, top, shape).astype(np.float32)


@pytest.mark.parametrize(
    ("array", "ending"),
    [
        (shades((1, 16, 20), 256), ".png"),
        (shades((1, 16, 20), 60_000), ".png"),
        (shades((1, 16, 20), 90_000), ".npy"),
        (shades((3, 16, 20), 256), ".npy"),
        (shades((1, 16, 20), 256) - 100, ".npy"),
        (shades((1, 16, 20), 256) / 7, ".npy"),
    ],
)
def test_an_image_without_geometry_comes_back_exactly(
    tmp_path: Path, source: Source, array: np.ndarray, ending: str
) -> None:
    path = write_image(Volume(array), tmp_path / "in" / "k.1")
    assert path.name == f"k.1{ending}"
    volume = read_image(source(path)).load()
    assert np.array_equal(volume.array, array) and volume.spacing is None


@pytest.mark.parametrize("affine", [SAGITTAL, AXIAL])
@pytest.mark.parametrize("top", [256, 60_000])
def test_an_image_with_geometry_comes_back_where_it_lay(
    tmp_path: Path, source: Source, affine: np.ndarray, top: int
) -> None:
    spacing = (3.0, 0.5, 0.5) if affine is SAGITTAL else (4.0, 0.5, 0.5)
    before = Volume(shades((5, 18, 22), top), spacing, affine)
    labels = (before.array > top / 2).astype(np.uint8)
    after = read_image(source(write_image(before, tmp_path / "image"))).load()
    assert np.array_equal(after.array, before.array)
    assert after.affine is not None and np.allclose(after.affine, affine)
    assert after.spacing == pytest.approx(spacing)
    mask = read_codes(source(write_labels(labels, tmp_path / "mask", on=before)))
    assert np.array_equal(mask.array, labels)


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="not written"):
        write_image(Volume(shades((1, 16, 20), 9)), tmp_path / "file" / "k")


def test_codes_are_gray_values_colours_or_thousandths(tmp_path: Path, source: Source) -> None:
    drawn = np.zeros((16, 20, 3), dtype=np.uint8)
    drawn[0, 0], drawn[0, 1] = (255, 1, 2), (9, 9, 9)
    Image.fromarray(drawn).save(tmp_path / "c.png")
    codes = read_codes(source(tmp_path / "c.png"))
    assert codes.array[0, 0, :3].tolist() == [COLOUR + 255 * 65536 + 256 + 2, 9, 0]
    np.save(tmp_path / "p.npy", np.full((16, 20), 0.25))
    codes = read_codes(source(tmp_path / "p.npy"))
    assert codes.scale == 1000 and set(np.unique(codes.array)) == {250}


def test_a_tiff_mask_may_have_a_page_a_slice(tmp_path: Path, source: Source) -> None:
    pages = [Image.fromarray(np.full((16, 20), n, dtype=np.uint8)) for n in range(3)]
    pages[0].save(tmp_path / "m.tif", save_all=True, append_images=pages[1:])
    assert read_codes(source(tmp_path / "m.tif")).array[:, 0, 0].tolist() == [0, 1, 2]
