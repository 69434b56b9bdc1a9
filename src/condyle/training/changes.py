"""Random changes of slices and masks together, by a recipe's augmentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from condyle.errors import BadConfiguration
from condyle.training.augmentation import AffineRange, change_intensity, random_grid

STILL = AffineRange(rotation_degrees=0.0, scale=(1.0, 1.0), stretch=0.0, shift=0.0)
"""Moves nothing."""


@dataclass(frozen=True)
class Changes:
    """How slices are changed at random; the defaults change nothing.

    Attributes:
        limits: How far an image may be moved.
        flip: Mirror left and right in half of the slices.
        intensity: Share of the slices whose brightness, contrast, noise and sharpness are
            changed.
    """

    limits: AffineRange = STILL
    flip: bool = False
    intensity: float = 0.0

    @staticmethod
    def of(augmentation: Mapping[str, Any]) -> Changes:
        """Gives the changes of a recipe's ``augmentation``.

        Raises:
            BadConfiguration: A field is not known or does not fit; the message lists them.
        """
        values = dict(augmentation)
        flip, intensity = values.pop("flip", False), values.pop("intensity", 0.0)
        scale = values.pop("scale", (1.0, 1.0))
        known = {"rotation_degrees", "stretch", "shift"}
        pair = tuple(scale) if isinstance(scale, list | tuple) else ()
        numbers = [intensity, *values.values(), *pair]
        fits = (
            set(values) <= known
            and isinstance(flip, bool)
            and all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers)
            and len(pair) == 2
            and 0 <= intensity <= 1
            and min(pair) > 0
        )
        if not fits:
            raise BadConfiguration(
                "The recipe's augmentation cannot be used.",
                found=", ".join(f"{key}: {value}" for key, value in augmentation.items()),
                needed="rotation_degrees, scale (two numbers over 0), stretch, shift, flip (true "
                "or false), intensity (0 to 1)",
                mend="correct the fields under augmentation in the recipe.",
            )
        limits = AffineRange(
            rotation_degrees=float(values.get("rotation_degrees", 0.0)),
            scale=(float(pair[0]), float(pair[1])),
            stretch=float(values.get("stretch", 0.0)),
            shift=float(values.get("shift", 0.0)),
        )
        return Changes(limits, flip, float(intensity))


def change(
    image: Tensor, mask: Tensor, *, changes: Changes, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Changes slices at random, and their masks in the same way.

    Args:
        image: (batch, channel, row, column) in 0 to 1; the channels of an item are moved
            and changed alike.
        mask: (batch, target, row, column) of 0 and 1; there may be no target.
        changes: How far.
        generator: Source of randomness.

    Returns:
        Both, masks of 0 and 1 again.
    """
    count, channels, rows, columns = image.shape
    grid = random_grid(count, (rows, columns), limits=changes.limits, generator=generator)
    if changes.flip:
        mirrored = torch.rand(count, generator=generator) < 0.5
        grid = torch.where(mirrored[:, None, None, None], grid.flip(2), grid)
    image = functional.grid_sample(image, grid, align_corners=False)
    if mask.shape[1]:
        mask = functional.grid_sample(mask, grid, align_corners=False).round()
    if changes.intensity:
        chosen = torch.rand(count, generator=generator) < changes.intensity
        tall = image.reshape(count, 1, channels * rows, columns)
        altered = change_intensity(tall, generator=generator).reshape(image.shape)
        image = torch.where(chosen[:, None, None, None], altered, image)
    return image, mask


def change_images(image: Tensor, *, changes: Changes, generator: torch.Generator) -> Tensor:
    """Changes (batch, channel, row, column) images that have no masks as ``change`` does."""
    none = image.new_zeros((len(image), 0, *image.shape[2:]))
    return change(image, none, changes=changes, generator=generator)[0]
