"""PNG, JPEG and TIFF slices through Pillow; they state no geometry."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from condyle.domain.messages import Message
from condyle.domain.study import Instance, Series
from condyle.domain.volume import Volume
from condyle.errors import BadImage
from condyle.images.check import as_pixels, check_shape, unreadable
from condyle.images.names import hint_of
from condyle.sources import SourceFile

COLOUR_SHARE = 0.01
"""Share of pixels whose channels must differ for a picture to count as colour."""

COLOUR_STEP = 16
"""Difference between channels, of 255, that compression alone does not make."""

_FORMATS = ("PNG", "JPEG", "TIFF")
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    RuntimeError,
    MemoryError,
    OverflowError,
    AttributeError,
    struct.error,
    zlib.error,
)


def is_picture(head: bytes) -> bool:
    """Tells whether a file begins as a PNG, JPEG or TIFF does."""
    return head.startswith(
        (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
    )


def read_picture(file: SourceFile) -> Series:
    """Gives a picture as a series, a TIFF's pages as its slices.

    Every page is decoded once to see that the file is whole; pixels are not kept.

    Raises:
        BadImage: The file is damaged, or too small or large to show anatomy.
    """
    shape, colour, see_through = _inspect(file)
    hint = hint_of(file.stem)
    notes = []
    if colour:
        notes.append(Message("colour-picture", {"file": file.label}, file.stem))
    if see_through:
        notes.append(Message("transparency-ignored", {"file": file.label}, file.stem))
    return Series(
        stem=file.stem,
        load=lambda: _load(file, shape),
        kind="picture",
        instances=tuple(Instance(frame=frame) for frame in range(shape[0])),
        weighting=hint.weighting,
        fat_suppressed=hint.fat_suppressed,
        contrast_agent=hint.contrast_agent,
        shape=shape,
        notes=tuple(notes),
    )


@contextmanager
def opened_picture(file: SourceFile) -> Iterator[Image.Image]:
    """Opens a picture; whatever Pillow makes of broken bytes becomes ``BadImage``.

    Args:
        file: A PNG, JPEG or TIFF.
    """
    try:
        with warnings.catch_warnings():
            # Sizes are checked against limits of our own before a pixel is decoded.
            warnings.simplefilter("ignore")
            with Image.open(file.path, formats=_FORMATS) as picture:
                yield picture
    except Image.DecompressionBombError as error:
        raise BadImage(
            f"The image {file.label} was not read.",
            found="more pixels than any detector has",
            needed="one slice at the size of the scanner's own matrix",
            mend="export the image again from the scanner or archive.",
        ) from error
    except BadImage:
        raise
    except _BROKEN as error:
        raise unreadable(file.label, "picture") from error


def _inspect(file: SourceFile) -> tuple[tuple[int, int, int], bool, bool]:
    with opened_picture(file) as picture:
        pages = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
        shape = check_shape((pages, picture.height, picture.width), file.label)
        colour = see_through = False
        for page in range(pages):
            gray, coloured, clear = _decode(picture, page, shape, label=file.label)
            as_pixels(gray[np.newaxis], file.label)
            colour = colour or coloured
            see_through = see_through or clear
    return shape, colour, see_through


def _load(file: SourceFile, shape: tuple[int, int, int]) -> Volume:
    array = np.empty(shape, dtype=np.float32)
    with opened_picture(file) as picture:
        for page in range(shape[0]):
            array[page] = _decode(picture, page, shape, label=file.label)[0]
    return Volume(as_pixels(array, file.label))


def _decode(
    picture: Image.Image, page: int, shape: tuple[int, int, int], *, label: str
) -> tuple[NDArray[np.generic], bool, bool]:
    """Gives one page as gray values, whether it is coloured, and whether see-through."""
    if page:
        picture.seek(page)
    if (picture.height, picture.width) != shape[1:]:
        raise unreadable(label, "picture")
    mode = picture.mode
    if mode in ("L", "I", "F") or mode.startswith("I;16"):
        return np.asarray(picture), False, False
    if mode == "1":
        return np.asarray(picture.convert("L")), False, False
    see_through = False
    if mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in picture.info:
        alpha = np.asarray(picture.convert("RGBA"))[..., 3]
        see_through = bool((alpha < 255).any())
    rgb = np.asarray(picture.convert("RGB"))
    spread = rgb.max(axis=2).astype(np.int16) - rgb.min(axis=2)
    colour = bool(np.mean(spread >= COLOUR_STEP) > COLOUR_SHARE)
    # ITU-R BT.601 luma, as Pillow's own conversion to gray; exact where channels agree.
    gray = rgb[..., 0] if not spread.any() else np.asarray(picture.convert("RGB").convert("L"))
    return gray, colour, see_through
