"""A spine of plain shapes whose heights, slips and diameters are known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from condyle.interpretation.anatomy import SliceAnatomy
from condyle.interpretation.chain import Chain
from condyle.interpretation.discs import CANAL, DISC, VERTEBRA, describe_disc
from condyle.preprocessing.placement import Placement

DEPTH, HEIGHT, BEHIND = 34.0, 26.0, 3.0


@dataclass(frozen=True)
class MadeSpine:
    """Lengths in mm; bodies are counted from the top.

    Attributes:
        gaps: (front, back) height of each disc.
        slips: How far each body lies before the one at the top.
        sac: Diameter of the thecal sac.
        turn: Degrees by which the whole is turned about the middle of the image.
        spacing: (row, column) of a pixel.
        size: (row, column) of the image.
        sacrum: Whether the lowest body is labelled as one.
        without: Discs, from the top, that are labelled at their front fifth only.
    """

    gaps: tuple[tuple[float, float], ...] = ((9.0, 9.0),) * 4
    slips: tuple[float, ...] = (0.0,) * 5
    sac: float = 14.0
    turn: float = 0.0
    spacing: tuple[float, float] = (0.6, 0.6)
    size: tuple[float, float] = (260.0, 200.0)
    sacrum: bool = True
    without: tuple[int, ...] = field(default=())

    def anatomy(self) -> SliceAnatomy:
        """Gives the slice as a network would have labelled it."""
        shape = tuple(
            round(side / pixel) for side, pixel in zip(self.size, self.spacing, strict=True)
        )
        x, y = self._body_coordinates((shape[0], shape[1]))
        labels = np.zeros(shape, np.uint8)
        index = np.zeros(shape, np.uint8)
        labels[(np.abs(x - DEPTH - BEHIND - self.sac / 2) <= self.sac / 2) & (np.abs(y) < 115)] = (
            CANAL
        )
        top = -90.0
        count = len(self.gaps)
        for number in range(count + 1):
            moved = x + self.slips[number]
            inside = (moved >= 0) & (moved <= DEPTH)
            start, below = top, top + HEIGHT
            upper = start if number == 0 else start + self._slant(number - 1, moved)
            bone = inside & (y >= upper) & (y <= below)
            spine = (np.abs(x - DEPTH - 34) < 9) & (np.abs(y - start - 12) < 7)
            if number < count or self.sacrum:
                labels[bone | spine] = VERTEBRA
            if number < count:
                deep = DEPTH / 5 if number in self.without else DEPTH
                room = (moved >= 0) & (moved <= deep) & (y > below)
                room &= y < below + self.gaps[number][0] + self._slant(number, moved)
                labels[room] = DISC
                index[room] = count - number
                top = below + self.gaps[number][0]
        discs = [describe_disc(np.argwhere(index == n + 1)) for n in range(count)]
        return SliceAnatomy(
            labels, index, Chain(tuple(discs)), Placement(labels.shape, labels.shape), 1.0
        )

    def _slant(self, disc: int, x: NDArray[np.float64]) -> NDArray[np.float64]:
        front, back = self.gaps[disc]
        return (back - front) * np.clip(x / DEPTH, 0, 1)

    def _body_coordinates(
        self, shape: tuple[int, int]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        rows, columns = np.indices(shape).astype(np.float64)
        down = rows * self.spacing[0] - self.size[0] / 2
        back = columns * self.spacing[1] - self.size[1] / 2
        angle = np.deg2rad(self.turn)
        x = np.cos(angle) * back + np.sin(angle) * down
        return x + DEPTH / 2, -np.sin(angle) * back + np.cos(angle) * down
