"""Where a prepared image lies in the image that it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]

Window = tuple[slice, slice]
"""Rows and columns of a part of a slice."""


@dataclass(frozen=True)
class Placement:
    """An axis-aligned map from a prepared grid back to its source grid.

    A source coordinate is ``(prepared + 0.5 - offset) * scale - 0.5``, an integer
    coordinate being a pixel's centre.

    Attributes:
        source: (row, column) shape of the source slice.
        prepared: (row, column) shape of the prepared slice.
        scale: (row, column) source pixels a prepared pixel.
        offset: (row, column) prepared pixels of padding before the source's first.
    """

    source: tuple[int, int]
    prepared: tuple[int, int]
    scale: tuple[float, float] = (1.0, 1.0)
    offset: tuple[float, float] = (0.0, 0.0)

    def to_source(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Maps (n, 2) prepared (row, column) coordinates to source coordinates."""
        values = np.asarray(points, dtype=np.float64)
        mapped: NDArray[np.float64] = (values + 0.5 - np.array(self.offset)) * np.array(self.scale)
        return mapped - 0.5

    def to_prepared(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Maps (n, 2) source (row, column) coordinates to prepared coordinates."""
        values = np.asarray(points, dtype=np.float64)
        mapped: NDArray[np.float64] = (values + 0.5) / np.array(self.scale) + np.array(self.offset)
        return mapped - 0.5

    def prepare_labels(self, labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Brings a (row, column) labelmap of the source to the prepared grid, by nearest pixel."""
        result = np.zeros(self.prepared, dtype=labels.dtype)
        picks = []
        for axis in range(2):
            grid = np.arange(self.prepared[axis])
            source = np.rint((grid + 0.5 - self.offset[axis]) * self.scale[axis] - 0.5)
            picks.append(source.astype(int))
        rows = (picks[0] >= 0) & (picks[0] < self.source[0])
        columns = (picks[1] >= 0) & (picks[1] < self.source[1])
        result[np.ix_(rows, columns)] = labels[np.ix_(picks[0][rows], picks[1][columns])]
        return result

    def restore(self, array: Floats) -> Floats:
        """Resamples (..., row, column) prepared values onto the source grid, bilinearly."""
        return apply_separable(array, *self._weights)

    def restore_part(self, array: Floats, rows: slice, columns: slice) -> tuple[Floats, Window]:
        """Resamples a part of the prepared values as ``restore`` does the whole.

        Args:
            array: (..., row, column) prepared values, all of them.
            rows: Prepared rows, at least one.
            columns: Prepared columns, at least one.

        Returns:
            The values of every source pixel that one of these has a share in, and where in the
            source they lie.
        """
        down, across = self._weights
        window = (_touched(down[:, rows]), _touched(across[:, columns]))
        return apply_separable(array, down[window[0]], across[window[1]]), window

    @cached_property
    def _weights(self) -> tuple[Floats, Floats]:
        """The weights along rows and columns that take prepared values to the source."""
        down, across = (
            interpolation_matrix(
                self.source[axis],
                self.prepared[axis],
                step=1 / self.scale[axis],
                start=self.offset[axis],
            )
            for axis in range(2)
        )
        return down, across


def interpolation_matrix(out: int, size: int, *, step: float, start: float = 0.0) -> Floats:
    """Gives the (out, size) weights that resample one axis with a triangle kernel.

    The kernel widens with ``step`` where the axis shrinks, so that nothing aliases;
    weights are renormalised at the borders, where the edge value is held.

    Args:
        out: Number of samples wanted.
        size: Number of samples given.
        step: Distance between wanted samples, in given samples.
        start: Edge of the first wanted sample, in given samples.
    """
    centres = start + (np.arange(out) + 0.5) * step - 0.5
    centres = np.clip(centres, 0.0, size - 1.0)
    width = max(step, 1.0)
    distances: NDArray[np.float64] = np.abs(np.arange(size)[None, :] - centres[:, None]) / width
    weights = np.clip(1.0 - distances, 0.0, None)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.asarray(weights, dtype=np.float32)


def _touched(weights: Floats) -> slice:
    """Gives the rows of weights, which follow each other, that are not all zero."""
    there = np.flatnonzero(weights.any(axis=1))
    return slice(int(there[0]), int(there[-1]) + 1) if len(there) else slice(0, 0)


def apply_separable(array: Floats, rows: Floats, columns: Floats) -> Floats:
    """Applies row and column weights to the last two axes of an array.

    Of each row of weights only the few that are not zero are looked at, on one thread:
    multiplied as whole matrices they wake threads that wait in the way of the networks.
    """
    made = _along(_along(array.astype(np.float32), rows, -2), columns, -1)
    return np.ascontiguousarray(made)


def _along(array: Floats, weights: Floats, axis: int) -> Floats:
    """Applies weights to one axis."""
    moved = np.moveaxis(array, axis, 0)
    flat = np.ascontiguousarray(moved).reshape(len(moved), -1)
    made: Floats = sparse.csr_array(weights) @ flat
    return np.moveaxis(made.reshape(len(weights), *moved.shape[1:]), 0, axis)
