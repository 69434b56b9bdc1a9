"""Overlap of boxes, (row0, column0, row1, column1), as losses need it."""

from __future__ import annotations

import math

import torch
from torch import Tensor

SMALL = 1e-7


def paired_iou(first: Tensor, second: Tensor, *, kind: str = "iou") -> Tensor:
    """Gives the overlap of each box with the one at its own place.

    Args:
        first: (..., 4).
        second: (..., 4).
        kind: ``"iou"``; ``"giou"``, which falls with the empty share of the hull
            (Rezatofighi et al. 2019, arXiv 1902.09630); or ``"ciou"``, which falls with the
            distance of the centres and with the difference in aspect (Zheng et al. 2020,
            arXiv 1911.08287).
    """
    shared = overlap_area(first, second)
    union = area(first) + area(second) - shared
    iou = shared / (union + SMALL)
    if kind == "iou":
        return iou
    low = torch.minimum(first[..., :2], second[..., :2])
    high = torch.maximum(first[..., 2:], second[..., 2:])
    hull = high - low
    if kind == "giou":
        whole = hull[..., 0] * hull[..., 1]
        return iou - (whole - union) / (whole + SMALL)
    middles = (first[..., :2] + first[..., 2:] - second[..., :2] - second[..., 2:]) / 2
    far = (middles**2).sum(dim=-1) / ((hull**2).sum(dim=-1) + SMALL)
    aspect = 4 / math.pi**2 * (_angle(first) - _angle(second)) ** 2
    with torch.no_grad():
        weight = aspect / (1 - iou + aspect + SMALL)
    return iou - far - weight * aspect


def iou_matrix(first: Tensor, second: Tensor) -> Tensor:
    """Gives the (..., n, m) overlap of every box of (..., n, 4) with every one of (..., m, 4)."""
    return paired_iou(first[..., :, None, :], second[..., None, :, :])


def overlap_area(first: Tensor, second: Tensor) -> Tensor:
    """Gives the area that two boxes share."""
    low = torch.maximum(first[..., :2], second[..., :2])
    high = torch.minimum(first[..., 2:], second[..., 2:])
    size = (high - low).clamp(min=0)
    return size[..., 0] * size[..., 1]


def area(boxes: Tensor) -> Tensor:
    """Gives the area of each box."""
    size = (boxes[..., 2:] - boxes[..., :2]).clamp(min=0)
    return size[..., 0] * size[..., 1]


def _angle(boxes: Tensor) -> Tensor:
    size = (boxes[..., 2:] - boxes[..., :2]).clamp(min=SMALL)
    return torch.atan(size[..., 1] / size[..., 0])
