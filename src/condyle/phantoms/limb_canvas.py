"""A set of points on which a limb is painted structure by structure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.phantoms.limb_space import Box, Distance, Points
from condyle.phantoms.tissues import Tissue

_STRIDE = 8

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Canvas:
    """Points and what is painted on them; a window of it shares its arrays.

    Attributes:
        points: Where they lie, in the frame of the limb.
        tissue: Tissue numbers, shape of the points.
        structure: numbers of the anatomy's structures.
        lesion: numbers of its lesions.
        dither: Thresholds of 0 to 1 that mix two tissues within a voxel.
        step_mm: Greatest distance of neighbouring points.
    """

    points: Points
    tissue: NDArray[np.uint8]
    structure: NDArray[np.uint8]
    lesion: NDArray[np.uint8]
    dither: NDArray[np.float32]
    step_mm: float

    @classmethod
    def empty(cls, points: Points, *, step_mm: float, dither: NDArray[np.float32]) -> Canvas:
        """Gives a canvas of air."""
        tissue, structure, lesion = (np.zeros(points.u.shape, np.uint8) for _ in range(3))
        thresholds = np.broadcast_to(dither, points.u.shape)
        return cls(points, tissue, structure, lesion, thresholds, step_mm)

    def window(self, box: Box) -> Canvas | None:
        """Gives the part that holds a box, or ``None`` where it lies outside.

        The points are a rotated grid, so the box is looked for on every eighth of them,
        in a block on every second.
        """
        stride = _STRIDE if self.points.u.ndim == 2 else _STRIDE // 4
        reach = stride * self.step_mm
        sparse = (slice(None, None, stride),) * self.points.u.ndim
        inside: Mask | None = None
        for values, (low, high) in zip(
            (self.points.u, self.points.y, self.points.z), box, strict=True
        ):
            some = values[sparse]
            here = (some >= low - reach) & (some <= high + reach)
            inside = here if inside is None else inside & here
        if inside is None or not inside.any():
            return None
        window = tuple(
            slice(int(hit[0]) * stride, (int(hit[-1]) + 1) * stride)
            for hit in (
                np.flatnonzero(inside.any(axis=tuple(a for a in range(inside.ndim) if a != axis)))
                for axis in range(inside.ndim)
            )
        )
        return Canvas(
            self.points.part(window),
            self.tissue[window],
            self.structure[window],
            self.lesion[window],
            self.dither[window],
            self.step_mm,
        )

    def paint(self, where: Mask, tissue: Tissue, structure: int | None = None) -> None:
        """Sets the tissue, and the structure where one is given."""
        self.tissue[where] = int(tissue)
        if structure is not None:
            self.structure[where] = int(structure)

    def mix(self, where: Mask, tissue: Tissue, share: Distance | float) -> None:
        """Gives ``share`` of the samples of each voxel to a tissue, which dilutes its contrast."""
        self.tissue[where & (self.dither < share)] = int(tissue)

    def mark(self, where: Mask, lesion: int) -> None:
        """Says that a lesion is there."""
        self.lesion[where] = int(lesion)
