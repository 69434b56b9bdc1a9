"""A slice with the outlines of discs, vertebrae and canal, as a picture to check by eye.

Colours are three of Okabe and Ito's, told apart by readers with each kind of colour
blindness (Color Universal Design, 2008, https://jfly.uni-koeln.de/color/); a dark line
beside each outline keeps it visible on bright fluid and on black padding alike.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from scipy.ndimage import maximum_filter, minimum_filter

from condyle.domain.anatomy import LABELS
from condyle.domain.report import SliceView
from condyle.reporting.wording import Catalogue, catalogue, readable

COLOURS: tuple[tuple[int, str, tuple[int, int, int]], ...] = (
    (3, "legend-canal", (0, 158, 115)),
    (2, "legend-vertebra", (86, 180, 233)),
    (1, "legend-disc", (230, 159, 0)),
)
"""Labelmap value, key of its word, and RGB colour, in drawing order."""

OTHERS: tuple[tuple[int, int, int], ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (204, 121, 167),
)
"""RGB colour of each further structure, in the order of its number, then from the first again."""

HEAT, BOX, SPAN, DRAWN = (220, 50, 32), (230, 159, 0), (255, 255, 255), (204, 121, 167)

Span = tuple[tuple[float, float], ...]
"""The ends of a measured line, as (row, column) pixels of the slice."""

LONG_SIDE = 1000
"""Pixels that the longer side of the slice has in the picture."""

_Font = ImageFont.ImageFont | ImageFont.FreeTypeFont

_GUTTER, _STRIP, _BANNER = 118, 46, 44
_LABEL_STEP, _LEAST_WIDTH = 30, 400
_PAPER, _INK, _LEADER = (16, 18, 22), (240, 240, 240), (150, 156, 166)
_WARNING = (213, 94, 0)


def overlay_picture(
    view: SliceView, *, simulated: bool = False, language: str = "en", spans: Sequence[Span] = ()
) -> Image.Image:
    """Draws a slice with outlines, level labels in the left margin and a legend.

    Pixels are made square by the view's ``row_over_column``, and small images enlarged.

    Args:
        view: What to draw; its image and labelmap have the same (row, column) shape.
        simulated: Whether a banner says that the images are simulated.
        language: Language of the legend.
        spans: Lines that something was measured along.

    Raises:
        ValueError: Image and labelmap differ in shape.
        UnknownName: There is no wording in that language.
    """
    if view.image.shape != view.labelmap.shape:
        raise ValueError(
            f"a slice of {view.image.shape} pixels has a labelmap of {view.labelmap.shape}"
        )
    words = catalogue(language)
    width, height = _drawn_size(view)
    slice_picture = Image.fromarray(view.image).resize((width, height), Image.Resampling.BICUBIC)
    marks = _marks(view, words)
    shown = _with_heat(slice_picture.convert("RGB"), view.heat)
    outlined = _with_outlines(shown, view.labelmap, marks)
    _draw_boxes(outlined, view, words)
    _draw_drawn(outlined, view, words)
    _draw_spans(outlined, view, spans)
    top = _BANNER if simulated else 0
    # A slice that is very flat or thin leaves room for its labels and the legend all the same.
    bottom = top + max(height, _LABEL_STEP * len(view.labels) + 12)
    legend = _legend(view, marks, words)
    if spans:
        legend.append((plain_letters(words.label("legend-measured")), SPAN))
    rows = _legend_rows(legend, max(width, _LEAST_WIDTH))
    left = _GUTTER if view.labels or _is_spine(view) else 0
    size = (max(width, _LEAST_WIDTH) + left, bottom + _STRIP * len(rows))
    page = Image.new("RGB", size, _PAPER)
    page.paste(outlined, (left, top))
    draw = ImageDraw.Draw(page)
    _draw_labels(draw, view, size=(width, height), top=top, bottom=bottom)
    for number, row in enumerate(rows):
        _draw_legend(draw, row, left=max(left, 12), top=bottom + _STRIP * number)
    if simulated:
        _draw_banner(draw, plain_letters(words.label("simulated-picture")), page.width)
    return page


def overlay_png(
    view: SliceView, *, simulated: bool = False, language: str = "en", spans: Sequence[Span] = ()
) -> bytes:
    """Gives the picture of ``overlay_picture`` as PNG; the same view gives the same bytes.

    Args:
        view: What to draw.
        simulated: Whether a banner says that the images are simulated.
        language: Language of the legend.
        spans: Lines that something was measured along.
    """
    stream = io.BytesIO()
    picture = overlay_picture(view, simulated=simulated, language=language, spans=spans)
    picture.save(stream, format="PNG", optimize=False, compress_level=6)
    return stream.getvalue()


def _drawn_size(view: SliceView) -> tuple[int, int]:
    """Gives (width, height) in square pixels; a wild aspect is held within 1 to 4."""
    rows, columns = view.image.shape
    ratio = view.row_over_column if np.isfinite(view.row_over_column) else 1.0
    ratio = min(max(ratio, 0.25), 4.0)
    scale = LONG_SIDE / max(rows * ratio, columns)
    return max(2, round(columns * scale)), max(2, round(rows * ratio * scale))


def _marks(view: SliceView, words: Catalogue) -> list[tuple[int, str, tuple[int, int, int]]]:
    """Gives the labelmap's values with their words and colours, in drawing order."""
    if _is_spine(view):
        return [(value, words.label(key), colour) for value, key, colour in COLOURS]
    return [
        (number, words.term(name), OTHERS[(number - 1) % len(OTHERS)])
        for number, name in reversed(list(enumerate(view.structures, start=1)))
    ]


