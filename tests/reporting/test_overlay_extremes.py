"""Overlays of odd slices: each label readable, inside the picture, beside its disc."""

import io

import numpy as np
import pytest
from PIL import Image

from condyle.domain.anatomy import LEVELS, USUAL_LEVELS
from condyle.domain.report import SliceView
from condyle.reporting.overlays import COLOURS, overlay_picture, overlay_png

MARGIN, LEGEND, BANNER = 118, 46, 44


def blank(rows: int, columns: int, labels=(), *, value: int = 60, ratio: float = 1.0) -> SliceView:
    image = np.full((rows, columns), value, dtype=np.uint8)
    return SliceView(0, 0, image, np.zeros_like(image), tuple(labels), ratio)


def lines_of_text(view: SliceView, **options) -> list[tuple[int, int]]:
    """Gives (first, last) row of each run of ink in the margin."""
    picture = np.asarray(overlay_picture(view, **options))
    ink = (picture[:-LEGEND, :106] > 150).all(axis=2).any(axis=1).astype(int)
    steps = np.diff(np.concatenate([[0], ink, [0]]))
    return list(zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True))


@pytest.mark.parametrize("discs", [1, 2, 6, 9, 12])
@pytest.mark.parametrize("place", ["spread", "top", "bottom"])
def test_a_chain_of_any_length_has_a_line_for_each_label(discs, place):
    names = list(LEVELS)[:discs]
    rows = {
        "spread": np.linspace(300, 20, discs),
        "top": np.linspace(3, 0, discs),
        "bottom": np.linspace(319, 316, discs),
    }[place]
    view = blank(320, 256, [(n, float(r), 128.0) for n, r in zip(names, rows, strict=True)])
    runs = lines_of_text(view)
    assert len(runs) == discs
    assert runs[0][0] >= 2
    assert all(last - first <= 28 for first, last in runs)


@pytest.mark.parametrize(
    ("rows", "columns", "ratio"),
    [(16, 8192, 1.0), (16, 2000, 0.25), (8192, 16, 1.0), (2000, 16, 4.0), (16, 16, 1.0)],
)
@pytest.mark.parametrize("simulated", [True, False])
def test_a_very_flat_or_thin_slice_still_shows_every_label_and_the_legend(
    rows, columns, ratio, simulated
):
    places = np.linspace(rows - 1, 0, 9)
    labels = [(n, float(r), columns / 2) for n, r in zip(USUAL_LEVELS[:9], places, strict=True)]
    view = blank(rows, columns, labels, ratio=ratio)
    picture = overlay_picture(view, simulated=simulated)
    assert max(picture.size) <= 1200
    pixels = np.asarray(picture, dtype=np.int16)
    for _, _, colour in COLOURS:
        assert (np.abs(pixels[-LEGEND:] - colour).max(axis=2) < 8).sum() > 60, "its legend"
    assert (pixels[-LEGEND:, -6:].max(axis=2) < 40).all(), "the legend ends inside"
    banner = (pixels[:BANNER, :106] > 200).all(axis=2).sum() if simulated else 0
    inked = lines_of_text(view)
    assert len(inked) == 9
    assert banner == 0, "the banner's text is not cut at the left"


@pytest.mark.parametrize("name", [*LEVELS, "12", "膝", "", "a\nb", "\u202eL5", "\x00", "W" * 500])
def test_a_label_of_any_text_stays_inside_the_margin(name):
    picture = np.asarray(overlay_picture(blank(64, 64, [(name, 30.0, 30.0)])))
    assert (picture[:-LEGEND, :4] < 60).all()
    bare = np.asarray(overlay_picture(blank(64, 64)))
    assert (picture[:, MARGIN + 600 :] == bare[:, MARGIN + 600 :]).all()


def test_every_level_is_written_whole():
    widths = {}
    for name in LEVELS:
        picture = np.asarray(overlay_picture(blank(64, 64, [(name, 30.0, 30.0)])))
        ink = (picture[:-LEGEND, :108] > 150).all(axis=2).any(axis=0)
        widths[len(name)] = max(widths.get(len(name), 0), int(ink.sum()))
    assert widths[7] > widths[6] > widths[5] > 40


@pytest.mark.parametrize("dtype_value", [0, 255])
@pytest.mark.parametrize(("value", "colour"), [(v, c) for v, _, c in COLOURS])
def test_an_outline_has_its_own_colour_on_black_and_on_white(value, colour, dtype_value):
    labelmap = np.zeros((100, 100), dtype=np.uint8)
    labelmap[30:70, 30:70] = value
    image = np.full_like(labelmap, dtype_value)
    pixels = np.asarray(overlay_picture(SliceView(0, 0, image, labelmap)), dtype=np.int16)
    scale = 10
    middle = MARGIN + 50 * scale
    for row in (30 * scale, 70 * scale):
        column = pixels[row - 12 : row + 12, middle]
        assert np.abs(column - colour).max(axis=1).min() < 20
    others = [c for v, _, c in COLOURS if v != value]
    inside = pixels[:-LEGEND, MARGIN:]
    assert not any((np.abs(inside - other).max(axis=2) < 8).any() for other in others)
    assert (pixels[50 * scale, middle] == dtype_value).all(), "what is outlined stays to be seen"


def test_a_mask_that_fills_or_touches_the_edge_of_the_slice_is_drawn():
    labelmap = np.ones((40, 40), dtype=np.uint8)
    labelmap[:, :5], labelmap[-3:] = 2, 3
    assert overlay_png(SliceView(0, 0, labelmap * 50, labelmap, (("L5-S1", 0.0, 0.0),)))


def test_order_of_the_labels_does_not_matter():
    labels = [(n, float(20 * i), 30.0) for i, n in enumerate(USUAL_LEVELS)]
    assert overlay_png(blank(200, 100, labels)) == overlay_png(blank(200, 100, labels[::-1]))


def test_a_png_holds_no_text_and_no_time():
    with Image.open(io.BytesIO(overlay_png(blank(64, 64), simulated=True))) as image:
        assert image.info == {}
        assert not image.getexif()
