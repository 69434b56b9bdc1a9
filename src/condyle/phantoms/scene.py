"""A simulated anatomy as the scanner meets it: tissues on a fine grid, averaged into voxels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from condyle.phantoms.imaging import FloatImage, average_blocks
from condyle.phantoms.tissues import Tissue

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True)
class Blend:
    """A tissue that seeps into another, with a soft edge; such as oedema into marrow.

    Attributes:
        tissue: What seeps in.
        instead_of: Tissue that gives way; all others stay as they are.
        share: (slice, row, column) how much of it gives way, 0 to 1, on the grid of the
            images with its margin.
    """

    tissue: Tissue
    instead_of: Tissue
    share: FloatImage


@dataclass(frozen=True)
class Scene:
    """What lies in and around the field of view, cut as one series will cut it.

    Attributes:
        tissue: (plane, row, column) uint8 tissue numbers on the fine grid: ``planes``
            planes a slice, ``factor`` samples along each side of a pixel.
        spacing: (slice, row, column) of the images, mm.
        planes: Fine planes a slice.
        factor: Fine samples along each side of a pixel.
        affine: Of the images, without the margin; ``None`` where it does not matter.
        margin: Pixels beyond each end of the field of view, (row, column): what lies
            there wraps into the image where the acquisition lets it.
        blends: What seeps into tissues, on the grid of the images with its margin.
    """

    tissue: NDArray[np.uint8]
    spacing: tuple[float, float, float]
    planes: int = 2
    factor: int = 2
    affine: NDArray[np.float64] | None = field(default=None, compare=False)
    margin: tuple[int, int] = (0, 0)
    blends: tuple[Blend, ...] = ()

    @property
    def shape(self) -> tuple[int, int, int]:
        """(slice, row, column) of the images with the margin."""
        planes, rows, columns = self.tissue.shape
        return planes // self.planes, rows // self.factor, columns // self.factor


def render(scene: Scene, lookup: NDArray[np.float32]) -> FloatImage:
    """Averages what a lookup gives for each tissue over the voxels: partial volume.

    Args:
        scene: The anatomy.
        lookup: (256,) value by tissue number, such as ``signal_by_tissue`` gives.

    Returns:
        (slice, row, column) with the margin.
    """
    image = _average(scene, lookup)
    for blend in scene.blends:
        change = np.float32(lookup[blend.tissue] - lookup[blend.instead_of])
        where = _window_of(blend.share)
        if where is not None:
            there = _average(scene, _indicator((blend.instead_of,)), where)
            image[:, *where] += change * blend.share[:, *where] * there
    return image


def tissue_share(scene: Scene, tissues: Iterable[Tissue]) -> FloatImage:
    """Gives the share of each voxel that some tissues fill, (slice, row, column) of 0 to 1."""
    return _average(scene, _indicator(tissues))


def _indicator(tissues: Iterable[Tissue]) -> NDArray[np.float32]:
    lookup = np.zeros(256, np.float32)
    lookup[[int(tissue) for tissue in tissues]] = 1.0
    return lookup


def _average(
    scene: Scene, lookup: NDArray[np.float32], where: tuple[slice, slice] | None = None
) -> FloatImage:
    """Averages over the voxels, of a window of rows and columns where one is given."""
    slices, rows, columns = scene.shape
    across = where or (slice(0, rows), slice(0, columns))
    image = np.zeros((slices, *(one.stop - one.start for one in across)), np.float32)
    fine = tuple(slice(one.start * scene.factor, one.stop * scene.factor) for one in across)
    for number, plane in enumerate(scene.tissue):
        samples = lookup[plane[fine]]
        image[number // scene.planes] += average_blocks(samples, scene.factor) / scene.planes
    return image


def _window_of(share: FloatImage) -> tuple[slice, slice] | None:
    """Gives the rows and columns in which a share is over a thousandth."""
    there = np.asarray(np.any(share > 1e-3, axis=0), dtype=np.bool_)
    rows, columns = (np.flatnonzero(np.any(there, axis=axis)) for axis in (1, 0))
    if not rows.size:
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def majority_labels(
    label: NDArray[np.uint8], *, planes: int, factor: int, labels: Iterable[int]
) -> NDArray[np.uint8]:
    """Gives each voxel the label that fills most of it, background counting as one.

    Args:
        label: (plane, row, column) labels on the fine grid.
        planes: Fine planes a slice.
        factor: Fine samples along each side of a pixel.
        labels: Those that may stand in it besides 0.

    Returns:
        (slice, row, column) uint8.
    """
    wanted = (0, *labels)
    slices, rows, columns = (
        size // step for size, step in zip(label.shape, (planes, factor, factor), strict=True)
    )
    out = np.zeros((slices, rows, columns), np.uint8)
    for index in range(slices):
        votes = np.zeros((len(wanted), rows, columns), np.float32)
        for plane in label[index * planes : (index + 1) * planes]:
            for place, value in enumerate(wanted[1:], start=1):
                votes[place] += average_blocks(plane == value, factor) / planes
        votes[0] = 1.0 - votes[1:].sum(axis=0)
        out[index] = np.asarray(wanted, np.uint8)[votes.argmax(axis=0)]
    return out


def middle_tissue(scene: Scene) -> NDArray[np.uint8]:
    """Gives the tissue in the middle of each voxel, (slice, row, column) with the margin."""
    half = scene.factor // 2
    return scene.tissue[
        scene.planes // 2 :: scene.planes, half :: scene.factor, half :: scene.factor
    ]


def crop_margin(array: NDArray[Scalar], margin: tuple[int, int]) -> NDArray[Scalar]:
    """Cuts the margin off an array of (slice, row, column)."""
    rows, columns = margin
    return array[:, rows : array.shape[1] - rows, columns : array.shape[2] - columns]
