"""The average precision of a detector, a class and over classes, at one overlap and at ten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from condyle.bundle import EstimateRecord, Metric
from condyle.domain.estimate import Estimate
from condyle.errors import InputError
from condyle.evaluation.bootstrap import (
    Resampling,
    bca_tails,
    from_replicates,
    patient_weights,
    without_interval,
)
from condyle.evaluation.detection import COCO_THRESHOLDS, box_iou
from condyle.evaluation.inputs import BoolArray, FloatArray, IntArray
from condyle.workflows.training.detection_case import SliceDetections

POINTS = 100
"""Steps of recall at which COCO reads the precision, beside that at 0."""


@dataclass(frozen=True)
class ClassPrecision:
    """Average precision of one class.

    Attributes:
        label: The class.
        boxes: Reference boxes that count.
        ap50: At an overlap of 0.5, the area under the curve of best precision.
        ap50_95: Mean over overlaps of 0.5 to 0.95, read at 101 recalls, as COCO's.
    """

    label: str
    boxes: int
    ap50: Estimate
    ap50_95: Estimate


@dataclass(frozen=True)
class DetectionFigures:
    """What a detector reached.

    Attributes:
        classes: Each class, in the order of the network's scores.
        map50: Mean of ``ap50`` over the classes that have a reference box.
        map50_95: Mean of ``ap50_95`` over the same.
    """

    classes: tuple[ClassPrecision, ...]
    map50: Estimate
    map50_95: Estimate


@dataclass(frozen=True, eq=False)
class _Ranked:
    """Found boxes of one class over all images, best score first.

    Attributes:
        image: Position of each one's image.
        right: (overlap, box) True where it hit a reference box.
        ignored: (overlap, box) True where it lies on a difficult box and hit no other.
        targets: Reference boxes in each image.
    """

    image: IntArray
    right: BoolArray
    ignored: BoolArray
    targets: IntArray


def detection_figures(
    images: Sequence[SliceDetections],
    labels: Sequence[str],
    *,
    rng: np.random.Generator,
    replicates: int = 1000,
) -> DetectionFigures:
    """Gives average precision with intervals by drawing patients (BCa).

    A found box on a difficult box counts neither way. Equal to
    ``evaluation.detection.average_precision_of_boxes``, but all figures are told from the
    same draws, and only boxes that are right are looked at again in each.

    Args:
        images: What was found on every slice, beside its reference.
        labels: In the order of the network's scores.
        rng: Draws patients.
        replicates: How many draws.

    Raises:
        InputError: There is no image, or no reference box of any class.

    References:
        Everingham et al. 2010, doi 10.1007/s11263-009-0275-4; Lin et al. 2014,
        arXiv 1405.0312.
    """
    ranked = [_ranked(images, number, label) for number, label in enumerate(labels)]
    if not any(item.targets.sum() for item in ranked):
        raise InputError(
            "A detector cannot be scored.",
            found=f"{len(images)} images and no reference box of any class",
            needed="images with reference boxes",
            mend="check the boxes of the patients that are scored.",
        )
    plan = Resampling(
        np.array([image.patient for image in images]),
        rng,
        replicates=replicates,
        unit="image",
        interval="bca",
    )
    told = _estimates(ranked, plan)
    count = len(labels)
    classes = tuple(
        ClassPrecision(label, int(ranked[k].targets.sum()), told[k], told[count + k])
        for k, label in enumerate(labels)
    )
    return DetectionFigures(classes, told[2 * count], told[2 * count + 1])


def detection_metrics(figures: DetectionFigures) -> tuple[Metric, ...]:
    """Gives the figures as a bundle's manifest has them."""
    made = []
    for item in figures.classes:
        note = f"{item.boxes} reference boxes"
        for name, estimate in (("ap50", item.ap50), ("ap50-95", item.ap50_95)):
            record = EstimateRecord.of(estimate)
            made.append(Metric(name=name, estimate=record, output=item.label, note=note))
    for name, estimate in (("map50", figures.map50), ("map50-95", figures.map50_95)):
        made.append(
            Metric(name=name, estimate=EstimateRecord.of(estimate), note="mean over the classes")
        )
    return tuple(made)


def _estimates(ranked: Sequence[_Ranked], plan: Resampling) -> list[Estimate]:
    """Gives every figure with its interval: all ``ap50``, all ``ap50_95``, both means."""
    rows, owner = len(plan.patients), plan.owner
    value = _figures(ranked, np.ones((rows, 1)))[:, 0]
    if plan.patient_count < 2:
        return [without_interval(float(one), plan, plan.patient_count) for one in value]
    drawn = np.concatenate([_figures(ranked, block) for block in patient_weights(plan)], axis=1)
    others = (owner[:, None] != np.arange(plan.patient_count)).astype(np.float64)
    left_out = _figures(ranked, others)
    return [
        without_interval(float(one), plan, plan.patient_count)
        if np.isnan(one)
        else from_replicates(
            float(one),
            drawn[k],
            plan,
            tails=bca_tails(float(one), drawn[k], left_out[k], plan.level),
        )
        for k, one in enumerate(value)
    ]


