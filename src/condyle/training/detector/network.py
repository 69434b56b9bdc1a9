"""One detector whose parts are values: a backbone, a neck, and what a box is told by."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from condyle.errors import BadConfiguration, UnknownName
from condyle.training.detector.backbones import BACKBONES
from condyle.training.detector.heads import HEADS, BoxFormula, Decoded, decode
from condyle.training.detector.necks import NECKS, NeckValues

STRIDES = (8, 16, 32)
"""Pixels of the input a cell of each map."""

PRIOR = 0.01
"""What an untrained network says of every place (Lin et al. 2017, arXiv 1708.02002)."""

Anchors = Sequence[Sequence[Sequence[float]]]


class Detector(nn.Module):
    """Finds boxes in grey images: YOLOv3, YOLOv5 and PP-YOLOv2 by its values.

    Every cell of three maps tells, for each of its anchors, a box, whether it holds an
    object, and for each class by itself whether the object shows it, so that one object may
    show several.

    Args:
        backbone: Name in ``BACKBONES``.
        neck: Name in ``NECKS``.
        head: How a box is told: a name in ``HEADS``.
        classes: Number of classes.
        anchors: Three levels, finest first, of (rows, columns) sizes in pixels.
        inputs: Image channels.
        width: Multiple of the channels.
        depth: Multiple of the blocks.
        activation: Name of the activation.
        iou_aware: Weight of the told overlap against the objectness in a box's score
            (Wu et al. 2020, arXiv 1912.05992); no overlap is told where ``None``.
        grid_sensitive: How far a centre may leave its cell: 1 stays within, 1.05 is
            PP-YOLOv2's, 2 YOLOv5's (Bochkovskiy et al. 2020, arXiv 2004.10934).
        drop_block_keep: Share of the features that DropBlock keeps, where the neck has it.

    Raises:
        UnknownName: A part is in no registry.
        BadConfiguration: The anchors are not three levels of sizes over zero.
    """

    def __init__(
        self,
        *,
        backbone: str,
        neck: str,
        head: str,
        classes: int,
        anchors: Anchors,
        inputs: int = 1,
        width: float = 1.0,
        depth: float = 1.0,
        activation: str = "silu",
        iou_aware: float | None = None,
        grid_sensitive: float = 1.0,
        drop_block_keep: float = 0.9,
    ) -> None:
        super().__init__()
        chosen = {"backbone": backbone, "neck": neck, "head": head}
        registries: Mapping[str, Mapping[str, object]] = {
            "backbone": BACKBONES,
            "neck": NECKS,
            "head": HEADS,
        }
        for part, name in chosen.items():
            if name not in registries[part]:
                raise UnknownName(part, name, registries[part])
        self.classes = classes
        self.iou_aware = iou_aware
        self.anchors = checked_anchors(anchors)
        self.formula = BoxFormula(HEADS[head], grid_sensitive)
        self.backbone = BACKBONES[backbone](
            inputs=inputs, width=width, depth=depth, activation=activation
        )
        values = NeckValues(width, depth, activation, keep=drop_block_keep)
        self.neck = NECKS[neck](self.backbone.channels, values)
        numbers = 5 + classes + (iou_aware is not None)
        channels = cast(tuple[int, ...], self.neck.channels)
        self.heads = nn.ModuleList(
            _head(width_, len(level), numbers)
            for width_, level in zip(channels, self.anchors, strict=True)
        )

    def maps(self, x: Tensor) -> tuple[Tensor, ...]:
        """Gives what each cell says, finest first.

        Args:
            x: (batch, inputs, row, column) in 0 to 1; rows and columns multiples of 32.

        Returns:
            (batch, anchor, row, column, number) each, the numbers being two of the
            centre, two of the size, the objectness, the overlap where it is told, and one a
            class, all before any sigmoid.
        """
        found = []
        for level, head, feature in zip(
            self.anchors, self.heads, self.neck(self.backbone(x)), strict=True
        ):
            # Pixels and areas of boxes do not fit into 16 bits, whatever the layers ran in.
            raw = head(feature).float()
            batch, channels, rows, columns = raw.shape
            count = len(level)
            raw = raw.reshape(batch, count, channels // count, rows, columns)
            found.append(raw.permute(0, 1, 3, 4, 2))
        return tuple(found)

    def decoded(self, maps: Sequence[Tensor]) -> list[Decoded]:
        """Gives the boxes and logits that the maps stand for, a level each."""
        told = zip(maps, self.anchors, STRIDES, strict=True)
        return [
            decode(raw, level, stride, formula=self.formula, overlap=self.iou_aware is not None)
            for raw, level, stride in told
        ]

    def detections(self, maps: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Gives (batch, n, 4) boxes and (batch, n, classes) scores in 0 to 1."""
        levels = self.decoded(maps)
        boxes = torch.cat([level.boxes.flatten(1, 3) for level in levels], dim=1)
        scores = torch.cat([self._scores(level).flatten(1, 3) for level in levels], dim=1)
        return boxes, scores

    def _scores(self, level: Decoded) -> Tensor:
        there = level.objectness.sigmoid()
        if self.iou_aware is not None and level.overlap is not None:
            share = self.iou_aware
            there = there ** (1 - share) * level.overlap.sigmoid() ** share
        return there[..., None] * level.classes.sigmoid()

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Gives the maps in training, and boxes and scores in evaluation.

        Boxes are (row0, column0, row1, column1) in pixels of the input, half-open.
        """
        maps = self.maps(x)
        return maps if self.training else self.detections(maps)


def _head(inputs: int, anchors: int, numbers: int) -> nn.Conv2d:
    """Gives the last convolution, which at first calls almost nothing an object."""
    layer = nn.Conv2d(inputs, anchors * numbers, 1)
    if layer.bias is not None:
        with torch.no_grad():
            layer.bias.zero_()
            layer.bias.view(anchors, numbers)[:, 4] = -math.log((1 - PRIOR) / PRIOR)
    return layer


def checked_anchors(anchors: Anchors) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Gives anchors as tuples.

    Raises:
        BadConfiguration: They are not three levels of (rows, columns) over zero.
    """
    sizes = [[list(size) for size in level] for level in anchors]
    fits = len(sizes) == len(STRIDES) and all(
        level and all(len(size) == 2 and min(size) > 0 for size in level) for level in sizes
    )
    if not fits:
        raise BadConfiguration(
            "The detector's anchors cannot be used.",
            found=str(sizes)[:120],
            needed="three levels, finest first, each a list of [rows, columns] over zero",
            mend="correct network.parameters.anchors, or leave it out: they are then "
            "fitted to the boxes trained on.",
        )
    return tuple(tuple((float(s[0]), float(s[1])) for s in level) for level in sizes)
