"""Detection: average precision and FROC, from boxes matched once an image.

A box is (row0, column0, row1, column1), half-open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from condyle.domain.estimate import Estimate
from condyle.errors import InputError
from condyle.evaluation.bootstrap import Resampling, WeightedStatistic, estimate_by_patient
from condyle.evaluation.inputs import BoolArray, FloatArray, IntArray

Interpolation = Literal["voc-11", "all-point", "coco"]
COCO_THRESHOLDS = tuple(float(t) for t in np.linspace(0.5, 0.95, 10))
FROC_RATES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True, eq=False)
class ImageBoxes:
    """Boxes of one class in one image.

    Attributes:
        reference: (box, 4).
        found: (box, 4).
        scores: One a found box.
    """

    reference: FloatArray
    found: FloatArray
    scores: FloatArray

    def __post_init__(self) -> None:
        for name in ("reference", "found"):
            boxes = getattr(self, name)
            if boxes.ndim != 2 or boxes.shape[1] != 4 or not np.isfinite(boxes).all():
                _refuse(f"{name} boxes of shape {boxes.shape}", "finite boxes, (box, 4)")
            if (boxes[:, 2:] <= boxes[:, :2]).any():
                _refuse(f"a box of the {name} without an area", "row0 < row1 and column0 < column1")
        if self.scores.shape != self.found.shape[:1] or np.isnan(self.scores).any():
            _refuse(f"scores of shape {self.scores.shape}", "one number a found box")


@dataclass(frozen=True, eq=False)
class Matches:
    """Found boxes of all images after matching, best score first.

    Attributes:
        right: True where the box matched a reference box.
        scores: Score of each.
        image: Position of its image.
        targets: Reference boxes in each image.
    """

    right: BoolArray
    scores: FloatArray
    image: IntArray
    targets: IntArray


@dataclass(frozen=True, eq=False)
class BoxCurve:
    """What each threshold finds, from the highest score down; equal scores stand together.

    Attributes:
        thresholds: Each distinct score; a box counts at or above it.
        sensitivity: Share of the reference boxes that are found; NaN where there are none.
        ppv: Share of the boxes found that are right, the precision.
        false_boxes: Wrong boxes an image.
    """

    thresholds: FloatArray
    sensitivity: FloatArray
    ppv: FloatArray
    false_boxes: FloatArray


def image_boxes(reference: ArrayLike, found: ArrayLike, scores: ArrayLike) -> ImageBoxes:
    """Gives the boxes of an image from lists; an empty list is no box.

    Raises:
        InputError: A box has no area or not four numbers, or a score is missing.
    """
    return ImageBoxes(
        reference=np.asarray(reference, dtype=np.float64).reshape(-1, 4),
        found=np.asarray(found, dtype=np.float64).reshape(-1, 4),
        scores=np.asarray(scores, dtype=np.float64).reshape(-1),
    )


def box_iou(first: FloatArray, second: FloatArray) -> FloatArray:
    """Gives the (first, second) intersection over union of boxes."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.clip(high - low, 0.0, None).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (first, second)]
    return np.asarray(shared / (areas[0][:, None] + areas[1][None, :] - shared))


def match(images: Sequence[ImageBoxes], *, iou: float = 0.5) -> Matches:
    """Matches boxes, best score first, each to the free reference box that it overlaps most.

    Args:
        images: Boxes of one class, an image each.
        iou: Least overlap of a match, over 0 and up to 1.

    Raises:
        InputError: The overlap is out of range, or there is no image.

    References:
        Lin et al., ECCV 2014, arXiv 1405.0312 (COCO's matching, without crowds).
    """
    if not images or not 0.0 < iou <= 1.0:
        _refuse(f"{len(images)} images and an overlap of {iou:g}", "an image, 0 < overlap <= 1")
    right, scores, owner = [], [], []
    for position, image in enumerate(images):
        order = np.argsort(-image.scores, kind="stable")
        right.append(_match_image(box_iou(image.found[order], image.reference), iou))
        scores.append(image.scores[order])
        owner.append(np.full(len(order), position))
    everything = np.concatenate(scores)
    order = np.argsort(-everything, kind="stable")
    return Matches(
        right=np.concatenate(right)[order],
        scores=everything[order],
        image=np.concatenate(owner)[order].astype(np.int64),
        targets=np.array([len(image.reference) for image in images], dtype=np.int64),
    )


def box_curve(matches: Matches) -> BoxCurve:
    """Gives the precision-recall and the FROC curve; empty where no box was found."""
    ends = _last_of_each_score(matches)
    won, called = np.cumsum(matches.right)[ends], ends + 1
    total = int(matches.targets.sum())
    return BoxCurve(
        thresholds=matches.scores[ends],
        sensitivity=won / total if total else np.full(len(ends), np.nan),
        ppv=won / called,
        false_boxes=(called - won) / len(matches.targets),
    )


def average_precision_of_boxes(
    matches: Matches, resampling: Resampling, *, interpolation: Interpolation = "all-point"
) -> Estimate:
    """Gives the average precision of one class; ``resampling`` has one row an image.

    ``"voc-11"`` averages the best precision at 11 recalls, ``"coco"`` at 101, and
    ``"all-point"`` integrates it. NaN without a reference box.

    References:
        Everingham et al. 2010, doi 10.1007/s11263-009-0275-4; arXiv 1405.0312.
    """
    _check_images(matches, resampling)
    return estimate_by_patient(
        weighted_box_precision(matches, interpolation), resampling, scale="share"
    )