def _is_spine(view: SliceView) -> bool:
    return view.structures == tuple(LABELS.values())


def _with_heat(picture: Image.Image, heat: NDArray[np.uint8] | None) -> Image.Image:
    """Lays a heat map over a slice: clear where nothing speaks for a finding, red most."""
    if heat is None:
        return picture
    strength = Image.fromarray((heat.astype(np.float32) * 0.62).astype(np.uint8))
    picture.paste(HEAT, mask=strength.resize(picture.size, Image.Resampling.BILINEAR))
    return picture


def _draw_boxes(picture: Image.Image, view: SliceView, words: Catalogue) -> None:
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(22)
    rows, columns = view.image.shape
    down, across = picture.height / rows, picture.width / columns
    for (row0, column0, row1, column1), name in view.boxes:
        corners = [column0 * across, row0 * down, column1 * across, row1 * down]
        draw.rectangle(corners, outline=(0, 0, 0), width=6)
        draw.rectangle(corners, outline=BOX, width=3)
        text = plain_letters(words.term(name))
        left = max(2.0, min(corners[0], picture.width - draw.textlength(text, font=font) - 4))
        at = (left, min(corners[3] + 4, picture.height - 28))
        draw.rectangle(draw.textbbox(at, text, font=font), fill=_PAPER)
        draw.text(at, text, fill=BOX, font=font)


def _draw_drawn(picture: Image.Image, view: SliceView, words: Catalogue) -> None:
    """Draws the outlines of readers, whose places count from the middle of a pixel."""
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(22)
    rows, columns = view.image.shape
    down, across = picture.height / rows, picture.width / columns
    for points, name in view.outlines:
        ring = [((column + 0.5) * across, (row + 0.5) * down) for row, column in points]
        draw.line([*ring, ring[0]], fill=(0, 0, 0), width=6, joint="curve")
        draw.line([*ring, ring[0]], fill=DRAWN, width=3, joint="curve")
        text = plain_letters(words.term(name))
        left = min(x for x, _ in ring)
        left = max(2.0, min(left, picture.width - draw.textlength(text, font=font) - 4))
        at = (left, min(max(y for _, y in ring) + 4, picture.height - 28))
        draw.rectangle(draw.textbbox(at, text, font=font), fill=_PAPER)
        draw.text(at, text, fill=DRAWN, font=font)


def _draw_spans(picture: Image.Image, view: SliceView, spans: Sequence[Span]) -> None:
    """Draws each line between its ends, which count from the middle of a pixel."""
    draw = ImageDraw.Draw(picture)
    rows, columns = view.image.shape
    down, across = picture.height / rows, picture.width / columns
    for span in spans:
        ends = [((column + 0.5) * across, (row + 0.5) * down) for row, column in span]
        draw.line(ends, fill=(0, 0, 0), width=4)
        draw.line(ends, fill=SPAN, width=2)


def _with_outlines(
    picture: Image.Image,
    labelmap: NDArray[np.uint8],
    marks: Sequence[tuple[int, str, tuple[int, int, int]]],
) -> Image.Image:
    blur = max(1.0, 0.6 * picture.height / labelmap.shape[0])
    for value, _, colour in marks:
        mask = Image.fromarray(((labelmap == value) * 255).astype(np.uint8))
        smooth = mask.resize(picture.size, Image.Resampling.BICUBIC)
        box = _reached(smooth, blur)
        if box is None:
            continue
        smooth = smooth.crop(box)
        smooth = smooth.filter(ImageFilter.GaussianBlur(blur)).point([0] * 128 + [255] * 128)
        inner = Image.fromarray(minimum_filter(np.asarray(smooth), size=7, mode="nearest"))
        wider = Image.fromarray(maximum_filter(np.asarray(smooth), size=3, mode="nearest"))
        line = ImageChops.subtract(smooth, inner)
        halo = ImageChops.subtract(wider, inner)
        picture.paste((0, 0, 0), box, mask=halo.point([0] * 128 + [150] * 128))
        picture.paste(colour, box, mask=line.filter(ImageFilter.GaussianBlur(0.6)))
    return picture


