"""Distances between the surfaces of two masks, in mm with anisotropic spacing.

A surface voxel is one of the mask with a face neighbour outside of it; the edge of
the image counts as outside. Each surface voxel has a distance to the nearest of the
other surface. Where one mask is empty, or both, distances are undefined (NaN);
surface Dice is then 0, or NaN where both are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage
from scipy.spatial import KDTree

from condyle.errors import InputError
from condyle.evaluation.inputs import BoolArray, FloatArray, as_mask

FEW_OF_VOLUME = 0.1
"""Share of the voxels that lie on a surface up to which a tree is faster."""


@dataclass(frozen=True, eq=False)
class SurfaceDistances:
    """How far each surface lies from the other.

    Attributes:
        of_predicted: Distance of each predicted surface voxel, in mm.
        of_reference: Distance of each reference surface voxel, in mm.
        predicted_empty: True where the predicted mask is empty.
        reference_empty: True where the reference mask is empty.
    """

    of_predicted: FloatArray
    of_reference: FloatArray
    predicted_empty: bool
    reference_empty: bool

    @property
    def defined(self) -> bool:
        """True where both masks hold a voxel."""
        return not (self.predicted_empty or self.reference_empty)

    def hausdorff_mm(self, percent: float = 95.0) -> float:
        """Gives the greater of the two percentiles of the distances.

        References:
            Huttenlocher, Klanderman and Rucklidge 1993, doi 10.1109/34.232073.
        """
        if not self.defined:
            return float("nan")
        ways = (self.of_predicted, self.of_reference)
        return max(float(np.percentile(distances, percent)) for distances in ways)

    def average_mm(self) -> float:
        """Gives the mean of all distances, both ways together."""
        if not self.defined:
            return float("nan")
        return float(np.concatenate([self.of_predicted, self.of_reference]).mean())

    def dice(self, tolerance_mm: float) -> float:
        """Gives the share of both surfaces that lies within a tolerance of the other.

        Raises:
            InputError: The tolerance is negative.

        References:
            Nikolov et al. 2021, doi 10.2196/26151; here by surface voxels, not by area.
        """
        if not tolerance_mm >= 0.0:
            raise InputError(
                "Surface Dice cannot be found.",
                found=f"a tolerance of {tolerance_mm:g} mm",
                needed="a tolerance of at least 0 mm",
                mend="give what readers differ by, such as 1.0.",
            )
        if self.predicted_empty and self.reference_empty:
            return float("nan")
        if not self.defined:
            return 0.0
        both = np.concatenate([self.of_predicted, self.of_reference])
        return float((both <= tolerance_mm).mean())


def surface_distances(
    predicted: ArrayLike, reference: ArrayLike, spacing: Sequence[float]
) -> SurfaceDistances:
    """Measures the distances between two masks; non-zero is in the mask.

    Args:
        predicted: Mask, in two or three axes.
        reference: Mask of the same shape.
        spacing: Size of a voxel along each axis in mm.

    Raises:
        InputError: The shapes differ, a voxel is NaN, or the spacing is not one positive
            number an axis.
    """
    found, truth = as_mask(predicted, "predicted"), as_mask(reference, "reference")
    _check(found, truth, spacing)
    empty = np.empty(0)
    if not found.any() or not truth.any():
        return SurfaceDistances(empty, empty, not found.any(), not truth.any())
    around = _bounding_box(found | truth)
    sizes = np.asarray(spacing, dtype=np.float64)
    found_surface, truth_surface = _surface(found[around]), _surface(truth[around])
    return SurfaceDistances(
        of_predicted=_distances(found_surface, truth_surface, sizes),
        of_reference=_distances(truth_surface, found_surface, sizes),
        predicted_empty=False,
        reference_empty=False,
    )


def volume_difference_ml(
    predicted: ArrayLike, reference: ArrayLike, spacing: Sequence[float]
) -> float:
    """Gives predicted minus reference volume in millilitres; spacing in mm."""
    found, truth = as_mask(predicted, "predicted"), as_mask(reference, "reference")
    _check(found, truth, spacing)
    voxels = int(np.count_nonzero(found)) - int(np.count_nonzero(truth))
    return voxels * float(np.prod(np.asarray(spacing, dtype=np.float64))) / 1000.0


def _surface(mask: BoolArray) -> BoolArray:
    """Tells which voxels of the mask have a face neighbour outside of it, or none there."""
    around = np.pad(mask, 1)
    inside = mask.copy()
    for axis, size in enumerate(mask.shape):
        for start in (0, 2):
            kept = [slice(1, -1)] * mask.ndim
            kept[axis] = slice(start, start + size)
            inside &= around[tuple(kept)]
    return np.asarray(mask & ~inside)


def _distances(surface: BoolArray, other: BoolArray, sizes: FloatArray) -> FloatArray:
    """Gives the distance of each voxel of a surface to the nearest of the other.

    A tree over few voxels visits only those, where a distance transform fills the volume.
    """
    points = np.argwhere(surface)
    if np.count_nonzero(surface) + np.count_nonzero(other) < FEW_OF_VOLUME * surface.size:
        places = np.argwhere(other) * sizes
        tree = KDTree(places, leafsize=32, balanced_tree=False, compact_nodes=False)
        return np.asarray(tree.query(points * sizes)[0])
    nearest = ndimage.distance_transform_edt(
        ~other, sampling=sizes.tolist(), return_distances=False, return_indices=True
    )
    gaps = (points - nearest[(slice(None), *points.T)].T) * sizes
    return np.asarray(np.sqrt((gaps**2).sum(axis=1)))


def _bounding_box(mask: BoolArray) -> tuple[slice, ...]:
    box = []
    for axis in range(mask.ndim):
        others = tuple(other for other in range(mask.ndim) if other != axis)
        filled = np.flatnonzero(mask.any(axis=others))
        box.append(slice(int(filled[0]), int(filled[-1]) + 1))
    return tuple(box)


def _check(found: NDArray[np.bool_], truth: NDArray[np.bool_], spacing: Sequence[float]) -> None:
    sizes = np.asarray(spacing, dtype=np.float64)
    fits = sizes.shape == (found.ndim,) and bool(np.isfinite(sizes).all() and (sizes > 0).all())
    if found.shape != truth.shape or not fits:
        raise InputError(
            "Two surfaces cannot be measured.",
            found=f"shapes {found.shape} and {truth.shape}, spacing {tuple(spacing)}",
            needed="one shape, and a positive spacing in mm for each axis",
            mend="bring both to one grid; without a spacing there is no distance in mm.",
        )
