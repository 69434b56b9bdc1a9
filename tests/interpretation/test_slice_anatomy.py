"""From probabilities to labelled structures on the slice's own grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.domain import Volume
from condyle.interpretation import SliceAnatomy, interpret_slice
from condyle.interpretation.anatomy import image_content
from condyle.preprocessing import Placement, prepare

DISC, VERTEBRA, CANAL = 1, 2, 3
Draw = Callable[..., Any]


def read(drawing: Any, placement: Placement | None = None) -> SliceAnatomy:
    return interpret_slice(drawing.probabilities, drawing.image, placement or drawing.placement)


def dice(first: np.ndarray, second: np.ndarray) -> float:
    return float(2 * (first & second).sum() / (first.sum() + second.sum()))


def test_on_its_own_grid_the_labelmap_is_the_most_probable_structure(drawn: Draw) -> None:
    drawing = drawn()
    found = read(drawing)
    assert found.labelmap.dtype == np.uint8
    for label in (DISC, VERTEBRA, CANAL):
        assert dice(found.labelmap == label, drawing.labels == label) > 0.99


def test_each_disc_carries_its_number_from_the_most_caudal_up(drawn: Draw) -> None:
    drawing = drawn(count=5)
    found = read(drawing)
    for number in range(5):
        row, column = (round(value) for value in drawing.spine.centre(number))
        assert found.disc_index[row, column] == number + 1
    assert set(np.unique(found.disc_index)) == set(range(6))


@settings(max_examples=12)
@given(count=st.integers(0, 7), sacral=st.booleans(), bow=st.floats(-12, 12))
def test_numbers_and_disc_labels_cover_the_same_pixels(
    drawn: Draw, count: int, sacral: bool, bow: float
) -> None:
    found = read(drawn(count=count, sacral=sacral, bow=bow, step=28.0, length=34.0))
    if found.chain.discs:
        assert np.array_equal(found.disc_index > 0, found.labelmap == DISC)
    else:
        assert not found.disc_index.any()


def test_a_disc_outside_the_chain_becomes_background(drawn: Draw) -> None:
    drawing = drawn(sacral=True, bottom=190.0)
    found = read(drawing)
    row, column = (round(value) for value in drawing.spine.centre(-1))
    assert drawing.labels[row, column] == DISC
    assert found.labelmap[row, column] == 0


def test_without_a_chain_the_labels_are_kept_to_be_looked_at(drawn: Draw) -> None:
    found = read(drawn(count=2))
    assert found.chain.discs == ()
    assert (found.labelmap == DISC).any()
    assert not found.disc_index.any()


def test_a_faint_disc_of_the_chain_is_labelled_and_numbered(drawn: Draw) -> None:
    drawing = drawn(faint=(2,))
    found = read(drawing)
    assert len(found.chain.discs) == 6
    assert found.centre(2) == pytest.approx(drawing.spine.centre(2), abs=2)
    row, column = (round(value) for value in drawing.spine.centre(2))
    assert found.disc_index[row, column] == 3
    assert np.array_equal(found.disc_index > 0, found.labelmap == DISC)


@settings(max_examples=10)
@given(
    st.tuples(st.integers(200, 420), st.integers(200, 420)),
    st.sampled_from([0.7, 1.0, 1.3]),
)
def test_on_another_grid_the_structures_lie_where_they_were(
    drawn: Draw, shape: tuple[int, int], ratio: float
) -> None:
    """The source is labelled by brute force: each pixel takes the prepared one at its place."""
    drawing = drawn()
    spec = ({"step": "fit", "rows": 256, "columns": 256},)
    volume = Volume(np.ones((1, *shape), dtype=np.float32), spacing=(4.0, ratio, 1.0))
    placement = prepare(volume, spec).placement
    found = read(drawing, placement)
    grid = np.stack(np.indices(shape), axis=-1).reshape(-1, 2)
    rows, columns = np.clip(np.rint(placement.to_prepared(grid)).astype(int), 0, 255).T
    wanted = drawing.labels[rows, columns].reshape(shape)
    assert found.labelmap.shape == found.disc_index.shape == shape
    lies_inside = [
        0 <= value < size
        for disc in range(6)
        for value, size in zip(
            placement.to_source(np.array([drawing.spine.centre(disc)]))[0], shape, strict=True
        )
    ]
    if all(lies_inside) and len(found.chain.discs) == 6:
        for label in (DISC, VERTEBRA):
            assert dice(found.labelmap == label, wanted == label) > 0.93


def test_a_centre_is_given_on_the_slices_own_grid(drawn: Draw) -> None:
    drawing = drawn()
    placement = Placement(source=(512, 512), prepared=(256, 256), scale=(2.0, 2.0))
    found = read(drawing, placement)
    for number in range(6):
        row, column = drawing.spine.centre(number)
        assert found.centre(number) == pytest.approx((2 * row + 0.5, 2 * column + 0.5), abs=1.5)
        centre = tuple(round(value) for value in found.centre(number))
        assert found.disc_index[centre] == number + 1


def test_the_same_probabilities_give_the_same_anatomy(drawn: Draw) -> None:
    first, second = read(drawn()), read(drawn())
    assert first.labelmap.tobytes() == second.labelmap.tobytes()
    assert first.chain == second.chain


# ---- what of a slice is image ---------------------------------------------------------


@given(st.tuples(st.integers(20, 80), st.integers(20, 80)))
def test_padding_is_not_image(shape: tuple[int, int]) -> None:
    volume = Volume(np.ones((1, *shape), dtype=np.float32))
    made = prepare(volume, ({"step": "fit", "rows": 64, "columns": 64},))
    inside = image_content(made.array[0], made.placement)
    assert np.array_equal(inside, made.array[0] > 0)


@given(st.integers(0, 20), st.integers(0, 20))
def test_black_bars_of_the_image_itself_are_not_image(above: int, before: int) -> None:
    image = np.full((64, 64), 0.4, dtype=np.float32)
    image[:above] = 0.0
    image[:, :before] = 0.0
    inside = image_content(image, Placement(source=(64, 64), prepared=(64, 64)))
    wanted = np.zeros((64, 64), dtype=bool)
    wanted[max(0, above - 1) :, max(0, before - 1) :] = True
    assert np.array_equal(inside, wanted), "to within the one pixel of the filter"


def test_dark_tissue_among_lit_rows_is_image() -> None:
    image = np.full((64, 64), 0.4, dtype=np.float32)
    image[20:40, 20:40] = 0.0
    assert image_content(image, Placement(source=(64, 64), prepared=(64, 64))).all()


def test_a_black_slice_holds_no_image_and_no_chain(drawn: Draw) -> None:
    drawing = drawn()
    black = np.zeros_like(drawing.image)
    assert not image_content(black, drawing.placement).any()
    assert interpret_slice(drawing.probabilities, black, drawing.placement).chain.discs == ()


def test_discs_imagined_in_a_black_bar_are_left_out(drawn: Draw) -> None:
    drawing = drawn(count=5, column=140.0)
    values, image = drawing.probabilities.copy(), drawing.image.copy()
    image[218:] = 0.0
    values[:, 232:241, 122:158] = np.array([0.05, 0.9, 0.03, 0.02], np.float32)[:, None, None]
    found = interpret_slice(values, image, drawing.placement)
    assert len(found.chain.discs) == 5
    assert not (found.labelmap[225:] == DISC).any()


def test_the_confidence_is_the_mean_probability_of_what_was_labelled(drawn: Draw) -> None:
    drawing = drawn()
    labelled = drawing.probabilities.argmax(axis=0) > 0
    wanted = drawing.probabilities.max(axis=0)[labelled].mean()
    assert read(drawing).confidence == pytest.approx(float(wanted))
    flat = 0.5 * drawing.probabilities + 0.125
    less = interpret_slice(flat, drawing.image, drawing.placement)
    assert less.confidence == pytest.approx(0.5 * float(wanted) + 0.125, abs=1e-6)


def test_an_empty_slice_has_no_confidence(drawn: Draw) -> None:
    drawing = drawn()
    nothing = np.zeros_like(drawing.probabilities)
    nothing[0] = 1.0
    assert interpret_slice(nothing, drawing.image, drawing.placement).confidence == 0.0
