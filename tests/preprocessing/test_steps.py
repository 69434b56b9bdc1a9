"""The steps of a preprocessing spec, each against an oracle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from condyle.errors import BadConfiguration, UnknownName
from condyle.preprocessing import STEPS, Placement
from condyle.preprocessing.steps import finer, fit, run_step, window

SPEC = ({"step": "window", "low": 0.5, "high": 99.5}, {"step": "fit", "rows": 64, "columns": 48})


def start(shape: tuple[int, ...], ratio: float = 1.0) -> Placement:
    """The placement before any step; ``ratio`` is row over column spacing."""
    size = (shape[-2], shape[-1])
    return Placement(source=size, prepared=size, scale=(1.0, ratio))


def picture(seed: int, shape: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(seed).random((1, *shape)).astype(np.float32)


# ---- fit ------------------------------------------------------------------------------


@given(
    st.tuples(st.integers(8, 90), st.integers(8, 90)),
    st.tuples(st.integers(8, 90), st.integers(8, 90)),
    st.sampled_from([0.5, 0.8, 1.0, 1.25, 2.0]),
    st.integers(0, 1000),
)
def test_fit_scales_as_pillow_does(
    shape: tuple[int, int], wanted: tuple[int, int], ratio: float, seed: int
) -> None:
    array = picture(seed, shape)
    found, placement = fit(array, start(shape, ratio), rows=wanted[0], columns=wanted[1])
    assert found.shape == (1, *wanted)
    row, column = int(placement.offset[0]), int(placement.offset[1])
    inner = (round(shape[0] / placement.scale[0]), round(shape[1] / placement.scale[1]))
    oracle = Image.fromarray(array[0]).resize((inner[1], inner[0]), Image.Resampling.BILINEAR)
    inside = found[0, row : row + inner[0], column : column + inner[1]]
    assert np.allclose(inside, np.asarray(oracle), atol=2e-4)


@given(
    st.tuples(st.integers(8, 90), st.integers(8, 90)),
    st.tuples(st.integers(8, 90), st.integers(8, 90)),
)
def test_fit_fills_one_axis_centres_the_other_and_pads_with_zeros(
    shape: tuple[int, int], wanted: tuple[int, int]
) -> None:
    array = picture(0, shape) + 1.0
    found, placement = fit(array, start(shape), rows=wanted[0], columns=wanted[1])
    lit = found[0] > 0
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    assert len(rows) == wanted[0] or len(columns) == wanted[1]
    assert lit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
    assert (int(rows[0]), int(columns[0])) == placement.offset
    after = (wanted[0] - 1 - rows[-1], wanted[1] - 1 - columns[-1])
    assert abs(after[0] - rows[0]) <= 1 and abs(after[1] - columns[0]) <= 1


@given(
    st.tuples(st.integers(40, 160), st.integers(40, 160)),
    st.sampled_from([0.5, 0.75, 1.0, 1.4, 2.0]),
)
def test_fit_makes_pixels_square_whatever_the_spacing(shape: tuple[int, int], ratio: float) -> None:
    _, placement = fit(picture(0, shape), start(shape, ratio), rows=200, columns=200)
    # In units of the column spacing, the two sides of a prepared pixel.
    height, width = placement.scale[0] * ratio, placement.scale[1]
    inner = [shape[axis] / placement.scale[axis] for axis in range(2)]
    assert height / width == pytest.approx(1.0, abs=1.0 / min(inner))


def test_an_oblong_pixel_gives_a_circle_in_mm_as_many_rows_as_columns() -> None:
    rows, columns = np.indices((60, 120))
    circle = np.hypot((rows - 29.5) * 1.0, (columns - 59.5) * 0.5) < 20
    array = circle[None].astype(np.float32)
    found, _ = fit(array, start((60, 120), 2.0), rows=128, columns=128)
    lit = found[0] > 0.5
    height = np.flatnonzero(lit.any(axis=1)).size
    width = np.flatnonzero(lit.any(axis=0)).size
    assert abs(height - width) <= 2


@given(st.integers(0, 1000), st.tuples(st.integers(48, 96), st.integers(48, 96)))
def test_restoring_a_fitted_smooth_slice_gives_it_back(seed: int, shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(seed)
    rows, columns = np.meshgrid(*(np.linspace(0, 1, n) for n in shape), indexing="ij")
    waves = [
        rng.uniform(0.1, 0.4) * np.cos(2 * np.pi * (a * rows + b * columns + rng.uniform()))
        for a, b in ((1, 0), (0, 1), (1, 1))
    ]
    image = np.sum(waves, axis=0).astype(np.float32)
    fitted, placement = fit(image[None], start(shape), rows=64, columns=64)
    restored = placement.restore(fitted)[0]
    margin = 3  # beside the padding the interpolation reads zeros
    core = (slice(margin, -margin), slice(margin, -margin))
    assert np.abs(restored - image)[core].max() < 0.05


def test_fit_keeps_the_position_of_a_bright_spot() -> None:
    array = np.zeros((1, 50, 80), dtype=np.float32)
    array[0, 30:33, 60:63] = 1.0
    fitted, placement = fit(array, start((50, 80)), rows=120, columns=120)
    total = fitted[0].sum()
    spot = [float((grid * fitted[0]).sum() / total) for grid in np.indices((120, 120))]
    assert placement.to_source(np.array([spot]))[0] == pytest.approx([31.0, 61.0], abs=0.05)


def test_fit_treats_every_slice_alike() -> None:
    stack = np.random.default_rng(5).random((3, 30, 40)).astype(np.float32)
    together, placement = fit(stack, start((30, 40)), rows=32, columns=32)
    for position in range(3):
        alone, same = fit(stack[position : position + 1], start((30, 40)), rows=32, columns=32)
        assert np.allclose(alone[0], together[position])
        assert same == placement


def test_a_very_long_slice_still_gives_one_column() -> None:
    found, placement = fit(picture(0, (400, 2)), start((400, 2)), rows=32, columns=32)
    assert found.shape == (1, 32, 32)
    assert placement.scale[1] == 2.0


# ---- window ---------------------------------------------------------------------------


@given(st.integers(0, 1000), st.floats(0.5, 900), st.floats(-500, 500))
def test_window_does_not_depend_on_the_scanners_gain_and_offset(
    seed: int, gain: float, offset: float
) -> None:
    array = picture(seed, (20, 20))
    plain, _ = window(array, start((20, 20)), low=1, high=99)
    scaled, _ = window(array * gain + offset, start((20, 20)), low=1, high=99)
    assert np.allclose(plain, scaled, atol=0.01)


@given(st.integers(0, 30), st.integers(0, 30))
def test_window_does_not_depend_on_black_padding(above: int, before: int) -> None:
    inner = picture(7, (24, 24)) + 0.5
    inner[0, 0, 0] = 0.0
    padded = np.pad(inner, ((0, 0), (above, 3), (before, 5)))
    plain, _ = window(inner, start((24, 24)), low=0.5, high=99.5)
    found, _ = window(padded, start(padded.shape), low=0.5, high=99.5)
    assert np.allclose(found[0, above : above + 24, before : before + 24], plain[0], atol=1e-5)


@given(st.integers(0, 1000), st.floats(0, 10), st.floats(90, 100))
def test_window_maps_its_two_percentiles_to_zero_and_one(
    seed: int, low: float, high: float
) -> None:
    array = np.round(picture(seed, (30, 30)) * 200)
    found, placement = window(array, start((30, 30)), low=low, high=high)
    inside = array[array > array.min()]
    bottom, top = np.percentile(inside, [low, high])
    assert np.allclose(found, np.clip((array - bottom) / (top - bottom), 0, 1), atol=1e-5)
    assert found.min() >= 0.0 and found.max() <= 1.0
    assert placement == start((30, 30))


def test_window_is_a_slice_at_a_time() -> None:
    dark, bright = picture(1, (16, 16)), 50 * picture(2, (16, 16))
    both, _ = window(np.concatenate([dark, bright]), start((16, 16)), low=1, high=99)
    assert np.allclose(both[0], window(dark, start((16, 16)), low=1, high=99)[0][0])
    assert np.allclose(both[1], window(bright, start((16, 16)), low=1, high=99)[0][0])


@pytest.mark.parametrize("value", [-3.0, 0.0, 1000.0])
def test_a_slice_of_one_value_becomes_zero(value: float) -> None:
    array = np.full((2, 8, 8), value, dtype=np.float32)
    found, _ = window(array, start((8, 8)), low=1, high=99)
    assert not found.any()


# ---- the registry ---------------------------------------------------------------------


def test_the_steps_are_those_that_recipes_name() -> None:
    assert sorted(STEPS) == ["fit", "median", "window"]


def test_an_unknown_step_lists_those_that_exist() -> None:
    with pytest.raises(UnknownName) as caught:
        run_step({"step": "blur"}, picture(0, (8, 8)), start((8, 8)))
    assert "fit, median, window" in caught.value.needed


@pytest.mark.parametrize(
    "step",
    [
        {"step": "fit", "rows": 8},
        {"step": "fit", "rows": 8, "columns": 8, "mode": "cubic"},
        {"step": "window"},
    ],
)
def test_a_parameter_that_is_missing_or_unknown_is_told_with_the_step(
    step: dict[str, Any],
) -> None:
    with pytest.raises(BadConfiguration) as caught:
        run_step(step, picture(0, (8, 8)), start((8, 8)))
    assert step["step"] in caught.value.failed
    assert len(caught.value.lines()) == 4


def test_a_finer_spec_changes_the_grid_alone_and_leaves_the_first_as_it_was() -> None:
    made = finer(SPEC, 1.5)
    assert made[0] == SPEC[0]
    assert made[1] == {"step": "fit", "rows": 96, "columns": 72}
    assert SPEC[1]["rows"] == 64


def test_a_median_takes_out_a_lone_bright_pixel_and_keeps_an_edge() -> None:
    array = np.zeros((2, 6, 6), dtype=np.float32)
    array[:, :, 3:] = 1.0
    noisy = array.copy()
    noisy[0, 1, 1] = 9.0
    found, placement = run_step({"step": "median", "size": 3}, noisy, start((6, 6)))
    np.testing.assert_array_equal(found, array)
    assert placement == start((6, 6))


@pytest.mark.parametrize("size", [0, 2, -3])
def test_a_median_of_no_middle_is_refused(size: int) -> None:
    with pytest.raises(BadConfiguration, match="median"):
        run_step({"step": "median", "size": size}, np.zeros((1, 4, 4), np.float32), start((6, 6)))
