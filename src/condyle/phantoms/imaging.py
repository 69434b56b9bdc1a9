"""What the scanner adds to the signal: partial volume, coil, field and noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

FloatImage = NDArray[np.float32]


def average_blocks(fine: NDArray[np.generic], factor: int) -> FloatImage:
    """Averages square blocks of a plane, which is what partial volume does in plane.

    Args:
        fine: (row, column), each a multiple of ``factor``.
        factor: Side of a block in pixels.

    Returns:
        (row, column), ``factor`` times smaller on each side.
    """
    # Adding the samples of a block one by one is several times as fast as a mean over axes.
    total = np.zeros((fine.shape[0] // factor, fine.shape[1] // factor), np.float32)
    for row in range(factor):
        for column in range(factor):
            total += fine[row::factor, column::factor]
    return np.asarray(total / np.float32(factor**2), dtype=np.float32)


def smooth_field(
    rng: np.random.Generator, shape: tuple[int, ...], *, sigma: tuple[float, ...]
) -> FloatImage:
    """Draws a smooth random field of mean 0 and standard deviation 1.

    The field is drawn on a coarse grid and interpolated, so that wide kernels cost little.

    Args:
        rng: Source of randomness.
        shape: Shape of the field.
        sigma: Standard deviation of the Gaussian kernel along each axis, in samples.
    """
    steps = tuple(max(1, int(width)) for width in sigma)
    coarse_shape = tuple(
        -(-size // step) + 4 if step > 1 else size for size, step in zip(shape, steps, strict=True)
    )
    coarse = rng.standard_normal(coarse_shape).astype(np.float32)
    widths = tuple(width / step for width, step in zip(sigma, steps, strict=True))
    coarse = ndimage.gaussian_filter(coarse, widths, mode="reflect")
    field = np.asarray(coarse, dtype=np.float32)
    for axis, (size, small, step) in enumerate(zip(shape, coarse_shape, steps, strict=True)):
        if step > 1:
            field = _stretch(field, axis, size=size, whole=round(small * size / (small - 4)))
    return np.asarray((field - field.mean()) / max(float(field.std()), 1e-6), dtype=np.float32)


def _stretch(field: FloatImage, axis: int, *, size: int, whole: int) -> FloatImage:
    """Interpolates linearly along an axis as if to ``whole`` samples, and gives the first."""
    count = field.shape[axis]
    place = np.arange(size) * ((count - 1) / (whole - 1))
    low = np.minimum(place.astype(np.intp), count - 2)
    shape = [1] * field.ndim
    shape[axis] = size
    weight = (place - low).astype(np.float32).reshape(shape)
    first = field.take(low, axis=axis)
    return np.asarray(first + weight * (field.take(low + 1, axis=axis) - first), dtype=np.float32)


def surface_coil_sensitivity(
    depth_mm: NDArray[np.floating], *, reach_mm: float, floor: float = 0.08
) -> FloatImage:
    """Gives the sensitivity of a spine coil that lies on the back.

    It falls exponentially with depth towards a floor, as a plain stand-in for the field
    of a phased array.

    Args:
        depth_mm: Distance in front of the skin of the back, any shape.
        reach_mm: Depth over which the sensitivity falls to 1/e.
        floor: Sensitivity far away, where 1 is that at the skin.
    """
    depth = np.maximum(np.asarray(depth_mm, dtype=np.float32), 0.0)
    return np.asarray(floor + (1.0 - floor) * np.exp(-depth / reach_mm), dtype=np.float32)


def presaturation_band(y_mm: NDArray[np.floating], *, edge_mm: float) -> FloatImage:
    """Gives what is left of the signal under a band that saturates the belly.

    Such a band keeps breathing and bowel from smearing over the spine. A tenth of the
    signal survives under it; its edge is 20 mm wide.

    Args:
        y_mm: Posterior positions, any shape.
        edge_mm: Position of the middle of its edge; ``-inf`` for no band.
    """
    if not np.isfinite(edge_mm):
        return np.ones(np.shape(y_mm), dtype=np.float32)
    rise = 1.0 / (1.0 + np.exp(-(np.asarray(y_mm, dtype=np.float64) - edge_mm) / 5.0))
    return np.asarray(0.1 + 0.9 * rise, dtype=np.float32)


def point_spread(image: FloatImage, *, width: float = 0.7) -> FloatImage:
    """Blurs each slice as the filter of the raw data does.

    Args:
        image: (slice, row, column).
        width: Standard deviation of the Gaussian kernel in pixels.
    """
    return np.asarray(ndimage.gaussian_filter(image, (0.0, width, width)), dtype=np.float32)


def add_rician_noise(rng: np.random.Generator, image: FloatImage, *, sigma: float) -> FloatImage:
    """Gives the magnitude of the image plus complex Gaussian noise.

    Gudbjartsson and Patz, Magn Reson Med 34:910 (1995), doi 10.1002/mrm.1910340618: where
    there is no signal the result is Rayleigh distributed with mean sigma sqrt(pi / 2).

    Args:
        rng: Source of randomness.
        image: True signal, not negative.
        sigma: Standard deviation of the noise in each of the two channels.
    """
    real = rng.standard_normal(image.shape, dtype=np.float32)
    imaginary = rng.standard_normal(image.shape, dtype=np.float32)
    real *= np.float32(sigma)
    real += image
    imaginary *= np.float32(sigma)
    return np.hypot(real, imaginary)
