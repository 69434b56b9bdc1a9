"""From pixels to a decision on the study: a few sure pixels decide, one alone does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from condyle.interpretation.lesion import lesion_mask, study_probability

SHARES = st.floats(0, 1, width=32)
SERIES = arrays.arrays(np.float32, (3, 6, 7), elements=SHARES)


def test_a_pixel_at_the_threshold_is_called() -> None:
    shares = np.array([0.29, 0.3, 0.31], dtype=np.float32)
    assert lesion_mask(shares, threshold=np.float32(0.3)).tolist() == [False, True, True]


def test_the_surest_pixels_of_the_surest_slice_decide() -> None:
    series = np.zeros((3, 8, 8), dtype=np.float32)
    series[0, :2, :2] = 0.6
    series[2, 0, :2] = 1.0
    assert study_probability(series, pixels=4) == pytest.approx(0.6)  # 2.0 of slice 2 are fewer
    assert study_probability(series, pixels=2) == pytest.approx(1.0)
    assert study_probability(series, pixels=8) == pytest.approx(0.3)


def test_one_bright_pixel_alone_decides_nothing() -> None:
    series = np.zeros((1, 32, 32), dtype=np.float32)
    series[0, 5, 5] = 1.0
    assert study_probability(series, pixels=25) == pytest.approx(1 / 25)


def test_a_lesion_counts_as_much_on_one_slice_as_on_many() -> None:
    one = np.zeros((4, 16, 16), dtype=np.float32)
    one[2, 3:8, 3:8] = 0.9
    many = np.repeat(one[2:3], 4, axis=0)
    assert study_probability(one, pixels=25) == study_probability(many, pixels=25)


@given(SERIES, st.integers(1, 42))
def test_it_is_the_greatest_mean_of_the_sorted_pixels(series, pixels: int) -> None:
    flat = np.sort(series.reshape(3, -1), axis=1)[:, ::-1].astype(np.float64)
    wanted = flat[:, :pixels].mean(axis=1).max()
    assert study_probability(series, pixels=pixels) == pytest.approx(wanted, abs=1e-5)


@given(SERIES, st.integers(2, 42))
def test_more_pixels_never_make_it_surer(series, pixels: int) -> None:
    fewer = study_probability(series, pixels=pixels - 1)
    assert study_probability(series, pixels=pixels) <= fewer + 1e-6
    assert 0 <= fewer <= 1
