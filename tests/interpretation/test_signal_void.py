"""A hole as metal leaves one is told from what else is dark."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from condyle.domain.volume import Volume
from condyle.interpretation.signal_void import has_void, slices_with_void
from condyle.phantoms.artefacts import Metal, displace, sphere_field_hz, within_sphere

Picture = NDArray[np.float32]
FIELD_MM = 300.0
EXCITED_HZ = 1000.0
"""Of the slice: what lies further off resonance than this is never excited."""


def body(side: int = 320) -> Picture:
    """A trunk of lumpy tissue in air, a canal of fluid in it."""
    rng = np.random.default_rng(3)
    lumps = ndimage.gaussian_filter(rng.normal(0, 1, (side, side)), 4)
    column = np.arange(side)[None].repeat(side, axis=0) / side
    inside = np.abs(column - 0.5) < 0.4
    tissue = 100 + 120 * lumps
    tissue[np.abs(column - 0.62) < 0.025] = 230
    return np.asarray(np.where(inside, tissue, 2.0), dtype=np.float32)


def with_metal(
    image: Picture, *, radius_mm: float, ppm: float = 190.0, at: tuple[float, float] = (0.5, 0.45)
) -> Picture:
    """The same with a ball of metal: signal not excited, and signal displaced by its field."""
    fine = np.repeat(np.repeat(image, 2, axis=0), 2, axis=1)[None] / 2
    middle = (0.0, at[0] * fine.shape[1], at[1] * fine.shape[2])
    ball = Metal(middle, radius_mm, ppm, 200.0)
    spacing = (4.0, FIELD_MM / fine.shape[1], FIELD_MM / fine.shape[2])
    field = sphere_field_hz(ball, fine.shape, spacing=spacing, along=(0.0, 1.0, 0.0), field_t=1.5)
    kept = np.clip(1 - np.abs(field) / EXCITED_HZ, 0, 1)
    kept[within_sphere(ball, fine.shape, spacing=spacing)] = 0
    moved = displace((fine * kept).astype(np.float32), field / ball.bandwidth_hz * 2, axis=2)[0]
    rows, columns = image.shape
    return np.asarray(moved.reshape(rows, 2, columns, 2).sum(axis=(1, 3)) / 2, dtype=np.float32)


def with_disc(image: Picture, *, radius: float, value: float, soft: float = 0.0) -> Picture:
    """The same with a round area of one value, its border blurred or not."""
    row, column = np.mgrid[: image.shape[0], : image.shape[1]]
    inside = np.hypot(row - 150, column - 150) < radius
    share = ndimage.gaussian_filter(inside.astype(np.float32), soft) if soft else inside
    return np.asarray(image * (1 - share) + value * share, dtype=np.float32)


def test_a_body_without_metal_has_no_void() -> None:
    assert not has_void(body())


@pytest.mark.parametrize("radius_mm", [6.0, 8.0])
@pytest.mark.parametrize("at", [(0.5, 0.45), (0.35, 0.6), (0.7, 0.5)])
def test_a_ball_of_titanium_is_told(radius_mm: float, at: tuple[float, float]) -> None:
    assert has_void(with_metal(body(), radius_mm=radius_mm, at=at))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
def test_the_scale_and_offset_of_the_signal_change_nothing(scale: float) -> None:
    image = with_metal(body(), radius_mm=8.0)
    assert has_void(image * scale + 7)
    assert not has_void(body() * scale + 7)


def test_a_large_slice_is_judged_like_a_small_one() -> None:
    large = np.repeat(np.repeat(with_metal(body(), radius_mm=8.0), 3, axis=0), 3, axis=1)
    assert has_void(large)


def test_a_dark_area_without_a_bright_border_is_no_metal() -> None:
    assert not has_void(with_disc(body(), radius=14, value=0.0, soft=1.5))


def test_a_dark_area_that_keeps_some_signal_is_no_metal() -> None:
    dim = np.maximum(with_metal(body(), radius_mm=8.0), 14.0)
    dim[:, :20] = 2.0
    assert not has_void(dim)


def test_a_small_hole_is_no_metal() -> None:
    assert not has_void(with_metal(body(), radius_mm=1.5, ppm=9.0))


def test_a_long_thin_dark_line_is_no_metal() -> None:
    image = body()
    image[60:260, 128:133] = 0
    image[60:260, 133:136] = 250
    assert not has_void(image)


def test_air_that_reaches_the_edge_is_no_metal() -> None:
    image = body()
    image[:, :60] = 0
    image[:, 60:63] = 250
    assert not has_void(image)


@pytest.mark.parametrize("value", [0.0, 5.0])
def test_an_even_slice_has_no_void(value: float) -> None:
    assert not has_void(np.full((64, 64), value, np.float32))


def test_noise_has_no_void() -> None:
    assert not has_void(np.random.default_rng(0).random((256, 256)).astype(np.float32))


def test_the_slices_that_show_it_are_named_among_those_looked_at() -> None:
    plain, metal = body(), with_metal(body(), radius_mm=8.0)
    volume = Volume(np.stack([plain, metal, metal, plain]))
    assert slices_with_void(volume, range(4)) == (1, 2)
    assert slices_with_void(volume, (0, 2)) == (2,)


@pytest.mark.needs("data")
def test_it_is_silent_on_real_slices_and_speaks_where_metal_is_put_into_them(
    data_folder: Path,
) -> None:
    """One slice in nine of each kind; all 577 are silent, as the module says."""
    folder = data_folder / "lumbar-spider"
    paths = [*sorted((folder / "midsagittal").glob("*.png"))[::9]]
    paths += sorted((folder / "t2space" / "images").glob("*.png"))[::9]
    assert len(paths) > 60
    images = [np.asarray(Image.open(path).convert("L"), dtype=np.float32) for path in paths]
    assert [path.name for path, one in zip(paths, images, strict=True) if has_void(one)] == []
    small = [one for one in images if max(one.shape) < 450][:8]
    found = [has_void(np.clip(with_metal(one, radius_mm=8.0), 0, 255)) for one in small]
    assert sum(found) >= 3


@pytest.mark.needs("data", "soak")
def test_it_is_silent_on_every_real_slice(data_folder: Path) -> None:
    folder = data_folder / "lumbar-spider"
    paths = [*folder.glob("midsagittal/*.png"), *folder.glob("t2space/images/*.png")]
    assert len(paths) == 577
    opened = (np.asarray(Image.open(path).convert("L"), dtype=np.float32) for path in paths)
    assert [path.name for path, one in zip(paths, opened, strict=True) if has_void(one)] == []
