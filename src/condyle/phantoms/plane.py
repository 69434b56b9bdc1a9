"""A sagittal plane on a fine grid, on which an anatomy is painted tissue by tissue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.phantoms.tissues import Tissue

Mask = NDArray[np.bool_]
Coordinates = NDArray[np.float32]


@dataclass(frozen=True)
class PlaneGrid:
    """Where the samples of a plane lie.

    Attributes:
        y: (column,) posterior position of each column, mm, rising.
        z: (row,) superior position of each row, mm, falling.
        step_mm: Distance of neighbouring samples.
    """

    y: Coordinates
    z: Coordinates
    step_mm: float


@dataclass(frozen=True)
class Window:
    """A rectangle of a plane; painting it paints the plane.

    Attributes:
        y: (1, column) posterior position, mm.
        z: (row, 1) superior position, mm.
        column0: First column of the plane that it covers.
        tissue: (row, column) view of the plane's tissues.
        label: (row, column) view of the plane's labels.
    """

    y: Coordinates
    z: Coordinates
    column0: int
    tissue: NDArray[np.uint8]
    label: NDArray[np.uint8]

    def paint(self, where: Mask, tissue: Tissue, label: int | None = None) -> None:
        """Sets the tissue, and the label where one is given."""
        self.tissue[where] = int(tissue)
        if label is not None:
            self.label[where] = label


@dataclass(frozen=True)
class Plane:
    """One sagittal plane at a distance from the midline.

    Attributes:
        x: Distance to the left of the midline, mm.
        grid: Where its samples lie.
        tissue: (row, column) tissue numbers.
        label: (row, column) 0 background, 1 disc, 2 vertebra, 3 canal.
    """

    x: float
    grid: PlaneGrid
    tissue: NDArray[np.uint8]
    label: NDArray[np.uint8]

    @classmethod
    def empty(cls, x: float, grid: PlaneGrid) -> Plane:
        """Gives a plane of air."""
        shape = (grid.z.size, grid.y.size)
        return cls(x, grid, np.zeros(shape, np.uint8), np.zeros(shape, np.uint8))

    def whole(self) -> Window:
        """Gives the window that covers the plane."""
        return self._window(slice(0, self.grid.z.size), slice(0, self.grid.y.size))

    def columns(self, y_low: float, y_high: float) -> Window:
        """Gives the window of all rows between two posterior positions."""
        columns = np.searchsorted(self.grid.y, [y_low, y_high])
        return self._window(slice(0, self.grid.z.size), slice(*map(int, columns)))

    def around(self, y: float, z: float, reach: float) -> Window:
        """Gives the window within ``reach`` mm of a point; it may be empty."""
        return self.between((y - reach, y + reach), (z - reach, z + reach))

    def between(self, y: tuple[float, float], z: tuple[float, float]) -> Window:
        """Gives the window between two posterior and two superior positions, low to high."""
        columns = np.searchsorted(self.grid.y, y)
        rows = np.searchsorted(-self.grid.z, [-z[1], -z[0]])
        return self._window(slice(int(rows[0]), int(rows[1])), slice(*map(int, columns)))

    def _window(self, rows: slice, columns: slice) -> Window:
        return Window(
            y=self.grid.y[None, columns],
            z=self.grid.z[rows, None],
            column0=int(columns.start),
            tissue=self.tissue[rows, columns],
            label=self.label[rows, columns],
        )
