"""The values of a mask's pixels as they are stored: gray values, colours or labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from condyle.domain.geometry import Reorientation
from condyle.errors import BadImage
from condyle.images.check import check_shape
from condyle.images.picture import is_picture, opened_picture
from condyle.images.read import HEAD, read_image
from condyle.sources import SourceFile

COLOUR = 1 << 24
"""Added to red x 65536 + green x 256 + blue where a colour is no gray, or is opaque black."""


@dataclass(frozen=True)
class Codes:
    """A mask as it is stored.

    Attributes:
        array: (slice, row, column) int32: a gray value or label as it is, or a colour as
            ``COLOUR`` + its red, green and blue. Values that are no whole numbers, as
            probabilities are, come as thousandths, and ``scale`` is 1000.
        lossy: True of a JPEG, whose values are not those that were drawn.
        palette: Index to code, of the indices that a palette picture uses.
        scale: What a value was multiplied by to be a whole number.
        spacing: (slice, row, column) in mm, or ``None`` where the file has no geometry.
    """

    array: NDArray[np.int32] = field(repr=False)
    lossy: bool = False
    palette: Mapping[int, int] = field(default_factory=dict)
    scale: int = 1
    spacing: tuple[float, float, float] | None = None


def read_codes(file: SourceFile, *, turn: Reorientation | None = None) -> Codes:
    """Reads a mask in the axes of its file's own series, or turned as another one.

    Where some pixels of a picture are see-through, those are background, and opaque black
    beside nothing but transparency is a colour of its own.

    Args:
        file: The mask.
        turn: How to turn the stored axes of a volume, where not as its header tells.

    Raises:
        BadImage: The file is damaged, of several pages of different kinds, or holds
            negative values.
        OSError: The file cannot be opened.
    """
    if is_picture(file.head(HEAD)):
        return _of_picture(file)
    series = read_image(file, whole=False, turn=turn)
    volume = series.load().array
    whole = np.rint(volume)
    scale = 1 if np.array_equal(whole, volume) else 1000
    codes = whole if scale == 1 else np.rint(volume * scale)
    if codes.size and not (codes.min() >= 0 and codes.max() < COLOUR):
        raise BadImage(
            f"The mask {file.label} was not read.",
            found=f"values from {volume.min():g} to {volume.max():g}",
            needed="0 for background and a small whole number a structure",
            mend="save the mask again with such values.",
        )
    return Codes(codes.astype(np.int32), scale=scale, spacing=series.spacing)


def _of_picture(file: SourceFile) -> Codes:
    with opened_picture(file) as picture:
        pages = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
        shape = check_shape((pages, picture.height, picture.width), file.label)
        lossy = picture.format == "JPEG"
        codes = np.empty(shape, dtype=np.int32)
        palette: dict[int, int] = {}
        for page in range(pages):
            picture.seek(page)
            if picture.size != (shape[2], shape[1]):
                raise ValueError("pages of several sizes")
            codes[page], used = _page(picture)
            palette.update(used)
    return Codes(codes, lossy, palette)


def _page(picture: Image.Image) -> tuple[NDArray[np.int32], dict[int, int]]:
    """Gives the codes of one page, and the code of every index of its palette."""
    mode = picture.mode
    if mode == "F":
        raise ValueError("a mask of floating point numbers in a TIFF")
    if mode in ("L", "I") or mode.startswith("I;16"):
        gray = np.asarray(picture)
        if gray.min() < 0 or gray.max() >= COLOUR:
            raise ValueError("values that no structure has")
        return gray.astype(np.int32), {}
    if mode == "1":
        return np.asarray(picture.convert("L")).astype(np.int32), {}
    rgba = np.asarray(picture.convert("RGBA")).astype(np.int32)
    codes = _colours(rgba)
    if mode != "P" or "transparency" in picture.info:
        return codes, {}
    indices = np.asarray(picture)
    values, first = np.unique(indices, return_index=True)
    used = {int(value): int(codes.reshape(-1)[at]) for value, at in zip(values, first, strict=True)}
    if len(set(used.values())) < len(used):
        # A palette that was left empty tells nothing; the indices are the labels.
        return indices.astype(np.int32), {}
    return codes, used


def _colours(rgba: NDArray[np.int32]) -> NDArray[np.int32]:
    """Gives the codes of (row, column, 4) colours; what is see-through becomes 0."""
    red, green, blue, alpha = (rgba[..., channel] for channel in range(4))
    codes: NDArray[np.int32] = (COLOUR + red * 65536 + green * 256 + blue).astype(np.int32)
    gray = (red == green) & (green == blue)
    codes[gray] = red[gray]
    opaque = 2 * alpha >= max(int(alpha.max()), 1)
    if opaque.all():
        return codes
    drawn = np.unique(codes[opaque])
    if opaque.any() and drawn.tolist() == [0]:
        codes[opaque] = COLOUR
    if opaque.any() or len(np.unique(codes)) == 1:
        codes[~opaque] = 0
    return codes


def counts_of(codes: NDArray[np.int32]) -> dict[int, int]:
    """Gives each code that occurs and its number of pixels, in order.

    Args:
        codes: As of ``Codes.array``, of any shape.
    """
    if codes.size and int(codes.max()) < 65536:
        counts = np.bincount(codes.ravel())
        return {int(code): int(counts[code]) for code in np.flatnonzero(counts)}
    values, several = np.unique(codes, return_counts=True)
    return {int(code): int(count) for code, count in zip(values, several, strict=True)}
