"""Draws the pictures of ``docs/phantoms.md``: ``python docs/make_phantom_pictures.py``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from condyle.phantoms import LumbarParameters, lumbar_phantom

IMAGES = Path(__file__).parent / "images"
COLOURS = np.array([[0, 0, 0], [230, 159, 0], [86, 180, 233], [240, 60, 130]], dtype=np.float64)


def grey(array: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Gives a slice windowed from 0 to its 99.3rd percentile."""
    return (np.clip(array / np.percentile(array, 99.3), 0.0, 1.0) * 255.0).astype(np.uint8)


def coloured(image: NDArray[np.uint8], labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lays the labelmap over a slice: disc orange, vertebra blue, canal pink."""
    base = np.repeat(image[..., None], 3, axis=2).astype(np.float64)
    mixed = np.where(labels[..., None] > 0, 0.55 * base + 0.45 * COLOURS[labels], base)
    return mixed.astype(np.uint8)


def save(picture: NDArray[np.uint8], name: str) -> None:
    """Writes a picture."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(IMAGES / name, optimize=True)


def main() -> None:
    """Writes all pictures."""
    phantom = lumbar_phantom(1)
    middle = phantom.midsagittal
    first, second = grey(phantom.t1.array[middle]), grey(phantom.t2.array[middle])
    truth = coloured(second, phantom.labelmap[middle])
    both = [np.repeat(image[..., None], 3, axis=2) for image in (first, second)]
    column = round(phantom.disc_centres["L3-L4"][2])
    shown = slice(column - 90, column + 130)
    save(np.hstack([image[:, shown] for image in (*both, truth)]), "phantom-lumbar.png")
    beside = [second, *(grey(phantom.t2.array[middle + step]) for step in (1, 3, 4))]
    save(np.hstack([image[::2, ::2] for image in beside]), "phantom-lumbar-slices.png")
    people = [lumbar_phantom(seed, parameters=LumbarParameters(slices=1)) for seed in range(2, 6)]
    row = np.hstack([grey(person.t2.array[0])[::2, ::2] for person in people])
    save(row, "phantom-lumbar-people.png")


if __name__ == "__main__":
    main()
