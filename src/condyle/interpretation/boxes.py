"""From a detector's boxes and scores to detections: suppression, merging, the slice's own pixels.

Numpy alone, outside the exported graph, so that training and serving run the same code.
A box is (row0, column0, row1, column1), half-open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from condyle.domain.volume import Volume
from condyle.errors import BadConfiguration
from condyle.interpretation.networks import IMAGE, RunNetwork
from condyle.preprocessing import prepare
from condyle.preprocessing.placement import Placement
from condyle.preprocessing.steps import Spec

Floats = NDArray[np.floating[Any]]
Box = tuple[float, float, float, float]
Suppression = Literal["greedy", "matrix"]


@dataclass(frozen=True)
class Detection:
    """One place in a slice where something was found.

    Attributes:
        box: (row0, column0, row1, column1), half-open.
        scores: Class number to its score there, 0 to 1; several where it shows several.
    """

    box: Box
    scores: Mapping[int, float]

    @property
    def score(self) -> float:
        """The best of its scores."""
        return max(self.scores.values())


@dataclass(frozen=True)
class BoxSettings:
    """How boxes become detections; the fields of ``interpretation.boxes`` in a recipe.

    Attributes:
        suppression: ``"greedy"`` drops a box that overlaps a better one of its class;
            ``"matrix"`` lowers its score by how much it does (Wang et al. 2020, SOLOv2,
            arXiv 2003.10152), as PP-YOLOv2 does.
        overlap: Overlap over which greedy suppression drops a box.
        least_score: Boxes below it are left out; after matrix suppression once more.
        most: Detections of a class an image, the best.
        most_before: Boxes of a class that are looked at, the best.
        merge_over: Boxes of different classes that overlap by more are one detection that
            shows both.
        sharpness: Of matrix suppression; the greater, the sooner a score falls.
    """

    suppression: Suppression = "greedy"
    overlap: float = 0.5
    least_score: float = 0.01
    most: int = 100
    most_before: int = 400
    merge_over: float = 0.6
    sharpness: float = 2.0

    @staticmethod
    def of(values: Mapping[str, Any]) -> BoxSettings:
        """Gives the settings that a recipe or a bundle states.

        Raises:
            BadConfiguration: A field is unknown, or a value out of range.
        """
        names = [field.name for field in fields(BoxSettings)]
        unknown = sorted(set(values) - set(names))
        settings = BoxSettings(**{k: v for k, v in values.items() if k in names})
        shares = (settings.overlap, settings.least_score, settings.merge_over)
        ranged = all(0 <= share <= 1 for share in shares) and settings.sharpness > 0
        counted = min(settings.most, settings.most_before) >= 1
        if unknown or settings.suppression not in get_args(Suppression) or not (ranged and counted):
            raise BadConfiguration(
                "The interpretation of boxes cannot be used.",
                found=", ".join(f"{key}: {values[key]}" for key in unknown or sorted(values)),
                needed="only " + ", ".join(names) + "; suppression greedy or matrix, shares "
                "from 0 to 1, at least one box",
                mend="correct the fields under interpretation.boxes in the recipe.",
            )
        return settings


def detections(
    boxes: Floats, scores: Floats, *, settings: BoxSettings | None = None
) -> tuple[Detection, ...]:
    """Gives what one image shows, the best first.

    Args:
        boxes: (n, 4).
        scores: (n, class) in 0 to 1.
        settings: How; the defaults where ``None``.
    """
    rules = settings or BoxSettings()
    found: list[tuple[int, float, Floats]] = []
    for label in range(scores.shape[1]):
        kept, values = one_class(boxes, scores[:, label], settings=rules)
        found.extend((label, float(v), boxes[k]) for k, v in zip(kept, values, strict=True))
    found.sort(key=lambda item: (-item[1], item[0]))
    return _merged(found, over=rules.merge_over)


def detect_slices(
    run: RunNetwork, volume: Volume, spec: Spec, *, settings: BoxSettings
) -> list[tuple[Detection, ...]]:
    """Gives what a detector finds on each slice of a volume, in the slice's own pixels.

    Args:
        run: The network; its first outputs are boxes and their scores.
        volume: Of one series.
        spec: The preprocessing of its recipe.
        settings: How boxes become detections.
    """
    prepared = prepare(volume, spec)
    made = []
    for image in prepared.array:
        boxes, scores = run({IMAGE: image[None, None]})[:2]
        found = detections(boxes[0], scores[0], settings=settings)
        made.append(in_source(found, prepared.placement))
    return made


def one_class(
    boxes: Floats, scores: Floats, *, settings: BoxSettings
) -> tuple[NDArray[np.intp], Floats]:
    """Gives the positions of the boxes of one class that stay, and their scores, best first.

    Args:
        boxes: (n, 4).
        scores: (n,) of this class.
        settings: How.
    """
    chosen = np.flatnonzero(scores >= settings.least_score)
    chosen = chosen[np.argsort(-scores[chosen], kind="stable")][: settings.most_before]
    values = np.asarray(scores[chosen], dtype=np.float64)
    if settings.suppression == "matrix":
        lowered = matrix_scores(boxes[chosen], values, sharpness=settings.sharpness)
        order = np.argsort(-lowered, kind="stable")
        order = order[lowered[order] >= settings.least_score][: settings.most]
        return chosen[order], lowered[order]
    kept = greedy(boxes[chosen], overlap=settings.overlap)[: settings.most]
    return chosen[kept], values[kept]


def greedy(boxes: Floats, *, overlap: float) -> NDArray[np.intp]:
    """Gives the positions of boxes that no better one that stays overlaps by more.

    Args:
        boxes: (n, 4), the best first.
        overlap: Largest intersection over union of two that stay.
    """
    close = iou(boxes, boxes) > overlap
    dropped = np.zeros(len(boxes), dtype=bool)
    kept = []
    for position in range(len(boxes)):
        if not dropped[position]:
            kept.append(position)
            dropped |= close[position]
    return np.array(kept, dtype=np.intp)


def matrix_scores(boxes: Floats, scores: Floats, *, sharpness: float) -> Floats:
    """Gives scores lowered by the better boxes that each overlaps, all at once.

    A score falls by the least, over better boxes, of exp(-s (iou² - most²)), most being
    how far that better box is itself overlapped by a still better one: Wang et al. 2020
    (arXiv 2003.10152), equation 5.

    Args:
        boxes: (n, 4), the best first.
        scores: (n,).
        sharpness: s.
    """
    if not len(boxes):
        return scores
    shared = np.triu(iou(boxes, boxes), k=1)
    most = shared.max(axis=0)
    decay = np.exp(-sharpness * (shared**2 - most[:, None] ** 2))
    better = np.triu(np.ones_like(shared, dtype=bool), k=1)
    lowered: Floats = scores * np.where(better, decay, 1.0).min(axis=0)
    return lowered


def iou(first: Floats, second: Floats) -> Floats:
    """Gives the (first, second) intersection over union; 0 for a box without an area."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.clip(high - low, 0.0, None).prod(axis=2)
    sizes = [
        np.clip(boxes[:, 2:] - boxes[:, :2], 0.0, None).prod(axis=1) for boxes in (first, second)
    ]
    union = sizes[0][:, None] + sizes[1][None, :] - shared
    return np.asarray(shared / np.where(union > 0, union, 1.0))


