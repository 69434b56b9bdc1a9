"""Small pictures of an archive, with what is marked on them and without what may be a name.

Colours are Okabe and Ito's, told apart by readers with each kind of colour blindness
(Color Universal Design, 2008, https://jfly.uni-koeln.de/color/).
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from condyle.domain.data_report import Shown

COLOURS = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (204, 121, 167),
    (213, 94, 0),
    (0, 114, 178),
)
"""RGB by the value of a structure or the place of a class, over and over."""

COLOUR_NAMES = ("orange", "sky blue", "green", "yellow", "pink", "red", "blue")
"""Words of the colours, in their order."""

UNNAMED = (255, 255, 255)
"""RGB of a box without a class that is known."""

SIDE = 240
"""Pixels of the longer side."""

_COVER, _GAP, _LINE = 96, 6, 2
_ROOM = 3.0  # pixels around a text that are covered too


def thumbnail_png(shown: Sequence[Shown], *, classes: Sequence[str] = ()) -> bytes:
    """Gives pictures side by side as PNG; the same pictures give the same bytes.

    Args:
        shown: What to draw, one or more.
        classes: Of boxes, which tell the colours apart.
    """
    drawn = [_drawn(one, classes) for one in shown]
    width = sum(one.width for one in drawn) + _GAP * (len(drawn) - 1)
    # Without a mark in colour a third of the bytes is enough.
    mode = "RGB" if any(one.mode == "RGB" for one in drawn) else "L"
    page = Image.new(mode, (width, max(one.height for one in drawn)), "white")
    left = 0
    for one in drawn:
        page.paste(one, (left, 0))
        left += one.width + _GAP
    stream = io.BytesIO()
    page.save(stream, format="PNG", compress_level=6)
    return stream.getvalue()


def _drawn(shown: Shown, classes: Sequence[str]) -> Image.Image:
    rows, columns = shown.pixels.shape
    grey = Image.fromarray(shown.pixels)
    draw = ImageDraw.Draw(grey)
    for row0, column0, row1, column1 in shown.hidden:
        where = (column0 - _ROOM, row0 - _ROOM, column1 + _ROOM, row1 + _ROOM)
        draw.rectangle(where, fill=_COVER)
    scale = SIDE / max(rows, columns)
    size = (max(2, round(columns * scale)), max(2, round(rows * scale)))
    how = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    picture = grey.resize(size, how)
    if shown.mask is None and not shown.boxes:
        return picture
    coloured = picture.convert("RGB")
    if shown.mask is not None:
        _outline(coloured, shown.mask)
    _draw_boxes(coloured, shown, classes, scale)
    return coloured


def _outline(picture: Image.Image, mask: NDArray[np.uint8]) -> None:
    """Draws a line along the inner edge of each structure."""
    for value in np.flatnonzero(np.bincount(mask.ravel(), minlength=1)):
        if value:
            marked = Image.fromarray(((mask == value) * 255).astype(np.uint8))
            large = marked.resize(picture.size, Image.Resampling.NEAREST)
            # With a border, or what is marked up to the edge would have no line there.
            inner = ImageOps.expand(large, border=_LINE).filter(
                ImageFilter.MinFilter(1 + 2 * _LINE)
            )
            line = ImageChops.subtract(large, ImageOps.crop(inner, border=_LINE))
            picture.paste(COLOURS[(int(value) - 1) % len(COLOURS)], mask=line)


def _draw_boxes(picture: Image.Image, shown: Shown, classes: Sequence[str], scale: float) -> None:
    draw = ImageDraw.Draw(picture)
    for box in shown.boxes:
        row0, column0, row1, column1 = (scale * side for side in box.box)
        if row1 > row0 and column1 > column0:
            known = [classes.index(label) for label in box.labels if label in classes]
            colour = COLOURS[known[0] % len(COLOURS)] if known else UNNAMED
            draw.rectangle((column0, row0, column1, row1), outline=colour, width=2)
