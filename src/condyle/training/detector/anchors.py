"""Anchors from the boxes trained on."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from condyle.errors import DatasetError
from condyle.training.detector.network import STRIDES

LEVELS = len(STRIDES)
ROUNDS, TRIES = 100, 5

Anchors = list[list[list[float]]]


def fit_anchors(
    sizes: Iterable[tuple[float, float]], *, rng: np.random.Generator, a_level: int = 3
) -> Anchors:
    """Gives the sizes that boxes are like, in three levels from small to large.

    k-means with one minus the overlap as distance, as of YOLOv2 (Redmon and Farhadi 2017,
    arXiv 1612.08242), begun by k-means++ (Arthur and Vassilvitskii 2007). Where there are
    fewer different boxes than anchors, they are taken a little larger and smaller too.

    Args:
        sizes: (rows, columns) of each box, in pixels of the network's input; only of
            patients that are trained on.
        rng: Draws where the groups begin.
        a_level: Anchors of each level.

    Returns:
        Three levels, finest first, of (rows, columns), rounded to a tenth of a pixel.

    Raises:
        DatasetError: There is no box.
    """
    boxes = np.array([size for size in sizes if min(size) > 0], dtype=np.float64).reshape(-1, 2)
    if not len(boxes):
        raise DatasetError(
            "Anchors cannot be fitted.",
            found="no box in the images to train on",
            needed="boxes of patients who are trained on",
            mend="check the boxes with 'condyle data check', or state network.parameters.anchors.",
        )
    count = LEVELS * a_level
    if len(np.unique(boxes, axis=0)) < count:
        boxes = np.concatenate([boxes * factor for factor in np.geomspace(0.8, 1.25, count)])
    tries = [_k_means(boxes, _begin(boxes, count, rng)) for _ in range(TRIES)]
    centres = max(tries, key=lambda found: float(size_overlap(boxes, found).max(axis=1).mean()))
    ordered = centres[np.argsort(centres.prod(axis=1), kind="stable")]
    levels = ordered.reshape(LEVELS, a_level, 2).round(1)
    found: Anchors = levels.tolist()
    return found


def size_overlap(boxes: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gives the (box, centre) intersection over union of sizes laid corner on corner."""
    shared = np.minimum(boxes[:, None], centres[None]).prod(axis=2)
    union = boxes.prod(axis=1)[:, None] + centres.prod(axis=1)[None] - shared
    return np.asarray(shared / union)


def _begin(boxes: NDArray[np.float64], count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draws sizes to begin with, each the likelier the less it is like those before."""
    centres = boxes[[rng.integers(len(boxes))]]
    while len(centres) < count:
        far = (1.0 - size_overlap(boxes, centres).max(axis=1)) ** 2
        chance = far / far.sum() if far.sum() > 0 else None
        centres = np.concatenate([centres, boxes[[rng.choice(len(boxes), p=chance)]]])
    return centres


def _k_means(boxes: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    nearest = np.full(len(boxes), -1)
    for _ in range(ROUNDS):
        now = size_overlap(boxes, centres).argmax(axis=1)
        if np.array_equal(now, nearest):
            break
        nearest = now
        centres = np.stack(
            [
                np.median(boxes[nearest == k], axis=0) if (nearest == k).any() else centres[k]
                for k in range(len(centres))
            ]
        )
    return centres
