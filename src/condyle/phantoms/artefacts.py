"""What goes wrong in a scan: motion ghosts, wrapping, metal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.phantoms.imaging import FloatImage

GYROMAGNETIC_MHZ_T = 42.577
"""Of the proton, MHz a tesla (CODATA)."""


@dataclass(frozen=True)
class Ghosts:
    """Periodic motion during the scan, such as pulsation or breathing.

    Attributes:
        shift_px: Amplitude of the motion along the phase-encoding axis, pixels.
        cycles: Periods of it during the scan; ghosts lie that many pixels apart.
        start_rad: Phase of it at the start of the scan.
    """

    shift_px: float
    cycles: float
    start_rad: float = 0.0


def add_ghosts(image: FloatImage, ghosts: Ghosts, *, axis: int) -> FloatImage:
    """Moves the object while its lines of k-space are read one after another.

    A shift by d pixels turns the phase of line k of N by -2 pi k d / N (Fourier shift
    theorem); a shift that swings during the scan leaves ghosts along the phase-encoding
    axis (Wood and Henkelman, Med Phys 12:143, 1985, doi 10.1118/1.595782).

    Args:
        image: (slice, row, column), real and not negative.
        ghosts: The motion.
        axis: Phase-encoding axis of the array, 1 or 2.

    Returns:
        Magnitude, of the same shape.
    """
    count = image.shape[axis]
    line = np.fft.fftfreq(count)
    time = line + 0.5
    shift = ghosts.shift_px * np.sin(2.0 * np.pi * ghosts.cycles * time + ghosts.start_rad)
    turn = np.exp(-2j * np.pi * line * shift)
    shape = [1, 1, 1]
    shape[axis] = count
    lines = np.fft.fft(image, axis=axis) * turn.reshape(shape)
    return np.abs(np.fft.ifft(lines, axis=axis)).astype(np.float32)


def fold(image: FloatImage, margin: int, *, axis: int) -> FloatImage:
    """Folds what lies beyond the field of view into it, as aliasing does.

    Args:
        image: Array that reaches ``margin`` samples beyond each end.
        margin: Samples beyond each end, at most the field of view itself.
        axis: Phase-encoding axis.

    Returns:
        The array without the margin, with what was there added at the opposite end.

    Raises:
        ValueError: The margin is wider than the field of view.
    """
    inside = image.shape[axis] - 2 * margin
    if margin > inside:
        raise ValueError(f"a margin of {margin} does not fold into {inside} samples")
    moved = np.moveaxis(image, axis, 0)
    folded = moved[margin : margin + inside].copy()
    if margin:
        folded[inside - margin :] += moved[:margin]
        folded[:margin] += moved[margin + inside :]
    return np.moveaxis(folded, 0, axis)


@dataclass(frozen=True)
class Metal:
    """A ball of metal or gas in the field of view.

    Attributes:
        centre: (slice, row, column) of its middle, in voxels of the images.
        radius_mm: Its radius.
        ppm: Its magnetic susceptibility less that of tissue, parts per million.
        bandwidth_hz: Of a pixel in the readout direction.
    """

    centre: tuple[float, float, float]
    radius_mm: float
    ppm: float = 60.0
    bandwidth_hz: float = 180.0


def sphere_field_hz(
    metal: Metal,
    shape: tuple[int, int, int],
    *,
    spacing: tuple[float, float, float],
    along: tuple[float, float, float],
    field_t: float,
) -> FloatImage:
    """Gives the change of frequency around a ball: (ppm/3) (R/r)^3 (3 cos^2 a - 1) f0.

    It is the dipole field of a sphere (Schenck, Med Phys 23:815, 1996,
    doi 10.1118/1.597854); within the ball it is 0.

    Args:
        metal: The ball.
        shape: (slice, row, column).
        spacing: The same, mm.
        along: Direction of the main field along the axes of the array, of length 1.
        field_t: Field strength.
    """
    offsets = _offsets(metal, shape, spacing)
    square = np.maximum(sum(offset**2 for offset in offsets), 1e-6)
    height = sum(offset * part for offset, part in zip(offsets, along, strict=True))
    outside = square > metal.radius_mm**2
    strength = metal.ppm / 3.0 * field_t * GYROMAGNETIC_MHZ_T
    dipole = (metal.radius_mm**2 / square) ** 1.5 * (3.0 * height**2 / square - 1.0)
    return np.asarray(np.where(outside, strength * dipole, 0.0), dtype=np.float32)


def within_sphere(
    metal: Metal, shape: tuple[int, int, int], *, spacing: tuple[float, float, float]
) -> NDArray[np.bool_]:
    """Gives the voxels whose middle lies in the ball, (slice, row, column)."""
    square = sum(offset**2 for offset in _offsets(metal, shape, spacing))
    return np.asarray(square <= metal.radius_mm**2)


def _offsets(
    metal: Metal, shape: tuple[int, int, int], spacing: tuple[float, float, float]
) -> list[NDArray[np.float64]]:
    """Gives the distance from the ball's middle along each axis in mm, to be broadcast."""
    grids = np.meshgrid(*(np.arange(size) for size in shape), indexing="ij", sparse=True)
    return [
        np.asarray((grid - middle) * step, dtype=np.float64)
        for grid, middle, step in zip(grids, metal.centre, spacing, strict=True)
    ]


def dephasing(field_hz: FloatImage, echo_time_ms: float) -> FloatImage:
    """Gives what a gradient echo keeps where the field changes within a voxel.

    A linear change by g hertz across a voxel leaves sinc(g TE) of its signal.

    Args:
        field_hz: (slice, row, column) change of frequency.
        echo_time_ms: TE.
    """
    left = np.ones(field_hz.shape, np.float32)
    for axis, size in enumerate(field_hz.shape):
        if size > 1:
            change = np.gradient(field_hz, axis=axis)
            left *= np.abs(np.sinc(change * echo_time_ms / 1000.0)).astype(np.float32)
    return left


def displace(image: FloatImage, shift_px: NDArray[np.floating], *, axis: int) -> FloatImage:
    """Moves each sample along an axis; signals pile up where several meet.

    Signal that leaves the image is lost; what stays adds up to what it was.

    Args:
        image: (slice, row, column).
        shift_px: Of the same shape, in samples.
        axis: Readout axis.
    """
    moved = np.moveaxis(image, axis, 2)
    place = np.arange(moved.shape[2]) + np.moveaxis(np.asarray(shift_px), axis, 2)
    low = np.floor(place).astype(np.intp)
    weight = (place - low).astype(np.float32)
    out = np.zeros_like(moved)
    lines = np.indices(moved.shape[:2])
    first, second = lines[0][..., None], lines[1][..., None]
    for target, share in ((low, 1.0 - weight), (low + 1, weight)):
        there = (target >= 0) & (target < moved.shape[2])
        kept = np.where(there, moved * share, 0.0).astype(np.float32)
        np.add.at(out, (first, second, np.clip(target, 0, moved.shape[2] - 1)), kept)
    return np.moveaxis(out, 2, axis)
