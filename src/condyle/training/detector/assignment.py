"""Which cell and anchor answers for which reference box."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

ABSENT, COUNTED, DIFFICULT = 0, 1, 2
"""What a row of a batch's boxes is: padding, a box, or one that counts neither way."""

LARGEST_RATIO = 4.0
"""YOLOv5's: an anchor answers where neither edge is four times as long as the box's."""


@dataclass(frozen=True)
class Targets:
    """Reference boxes of a batch, padded to as many an image.

    Attributes:
        boxes: (batch, box, 4) in pixels of the input.
        labels: (batch, box, class) 1 where it shows the class, else 0.
        state: (batch, box) ``ABSENT``, ``COUNTED`` or ``DIFFICULT``.
    """

    boxes: Tensor
    labels: Tensor
    state: Tensor


@dataclass(frozen=True)
class Assigned:
    """Cells of one map that answer for a box, a row each.

    Attributes:
        cell: Image, anchor, row and column, to index the map with.
        boxes: (n, 4) box that it answers for.
        labels: (n, class) of that box.
        counted: (n,) True, or False where the box is difficult and the cell is left alone.
    """

    cell: tuple[Tensor, Tensor, Tensor, Tensor]
    boxes: Tensor
    labels: Tensor
    counted: Tensor


Sizes = Sequence[Sequence[tuple[float, float]]]
Shapes = Sequence[tuple[int, int]]
Assign = Callable[[Targets, Sizes, Shapes, Sequence[int]], list[Assigned]]


def best_anchor(
    targets: Targets, anchors: Sizes, shapes: Shapes, strides: Sequence[int]
) -> list[Assigned]:
    """Lets the one anchor of all maps that is most like the box answer, in the box's cell.

    Redmon and Farhadi 2018 (arXiv 1804.02767); PP-YOLOv2 does the same.

    Args:
        targets: Of the batch.
        anchors: Sizes in pixels, a map each.
        shapes: (row, column) of each map.
        strides: Pixels a cell of each map.
    """
    image, boxes, labels, counted = _listed(targets)
    every = torch.tensor([size for level in anchors for size in level], device=boxes.device)
    size = boxes[:, 2:] - boxes[:, :2]
    shared = torch.minimum(size[:, None], every[None]).prod(dim=-1)
    union = size.prod(dim=-1)[:, None] + every.prod(dim=-1)[None] - shared
    best = (shared / union).argmax(dim=1)
    found, first = [], 0
    for level, shape, stride in zip(anchors, shapes, strides, strict=True):
        here = (best >= first) & (best < first + len(level))
        row, column = _cells(boxes[here], shape, stride)
        found.append(
            Assigned(
                cell=(image[here], best[here] - first, row, column),
                boxes=boxes[here],
                labels=labels[here],
                counted=counted[here],
            )
        )
        first += len(level)
    return found


def three_cells(
    targets: Targets, anchors: Sizes, shapes: Shapes, strides: Sequence[int]
) -> list[Assigned]:
    """Lets every anchor of a like size answer, in the box's cell and the two nearest it.

    As YOLOv5 does, whose centres reach half a cell beyond their own: more cells learn from
    each box.

    Args:
        targets: Of the batch.
        anchors: Sizes in pixels, a map each.
        shapes: (row, column) of each map.
        strides: Pixels a cell of each map.
    """
    image, boxes, labels, counted = _listed(targets)
    size = boxes[:, 2:] - boxes[:, :2]
    found = []
    for level, shape, stride in zip(anchors, shapes, strides, strict=True):
        sizes = torch.tensor(level, device=boxes.device)
        ratio = size[None] / sizes[:, None]
        like = torch.maximum(ratio, 1 / ratio).amax(dim=-1) < LARGEST_RATIO
        anchor, box = torch.nonzero(like, as_tuple=True)
        row, column = _cells(boxes[box], shape, stride)
        near_row, near_column = _nearest(boxes[box], stride, row, column)
        rows = torch.cat([row, near_row, row])
        columns = torch.cat([column, column, near_column])
        inside = (rows >= 0) & (rows < shape[0]) & (columns >= 0) & (columns < shape[1])
        box, anchor = box.repeat(3)[inside], anchor.repeat(3)[inside]
        found.append(
            Assigned(
                cell=(image[box], anchor, rows[inside], columns[inside]),
                boxes=boxes[box],
                labels=labels[box],
                counted=counted[box],
            )
        )
    return found


ASSIGNMENTS: Mapping[str, Assign] = {"best-anchor": best_anchor, "three-cells": three_cells}
"""By the name that a recipe gives."""


def _listed(targets: Targets) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Gives the boxes of all images in one list, each with its image."""
    image, place = torch.nonzero(targets.state != ABSENT, as_tuple=True)
    counted = targets.state[image, place] == COUNTED
    return image, targets.boxes[image, place], targets.labels[image, place], counted


def _cells(boxes: Tensor, shape: tuple[int, int], stride: int) -> tuple[Tensor, Tensor]:
    """Gives the row and column of the cell that holds each box's centre."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2 / stride
    row = middle[:, 0].floor().long().clamp(0, shape[0] - 1)
    column = middle[:, 1].floor().long().clamp(0, shape[1] - 1)
    return row, column


def _nearest(boxes: Tensor, stride: int, row: Tensor, column: Tensor) -> tuple[Tensor, Tensor]:
    """Gives the neighbouring row and the neighbouring column nearest each box's centre."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2 / stride
    over_row, over_column = middle[:, 0] - row > 0.5, middle[:, 1] - column > 0.5
    return row + 2 * over_row.long() - 1, column + 2 * over_column.long() - 1
