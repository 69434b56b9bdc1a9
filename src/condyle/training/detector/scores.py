"""How well a detector does on validation slices, in one number an epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from condyle.evaluation.detection import image_boxes, match, weighted_box_precision
from condyle.interpretation.boxes import BoxSettings, one_class

Array = NDArray[np.floating[Any]]


class Boxed(Protocol):
    """A slice with its boxes, as the detection task holds it."""

    @property
    def image(self) -> NDArray[np.float16]:
        """(row, column)."""

    @property
    def boxes(self) -> NDArray[np.float32]:
        """(box, 4) in pixels of the image."""

    @property
    def labels(self) -> NDArray[np.float32]:
        """(box, class) 1 or 0."""

    @property
    def difficult(self) -> NDArray[np.bool_]:
        """(box,) True for a box that counts neither way."""


def average_precisions(
    slices: Sequence[Boxed],
    said: Sequence[tuple[Array, Array]],
    *,
    size: tuple[int, int],
    settings: BoxSettings,
) -> Mapping[str, float]:
    """Gives the mean average precision at an overlap of 0.5, ``"map50"``.

    Difficult boxes are left out on the reference's side alone, which is enough to choose an
    epoch by.

    Args:
        slices: What was looked at.
        said: Boxes, in pixels of the network's input, and scores of each.
        size: (row, column) of the network's input.
        settings: How boxes are suppressed.
    """
    found = []
    for label in range(slices[0].labels.shape[1]):
        images = []
        for item, (boxes, scores) in zip(slices, said, strict=True):
            kept, values = one_class(boxes, scores[:, label], settings=settings)
            scale = np.tile(np.array(item.image.shape) / np.array(size), 2)
            real = boxes[kept] * scale
            whole = (real[:, 2:] > real[:, :2]).all(axis=1)
            mine = (item.labels[:, label] > 0) & ~item.difficult
            images.append(image_boxes(item.boxes[mine], real[whole], values[whole]))
        matches = match(images)
        if matches.targets.sum():
            ones = np.ones((len(images), 1))
            found.append(float(weighted_box_precision(matches, "all-point")(ones)[0]))
    return {"map50": float(np.mean(found)) if found else 0.0}
