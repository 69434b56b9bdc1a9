"""A picture with words burnt in below it, for whoever sees the picture and nothing else."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from condyle.reporting.overlays import plain_letters

_PAPER, _INK = (16, 18, 22), (240, 240, 240)
_SIZE, _LINE, _EDGE = 22, 28, 14
_WIDTH = 0.5  # mean width of a letter over its height in the built-in typeface


def captioned(png: bytes, lines: Sequence[str]) -> NDArray[np.uint8]:
    """Gives a picture with lines of text below it.

    Args:
        png: The picture.
        lines: Each is wrapped to the picture's width; empty ones are left out.

    Returns:
        (row, column, 3) uint8 RGB.
    """
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    letters = max(20, int((picture.width - 2 * _EDGE) / (_SIZE * _WIDTH)))
    wrapped = [
        part for line in lines if line for part in textwrap.wrap(plain_letters(line), letters)
    ]
    height = picture.height + _LINE * len(wrapped) + 2 * _EDGE
    page = Image.new("RGB", (picture.width, height), _PAPER)
    page.paste(picture, (0, 0))
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(_SIZE)
    for number, line in enumerate(wrapped):
        at = (_EDGE, picture.height + _EDGE + number * _LINE)
        draw.text(at, line, fill=_INK, font=font)
    return np.asarray(page, dtype=np.uint8)
