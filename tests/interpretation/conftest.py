"""Spines drawn with ellipses, whose truth is known because it was drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from condyle.preprocessing import Placement

BACKGROUND, DISC, VERTEBRA, CANAL = range(4)


@dataclass(frozen=True)
class Spine:
    """What to draw; lengths in pixels of a square slice.

    Attributes:
        count: Discs from the most caudal up.
        size: Rows and columns.
        length: Of a disc.
        thickness: Of a disc.
        step: From disc to disc.
        bottom: Row of the most caudal disc.
        column: Column of the spine's middle.
        bow: Columns by which the middle of the spine lies before its ends.
        broken: Discs (from 0 caudal) that are drawn as two pieces.
        missing: Discs that are not drawn.
        faint: Discs whose probability is 0.3, under that of the background.
        sacral: Whether S1-S2 is drawn below, with no vertebra above it.
        below: Whether a vertebral body is drawn below the most caudal disc.
        canal: Whether a canal is drawn behind.
        left: Columns at the left that are black bars of the image itself.
    """

    count: int = 6
    size: int = 256
    length: float = 36.0
    thickness: float = 9.0
    step: float = 33.0
    bottom: float = 205.0
    column: float = 110.0
    bow: float = 0.0
    broken: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    faint: tuple[int, ...] = ()
    sacral: bool = False
    below: bool = False
    canal: bool = True
    left: int = 0

    def centre(self, number: float) -> tuple[float, float]:
        """(row, column) of a disc, or of a body at a half."""
        share = number / max(self.count - 1, 1)
        column = self.column - self.bow * (1 - (2 * share - 1) ** 2)
        return (self.bottom - self.step * number, column)

    def axis(self, number: float) -> tuple[float, float]:
        """Unit vector along a disc, at right angles to the drawn curve."""
        low, high = self.centre(number - 0.01), self.centre(number + 0.01)
        along = np.subtract(low, high)
        along /= np.hypot(*along)
        return (float(-along[1]), float(along[0]))


@dataclass(frozen=True)
class Drawing:
    """A drawn spine as the anatomy network would give it."""

    spine: Spine
    labels: NDArray[np.uint8] = field(repr=False)
    probabilities: NDArray[np.float32] = field(repr=False)
    image: NDArray[np.float32] = field(repr=False)
    inside: NDArray[np.bool_] = field(repr=False)

    @property
    def placement(self) -> Placement:
        """The slice is its own prepared grid."""
        size = (self.spine.size, self.spine.size)
        return Placement(source=size, prepared=size)


def draw(spine: Spine) -> Drawing:
    """Draws a spine."""
    labels = np.zeros((spine.size, spine.size), dtype=np.uint8)
    if spine.canal:
        _draw_canal(labels, spine)
    for number in range(-1 if spine.below else 0, spine.count):
        _ellipse(labels, spine, number + 0.5, (0.94 * spine.length, 0.62 * spine.step), VERTEBRA)
    faint = np.zeros(labels.shape, dtype=bool)
    for number in range(spine.count):
        if number in spine.missing:
            continue
        before = labels.copy()
        _ellipse(labels, spine, number, (spine.length, spine.thickness), DISC)
        if number in spine.broken:
            _cut(labels, spine, number)
        if number in spine.faint:
            faint |= (labels == DISC) & (before != DISC)
    if spine.sacral:
        _ellipse(labels, spine, -1, (0.75 * spine.length, 0.8 * spine.thickness), DISC)
    labels[:, : spine.left] = BACKGROUND
    image = 0.3 + 0.1 * labels.astype(np.float32)
    image[:, : spine.left] = 0.0
    return Drawing(
        spine=spine,
        labels=labels,
        probabilities=_probabilities(labels, faint),
        image=image,
        inside=np.ones(labels.shape, dtype=bool),
    )


def _ellipse(
    labels: NDArray[np.uint8], spine: Spine, number: float, size: tuple[float, float], value: int
) -> None:
    part, along, across = _frame(labels, spine, number)
    part[(2 * along / size[0]) ** 4 + (2 * across / size[1]) ** 4 <= 1] = value


def _frame(
    labels: NDArray[np.uint8], spine: Spine, number: float
) -> tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.float64]]:
    """Gives the part of the slice around a disc, with coordinates along and across it."""
    centre, axis = spine.centre(number), spine.axis(number)
    low = [max(0, int(value - spine.length)) for value in centre]
    part = labels[low[0] : int(centre[0] + spine.length), low[1] : int(centre[1] + spine.length)]
    rows, columns = np.indices(part.shape)
    down, right = rows + low[0] - centre[0], columns + low[1] - centre[1]
    return part, down * axis[0] + right * axis[1], down * axis[1] - right * axis[0]


def _cut(labels: NDArray[np.uint8], spine: Spine, number: int) -> None:
    """Takes a strip out of a disc, behind its middle."""
    part, along, across = _frame(labels, spine, number)
    strip = (np.abs(along - 0.12 * spine.length) < 2.5) & (np.abs(across) < spine.thickness)
    part[strip & (part == DISC)] = BACKGROUND


def _draw_canal(labels: NDArray[np.uint8], spine: Spine) -> None:
    for row in range(labels.shape[0]):
        centre = spine.centre((spine.bottom - row) / spine.step)[1]
        start = round(centre + 0.62 * spine.length)
        labels[row, max(0, start) : max(0, start + round(0.35 * spine.length))] = CANAL


def _probabilities(labels: NDArray[np.uint8], faint: NDArray[np.bool_]) -> NDArray[np.float32]:
    values = np.full((4, *labels.shape), 0.02, dtype=np.float32)
    np.put_along_axis(values, labels[None].astype(np.intp), 0.94, axis=0)
    values[:, faint] = np.array([0.6, 0.3, 0.05, 0.05], dtype=np.float32)[:, None]
    return values


@pytest.fixture(scope="session")
def drawn() -> Callable[..., Drawing]:
    """Draws a spine from the fields of ``Spine``."""

    def make(**fields: object) -> Drawing:
        return draw(Spine(**fields))

    return make
