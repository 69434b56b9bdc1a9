"""Whether two pictures that look alike when small are one: their detail is laid side by side.

Two patients are alike in outline; in detail, at some 128 x 128, they are not. A copy that was
compressed, resized, brightened, cut or written on is, block by block, once each block may
shift a little.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from condyle.datasets.check.fingerprint import contents, resized, turn_over
from condyle.domain.data_report import Turn

SAME = 0.91
"""Least agreement of two pictures that are one. Real mid-sagittal slices of two patients
reached 0.47 at most, simulated ankles, which share their outlines, 0.87; copies that were
compressed, resized, made noisy, brightened, written on or cut by 2 % kept 0.91 or more."""

_SIDE, _BLOCKS, _REACH = 128, 8, 4
_BLUR = 1.5  # pixels, over which a change of brightness is not detail
_AROUND = 3.0  # pixels, within which detail is weighed against its surroundings
_FAINT = 0.2  # of the picture's detail, under which it is not made stronger


def agreement_of_detail(
    first: NDArray[np.float32], second: NDArray[np.float32], turn: Turn = "as-it-is"
) -> float:
    """Gives how well two pictures agree in detail, at most 1.

    It is the median, over the half of the blocks that hold most detail, of each block's best
    normalised correlation within a few pixels; the better of the whole pictures and of their
    contents without dark edges.

    Args:
        first: (row, column).
        second: Of any size.
        turn: How the second lies on the first.
    """
    views = zip(contents(first), contents(second), strict=True)
    return max(_agreement(_detail(one), turn_over(_detail(other), turn)) for one, other in views)


def _detail(view: NDArray[np.float32]) -> NDArray[np.float64]:
    """Gives what is left without blur, a strong edge counting no more than faint texture."""
    small = resized(view, (_SIDE, _SIDE)).astype(np.float64)
    left = small - gaussian_filter(small, _BLUR, mode="nearest")
    strength = np.sqrt(gaussian_filter(left**2, _AROUND, mode="nearest"))
    return np.asarray(left / np.maximum(strength + _FAINT * left.std(), 1e-9))


def _agreement(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    wanted, size = _in_blocks(first)
    best = np.full(wanted.shape[:2], -1.0)
    around = np.pad(second, _REACH, mode="edge")
    for row in range(2 * _REACH + 1):
        for column in range(2 * _REACH + 1):
            shifted = around[row : row + _SIDE, column : column + _SIDE]
            found, found_size = _in_blocks(shifted)
            product = np.einsum("abk,abk->ab", wanted, found)
            best = np.maximum(best, product / np.maximum(size * found_size, 1e-9))
    return float(np.median(best[size >= np.median(size)]))


def _in_blocks(
    detail: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gives (block row, block column, pixel) without their means, and the norm of each."""
    side = _SIDE // _BLOCKS
    cut = detail.reshape(_BLOCKS, side, _BLOCKS, side).transpose(0, 2, 1, 3)
    flat = cut.reshape(_BLOCKS, _BLOCKS, -1)
    level = flat - flat.mean(axis=-1, keepdims=True)
    return level, np.sqrt((level**2).sum(axis=-1))
