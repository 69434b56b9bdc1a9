"""Real slices with real masks, laid out and saved as strangers do."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from condyle.datasets.layouts import layout_of, open_archive
from condyle.preprocessing import prepare

COUNT = 8
DISC = 1

pytestmark = pytest.mark.needs("data")


@pytest.fixture(name="pairs")
def _pairs(data_folder: Path) -> list[tuple[Path, Path]]:
    """Some slices of different patients, with their masks."""
    folder = data_folder / "lumbar-spider" / "t2space"
    images = sorted((folder / "images").glob("*.png"))
    step = len(images) // COUNT
    return [(path, folder / "masks" / path.name) for path in images[::step][:COUNT]]


def labels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


def dice(one: np.ndarray, two: np.ndarray) -> float:
    return 2 * float((one & two).sum()) / max(float(one.sum() + two.sum()), 1.0)


def test_renamed_slices_with_lists_are_read_without_an_option(
    tmp_path: Path, pairs: list[tuple[Path, Path]], draw: Any
) -> None:
    for n, (image, mask) in enumerate(pairs):
        (tmp_path / "images").mkdir(exist_ok=True)
        shutil.copy(image, tmp_path / "images" / f"knee_{n:03d}.png")
        draw.save(f"masks/knee_{n:03d}.png", (labels(mask) == DISC).astype(np.uint8) * 255)
    for name, members in (("train", range(5)), ("val", range(5, 6)), ("test", range(6, COUNT))):
        (tmp_path / f"{name}.txt").write_text("".join(f"knee_{n:03d}.png\n" for n in members))
    assert layout_of(tmp_path) == "pairs"
    archive = open_archive(tmp_path)
    assert archive.structures == ("background", "lesion") and not archive.unreadable
    sides = list(archive.sides.values())
    assert [sides.count(one) for one in ("train", "validation", "test")] == [5, 1, 2]
    for case, (image, mask) in zip(archive.cases, pairs, strict=True):
        (series,) = case.study.series
        volume = series.load()
        assert np.array_equal(volume.array[0], labels(image)) and volume.spacing is None
        assert np.array_equal(case.reference.masks[series.stem][0], labels(mask) == DISC)
        prepared = prepare(volume, ({"step": "fit", "rows": 64, "columns": 64},))
        assert np.isfinite(prepared.array).all()


def test_overlays_that_are_see_through_are_masks(
    tmp_path: Path, pairs: list[tuple[Path, Path]], draw: Any
) -> None:
    for n, (image, mask) in enumerate(pairs):
        drawn = labels(mask) == DISC
        overlay = np.zeros((*drawn.shape, 4), dtype=np.uint8)
        overlay[drawn] = (255, 40, 40, 160)
        draw.save(f"case{n}/slice.png", np.repeat(labels(image)[..., None], 3, axis=2))
        draw.save(f"case{n}/slice_mask.png", overlay)
    archive = open_archive(tmp_path)
    assert len({case.patient for case in archive.cases}) == COUNT
    for case, (_, mask) in zip(archive.cases, pairs, strict=True):
        (found,) = case.reference.masks.values()
        assert np.array_equal(found[0], labels(mask) == DISC)


@pytest.mark.parametrize(("ending", "least"), [("jpg", 0.97), ("png", 0.93)])
def test_masks_that_were_compressed_or_shrunk_keep_their_shape(
    tmp_path: Path, pairs: list[tuple[Path, Path]], ending: str, least: float
) -> None:
    for n, (image, mask) in enumerate(pairs):
        drawn = Image.fromarray((labels(mask) == DISC).astype(np.uint8) * 255)
        picture = Image.open(image).convert("L")
        if ending == "png":
            half = (drawn.width // 2, drawn.height // 2)
            drawn, picture = drawn.resize(half, Image.Resampling.BILINEAR), picture.resize(half)
        picture.save(tmp_path / f"k{n}.png")
        drawn.save(tmp_path / f"k{n}_mask.{ending}")
    archive = open_archive(tmp_path)
    assert archive.structures == ("background", "lesion")
    for case, (_, mask) in zip(archive.cases, pairs, strict=True):
        (found,) = case.reference.masks.values()
        truth = (labels(mask) == DISC).astype(np.uint8)
        height, width = found.shape[1:]
        resized = Image.fromarray(truth).resize((width, height), Image.Resampling.NEAREST)
        assert dice(found[0].astype(bool), np.asarray(resized).astype(bool)) > least


def test_masks_of_several_structures_keep_them_all(
    tmp_path: Path, pairs: list[tuple[Path, Path]], draw: Any
) -> None:
    colours = np.array([(0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255)], dtype=np.uint8)
    for n, (image, mask) in enumerate(pairs):
        (tmp_path / "imagesTr").mkdir(exist_ok=True)
        shutil.copy(image, tmp_path / "imagesTr" / f"k_{n:03d}_0000.png")
        draw.save(f"labelsTr/k_{n:03d}.png", colours[labels(mask)])
    archive = open_archive(tmp_path)
    assert len(archive.structures) == 4
    # Colours are numbered in the order of their codes: blue, green, red.
    back = np.array([0, 3, 2, 1])
    for case, (_, mask) in zip(archive.cases, pairs, strict=True):
        (found,) = case.reference.masks.values()
        assert np.array_equal(back[found[0]], labels(mask))


def test_the_shared_slices_themselves_are_pairs_of_30_patients(data_folder: Path) -> None:
    archive = open_archive(data_folder / "lumbar-spider" / "t2space", layout="pairs")
    assert len(archive.cases) == 217
    assert len({case.patient for case in archive.cases}) == 30
    assert archive.structures == ("background", "structure-1", "structure-2", "structure-3")
