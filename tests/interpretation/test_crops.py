"""One disc turned level, as the grading network reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.interpretation import (
    CropShape,
    DiscPlace,
    GradableSlice,
    disc_inputs,
    interpret_slice,
)
from condyle.interpretation.crops import (
    FACTS,
    MEASURED,
    PLAIN_FACTS,
    UNKNOWN,
    crop_points,
    shown_weightings,
)
from condyle.interpretation.measures import MEASURES
from condyle.preprocessing import Placement

SHAPE = CropShape()
Draw = Callable[..., Any]


def gradable(drawing: Any, weighting: str = "t2", image: Any = None) -> GradableSlice:
    anatomy = interpret_slice(drawing.probabilities, drawing.image, drawing.placement)
    shown = drawing.image if image is None else image
    return GradableSlice(image=shown, anatomy=anatomy, weighting=weighting)


def crop_of(found: GradableSlice, position: int, shape: CropShape = SHAPE) -> Any:
    role = "t1" if found.weighting == "t1" else "t2"
    places = [{role: DiscPlace(found, n)} for n in range(len(found.anatomy.chain.discs))]
    return disc_inputs(places, shape=shape)[position]


def slope_of(mask: np.ndarray) -> float:
    """Degrees by which a mask's long axis is off level."""
    places = np.argwhere(mask).astype(float)
    values, vectors = np.linalg.eigh(np.cov((places - places.mean(axis=0)).T))
    row, column = vectors[:, int(values.argmax())]
    return float(np.degrees(np.arctan2(row, column) + np.pi / 2) % 180 - 90)


@settings(max_examples=15)
@given(bow=st.floats(-14, 14), number=st.integers(0, 5))
def test_every_disc_comes_out_level_and_central(drawn: Draw, bow: float, number: int) -> None:
    found = gradable(drawn(bow=bow))
    own = found.anatomy.disc_index == number + 1
    labels = crop_of(found, number).crop[4] > 0
    rows, columns = np.indices(labels.shape)
    middle = (np.abs(rows - SHAPE.rows / 2) < 14) & labels
    assert abs(slope_of(middle)) < 4
    assert rows[middle].mean() == pytest.approx((SHAPE.rows - 1) / 2, abs=1.0)
    anterior = SHAPE.anterior / (SHAPE.anterior + SHAPE.posterior) * (SHAPE.columns - 1)
    assert columns[middle].mean() == pytest.approx(anterior, abs=1.5)
    assert own.any()


def test_a_tilted_disc_is_tilted_in_the_image_before_it_is_turned(drawn: Draw) -> None:
    found = gradable(drawn(bow=14.0))
    assert abs(slope_of(found.anatomy.disc_index == 1)) > 15


def test_the_canal_lies_behind_the_disc_and_caudal_is_down(drawn: Draw) -> None:
    drawing = drawn()
    rows, _ = np.indices(drawing.image.shape)
    found = gradable(drawing, image=(rows / 256).astype(np.float32))
    crop = crop_of(found, 2).crop
    columns = np.flatnonzero((crop[5] > 0).any(axis=0))
    assert columns.min() > SHAPE.columns / 2
    assert (np.diff(crop[3][:, 40]) > 0).all(), "rows of the image grow downwards in the crop"


@settings(max_examples=10)
@given(factor=st.sampled_from([0.5, 1.0, 2.0, 3.0]), number=st.integers(0, 5))
def test_the_resolution_of_the_slice_does_not_move_a_crop(
    drawn: Draw, factor: float, number: int
) -> None:
    drawing = drawn()
    size = round(256 * factor)
    placement = Placement(source=(size, size), prepared=(256, 256), scale=(size / 256, size / 256))
    anatomy = interpret_slice(drawing.probabilities, drawing.image, placement)
    other = GradableSlice(np.zeros((size, size), np.float32), anatomy, "t2")
    here = crop_points(gradable(drawing), number, shape=SHAPE)
    there = placement.to_prepared(crop_points(other, number, shape=SHAPE))
    assert np.allclose(here, there, atol=1e-6)


def test_a_crop_spans_what_its_shape_says_in_disc_lengths(drawn: Draw) -> None:
    found = gradable(drawn())
    points = crop_points(found, 3, shape=SHAPE).reshape(SHAPE.rows, SHAPE.columns, 2)
    length = found.anatomy.chain.length
    height = np.hypot(*(points[-1, 0] - points[0, 0]))
    width = np.hypot(*(points[0, -1] - points[0, 0]))
    assert height == pytest.approx(2 * SHAPE.vertical * length)
    assert width == pytest.approx((SHAPE.anterior + SHAPE.posterior) * length)


def test_each_crop_pixel_is_the_image_at_its_point(drawn: Draw) -> None:
    """On a plane of constant slope linear interpolation is exact."""
    drawing = drawn(bow=10.0)
    rows, columns = np.indices(drawing.image.shape)
    image = (0.002 * rows + 0.001 * columns).astype(np.float32)
    found = gradable(drawing, image=image)
    points = crop_points(found, 2, shape=SHAPE)
    wanted = (0.002 * points[:, 0] + 0.001 * points[:, 1]).reshape(SHAPE.rows, SHAPE.columns)
    assert np.allclose(crop_of(found, 2).crop[3], wanted, atol=1e-5)


def test_label_planes_hold_zero_and_one_alone(drawn: Draw) -> None:
    crop = crop_of(gradable(drawn()), 1).crop
    for plane in (4, 5):
        assert set(np.unique(crop[plane])) == {0.0, 1.0}


