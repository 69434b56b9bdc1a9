"""What is on the screen, by its pixels."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator

Picture = NDArray[np.float64]

COLOURS = {
    "disc": (0xE6, 0x9F, 0x00),
    "vertebra": (0x56, 0xB4, 0xE9),
    "canal": (0x1F, 0xB9, 0x8F),
    "finding": (0xF0, 0x70, 0x8F),
    "chosen": (0xF5, 0xE6, 0x63),
}
"""Of what is drawn over the images, as the viewer's theme has them."""

_EDGE = 4  # of an active pane, in the accent's colour
_COLOURED = 60.0
_ALIKE = 0.97


def picture_of(element: Locator) -> Picture:
    """Gives an element as it is drawn, (row, column, RGB) from 0 to 255, without its edge."""
    shot = Image.open(io.BytesIO(element.screenshot())).convert("RGB")
    return np.asarray(shot, dtype=np.float64)[_EDGE:-_EDGE, _EDGE:-_EDGE]


def drawn(picture: Picture) -> dict[str, int]:
    """Counts the pixels of each of the overlays' colours; an image's own pixels are grey.

    A thin line is mixed with the grey below it: a pixel is of the colour that lies nearest in
    the way from grey, however far it goes. Where two lines cross there may be a few of a third.
    """
    ways = np.array(list(COLOURS.values()), dtype=np.float64)
    ways -= ways.mean(axis=1, keepdims=True)
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    tinted = picture[np.ptp(picture, axis=2) > _COLOURED]
    tinted -= tinted.mean(axis=1, keepdims=True)
    alike = (tinted @ ways.T) / np.linalg.norm(tinted, axis=1, keepdims=True)
    nearest = np.where(alike.max(axis=1) > _ALIKE, alike.argmax(axis=1), -1)
    return {name: int((nearest == place).sum()) for place, name in enumerate(COLOURS)}


def tinted(picture: Picture, colour: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Gives which pixels, (row, column), are of a colour, mixed with whatever grey."""
    way = np.asarray(colour, dtype=np.float64)
    way -= way.mean()
    off = picture - picture.mean(axis=2, keepdims=True)
    length = np.maximum(np.linalg.norm(off, axis=2), 1.0)
    alike = off @ (way / np.linalg.norm(way)) / length
    return np.asarray((alike > _ALIKE) & (np.ptp(picture, axis=2) > _COLOURED))


def coloured(picture: Picture) -> int:
    """Counts the pixels that are not grey."""
    return int((np.ptp(picture, axis=2) > _COLOURED).sum())


def likeness(picture: Picture, stored: NDArray[np.number], zoom: float) -> float:
    """Correlates a stored image with the middle of a picture that shows it, centred, zoomed.

    Args:
        picture: Of a pane that shows the whole image.
        stored: Pixels of the instance, (row, column).
        zoom: Screen pixels to an image's pixel.
    """
    height, width = (round(side * zoom) for side in stored.shape)
    # What is brightest is past the end of the window that it is shown in.
    kept = np.minimum(stored, np.percentile(stored, 98)).astype(np.float32)
    wanted = np.asarray(Image.fromarray(kept).resize((width, height)))
    shown = picture.mean(axis=2)
    height, width = min(height, shown.shape[0]), min(width, shown.shape[1])
    # Half in each direction: the corners hold words.
    part = (height // 2, width // 2)
    return float(np.corrcoef(_middle(shown, part).ravel(), _middle(wanted, part).ravel())[0, 1])


def _middle(array: NDArray[np.number], size: tuple[int, int]) -> NDArray[np.number]:
    row, column = ((have - want) // 2 for have, want in zip(array.shape, size, strict=True))
    return array[row : row + size[0], column : column + size[1]]
