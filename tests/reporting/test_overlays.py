"""Overlay pictures: sizes, colours, labels, banner, and the same bytes each time."""

import io
import itertools
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from condyle.domain.findings import Measurement, Site
from condyle.domain.report import Report, SliceView
from condyle.errors import UnknownName
from condyle.reporting.overlays import COLOURS, LONG_SIDE, overlay_picture, overlay_png
from condyle.reporting.page import page_of


@pytest.fixture
def view(report) -> SliceView:
    return report.views[0]


def near(picture: Image.Image, colour, tolerance: int = 12) -> np.ndarray:
    distance = np.abs(np.asarray(picture, dtype=int) - np.array(colour)).max(axis=2)
    return distance <= tolerance


def test_the_longer_side_of_the_slice_is_enlarged_to_a_readable_size(view):
    picture = overlay_picture(view)
    assert LONG_SIDE <= picture.height <= LONG_SIDE + 60
    small = replace(view, image=view.image[::8, ::8], labelmap=view.labelmap[::8, ::8], labels=())
    assert overlay_picture(small).size == picture.size


def test_a_large_image_is_drawn_at_the_same_size(view):
    large = np.kron(view.labelmap, np.ones((5, 5), dtype=np.uint8))
    picture = overlay_picture(SliceView(0, 0, large * 60, large))
    assert picture.height <= LONG_SIDE + 60


@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_pixels_are_made_square(view, ratio):
    picture = overlay_picture(replace(view, row_over_column=ratio, labels=()))
    rows, columns = view.image.shape
    margin = picture.width - (picture.height - 46) * columns / (rows * ratio)
    assert margin == pytest.approx(118, abs=3)


@pytest.mark.parametrize("ratio", [float("nan"), float("inf"), 1e9, 0.0])
def test_a_senseless_aspect_still_gives_a_picture_of_bounded_size(view, ratio):
    picture = overlay_picture(replace(view, row_over_column=ratio))
    assert max(picture.size) < 1300


@pytest.mark.parametrize(("value", "colour"), [(v, c) for v, _, c in COLOURS])
def test_each_structure_is_outlined_in_its_colour_at_its_border(view, value, colour):
    only = np.where(view.labelmap == value, value, 0).astype(np.uint8)
    grey = np.full_like(view.image, 90)
    picture = overlay_picture(replace(view, image=grey, labelmap=only, labels=()))
    coloured = near(picture, colour)[: picture.height - 46, 118:]
    assert coloured.sum() > 500
    mask = np.asarray(
        Image.fromarray(only * 80).resize((coloured.shape[1], coloured.shape[0])), dtype=bool
    )
    inside = np.asarray(
        Image.fromarray((mask * 255).astype(np.uint8)).resize(
            (coloured.shape[1], coloured.shape[0])
        )
    )
    rows, columns = np.nonzero(coloured)
    assert inside[rows, columns].mean() > 0.5 * 255
    assert coloured.sum() < 0.5 * mask.sum()


def relative_luminance(colour) -> float:
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def test_the_colours_stay_apart_for_readers_who_see_no_red_or_no_green():
    """Simulated by Machado et al. (2009, doi 10.1109/TVCG.2009.113), severity 1."""
    deutan = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413]]
    deutan.append([-0.011820, 0.042940, 0.968881])
    protan = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216]]
    protan.append([-0.003882, -0.048116, 1.051998])
    for matrix in (deutan, protan, np.eye(3)):
        seen = [np.array(matrix) @ (np.array(colour) / 255) for _, _, colour in COLOURS]
        for one, other in itertools.combinations(seen, 2):
            assert np.abs(one - other).max() > 0.25


def test_the_outlines_are_bright_enough_to_be_seen_on_black():
    for _, _, colour in COLOURS:
        contrast = (relative_luminance(np.array(colour) / 255) + 0.05) / 0.05
        assert contrast > 3.0


def test_a_simulated_study_gets_a_banner_over_the_whole_width(view):
    plain, marked = overlay_picture(view), overlay_picture(view, simulated=True)
    assert marked.height > plain.height
    banner = near(marked, (213, 94, 0))[:44]
    assert banner.mean() > 0.8
    assert not near(plain, (213, 94, 0))[:44].any()


def test_labels_stand_in_the_margin_and_do_not_cover_the_image(view):
    bare = np.asarray(overlay_picture(replace(view, labels=())))
    labelled = np.asarray(overlay_picture(view))
    assert (bare[:, :106] != labelled[:, :106]).any()
    assert (bare[:-46, 700:] == labelled[:-46, 700:]).all()