def test_what_lies_outside_the_slice_is_zero(drawn: Draw) -> None:
    drawing = drawn(column=24.0, length=40.0)
    found = gradable(drawing)
    points = crop_points(found, 2, shape=SHAPE)
    outside = (points < -1).any(axis=1).reshape(SHAPE.rows, SHAPE.columns)
    assert outside.any()
    assert not crop_of(found, 2).crop[:, outside].any()


# ---- which contrasts there are --------------------------------------------------------


def test_a_missing_contrast_is_zeros_and_said_to_be_missing(drawn: Draw) -> None:
    made = crop_of(gradable(drawn(), "t1"), 0)
    assert made.crop.shape == (6, SHAPE.rows, SHAPE.columns)
    assert made.crop.dtype == np.float32
    assert made.crop[:3].any()
    assert not made.crop[3:].any()
    assert made.facts[6:9].tolist() == [1.0, 0.0, 0.0]
    assert not made.facts[13:PLAIN_FACTS].any()
    assert (made.facts[PLAIN_FACTS : PLAIN_FACTS + 8] > UNKNOWN).all()
    assert (made.facts[PLAIN_FACTS + MEASURED :] == UNKNOWN).all()


def test_t2_space_stands_in_for_t2_and_is_marked(drawn: Draw) -> None:
    plain, space = crop_of(gradable(drawn()), 0), crop_of(gradable(drawn(), "t2-space"), 0)
    assert plain.facts[6:9].tolist() == [0.0, 1.0, 0.0]
    assert space.facts[6:9].tolist() == [0.0, 1.0, 1.0]
    assert np.array_equal(plain.crop, space.crop)
    assert shown_weightings(plain.facts) == ("t2",)
    assert shown_weightings(space.facts) == ("t2-space",)


def test_two_contrasts_are_those_of_each_alone(drawn: Draw) -> None:
    first, second = gradable(drawn(), "t1"), gradable(drawn(bow=6.0))
    places = [{"t1": DiscPlace(first, n), "t2": DiscPlace(second, max(n - 1, 0))} for n in range(3)]
    both = disc_inputs(places, shape=SHAPE)[2]
    assert np.array_equal(both.crop[:3], crop_of(first, 2).crop[:3])
    assert np.array_equal(both.crop[3:], crop_of(second, 1).crop[3:])
    assert shown_weightings(both.facts) == ("t1", "t2")


def test_no_contrast_at_all_gives_zeros_with_the_index() -> None:
    made = disc_inputs([{}, {}], shape=CropShape(rows=8, columns=9))[1]
    assert made.crop.shape == (6, 8, 9)
    assert not made.crop.any()
    assert made.facts[:PLAIN_FACTS].tolist() == [0.0, 1.0] + [0.0] * (PLAIN_FACTS - 2)
    assert len(made.facts) == FACTS and (made.facts[PLAIN_FACTS:] == UNKNOWN).all()


def test_a_study_with_no_disc_has_no_input() -> None:
    assert disc_inputs([], shape=SHAPE) == ()


def test_a_disc_is_measured_alone_and_its_neighbours_are_not_part_of_it(drawn: Draw) -> None:
    """A crop shows parts of the neighbours; the measures are of the middle disc."""
    found = gradable(drawn(length=36.0, thickness=9.0))
    facts = crop_of(found, 2).facts[PLAIN_FACTS + MEASURED :]
    scale = found.anatomy.chain.length
    assert facts[MEASURES.index("height-middle")] == pytest.approx(9.0 / scale, abs=0.06)
    assert facts[MEASURES.index("length")] == pytest.approx(36.0 / scale, abs=0.08)
    usual = facts[len(MEASURES) + MEASURES.index("height-middle")]
    assert usual == pytest.approx(0.0, abs=0.03), "every disc is drawn alike"


def test_a_thin_disc_stands_out_from_its_study(drawn: Draw) -> None:
    found = gradable(drawn())
    thin = np.argwhere(found.anatomy.disc_index == 3)
    edge = thin[thin[:, 0] < np.median(thin[:, 0])]
    index = found.anatomy.disc_index.copy()
    index[edge[:, 0], edge[:, 1]] = 0
    less = replace(found, anatomy=replace(found.anatomy, disc_index=index))
    place = PLAIN_FACTS + MEASURED + len(MEASURES) + MEASURES.index("area")
    assert crop_of(less, 2).facts[place] < crop_of(found, 2).facts[place] - 0.05


@pytest.mark.parametrize(("index", "place"), [(1, 0), (3, 2), (6, 5), (7, 5), (9, 5)])
def test_the_index_is_one_of_six_the_last_for_all_above(index: int, place: int) -> None:
    facts = disc_inputs([{}] * index, shape=SHAPE)[index - 1].facts
    assert facts[:6].tolist() == [float(position == place) for position in range(6)]


# ---- signals --------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 3, 5])
def test_signals_are_those_of_the_drawn_structures(drawn: Draw, number: int) -> None:
    drawing = drawn()
    image = np.zeros((256, 256), dtype=np.float32)
    image[drawing.labels == 2] = 0.3
    image[drawing.labels == 3] = 0.9
    found = gradable(drawing, image=image)
    own = np.argwhere(found.anatomy.disc_index == number + 1)
    values = np.linspace(0.4, 0.8, len(own)).astype(np.float32)
    found.image[own[:, 0], own[:, 1]] = values
    signals = crop_of(found, number).facts[13:17]
    wanted = [np.median(values), np.percentile(values, 85), 0.9, 0.3]
    assert signals == pytest.approx(wanted, abs=1e-5)


def test_a_structure_that_is_not_there_has_signal_zero(drawn: Draw) -> None:
    facts = crop_of(gradable(drawn(canal=False)), 0).facts
    assert facts[15] == 0.0
    assert facts[13] > 0.0 and facts[16] > 0.0