def mean_average_precision(
    classes: Sequence[Sequence[ImageBoxes]],
    resampling: Resampling,
    *,
    thresholds: Sequence[float] = (0.5,),
    interpolation: Interpolation = "all-point",
) -> Estimate:
    """Gives the mean over classes and overlap thresholds.

    ``thresholds=COCO_THRESHOLDS, interpolation="coco"`` is COCO's 0.5:0.95. Classes
    without a reference box are left out of the mean.

    Args:
        classes: For each class, the boxes of every image in one order.
        resampling: One row an image.
        thresholds: Least overlaps.
        interpolation: See ``average_precision_of_boxes``.
    """
    statistics = []
    for images in classes:
        for threshold in thresholds:
            matches = match(images, iou=threshold)
            _check_images(matches, resampling)
            if matches.targets.sum():
                statistics.append(weighted_box_precision(matches, interpolation))
    if not statistics:
        _refuse("no reference box in any class", "at least one")

    def mean(weights: FloatArray) -> FloatArray:
        return np.asarray(np.mean([statistic(weights) for statistic in statistics], axis=0))

    return estimate_by_patient(mean, resampling, scale="share")


def froc_sensitivity(matches: Matches, resampling: Resampling, *, rate: float) -> Estimate:
    """Gives the sensitivity at the lowest threshold with at most ``rate`` false boxes an image.

    References:
        Bunch et al. 1977; Chakraborty 1989, doi 10.1118/1.596358.
    """
    _check_images(matches, resampling)
    return estimate_by_patient(weighted_froc(matches, (rate,)), resampling)


def froc_score(
    matches: Matches, resampling: Resampling, *, rates: Sequence[float] = FROC_RATES
) -> Estimate:
    """Gives the mean sensitivity over rates of false boxes an image, 1/8 to 8 unless told."""
    _check_images(matches, resampling)
    return estimate_by_patient(weighted_froc(matches, rates), resampling)


def weighted_box_precision(matches: Matches, interpolation: Interpolation) -> WeightedStatistic:
    """Gives average precision as a statistic of image weights."""
    points = {"voc-11": 11, "coco": 101, "all-point": 0}[interpolation]

    def area(weights: FloatArray) -> FloatArray:
        total = matches.targets @ weights
        if not len(matches.right):
            return np.where(total > 0, 0.0, np.nan)
        drawn = weights[matches.image]
        won = np.cumsum(drawn * matches.right[:, None], axis=0)
        called = np.cumsum(drawn, axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            recall = won / total
            precision = np.where(called > 0, won / called, 0.0)
        best = np.maximum.accumulate(precision[::-1], axis=0)[::-1]
        if points == 0:
            steps = np.diff(recall, axis=0, prepend=0.0)
            return np.asarray((steps * best).sum(axis=0))
        found = [_at_recalls(recall[:, b], best[:, b], points) for b in range(len(total))]
        return np.where(total > 0, found, np.nan)

    return area


def weighted_froc(matches: Matches, rates: Sequence[float]) -> WeightedStatistic:
    """Gives the mean sensitivity over rates as a statistic of image weights."""
    ends = _last_of_each_score(matches)

    def mean(weights: FloatArray) -> FloatArray:
        total = matches.targets @ weights
        if not len(matches.right):
            return np.where(total > 0, 0.0, np.nan)
        drawn = weights[matches.image]
        won = np.cumsum(drawn * matches.right[:, None], axis=0)[ends]
        false = np.cumsum(drawn * ~matches.right[:, None], axis=0)[ends] / weights.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            caught = [np.where(false <= rate + 1e-12, won, 0.0).max(axis=0) for rate in rates]
            return np.asarray(np.mean(caught, axis=0) / total)

    return mean


def _last_of_each_score(matches: Matches) -> NDArray[np.intp]:
    if not len(matches.scores):
        return np.empty(0, dtype=np.intp)
    return np.flatnonzero(np.concatenate((matches.scores[1:] != matches.scores[:-1], [True])))


def _match_image(overlap: FloatArray, iou: float) -> BoolArray:
    free = np.ones(overlap.shape[1], dtype=bool)
    right = np.zeros(len(overlap), dtype=bool)
    for box in range(len(overlap)):
        open_to_it = np.where(free, overlap[box], -1.0)
        if len(open_to_it) and open_to_it.max() >= iou:
            free[int(open_to_it.argmax())] = False
            right[box] = True
    return right


def _at_recalls(recall: FloatArray, best: FloatArray, points: int) -> float:
    at = np.searchsorted(recall, np.linspace(0.0, 1.0, points) - 1e-12, side="left")
    return float(np.where(at < len(best), best[np.minimum(at, len(best) - 1)], 0.0).mean())


def _check_images(matches: Matches, resampling: Resampling) -> None:
    if len(matches.targets) != len(resampling.patients):
        _refuse(
            f"{len(matches.targets)} images and {len(resampling.patients)} patients",
            "the patient of each image",
        )


def _refuse(found: str, needed: str) -> NoReturn:
    raise InputError(
        "A detection cannot be evaluated.",
        found=found,
        needed=needed,
        mend="check the boxes and their images.",
    )
