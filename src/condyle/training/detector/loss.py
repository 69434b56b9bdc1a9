"""The loss of a detector: its boxes, whether there is an object, and what it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from condyle.errors import BadConfiguration, UnknownName
from condyle.training.detector.assignment import (
    ABSENT,
    ASSIGNMENTS,
    DIFFICULT,
    Assigned,
    Targets,
)
from condyle.training.detector.heads import Decoded
from condyle.training.detector.network import STRIDES, Detector
from condyle.training.detector.overlaps import area, iou_matrix, overlap_area, paired_iou

BOX_LOSSES = ("iou", "squared-iou", "giou", "ciou")


@dataclass(frozen=True)
class DetectionLoss:
    """What the loss of a detector is made of; the fields of ``loss`` in its recipe.

    Attributes:
        assignment: Name in ``ASSIGNMENTS``.
        ignore_over: A cell that answers for no box, and yet overlaps one by more than this,
            is not told that it is wrong.
        box: What is taken off 1 as the loss of a box: ``"iou"``, its square
            (``"squared-iou"``, PP-YOLO's), ``"giou"`` or ``"ciou"``.
        box_weight: Weight of that.
        offset_weight: Weight of YOLOv3's squared error of the centre, in cells, and of the
            logarithm of the size, larger for small boxes.
        objectness_weight: Weight of the cross-entropy of the objectness.
        class_weight: Weight of the cross-entropy of the classes.
        overlap_weight: Weight of the cross-entropy of the told overlap, where one is told.
        soft_objectness: Whether the objectness shall be the overlap reached, as YOLOv5's,
            and not 1.
        level_weights: Of the objectness on each map, finest first.
        mean: Whether the objectness is averaged over all cells, as YOLOv5's; otherwise it is
            summed and divided by the number of answering cells, as all else is.
    """

    assignment: str = "best-anchor"
    ignore_over: float = 0.7
    box: str = "ciou"
    box_weight: float = 1.0
    offset_weight: float = 0.0
    objectness_weight: float = 1.0
    class_weight: float = 1.0
    overlap_weight: float = 1.0
    soft_objectness: bool = False
    level_weights: tuple[float, float, float] = (1.0, 1.0, 1.0)
    mean: bool = False

    def __post_init__(self) -> None:
        if self.assignment not in ASSIGNMENTS:
            raise UnknownName("assignment", self.assignment, ASSIGNMENTS)
        if self.box not in BOX_LOSSES:
            raise UnknownName("loss of a box", self.box, BOX_LOSSES)

    @staticmethod
    def of(values: Mapping[str, Any]) -> DetectionLoss:
        """Gives the loss that a recipe declares.

        Raises:
            BadConfiguration: A field is unknown, or the level weights are not three.
            UnknownName: There is no such assignment or loss of a box.
        """
        names = [field.name for field in fields(DetectionLoss)]
        given = dict(values)
        weights = tuple(given.get("level_weights", (1.0, 1.0, 1.0)))
        if set(given) - set(names) or len(weights) != len(STRIDES):
            raise BadConfiguration(
                "The recipe's loss cannot be used.",
                found=", ".join(sorted(given)),
                needed="only " + ", ".join(names) + ", with three level_weights",
                mend="correct the fields under loss in the recipe.",
            )
        return DetectionLoss(**(given | {"level_weights": weights}))


@dataclass
class _Sums:
    """Losses of one map, summed over its answering cells."""

    box: Tensor
    classes: Tensor
    overlap: Tensor
    objectness: Tensor
    cells: int


def detection_loss(
    network: Detector, maps: Sequence[Tensor], targets: Targets, *, settings: DetectionLoss
) -> Tensor:
    """Gives the loss of what a detector said.

    Args:
        network: Whose maps they are.
        maps: As it gives them in training.
        targets: Reference boxes of the batch.
        settings: What it is made of.
    """
    levels = network.decoded(maps)
    shapes = [(int(level.boxes.shape[2]), int(level.boxes.shape[3])) for level in levels]
    assigned = ASSIGNMENTS[settings.assignment](targets, network.anchors, shapes, STRIDES)
    total = maps[0].new_zeros(())
    answering = max(1, sum(int(found.counted.sum()) for found in assigned))
    for position, (level, found) in enumerate(zip(levels, assigned, strict=True)):
        told = maps[position][found.cell][found.counted]
        sums = _level(level, found, targets, settings=settings)
        share = level.objectness.numel() if settings.mean else answering
        weight = settings.objectness_weight * settings.level_weights[position]
        total = total + weight * sums.objectness / share
        total = total + settings.box_weight * sums.box / answering
        total = total + settings.class_weight * sums.classes / answering
        total = total + settings.overlap_weight * sums.overlap / answering
        if settings.offset_weight and sums.cells:
            offsets = _offsets(network, told, found, position)
            total = total + settings.offset_weight * offsets / answering
    return total


def _level(level: Decoded, found: Assigned, targets: Targets, *, settings: DetectionLoss) -> _Sums:
    boxes = level.boxes[found.cell][found.counted]
    reference, labels = found.boxes[found.counted], found.labels[found.counted]
    reached = paired_iou(boxes.detach(), reference).clamp(0, 1)
    nothing = boxes.sum() * 0.0
    overlap = nothing
    if level.overlap is not None:
        told = level.overlap[found.cell][found.counted]
        overlap = functional.binary_cross_entropy_with_logits(told, reached, reduction="sum")
    wanted = torch.zeros_like(level.objectness)
    wanted[tuple(part[found.counted] for part in found.cell)] = (
        reached.to(wanted.dtype) if settings.soft_objectness else 1.0
    )
    looked_at = _looked_at(level, found, targets, over=settings.ignore_over)
    objectness = functional.binary_cross_entropy_with_logits(
        level.objectness, wanted, weight=looked_at, reduction="sum"
    )
    classes = functional.binary_cross_entropy_with_logits(
        level.classes[found.cell][found.counted], labels, reduction="sum"
    )
    return _Sums(
        box=nothing + _box_loss(boxes, reference, kind=settings.box).sum(),
        classes=classes,
        overlap=overlap,
        objectness=objectness,
        cells=len(reference),
    )


def _box_loss(boxes: Tensor, reference: Tensor, *, kind: str) -> Tensor:
    if kind == "squared-iou":
        return 1 - paired_iou(boxes, reference) ** 2
    return 1 - paired_iou(boxes, reference, kind=kind)


@torch.no_grad()
def _looked_at(level: Decoded, found: Assigned, targets: Targets, *, over: float) -> Tensor:
    """Gives 1 for each cell whose objectness counts, and 0 for one that is left alone.

    Left alone is a cell whose box overlaps a reference box though it does not answer for
    it, or lies for the most part in a difficult one, or answers for a difficult one.
    """
    batch = level.objectness.shape[0]
    said = level.boxes.reshape(batch, -1, 4)
    left = torch.zeros(said.shape[:2], dtype=torch.bool, device=said.device)
    if over < 1.0:
        there = targets.state[:, None] != ABSENT
        left |= ((iou_matrix(said, targets.boxes) > over) & there).any(dim=2)
    doubtful = targets.state == DIFFICULT
    some = doubtful.any(dim=0)
    if bool(some.any()):
        shared = overlap_area(said[:, :, None], targets.boxes[:, None, some])
        inside = shared > 0.5 * area(said)[:, :, None]
        left |= (inside & doubtful[:, None, some]).any(dim=2)
    left = left.reshape(level.objectness.shape)
    counts = (~left).to(level.objectness.dtype)
    counts[tuple(part[~found.counted] for part in found.cell)] = 0.0
    counts[tuple(part[found.counted] for part in found.cell)] = 1.0
    return counts


def _offsets(network: Detector, told: Tensor, found: Assigned, position: int) -> Tensor:
    """Gives YOLOv3's squared error of centre and size, larger for small boxes."""
    stride = STRIDES[position]
    reach = network.formula.reach
    _, anchor, row, column = (part[found.counted] for part in found.cell)
    reference = found.boxes[found.counted]
    middle = (reference[:, :2] + reference[:, 2:]) / 2 / stride
    wanted = middle - torch.stack([row, column], dim=1)
    centre = reach * told[:, :2].sigmoid() - (reach - 1) / 2
    size = (reference[:, 2:] - reference[:, :2]).clamp(min=1.0)
    base = torch.tensor(network.anchors[position], device=told.device, dtype=told.dtype)[anchor]
    far = ((centre - wanted) ** 2).sum(dim=1) + ((told[:, 2:4] - (size / base).log()) ** 2).sum(
        dim=1
    )
    usual = base.new_tensor([s for level in network.anchors for s in level]).prod(dim=1).max()
    return ((2 - (size.prod(dim=1) / usual).clamp(max=1.0)) * far).sum()