def _reached(mask: Image.Image, blur: float) -> tuple[int, int, int, int] | None:
    """Gives the part of a picture that an outline changes: outside of it all filters give 0."""
    around = mask.getbbox()
    if around is None:
        return None
    # A blur is three running means that reach its radius each; the outline is within 16 more.
    margin = int(3 * blur) + 16
    left, top, right, bottom = around
    width, height = mask.size
    return (
        max(left - margin, 0),
        max(top - margin, 0),
        min(right + margin, width),
        min(bottom + margin, height),
    )


def _draw_labels(
    draw: ImageDraw.ImageDraw, view: SliceView, *, size: tuple[int, int], top: int, bottom: int
) -> None:
    """Writes each label in the margin, with a thin line to the edge of what it names."""
    rows, columns = view.image.shape
    width, height = size
    font = ImageFont.load_default(26)
    labels = sorted(view.labels, key=lambda label: label[1])
    heights = [top + (min(max(row, 0), rows - 1) + 0.5) * height / rows for _, row, _ in labels]
    places = _apart(heights, top + 18, bottom - 18)
    for (text, row, column), y, text_y in zip(labels, heights, places, strict=True):
        edge = _left_edge(view.labelmap, row, column)
        x = _GUTTER + (edge + 0.5) * width / columns - 6
        draw.text(
            (_GUTTER - 12, text_y), _fitted(draw, text, font), fill=_INK, font=font, anchor="rm"
        )
        draw.line([(_GUTTER - 6, text_y), (_GUTTER + 14, text_y), (x, y)], fill=(0, 0, 0), width=4)
        draw.line([(_GUTTER - 6, text_y), (_GUTTER + 14, text_y), (x, y)], fill=_LEADER, width=2)


def _apart(heights: list[float], highest: float, lowest: float) -> list[float]:
    """Gives ascending heights at least a line apart within limits, near the wanted ones."""
    places: list[float] = []
    for y in heights:
        places.append(max(y, places[-1] + _LABEL_STEP if places else highest))
    for position in range(len(places) - 1, -1, -1):
        places[position] = min(places[position], lowest)
        lowest = places[position] - _LABEL_STEP
    return places


def _fitted(draw: ImageDraw.ImageDraw, text: str, font: _Font) -> str:
    """Gives as much of a label as the margin has room for; a level's name always fits."""
    shown = plain_letters(text)[:20]
    while draw.textlength(shown, font=font) > _GUTTER - 14:
        shown = shown[:-1]
    return shown


def _left_edge(labelmap: NDArray[np.uint8], row: float, column: float) -> int:
    """Gives the first column of the disc that holds a point, or the point's own column."""
    rows, columns = labelmap.shape
    at_row = min(max(round(row), 0), rows - 1)
    edge: int = min(max(round(column), 0), columns - 1)
    while edge > 0 and labelmap[at_row, edge - 1] == 1:
        edge -= 1
    return edge


def _legend(
    view: SliceView, marks: Sequence[tuple[int, str, tuple[int, int, int]]], words: Catalogue
) -> list[tuple[str, tuple[int, int, int]]]:
    made = [(plain_letters(text), colour) for _, text, colour in reversed(marks)]
    if view.boxes:
        made.append((plain_letters(words.label("legend-box")), BOX))
    if view.outlines:
        made.append((plain_letters(words.label("legend-drawn")), DRAWN))
    if view.heat is not None:
        made.append((plain_letters(words.label("legend-heat")), HEAT))
    return made


def _legend_rows(
    legend: Sequence[tuple[str, tuple[int, int, int]]], width: int
) -> list[list[tuple[str, tuple[int, int, int]]]]:
    """Gives the legend in as many rows as it needs, at least one."""
    font = ImageFont.load_default(22)
    rows: list[list[tuple[str, tuple[int, int, int]]]] = [[]]
    used = 0.0
    for text, colour in legend:
        needed = 62 + font.getlength(text)
        if rows[-1] and used + needed - 30 > width:
            rows.append([])
            used = 0.0
        rows[-1].append((text, colour))
        used += needed
    return rows


def _draw_legend(
    draw: ImageDraw.ImageDraw,
    legend: Sequence[tuple[str, tuple[int, int, int]]],
    *,
    left: int,
    top: int,
) -> None:
    font = ImageFont.load_default(22)
    x = float(left)
    middle = top + _STRIP / 2
    for text, colour in legend:
        draw.rectangle([x, middle - 8, x + 22, middle + 8], outline=colour, width=4)
        x += 32
        draw.text((x, middle), text, fill=_INK, font=font, anchor="lm")
        x += draw.textlength(text, font=font) + 30


def plain_letters(text: str) -> str:
    """Takes accents off, since Pillow's built-in typeface has ASCII letters only."""
    apart = unicodedata.normalize("NFD", readable(text))
    return apart.encode("ascii", "ignore").decode("ascii")


def _draw_banner(draw: ImageDraw.ImageDraw, text: str, width: int) -> None:
    draw.rectangle([0, 0, width, _BANNER], fill=_WARNING)
    font = ImageFont.load_default(28)
    draw.text((width / 2, _BANNER / 2), text, fill=(255, 255, 255), font=font, anchor="mm")
