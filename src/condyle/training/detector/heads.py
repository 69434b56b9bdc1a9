"""What the numbers of a cell mean: a box, an objectness, an overlap, the classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

LARGEST_LOG = 4.0
"""A box is at most e to this power as large as its anchor, so that no size overflows."""

HEADS: Mapping[str, bool] = {"exponential": False, "squared-sigmoid": True}
"""How a size is told: YOLOv3's and PP-YOLOv2's anchor x exp(t), or YOLOv5's anchor x
(2 sigmoid(t)) squared, which no outlier can blow up; True for the latter."""


@dataclass(frozen=True)
class BoxFormula:
    """How a box follows from a cell's numbers.

    Attributes:
        squared: Whether sizes are the square of twice a sigmoid, and not exponential.
        reach: 1 keeps a centre within its cell; see ``grid_sensitive`` of the detector.
    """

    squared: bool
    reach: float


@dataclass(frozen=True)
class Decoded:
    """What the cells of one map say.

    Attributes:
        boxes: (batch, anchor, row, column, 4) in pixels of the input.
        objectness: (batch, anchor, row, column) logits.
        overlap: The same, or ``None`` where none is told.
        classes: (batch, anchor, row, column, class) logits.
        centre: (batch, anchor, row, column, 2), in cells from the corner of its own.
    """

    boxes: Tensor
    objectness: Tensor
    overlap: Tensor | None
    classes: Tensor
    centre: Tensor


def decode(
    raw: Tensor,
    anchors: Sequence[tuple[float, float]],
    stride: int,
    *,
    formula: BoxFormula,
    overlap: bool,
) -> Decoded:
    """Gives what a map says.

    Args:
        raw: (batch, anchor, row, column, number), see ``Detector.maps``.
        anchors: (rows, columns) size of each in pixels.
        stride: Pixels a cell.
        formula: How a box follows from its numbers.
        overlap: Whether an overlap is told.
    """
    rows, columns = raw.shape[2:4]
    axes = [torch.arange(n, device=raw.device, dtype=raw.dtype) for n in (rows, columns)]
    corner = torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)
    centre = formula.reach * raw[..., :2].sigmoid() - (formula.reach - 1) / 2
    middle = (corner + centre) * stride
    half = sizes(raw[..., 2:4], anchors, formula=formula) / 2
    first = 5 + overlap
    return Decoded(
        boxes=torch.cat([middle - half, middle + half], dim=-1),
        objectness=raw[..., 4],
        overlap=raw[..., 5] if overlap else None,
        classes=raw[..., first:],
        centre=centre,
    )


def sizes(told: Tensor, anchors: Sequence[tuple[float, float]], *, formula: BoxFormula) -> Tensor:
    """Gives (batch, anchor, row, column, 2) sizes in pixels from what is told of them."""
    base = torch.tensor(anchors, device=told.device, dtype=told.dtype)[:, None, None, :]
    if formula.squared:
        return base * (2 * told.sigmoid()) ** 2
    return base * told.clamp(max=LARGEST_LOG).exp()
