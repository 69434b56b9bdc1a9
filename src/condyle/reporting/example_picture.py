"""A case as a picture: the image, what is held to be true and what was found, and a heat map."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

SIDE = 360
"""Pixels of the longer side of a panel."""

REFERENCE, FOUND = (86, 180, 233), (230, 159, 0)
"""Colours of two of Okabe and Ito's, told apart with each kind of colour blindness."""

_PAPER, _INK, _WARNING = (16, 18, 22), (240, 240, 240), (213, 94, 0)
_STRIP, _LINE, _GAP = 30, 20, 8


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
    """Draws a case: the plain image, beside it outlines or boxes, and a heat map, where given.

    Args:
        picture: What to show.

    Returns:
        PNG, the same for the same picture.
    """
    plain = _grey(picture.image)
    panels = [plain]
    if _makers(picture):
        panels.append(_with_boxes(_with_outlines(plain.copy(), picture), picture))
    if picture.heat is not None:
        panels.append(_with_heat(plain, picture.heat))
    width = sum(panel.width for panel in panels) + _GAP * (len(panels) - 1)
    words = _Words(picture, width)
    top = _STRIP if picture.simulated else 0
    page = Image.new("RGB", (width, top + plain.height + words.height), _PAPER)
    left = 0
    for panel in panels:
        page.paste(panel, (left, top))
        left += panel.width + _GAP
    if picture.simulated:
        _write_banner(page)
    words.write(page, top + plain.height)
    stream = io.BytesIO()
    page.save(stream, format="PNG", optimize=False, compress_level=6)
    return stream.getvalue()


def _makers(picture: ExamplePicture) -> list[tuple[str, tuple[int, int, int]]]:
    """Gives the word and colour of each who marked anything, or looked and marked nothing."""
    said = {is_reference for _, is_reference, _ in picture.boxes}
    made = []
    if picture.reference is not None or True in said:
        made.append(("reference", REFERENCE))
    if picture.found is not None or False in said:
        made.append(("found", FOUND))
    return made


def _grey(image: NDArray[np.floating]) -> Image.Image:
    """Gives an image with the darkest percent black and the brightest white."""
    low, high = np.percentile(image, [1, 99.5])
    scaled = np.clip((image - low) / max(float(high - low), 1e-6), 0, 1)
    picture = Image.fromarray((scaled * 255).astype(np.uint8))
    factor = SIDE / max(image.shape)
    size = (max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor)))
    return picture.resize(size, Image.Resampling.BICUBIC).convert("RGB")


def _with_outlines(panel: Image.Image, picture: ExamplePicture) -> Image.Image:
    """Draws the reference around its mask and what was found within its own.

    So both lines are seen where the two agree.
    """
    if picture.reference is not None:
        inner = _grown(picture.reference, panel)
        panel.paste(REFERENCE, mask=ImageChops.subtract(_wider(inner), inner))
    if picture.found is not None:
        outer = _grown(picture.found, panel)
        # Beyond the image lies no mask, so that an outline at its edge is closed there.
        framed = ImageOps.expand(outer, border=2, fill=0)
        line = ImageChops.subtract(framed, framed.filter(ImageFilter.MinFilter(5)))
        panel.paste(FOUND, mask=ImageOps.crop(line, border=2))
    return panel


def _grown(mask: NDArray[np.bool_], panel: Image.Image) -> Image.Image:
    """Gives a mask at the size of a panel, 0 and 255 alone."""
    small = Image.fromarray((mask * 255).astype(np.uint8))
    return small.resize(panel.size, Image.Resampling.NEAREST)


def _wider(mask: Image.Image) -> Image.Image:
    return mask.filter(ImageFilter.MaxFilter(5))


def _with_boxes(panel: Image.Image, picture: ExamplePicture) -> Image.Image:
    """Draws boxes; labels of the reference lie over their right end, others under the left."""
    draw = ImageDraw.Draw(panel)
    font = ImageFont.load_default(12)
    rows, columns = picture.image.shape
    scale = (panel.width / columns, panel.height / rows)
    labels = []
    for (row0, column0, row1, column1), is_reference, label in picture.boxes:
        colour = REFERENCE if is_reference else FOUND
        left, right = column0 * scale[0], column1 * scale[0] - 1
        upper, lower = row0 * scale[1], row1 * scale[1] - 1
        draw.rectangle([left, upper, right, lower], outline=colour, width=2)
        size = draw.textbbox((0, 0), label, font=font)[2:]
        at = (right - size[0], upper - size[1] - 3) if is_reference else (left, lower + 3)
        labels.append((label, colour, at, size))
    for label, colour, (x, y), (width, height) in labels:
        if label:
            x = min(max(x, 2), panel.width - width - 2)
            y = min(max(y, 1), panel.height - height - 2)
            draw.rectangle([x - 2, y - 1, x + width + 1, y + height + 1], fill=_PAPER)
            draw.text((x, y), label, fill=colour, font=font)
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


def _write_banner(page: Image.Image) -> None:
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(15)
    draw.rectangle([0, 0, page.width, _STRIP - 1], fill=_WARNING)
    draw.text((8, _STRIP / 2), "SIMULATED IMAGE", fill=_INK, font=font, anchor="lm")


class _Words:
    """What is written beneath the panels: whose each colour is, and the caption in lines.

    Args:
        picture: Whose words.
        width: Of the page, in pixels.
    """

    def __init__(self, picture: ExamplePicture, width: int) -> None:
        self.font = ImageFont.load_default(15)
        self.makers = _makers(picture)
        self.begins = 8 + sum(42 + self.font.getlength(word) for word, _ in self.makers)
        self.lines = self._lines(picture.caption, width - 8)
        # A caption that does not fit beside the colours begins on a line of its own.
        self.below = bool(self.makers) and (
            len(self.lines) > 1 or self.begins + self._length(self.lines) > width - 8
        )
        count = len(self.lines) + (1 if self.below else 0)
        self.height = _STRIP + _LINE * (max(1, count) - 1)

    def _length(self, lines: list[str]) -> float:
        return max((self.font.getlength(line) for line in lines), default=0.0)

    def _lines(self, caption: str, width: float) -> list[str]:
        lines: list[str] = []
        for word in caption.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.font.getlength(longer) <= width - 8:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def write(self, page: Image.Image, top: int) -> None:
        """Writes beneath the panels, which end at ``top``."""
        draw = ImageDraw.Draw(page)
        middle, left = top + _STRIP / 2, 8.0
        for word, colour in self.makers:
            draw.rectangle([left, middle - 6, left + 14, middle + 6], outline=colour, width=3)
            draw.text((left + 20, middle), word, fill=_INK, font=self.font, anchor="lm")
            left += 42 + self.font.getlength(word)
        for number, line in enumerate(self.lines, start=1 if self.below else 0):
            at = (8.0 if self.below or number else left, middle + _LINE * number)
            draw.text(at, line, fill=_INK, font=self.font, anchor="lm")
