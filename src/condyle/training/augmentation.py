"""Random changes of a training batch, drawn from a generator of its own."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class AffineRange:
    """How far an image may be moved.

    Attributes:
        rotation_degrees: Largest rotation either way.
        scale: Smallest and largest magnification.
        stretch: Largest logarithm of one axis over the other; small ones are likelier,
            but some archives hold slices with a wrong aspect.
        shift: Largest shift either way, as a share of the image.
    """

    rotation_degrees: float = 15.0
    scale: tuple[float, float] = (0.75, 1.4)
    stretch: float = 0.1
    shift: float = 0.1


def uniform(generator: torch.Generator, shape: tuple[int, ...], low: float, high: float) -> Tensor:
    """Draws from a uniform distribution."""
    return torch.rand(shape, generator=generator) * (high - low) + low


def random_grid(
    batch: int, size: tuple[int, int], *, limits: AffineRange, generator: torch.Generator
) -> Tensor:
    """Gives (batch, row, column, 2) sampling positions for ``grid_sample``."""
    return affine_positions(random_theta(batch, limits=limits, generator=generator), size)


def affine_positions(theta: Tensor, size: tuple[int, int]) -> Tensor:
    """Gives what ``affine_grid`` gives, without corners aligned, in a quarter of its time.

    A position is a sum of what its row and what its column gives, so that one addition a
    pixel does where torch multiplies matrices.

    Args:
        theta: (batch, 2, 3) as of ``random_theta``.
        size: Rows and columns of the grid.

    Returns:
        (batch, row, column, 2) positions (x, y).
    """
    y, x = ((2 * torch.arange(length) + 1) / length - 1 for length in size)
    of_rows = theta[:, None, :, 1] * y[:, None] + theta[:, None, :, 2]
    of_columns = theta[:, None, :, 0] * x[:, None]
    return of_rows[:, :, None] + of_columns[:, None]


def random_theta(batch: int, *, limits: AffineRange, generator: torch.Generator) -> Tensor:
    """Gives (batch, 2, 3) maps from a changed image's (x, y) to the image's own, as of torch.

    Both run from -1 to 1 over the image, whatever its size.

    Args:
        batch: Number of images.
        limits: How far each may be moved.
        generator: Source of randomness.
    """
    angle = uniform(generator, (batch,), -1, 1) * math.radians(limits.rotation_degrees)
    low, high = math.log(limits.scale[0]), math.log(limits.scale[1])
    scale = torch.exp(-uniform(generator, (batch,), low, high))
    stretch = torch.exp(limits.stretch * uniform(generator, (batch,), -1, 1) ** 3)
    shift = uniform(generator, (batch, 2), -2 * limits.shift, 2 * limits.shift)
    cosine, sine = torch.cos(angle), torch.sin(angle)
    theta = torch.zeros(batch, 2, 3)
    theta[:, 0, 0] = cosine * scale * stretch
    theta[:, 0, 1] = -sine * scale
    theta[:, 1, 0] = sine * scale
    theta[:, 1, 1] = cosine * scale / stretch
    theta[:, :, 2] = shift
    return theta


def smooth_field(
    batch: int, size: tuple[int, int], *, cells: int, generator: torch.Generator
) -> Tensor:
    """Gives (batch, 1, row, column) smooth noise in -1 to 1 with ``cells`` bumps an axis."""
    coarse = uniform(generator, (batch, 1, cells, cells), -1, 1)
    # Bicubic weights of rows and of columns are the same for all images and can be parted.
    unit = torch.eye(cells)[None, None]
    down, across = (
        functional.interpolate(unit, size=(length, cells), mode="bicubic", align_corners=False)[0]
        for length in size
    )
    return down @ coarse @ across.transpose(1, 2)


def mean_of_nine(image: Tensor) -> Tensor:
    """Gives the mean of each pixel and its neighbours in the image, of eight at most.

    It is ``avg_pool2d`` over 3 x 3 pixels without padding counted, by sums of shifted rows and
    then columns, which take a fraction of its time.

    Args:
        image: (batch, channel, row, column).
    """
    for axis in (2, 3):
        length = image.shape[axis]
        summed, counts = image.clone(), torch.full((length,), 3.0)
        summed.narrow(axis, 0, length - 1).add_(image.narrow(axis, 1, length - 1))
        summed.narrow(axis, 1, length - 1).add_(image.narrow(axis, 0, length - 1))
        counts[0] -= 1
        counts[-1] -= 1
        image = summed.div_(counts[:, None] if axis == 2 else counts)
    return image


def remap_by_label(image: Tensor, label: Tensor, *, generator: torch.Generator) -> Tensor:
    """Gives each labelled structure a contrast of its own, so that one sequence stands for many.

    Args:
        image: (batch, 1, row, column) in 0 to 1.
        label: (batch, row, column) with 0 background.
        generator: Source of randomness.
    """
    batch, _, *size = image.shape
    soft = functional.one_hot(label, 4).permute(0, 3, 1, 2).float()
    soft = mean_of_nine(soft)
    gain = torch.exp(uniform(generator, (batch, 4, 1, 1), -0.7, 0.7))
    gain = gain * torch.where(torch.rand(batch, 4, 1, 1, generator=generator) < 0.2, -0.6, 1.0)
    shift = uniform(generator, (batch, 4, 1, 1), -0.25, 0.45)
    shift[:, :1] = uniform(generator, (batch, 1, 1, 1), -0.1, 0.15)
    mapped = image * gain + shift
    mapped[:, :1] = image * gain[:, :1].abs() + shift[:, :1]
    fat = smooth_field(batch, (size[0], size[1]), cells=5, generator=generator).clamp(min=0)
    fine = smooth_field(batch, (size[0], size[1]), cells=24, generator=generator)
    strength = uniform(generator, (batch, 1, 1, 1), 0.0, 1.2)
    mapped[:, :1] = mapped[:, :1] + strength * fat * (1 + 0.6 * fine)
    return (soft * mapped).sum(dim=1, keepdim=True)


def change_intensity(image: Tensor, *, generator: torch.Generator) -> Tensor:
    """Applies bias field, gamma, gain, blur and noise to (batch, 1, row, column) images."""
    batch, _, *size = image.shape
    bias = smooth_field(batch, (size[0], size[1]), cells=3, generator=generator)
    image = image * torch.exp(uniform(generator, (batch, 1, 1, 1), 0.0, 0.9) * bias)
    top = image.amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-3)
    level = uniform(generator, (batch, 1, 1, 1), 0.5, 1.0)
    image = (image / (top * level)).clamp(0, 1)
    image = image ** torch.exp(uniform(generator, (batch, 1, 1, 1), -0.6, 0.6))
    share = uniform(generator, (batch, 1, 1, 1), -0.5, 1.0)
    image = torch.lerp(image, mean_of_nine(image), share)
    noise = torch.randn(image.shape, generator=generator)
    image = image + noise * uniform(generator, (batch, 1, 1, 1), 0.0, 0.06)
    return image.clamp(0, 1)


def blank_borders(
    image: Tensor, label: Tensor, *, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Blacks out strips at the borders, as padding and short fields of view do."""
    image, label = image.clone(), label.clone()
    rows, columns = image.shape[2:]
    cuts = uniform(generator, (image.shape[0], 4), -0.25, 0.22).clamp(min=0)
    for position, cut in enumerate(cuts.tolist()):
        top, bottom = int(cut[0] * rows), int(cut[1] * rows)
        left, right = int(cut[2] * columns), int(cut[3] * columns)
        for target in (image[position, 0], label[position]):
            target[:top] = 0
            target[rows - bottom :] = 0
            target[:, :left] = 0
            target[:, columns - right :] = 0
    return image, label


Augment = Callable[[Tensor, Tensor, torch.Generator], tuple[Tensor, Tensor]]
