"""What is looked at in a part of a slice is what the whole of it gives, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy import ndimage

from condyle.interpretation.anatomy import grown, interpret_slice, numbered
from condyle.interpretation.bodies import BLUR, blurred
from condyle.interpretation.discs import find_discs, labels_of, window_of
from condyle.preprocessing.placement import Placement

MASKS = hnp.arrays(np.bool_, st.tuples(st.integers(1, 24), st.integers(1, 24)))
MAPS = hnp.arrays(
    np.float32,
    st.tuples(st.integers(1, 4), st.integers(1, 9), st.integers(1, 9)),
    elements=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
)


@given(MAPS)
def test_the_class_of_a_pixel_is_argmax_also_where_two_are_equal(maps: NDArray[np.float32]) -> None:
    labels = labels_of(maps)
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, maps.argmax(axis=0))


def test_the_maps_are_left_as_they_were() -> None:
    maps = np.random.default_rng(0).random((4, 8, 8)).astype(np.float32)
    before = maps.copy()
    labels_of(maps)
    np.testing.assert_array_equal(maps, before)


@given(MASKS, st.integers(0, 5))
def test_a_window_holds_the_mask_and_its_margin_and_no_more(
    mask: NDArray[np.bool_], margin: int
) -> None:
    window = window_of(mask, margin=margin)
    if not mask.any():
        assert window is None
        return
    assert window is not None
    wide = ndimage.binary_dilation(
        mask, structure=np.ones((2 * margin + 1, 2 * margin + 1), dtype=bool)
    )
    places = np.argwhere(wide)
    for axis in range(2):
        assert window[axis].start == places[:, axis].min()
        assert window[axis].stop == places[:, axis].max() + 1


@given(
    hnp.arrays(
        np.uint8,
        st.tuples(st.integers(1, 20), st.integers(1, 20)),
        elements=st.sampled_from([0, 0, 0, 0, 0, 1, 2]),
    ),
    st.sampled_from([1.0, 2.0, 2.5]),
)
def test_numbers_grow_to_every_pixel_within_reach(numbers: NDArray[np.uint8], reach: float) -> None:
    made = grown(numbers, reach)
    places = np.argwhere(numbers > 0)
    for row, column in np.ndindex(*numbers.shape):
        away = np.hypot(*(places - (row, column)).T)
        if not len(places) or away.min() > reach:
            assert made[row, column] == 0
        else:
            nearest = numbers[tuple(places[away <= away.min() + 1e-9].T)]
            assert made[row, column] in nearest


@given(MASKS)
def test_a_blur_in_a_window_is_the_blur_of_the_whole(mask: NDArray[np.bool_]) -> None:
    whole = ndimage.gaussian_filter(mask.astype(np.float64), BLUR)
    np.testing.assert_array_equal(blurred(mask), whole)


def test_discs_of_a_part_have_their_places_on_the_whole() -> None:
    mask = np.zeros((60, 80), dtype=bool)
    mask[20:26, 30:60] = True
    mask[40:45, 33:59] = True
    whole = find_discs(mask, min_pixels=5)
    part = find_discs(mask[15:50, 25:70], min_pixels=5, corner=(15, 25))
    assert part == whole
    for one, other in zip(part, whole, strict=True):
        np.testing.assert_array_equal(one.pixels, other.pixels)


@pytest.mark.parametrize(
    "source", [(512, 512), (300, 420), (140, 140)], ids=["finer", "uneven", "coarser"]
)
def test_a_slices_labels_are_those_of_all_its_pixels(source: tuple[int, int]) -> None:
    """Held against the argmax of every pixel of the slice."""
    factor = max(source) / 128
    inner = (round(source[0] / factor), round(source[1] / factor))
    placement = Placement(
        source,
        (128, 128),
        scale=(source[0] / inner[0], source[1] / inner[1]),
        offset=((128 - inner[0]) // 2, (128 - inner[1]) // 2),
    )
    seen = interpret_slice(drawn(), np.ones((128, 128), dtype=np.float32), placement)
    assert len(seen.chain.discs) == 5
    whole = placement.restore(drawn()).argmax(axis=0)
    np.testing.assert_array_equal(seen.labelmap, whole)
    np.testing.assert_array_equal(seen.disc_index > 0, whole == 1)
    again = numbered(seen, seen.chain)
    np.testing.assert_array_equal(again.labelmap, seen.labelmap)
    np.testing.assert_array_equal(again.disc_index, seen.disc_index)


def drawn() -> NDArray[np.float32]:
    """Gives (4, 128, 128) probabilities of five discs, six bodies and a canal, blurred."""
    maps = np.zeros((4, 128, 128))
    maps[2, 8:116, 50:76] = 1
    for row in range(22, 112, 19):
        maps[2, row : row + 5, 50:76] = 0
        maps[1, row : row + 5, 50:76] = 1
    maps[3, 6:120, 80:90] = 1
    maps[0] = 1 - maps.sum(axis=0)
    return np.asarray(ndimage.gaussian_filter(maps, (0, 0.7, 0.7)), dtype=np.float32)
