"""Random changes of images that carry their boxes along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from condyle.errors import BadConfiguration
from condyle.training.augmentation import (
    AffineRange,
    affine_positions,
    change_intensity,
    random_theta,
)
from condyle.training.detector.assignment import ABSENT, COUNTED, DIFFICULT, Targets

GONE, DOUBTFUL = 0.15, 0.5
"""Shares of a box in view under which it is no box any more, or a difficult one."""


@dataclass(frozen=True)
class BoxChanges:
    """How images with boxes are changed; the fields of ``augmentation`` in a recipe.

    Attributes:
        limits: How far an image may be moved; its fields stand beside the others.
        flip: Share of the images that are mirrored, left to right.
        intensity: Whether brightness, contrast, blur and noise are changed.
        mosaic: Share of the images that are put together of four, each half as large
            (Bochkovskiy et al. 2020, arXiv 2004.10934).
        rare_share: Share of the images drawn for a class drawn evenly, so that rare
            classes are seen; the rest is drawn by patient.
    """

    limits: AffineRange
    flip: float = 0.0
    intensity: bool = True
    mosaic: float = 0.0
    rare_share: float = 0.0

    @staticmethod
    def of(values: Mapping[str, Any]) -> BoxChanges:
        """Gives the changes that a recipe declares; ``flip: true`` mirrors every other image.

        Raises:
            BadConfiguration: A field is unknown, or a share not from 0 to 1.
        """
        moves = {field.name for field in fields(AffineRange)}
        own = {field.name for field in fields(BoxChanges)} - {"limits"}
        given = dict(values)
        if isinstance(given.get("scale"), list):
            given["scale"] = tuple(given["scale"])
        if isinstance(given.get("flip"), bool):
            given["flip"] = 0.5 * given["flip"]
        shares = [given.get(name, 0.0) for name in ("flip", "mosaic", "rare_share")]
        if set(given) - moves - own or not all(
            isinstance(share, int | float) and 0 <= share <= 1 for share in shares
        ):
            raise BadConfiguration(
                "The recipe's augmentation cannot be used.",
                found=", ".join(f"{key}: {value}" for key, value in sorted(given.items())),
                needed="only " + ", ".join(sorted(moves | own)) + "; shares from 0 to 1",
                mend="correct the fields under augmentation in the recipe.",
            )
        limits = AffineRange(**{key: given.pop(key) for key in moves & set(given)})
        return BoxChanges(limits, **given)


def change_boxed(
    images: Tensor,
    targets: Targets,
    *,
    size: tuple[int, int],
    changes: BoxChanges,
    generator: torch.Generator,
) -> tuple[Tensor, Targets]:
    """Gives images of the network's size and their boxes, changed at random.

    Args:
        images: (batch, 1, row, column) in 0 to 1.
        targets: Their boxes, in pixels of these images.
        size: Rows and columns wanted.
        changes: How far.
        generator: Source of every draw.
    """
    batch = len(images)
    theta = random_theta(batch, limits=changes.limits, generator=generator)
    mirrored = torch.rand(batch, generator=generator) < changes.flip
    # The map runs from the changed image to the given one: mirroring turns its x round.
    theta[:, :, 0] *= torch.where(mirrored, -1.0, 1.0)[:, None]
    moved = functional.grid_sample(images, affine_positions(theta, size), align_corners=False)
    given = (int(images.shape[2]), int(images.shape[3]))
    told = cut(move_boxes(targets, theta, given=given, wanted=size), size)
    if changes.mosaic > 0:
        moved, told = mosaic(moved, told, share=changes.mosaic, generator=generator)
    if changes.intensity:
        moved = change_intensity(moved.clamp(min=0), generator=generator)
    return moved, compact(told)


def move_boxes(
    targets: Targets, theta: Tensor, *, given: tuple[int, int], wanted: tuple[int, int]
) -> Targets:
    """Carries boxes through the map that their images are sampled by.

    A turned box is not along the axes any more. What stands for it is the hull of the
    ellipse within it, which for a roundish object is nearer the truth than the hull of its
    corners (Kalra et al. 2021, arXiv 2102.05977); without a turn both are the box itself.

    Args:
        targets: Boxes in pixels of the images given.
        theta: (batch, 2, 3) from a changed image's (x, y) to the given one's, -1 to 1.
        given: (row, column) size of the images given.
        wanted: The same of the changed ones.
    """
    inverse = torch.linalg.inv(theta[:, :, :2])
    from_size, to_size = (torch.tensor([s[1], s[0]]).float() / 2 for s in (given, wanted))
    first, last = targets.boxes[..., [1, 0]], targets.boxes[..., [3, 2]]
    centre = (first + last) / 2 / from_size - 1
    half = (last - first) / 2 / from_size
    middle = torch.einsum("bij,bnj->bni", inverse, centre - theta[:, None, :, 2])
    reach = torch.sqrt(torch.einsum("bij,bnj->bni", inverse**2, half**2))
    low, high = (middle - reach + 1) * to_size, (middle + reach + 1) * to_size
    boxes = torch.cat([low[..., [1, 0]], high[..., [1, 0]]], dim=-1)
    return replace(targets, boxes=boxes)


def cut(targets: Targets, size: tuple[int, int]) -> Targets:
    """Cuts boxes to the image; one of which little is left is difficult, or gone.

    Args:
        targets: Boxes in pixels of the image.
        size: Its rows and columns.
    """
    most = torch.tensor([*size, *size]).float()
    boxes = torch.minimum(targets.boxes.clamp(min=0), most)
    whole = (targets.boxes[..., 2:] - targets.boxes[..., :2]).prod(dim=-1)
    seen = (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(dim=-1) / whole.clamp(min=1e-6)
    state = targets.state.clone()
    state[(seen < DOUBTFUL) & (state == COUNTED)] = DIFFICULT
    state[seen < GONE] = ABSENT
    return Targets(torch.where((state > 0)[..., None], boxes, 0.0), targets.labels, state)


def compact(targets: Targets) -> Targets:
    """Gives the same boxes with no more padding than the image of the most boxes needs."""
    present = targets.state != ABSENT
    most = max(1, int(present.sum(dim=1).max()))
    order = (~present).int().argsort(dim=1, stable=True)[:, :most]
    return Targets(
        boxes=_picked(targets.boxes, order),
        labels=_picked(targets.labels, order),
        state=targets.state.gather(1, order),
    )


def mosaic(
    images: Tensor, targets: Targets, *, share: float, generator: torch.Generator
) -> tuple[Tensor, Targets]:
    """Puts some images together of four of the batch, each half as large.

    Args:
        images: (batch, 1, row, column), rows and columns even.
        targets: Their boxes.
        share: Of the images.
        generator: Source of randomness.
    """
    batch, rows, columns = len(images), images.shape[2], images.shape[3]
    chosen = torch.rand(batch, generator=generator) < share
    others = torch.randint(batch, (batch, 3), generator=generator)
    parts = torch.cat([torch.arange(batch)[:, None], others], dim=1)
    small = functional.avg_pool2d(images, 2)
    put_together, at = images.clone(), chosen.nonzero()[:, 0]
    for place in range(4):
        top, left = (place // 2) * (rows // 2), (place % 2) * (columns // 2)
        quarter = put_together[:, :, top : top + rows // 2, left : left + columns // 2]
        quarter[at] = small[parts[at, place]]
    corner = torch.tensor([[0, 0], [0, columns / 2], [rows / 2, 0], [rows / 2, columns / 2]])
    boxes = targets.boxes[parts] / 2 + corner.repeat(1, 2)[None, :, None]
    state = targets.state[parts].flatten(1)
    empty = torch.zeros_like(state[:, targets.state.shape[1] :])
    put = Targets(
        boxes=torch.where((state > 0)[..., None], boxes.flatten(1, 2), 0.0),
        labels=targets.labels[parts].flatten(1, 2),
        state=state,
    )
    return put_together, Targets(
        boxes=_either(chosen, put.boxes, targets.boxes),
        labels=_either(chosen, put.labels, targets.labels),
        state=torch.where(chosen[:, None], state, torch.cat([targets.state, empty], dim=1)),
    )


def _either(chosen: Tensor, long: Tensor, short: Tensor) -> Tensor:
    """Gives the rows of the longer where chosen, else those of the shorter with zeros after."""
    filled = torch.zeros_like(long)
    filled[:, : short.shape[1]] = short
    return torch.where(chosen[:, None, None], long, filled)


def _picked(values: Tensor, order: Tensor) -> Tensor:
    return values.gather(1, order[..., None].expand(-1, -1, values.shape[-1]))
