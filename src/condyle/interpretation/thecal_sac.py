"""The mid-sagittal diameter of the thecal sac, at right angles to its own axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from condyle.interpretation.bodies import Scale, blurred, large_pieces, sample
from condyle.interpretation.disc_space import Gap

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

AXIS_REACH = 0.55
"""How far up and down, in disc lengths, the sac's axis is fitted."""

BEHIND = 1.6
"""How far behind a disc's or body's middle, in disc lengths, the sac is looked for."""


class Sac:
    """The thecal sac of one slice.

    Args:
        canal: (row, column) mask.
        scale: Size of a pixel.
        length: Usual disc length, in units of the scale.
    """

    def __init__(self, canal: Mask, scale: Scale, length: float) -> None:
        self._mask = large_pieces(canal)
        self._field = blurred(self._mask)
        self._points = np.argwhere(self._mask) * np.array(scale)
        self._scale = scale
        self._length = length

    def behind(self, start: Floats, axis: Floats) -> Floats | None:
        """Gives the middle of the sac on the way back from a point, or ``None``.

        Args:
            start: Scaled coordinates of a disc's or a body's middle.
            axis: Unit vector from front to back.
        """
        steps = np.arange(0.0, BEHIND * self._length, 0.25 * min(self._scale))
        inside = sample(self._field, start + steps[:, None] * axis, self._scale) >= 0.5
        if not inside.any():
            return None
        first = int(inside.argmax())
        rest = np.flatnonzero(~inside[first:])
        last = first + (int(rest[0]) if len(rest) else len(steps) - first - 1)
        return np.asarray(start + (steps[first] + steps[last]) / 2 * axis, dtype=np.float64)

    def diameter(self, centre: Floats) -> Gap | None:
        """Gives the diameter through a point of the sac; ``None`` at its end or the border.

        Args:
            centre: Scaled coordinates, within the sac.
        """
        axis = self._axis(centre)
        if axis is None:
            return None
        across = np.array([-axis[1], axis[0]])
        if across[1] < 0:
            across = -across
        steps = np.arange(-0.8 * self._length, 0.8 * self._length, 0.1 * min(self._scale))
        spread = np.linspace(-0.04, 0.04, 5) * self._length
        ends = [self._ends(centre + way * axis, across, steps) for way in spread]
        if any(end is None for end in ends):
            return None
        low, high = np.array(ends).mean(axis=0)
        first, last = centre + low * across, centre + high * across
        return Gap(
            float(high - low),
            ((float(first[0]), float(first[1])), (float(last[0]), float(last[1]))),
        )

    def _axis(self, centre: Floats) -> Floats | None:
        """Gives the sac's own direction near a point, by its middle a row of pixels."""
        reach = AXIS_REACH * self._length
        near = self._points[np.abs(self._points[:, 0] - centre[0]) < reach]
        rows = np.unique(near[:, 0])
        if not len(rows) or min(rows[-1] - centre[0], centre[0] - rows[0]) < 0.5 * reach:
            return None
        columns = np.array([near[near[:, 0] == row, 1].mean() for row in rows])
        slope = np.polyfit(rows - centre[0], columns, 2 if len(rows) > 12 else 1)[-2]
        axis = np.array([1.0, slope])
        return np.asarray(axis / np.linalg.norm(axis), dtype=np.float64)

    def _ends(self, start: Floats, across: Floats, steps: Floats) -> tuple[float, float] | None:
        points = start + steps[:, None] * across
        inside = sample(self._field, points, self._scale) >= 0.5
        middle = int(np.abs(steps).argmin())
        if not inside[middle]:
            return None
        out = np.flatnonzero(~inside)
        before, after = out[out < middle], out[out > middle]
        if not len(before) or not len(after):
            return None
        for place in (points[before[-1]], points[after[0]]):
            index = place / np.array(self._scale)
            if np.any(index < 1) or np.any(index > np.array(self._mask.shape) - 2):
                return None
        return float(steps[before[-1]]), float(steps[after[0]])