def test_labels_close_together_do_not_lie_over_each_other(view):
    close = tuple((f"L{i}-L{i + 1}", 100.0 + i, 128.0) for i in range(4))
    bare = np.asarray(overlay_picture(replace(view, labels=())), dtype=int)
    picture = np.asarray(overlay_picture(replace(view, labels=close)), dtype=int)
    inked = (np.abs(picture - bare)[:, :104].max(axis=(1, 2)) > 100).astype(int)
    assert (np.diff(inked) == 1).sum() == 4


def test_labels_outside_the_image_are_held_inside(view):
    wild = (("L5-S1", -50.0, -50.0), ("L4-L5", 9999.0, 9999.0))
    assert overlay_picture(replace(view, labels=wild)).size == overlay_picture(view).size


def test_an_image_and_a_labelmap_of_different_shapes_are_refused(view):
    with pytest.raises(ValueError, match="labelmap"):
        overlay_picture(replace(view, labelmap=view.labelmap[1:]))


def test_an_unknown_language_is_refused(view):
    with pytest.raises(UnknownName):
        overlay_picture(view, language="xx")


@pytest.mark.parametrize("rows", [40, 96, 448])
def test_an_outline_does_not_hang_on_what_else_of_its_kind_the_slice_shows(rows):
    """With a dot in each far corner the whole picture is gone over, and not its middle alone."""
    alone = np.zeros((rows, rows), dtype=np.uint8)
    middle = slice(int(0.45 * rows), int(0.55 * rows))
    for value in (1, 2, 3):
        alone[middle, middle] = value
        with_dots = alone.copy()
        with_dots[0, 0] = with_dots[-1, -1] = value
        image = np.full_like(alone, 90)
        one = np.asarray(overlay_picture(SliceView(0, 0, image, alone)))
        other = np.asarray(overlay_picture(SliceView(0, 0, image, with_dots)))
        part = np.s_[200:800, 318:918]  # of the slice, beside the margin of the labels
        assert (one[part] == other[part]).all()
        assert (one[part] != 90).any() and (one != other).any()


def test_the_same_view_gives_the_same_png(view):
    png = overlay_png(view, simulated=True)
    assert png == overlay_png(view, simulated=True)
    with Image.open(io.BytesIO(png)) as image:
        assert image.mode == "RGB"


def test_a_slice_of_one_pixel_is_drawn():
    dot = np.ones((1, 1), dtype=np.uint8)
    assert overlay_png(SliceView(0, 0, dot, dot))


def test_a_legend_with_accents_draws_letters_and_no_boxes_for_missing_ones(view):
    english = overlay_picture(view, language="en")
    spanish = overlay_picture(view, language="es")
    assert english.size == spanish.size
    accented = overlay_picture(replace(view, labels=(("á", 100.0, 128.0),)))
    plain = overlay_picture(replace(view, labels=(("a", 100.0, 128.0),)))
    assert accented.tobytes() == plain.tobytes()


def test_a_measured_line_is_drawn_between_its_ends_and_told_in_the_legend() -> None:
    view = SliceView(0, 0, np.zeros((100, 100), np.uint8), np.zeros((100, 100), np.uint8))
    plain = overlay_picture(view)
    told = overlay_picture(view, spans=[((20.0, 50.0), (60.0, 50.0))])
    across = (told.width - 1000) + 505
    for row in (210, 400, 600):
        assert told.getpixel((across, row)) == (255, 255, 255), row
        assert plain.getpixel((across, row)) == (0, 0, 0), row
    assert told.getpixel((across, 150)) == told.getpixel((across, 700)) == (0, 0, 0)
    legend = (0, 1000, told.width, told.height)
    assert told.crop(legend).tobytes() != plain.crop(legend).tobytes()


def test_a_report_draws_the_lines_of_the_slice_that_it_shows(made_up: Report) -> None:
    (view, *_) = made_up.views
    site = Site("intervertebral-disc", "L4-L5", 2)
    ends = ((2.0, 3.0), (9.0, 3.0))

    def drawn(slice_: int, value: float | None) -> bytes:
        one = Measurement(
            "disc-height-middle", value, "mm", site, view.series, slice_, "masks", points=ends
        )
        return page_of(replace(made_up, measurements=(one,))).pictures[0].png

    here = drawn(view.slice, 7.0)
    assert here != drawn(view.slice + 1, 7.0)
    assert drawn(view.slice, None) == here, "a length in doubt was taken along it all the same"
