"""Draws the reference boxes of ``docs/lumbar-boxes.md``.

``python docs/make_box_sheets.py`` draws every slice's boxes alone, on black, for the page.
``python docs/make_box_sheets.py DATA OUT`` draws them on the slices of the SPIDER data in the
folder DATA, 24 a sheet, into the folder OUT, to be looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from condyle.datasets.spider_boxes import NEITHER, DiscBox, read_boxes

IMAGES = Path(__file__).parent / "images"
COLOURS = {
    (NEITHER,): (110, 190, 110),
    ("herniation",): (255, 190, 0),
    ("spondylolisthesis",): (240, 60, 130),
    ("herniation", "spondylolisthesis"): (255, 255, 255),
}
ABOVE, BELOW = 0.06, 0.2
"""Of the spine's height, how much of the slice a picture shows over and under its boxes."""

Slices = dict[str, list[DiscBox]]


def by_slice(boxes: Sequence[DiscBox]) -> Slices:
    """Gives the boxes of each slice, in the table's order."""
    found: Slices = {}
    for item in boxes:
        found.setdefault(item.series, []).append(item)
    return found


def cutout(boxes: Sequence[DiscBox], shape: tuple[int, int]) -> tuple[float, float, float, float]:
    """Gives (row0, column0, row1, column1) around a spine, of an aspect of its own.

    Args:
        boxes: Of one slice.
        shape: (rows, columns) of a picture of it.
    """
    rows = [box.box[k] for box in boxes for k in (0, 2)]
    columns = [box.box[k] for box in boxes for k in (1, 3)]
    height = max(rows) - min(rows)
    top, bottom = min(rows) - ABOVE * height, max(rows) + BELOW * height
    wide = max(max(columns) - min(columns) + 20, (bottom - top) * shape[1] / shape[0])
    middle = (max(columns) + min(columns)) / 2
    return top, middle - wide / 2, bottom, middle + wide / 2


def tile(
    boxes: Sequence[DiscBox], shape: tuple[int, int], picture: Image.Image | None
) -> Image.Image:
    """Gives a slice's boxes in a tile, on its picture where there is one."""
    top, left, bottom, right = cutout(boxes, shape)
    factor = min(shape[0] / (bottom - top), shape[1] / (right - left))
    canvas = Image.new("RGB", (shape[1], shape[0]))
    if picture is not None:
        part = picture.convert("RGB").crop((int(left), int(top), int(right), int(bottom)))
        size = (max(1, round(part.width * factor)), max(1, round(part.height * factor)))
        canvas.paste(part.resize(size), (0, 0))
    draw = ImageDraw.Draw(canvas)
    for item in boxes:
        row0, column0, row1, column1 = item.box
        edges = [
            (column0 - left) * factor,
            (row0 - top) * factor,
            (column1 - left) * factor,
            (row1 - top) * factor,
        ]
        draw.rectangle(edges, outline=COLOURS[item.labels])
        if picture is not None:
            place = (edges[2] - 8, (edges[1] + edges[3]) / 2 - 5)
            draw.text(place, str(item.disc), fill=COLOURS[item.labels])
    return canvas


def sheet(tiles: Sequence[tuple[str, Image.Image]], across: int, *, titled: bool) -> Image.Image:
    """Gives tiles beside and below one another, each under its name if wanted."""
    width, height = tiles[0][1].size
    head = 14 if titled else 2
    down = -(-len(tiles) // across)
    whole = Image.new("RGB", (across * (width + 2), down * (height + head)), (40, 40, 40))
    draw = ImageDraw.Draw(whole)
    for position, (name, part) in enumerate(tiles):
        corner = ((position % across) * (width + 2), (position // across) * (height + head))
        whole.paste(part, (corner[0], corner[1] + head))
        if titled:
            draw.text((corner[0] + 2, corner[1] + 1), name, fill=(255, 255, 255))
    return whole


def main(arguments: Sequence[str]) -> None:
    """Draws the page's picture, or the sheets of a data folder."""
    slices = by_slice(read_boxes())
    if not arguments:
        middle = [(name, boxes) for name, boxes in slices.items() if "slice" not in name]
        tiles = [(name, tile(boxes, (84, 34), None)) for name, boxes in middle]
        sheet(tiles, 36, titled=False).save(IMAGES / "lumbar-boxes.png", optimize=True)
        return
    data, out = (Path(value) for value in arguments)
    out.mkdir(parents=True, exist_ok=True)
    listed = list(slices.items())
    for start in range(0, len(listed), 24):
        tiles = []
        for name, boxes in listed[start : start + 24]:
            folder = data / ("t2space/images" if "slice" in name else "midsagittal")
            with Image.open(folder / f"{name}.png") as picture:
                tiles.append((name, tile(boxes, (440, 109), picture)))
        sheet(tiles, 12, titled=True).save(out / f"boxes-{start // 24:02d}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
