"""A case as a picture: the image, what is held to be true and what was found, and a heat map."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

SIDE = 360
"""Pixels of the longer side of a panel."""

REFERENCE, FOUND = (86, 180, 233), (230, 159, 0)
"""Colours of two of Okabe and Ito's, told apart with each kind of colour blindness."""

_PAPER, _INK, _WARNING = (16, 18, 22), (240, 240, 240), (213, 94, 0)
_STRIP, _GAP = 30, 8


@dataclass(frozen=True)
class ExamplePicture:
    """What a picture shows.

    Attributes:
        image: (row, column), any values.
        reference: (row, column) where the finding is held to be, or ``None``.
        found: (row, column) where it was found, or ``None``.
        heat: (row, column) what speaks for the finding, 0 to 1 or any values, or ``None``.
        boxes: (row0, column0, row1, column1), whether it is the reference, and a label.
        caption: What is said beneath, such as the label and the probability.
        simulated: Whether a banner says that the image is simulated.
    """

    image: NDArray[np.floating]
    reference: NDArray[np.bool_] | None = None
    found: NDArray[np.bool_] | None = None
    heat: NDArray[np.floating] | None = None
    boxes: tuple[tuple[tuple[float, float, float, float], bool, str], ...] = ()
    caption: str = ""
    simulated: bool = False


def example_png(picture: ExamplePicture) -> bytes:
    """Draws a case: the plain image, the outlines or boxes, and the heat map where there is one.

    Args:
        picture: What to show.

    Returns:
        PNG, the same for the same picture.
    """
    plain = _grey(picture.image)
    marked = _with_boxes(_with_outlines(plain.copy(), picture), picture)
    panels = [plain, marked]
    if picture.heat is not None:
        panels.append(_with_heat(plain, picture.heat))
    width = sum(panel.width for panel in panels) + _GAP * (len(panels) - 1)
    top = _STRIP if picture.simulated else 0
    page = Image.new("RGB", (width, top + plain.height + _STRIP), _PAPER)
    left = 0
    for panel in panels:
        page.paste(panel, (left, top))
        left += panel.width + _GAP
    _write_words(page, picture, top=top)
    stream = io.BytesIO()
    page.save(stream, format="PNG", optimize=False, compress_level=6)
    return stream.getvalue()


def _grey(image: NDArray[np.floating]) -> Image.Image:
    """Gives an image with the darkest percent black and the brightest white."""
    low, high = np.percentile(image, [1, 99.5])
    scaled = np.clip((image - low) / max(float(high - low), 1e-6), 0, 1)
    picture = Image.fromarray((scaled * 255).astype(np.uint8))
    factor = SIDE / max(image.shape)
    size = (max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor)))
    return picture.resize(size, Image.Resampling.BICUBIC).convert("RGB")


def _with_outlines(panel: Image.Image, picture: ExamplePicture) -> Image.Image:
    for mask, colour in ((picture.reference, REFERENCE), (picture.found, FOUND)):
        if mask is not None and mask.any():
            grown = Image.fromarray((mask * 255).astype(np.uint8)).resize(panel.size)
            line = ImageChops.subtract(
                grown.filter(ImageFilter.MaxFilter(3)), grown.filter(ImageFilter.MinFilter(3))
            )
            panel.paste(colour, mask=line)
    return panel


def _with_boxes(panel: Image.Image, picture: ExamplePicture) -> Image.Image:
    draw = ImageDraw.Draw(panel)
    font = ImageFont.load_default(11)
    rows, columns = picture.image.shape
    for (row0, column0, row1, column1), is_reference, label in picture.boxes:
        colour = REFERENCE if is_reference else FOUND
        scale = (panel.width / columns, panel.height / rows)
        corners = [column0 * scale[0], row0 * scale[1], column1 * scale[0], row1 * scale[1]]
        draw.rectangle(corners, outline=colour, width=2)
        side = "rb" if is_reference else "lb"
        draw.text(
            (corners[2] if is_reference else corners[0], corners[1]),
            label,
            fill=colour,
            font=font,
            anchor=side,
        )
    return panel


def _with_heat(plain: Image.Image, heat: NDArray[np.floating]) -> Image.Image:
    """Lays a heat map over an image: clear where nothing speaks for the finding, red most."""
    least, most = min(0.0, float(heat.min())), max(float(heat.max()), 1e-6)
    share = np.clip((heat - least) / max(most - least, 1e-6), 0, 1)
    strength = Image.fromarray((share * 170).astype(np.uint8)).resize(
        plain.size, Image.Resampling.BILINEAR
    )
    panel = plain.copy()
    panel.paste((220, 50, 32), mask=strength)
    return panel


def _write_words(page: Image.Image, picture: ExamplePicture, *, top: int) -> None:
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(15)
    if picture.simulated:
        draw.rectangle([0, 0, page.width, top], fill=_WARNING)
        draw.text((8, top / 2), "SIMULATED IMAGE", fill=_INK, font=font, anchor="lm")
    middle, left = page.height - _STRIP / 2, 8.0
    for word, colour in (("reference", REFERENCE), ("found", FOUND)):
        draw.rectangle([left, middle - 6, left + 14, middle + 6], outline=colour, width=3)
        draw.text((left + 20, middle), word, fill=_INK, font=font, anchor="lm")
        left += 34 + draw.textlength(word, font=font)
    draw.text((left + 8, middle), picture.caption, fill=_INK, font=font, anchor="lm")
