"""What a picture is recognised by, whatever its contrast, size, padding or orientation.

A perceptual hash: the signs of the 64 lowest frequencies of the discrete cosine transform
of the picture at 32 x 32, after Zauner 2010, "Implementation and benchmarking of perceptual
image hash functions". Signs, where that takes the median, because a mirrored picture then
has the same hash but for the bits of odd frequencies, which turn over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dctn

from condyle.domain.data_report import Turn

View = Literal["whole", "content", "centre"]
"""What of a picture is hashed: all of it, what is left without dark edges, and its middle,
which a text or marker in a corner does not change."""

VIEWS: tuple[View, ...] = ("whole", "content", "centre")

DETAIL = 48
"""Pixels along each side of the small picture by which two are compared."""

_WORKED_ON = 192  # pixels along the longer side; more tell nothing and take time
_HASHED = 32
_LEAST = 8  # pixels along a side
_CENTRE = 0.15  # of each side that the view of the middle leaves out
_DARK = 0.2  # of the contrast, under which an edge is no content
_ORDER = sorted(
    ((u, v) for u in range(12) for v in range(12) if u + v > 0), key=lambda t: (t[0] + t[1], t[0])
)[:64]
_ROWS = np.array([u for u, _ in _ORDER])
_COLUMNS = np.array([v for _, v in _ORDER])


def _bits(which: NDArray[np.bool_]) -> int:
    return sum(1 << int(bit) for bit in np.flatnonzero(which))


TURNS: Mapping[Turn, int] = MappingProxyType(
    {
        "as-it-is": 0,
        "left-right": _bits(_COLUMNS % 2 == 1),
        "up-down": _bits(_ROWS % 2 == 1),
        "half-turn": _bits((_ROWS + _COLUMNS) % 2 == 1),
    }
)
"""Bits of a hash that turn over where the picture is turned."""


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """What a slice is recognised by.

    Attributes:
        hashes: (view,) uint64, in the order of ``VIEWS``.
        whole: (48, 48) uint8, the slice at a small size.
        content: The same without dark edges.
    """

    hashes: NDArray[np.uint64]
    whole: NDArray[np.uint8]
    content: NDArray[np.uint8]


def pixels_digest(pixels: NDArray[np.float32]) -> bytes:
    """Gives a hash that two slices share only where their size and every pixel are equal.

    Args:
        pixels: (row, column).
    """
    digest = hashlib.blake2b(repr(pixels.shape).encode(), digest_size=16)
    digest.update(pixels.tobytes())
    return digest.digest()


def fingerprint(pixels: NDArray[np.float32]) -> Fingerprint | None:
    """Gives what a slice is recognised by, or ``None`` where it shows nothing.

    Args:
        pixels: (row, column); values that are not finite count as 0.
    """
    even = even_contrast(_reduced(pixels))
    if even is None or min(even.shape) < _LEAST:
        return None
    edge = [round(_CENTRE * length) for length in even.shape]
    centre = even[edge[0] : even.shape[0] - edge[0], edge[1] : even.shape[1] - edge[1]]
    content = _content(even)
    hashes = [_hash(view) for view in (even, content, centre)]
    small = [
        np.rint(255 * _small(view, DETAIL)).clip(0, 255).astype(np.uint8)
        for view in (even, content)
    ]
    return Fingerprint(np.array(hashes, dtype=np.uint64), small[0], small[1])


def contents(pixels: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Gives a slice at even contrast, whole and without dark edges.

    Args:
        pixels: (row, column), not all the same.
    """
    even = even_contrast(pixels)
    whole = np.zeros_like(pixels) if even is None else even
    return whole, _content(whole)


def turn_over(picture: NDArray[Any], turn: Turn) -> NDArray[Any]:
    """Turns (..., row, column) pixels, as ``Turn`` says."""
    if turn in ("left-right", "half-turn"):
        picture = picture[..., ::-1]
    return picture[..., ::-1, :] if turn in ("up-down", "half-turn") else picture


def even_contrast(pixels: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Gives a slice from 0 to 1 between its 1st and 99th percentile, or ``None`` if constant."""
    finite = _finite(pixels)
    low, high = np.percentile(finite, (1, 99))
    if high <= low:
        low, high = finite.min(), finite.max()
    if high <= low:
        return None
    return np.asarray(np.clip((finite - low) / (high - low), 0, 1), dtype=np.float32)


def _reduced(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    scale = _WORKED_ON / max(pixels.shape)
    if scale >= 1 or min(pixels.shape) * scale < _LEAST:
        return pixels
    size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
    return resized(_finite(pixels), size)


def _finite(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.nan_to_num(pixels, nan=0.0, posinf=0.0, neginf=0.0)


def _content(even: NDArray[np.float32]) -> NDArray[np.float32]:
    rows = np.flatnonzero(np.percentile(even, 98, axis=1) > _DARK)
    columns = np.flatnonzero(np.percentile(even, 98, axis=0) > _DARK)
    if min(len(rows), len(columns)) < _LEAST:
        return even
    return even[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _hash(view: NDArray[np.float32]) -> int:
    return _bits(dctn(_small(view, _HASHED), norm="ortho")[_ROWS, _COLUMNS] > 0)


def _small(view: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    return resized(view, (size, size))


def resized(pixels: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Resamples to (width, height) by a triangle as wide as it must be, the same from each side.

    Pillow's box is not: a pixel on the border of two goes to one of them.

    Args:
        pixels: (row, column).
        size: Width and height.
    """
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    return np.asarray(picture.resize(size, Image.Resampling.BILINEAR), dtype=np.float32)