def _figures(ranked: Sequence[_Ranked], weights: FloatArray) -> FloatArray:
    """Gives (figure, replicate) values of (image, replicate) weights."""
    both = np.stack([np.stack(_precisions(item, weights)) for item in ranked], axis=1)
    present = ~np.isnan(both)
    total = np.where(present, both, 0.0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = total / present.sum(axis=1)
    return np.concatenate([both[0], both[1], means])


def _precisions(item: _Ranked, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gives average precision at an overlap of 0.5, and over ten, one value a replicate.

    Precision falls between one right box and the next, so only right boxes matter.
    """
    total = item.targets @ weights
    drawn = weights[item.image]
    called = np.cumsum(drawn, axis=0)
    at_half = np.zeros(weights.shape[1])
    over_all = np.zeros(weights.shape[1])
    for level in range(len(COCO_THRESHOLDS)):
        rows = np.flatnonzero(item.right[level])
        if not len(rows):
            continue
        if item.ignored[level].any():
            called_here = np.cumsum(drawn * ~item.ignored[level][:, None], axis=0)[rows]
        else:
            called_here = called[rows]
        won = np.cumsum(drawn[rows], axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            recall = won / total
            precision = np.where(called_here > 0, won / called_here, 0.0)
        best = np.maximum.accumulate(precision[::-1], axis=0)[::-1]
        if level == 0:
            at_half = (np.diff(recall, axis=0, prepend=0.0) * best).sum(axis=0)
        read = np.floor((np.nan_to_num(recall) + 1e-12) * POINTS) + 1
        over_all += (np.diff(read, axis=0, prepend=0.0) * best).sum(axis=0) / (POINTS + 1)
    undefined = total == 0
    return (
        np.where(undefined, np.nan, at_half),
        np.where(undefined, np.nan, over_all / len(COCO_THRESHOLDS)),
    )


def _ranked(images: Sequence[SliceDetections], number: int, label: str) -> _Ranked:
    """Matches the boxes of one class at every overlap and ranks them over all images."""
    scores, owner, right, ignored, targets = [], [], [], [], []
    for position, image in enumerate(images):
        found = [(item.scores[number], item.box) for item in image.found if number in item.scores]
        found.sort(key=lambda item: -item[0])
        drawn = [box for box in image.reference if label in box.labels]
        wanted = _array([box.box for box in drawn if not box.difficult])
        hard = _array([box.box for box in drawn if box.difficult])
        boxes = _array([box for _, box in found])
        hit, on_hard = _matched(box_iou(boxes, wanted), box_iou(boxes, hard))
        right.append(hit)
        ignored.append(on_hard)
        scores.append(np.array([score for score, _ in found], dtype=np.float64))
        owner.append(np.full(len(found), position, dtype=np.int64))
        targets.append(len(wanted))
    if not images:
        scores, owner = [np.zeros(0)], [np.zeros(0, dtype=np.int64)]
        right = ignored = [np.zeros((len(COCO_THRESHOLDS), 0), dtype=bool)]
    order = np.argsort(-np.concatenate(scores), kind="stable")
    return _Ranked(
        image=np.concatenate(owner)[order],
        right=np.concatenate(right, axis=1)[:, order],
        ignored=np.concatenate(ignored, axis=1)[:, order],
        targets=np.array(targets, dtype=np.int64),
    )


def _matched(wanted: FloatArray, hard: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Gives, at each overlap, which found boxes hit a free reference box, and which a difficult.

    Args:
        wanted: (found, reference) overlap, the best score first.
        hard: (found, difficult) overlap.
    """
    count = len(wanted)
    right = np.zeros((len(COCO_THRESHOLDS), count), dtype=bool)
    most = wanted.max(axis=1, initial=0.0)
    for level, least in enumerate(COCO_THRESHOLDS):
        free = np.ones(wanted.shape[1], dtype=bool)
        for box in np.flatnonzero(most >= least):
            open_to_it = np.where(free, wanted[box], -1.0)
            place = int(open_to_it.argmax())
            if open_to_it[place] >= least:
                free[place] = False
                right[level, box] = True
    on_hard = hard.max(axis=1, initial=0.0)[None] >= np.array(COCO_THRESHOLDS)[:, None]
    return right, on_hard & ~right


def _array(boxes: Sequence[Sequence[float]]) -> FloatArray:
    return np.array(boxes, dtype=np.float64).reshape(-1, 4)