def boxes_to_source(boxes: Floats, placement: Placement) -> NDArray[np.float64]:
    """Maps (n, 4) boxes of a prepared slice to the slice's own pixels, cut to the slice.

    An edge is at half a pixel before the first pixel it holds, so 0 is the image's edge.
    """
    corners = np.asarray(boxes, dtype=np.float64).reshape(-1, 2) - 0.5
    edges = (placement.to_source(corners) + 0.5).reshape(-1, 4)
    most = np.array([*placement.source, *placement.source], dtype=np.float64)
    return np.asarray(np.clip(edges, 0.0, most))


def boxes_to_prepared(boxes: Floats, placement: Placement) -> NDArray[np.float64]:
    """Maps (n, 4) boxes of a slice to the prepared slice, as ``boxes_to_source`` maps back."""
    corners = np.asarray(boxes, dtype=np.float64).reshape(-1, 2) - 0.5
    return np.asarray((placement.to_prepared(corners) + 0.5).reshape(-1, 4))


def in_source(found: tuple[Detection, ...], placement: Placement) -> tuple[Detection, ...]:
    """Gives detections of a prepared slice in the slice's own pixels.

    What lies wholly in the padding is left out.
    """
    moved = []
    for item in found:
        row0, column0, row1, column1 = boxes_to_source(np.array([item.box]), placement)[0]
        if row1 > row0 and column1 > column0:
            box = (float(row0), float(column0), float(row1), float(column1))
            moved.append(Detection(box, item.scores))
    return tuple(moved)


def _merged(found: list[tuple[int, float, Floats]], *, over: float) -> tuple[Detection, ...]:
    """Joins boxes of different classes at one place, the best first, under the best one's box."""
    if not found:
        return ()
    boxes = np.array([box for _, _, box in found], dtype=np.float64)
    shared = iou(boxes, boxes)
    owners: list[int] = []
    scores: dict[int, dict[int, float]] = {}
    for position, (label, value, _) in enumerate(found):
        open_to_it = [o for o in owners if shared[o, position] > over and label not in scores[o]]
        if open_to_it:
            nearest = max(open_to_it, key=lambda owner: shared[owner, position])
            scores[nearest][label] = value
        else:
            owners.append(position)
            scores[position] = {label: value}
    return tuple(
        Detection(
            (
                float(boxes[owner, 0]),
                float(boxes[owner, 1]),
                float(boxes[owner, 2]),
                float(boxes[owner, 3]),
            ),
            dict(sorted(scores[owner].items())),
        )
        for owner in owners
    )
