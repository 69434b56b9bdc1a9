"""From a volume to the network's array, by a spec."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.domain import Volume
from condyle.preprocessing import Placement, prepare

SPEC = ({"step": "window", "low": 0.5, "high": 99.5}, {"step": "fit", "rows": 48, "columns": 48})


def volume(
    shape: tuple[int, int, int] = (3, 40, 60),
    spacing: tuple[float, float, float] | None = None,
) -> Volume:
    return Volume(np.random.default_rng(0).random(shape).astype(np.float32), spacing=spacing)


def test_an_empty_spec_gives_the_slices_as_they_are() -> None:
    made = prepare(volume(), ())
    assert np.array_equal(made.array, volume().array)
    assert made.placement == Placement(source=(40, 60), prepared=(40, 60))


def test_the_array_is_float32_and_lies_in_one_piece() -> None:
    turned = Volume(volume().array[:, ::-1, ::-1].astype(np.float64))
    made = prepare(turned, SPEC)
    assert made.array.dtype == np.float32
    assert made.array.flags.c_contiguous
    assert made.array.shape == (3, 48, 48)


def test_the_volume_itself_is_not_altered() -> None:
    given_volume = volume()
    before = given_volume.array.copy()
    prepare(given_volume, SPEC)
    assert np.array_equal(given_volume.array, before)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=5))
def test_chosen_slices_come_in_the_order_asked_for(order: list[int]) -> None:
    everything = prepare(volume(), SPEC).array
    chosen = prepare(volume(), SPEC, slices=tuple(order)).array
    assert np.allclose(chosen, everything[order])


def test_the_steps_run_in_the_order_of_the_spec() -> None:
    """Windowing after padding sees the same tissue, but fitting first blurs the extremes."""
    forwards = prepare(volume(), SPEC).array
    backwards = prepare(volume(), tuple(reversed(SPEC))).array
    assert not np.allclose(forwards, backwards)


def test_the_same_volume_and_spec_give_the_same_bytes() -> None:
    assert prepare(volume(), SPEC).array.tobytes() == prepare(volume(), SPEC).array.tobytes()


@given(st.floats(0.3, 3.0), st.floats(0.3, 3.0), st.floats(0.5, 9.0))
def test_only_the_ratio_of_row_and_column_spacing_counts(
    row: float, column: float, slices: float
) -> None:
    made = prepare(volume(spacing=(slices, row, column)), SPEC)
    same = prepare(volume(spacing=(1.0, 2 * row, 2 * column)), SPEC)
    assert np.allclose(made.array, same.array, atol=1e-5)
    assert made.placement == same.placement


def test_unknown_spacing_is_taken_as_square_pixels() -> None:
    assert prepare(volume(), SPEC).placement == prepare(volume(spacing=(4, 1, 1)), SPEC).placement


@pytest.mark.parametrize(("spacing", "rows"), [((1, 1, 1), 32), ((1, 1.5, 1), 48), ((1, 1, 2), 16)])
def test_the_height_in_mm_over_the_width_in_mm_is_kept(
    spacing: tuple[float, float, float], rows: int
) -> None:
    """40 x 60 pixels: at 1 x 1 mm two thirds as high as wide, and so on."""
    made = prepare(volume(spacing=spacing), SPEC)
    assert 40 / made.placement.scale[0] == pytest.approx(rows, abs=0.5)
    assert 60 / made.placement.scale[1] == pytest.approx(48, abs=0.5)


def test_points_and_labels_of_an_oblong_grid_come_back() -> None:
    made = prepare(volume(spacing=(4.0, 1.3, 0.7)), SPEC)
    points = np.array([[3.0, 50.0], [39.0, 0.0], [12.25, 30.5]])
    assert np.allclose(made.placement.to_source(made.placement.to_prepared(points)), points)
    labels = np.zeros((40, 60), dtype=np.uint8)
    labels[10:25, 20:45] = 2
    small = made.placement.prepare_labels(labels)
    back = made.placement.restore((small == 2).astype(np.float32)) > 0.5
    both, either = (back & (labels == 2)).sum(), (back | (labels == 2)).sum()
    assert both / either > 0.85


def test_preparing_needs_no_torch_and_no_image_library() -> None:
    script = (
        "import sys, condyle.preprocessing;"
        "sys.exit(any(n in sys.modules for n in ('torch', 'pydicom', 'PIL', 'onnxruntime')))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
