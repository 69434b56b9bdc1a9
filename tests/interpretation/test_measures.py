"""Measures of a disc against drawings whose truth is known because it was drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from condyle.interpretation import CropShape
from condyle.interpretation.measures import MEASURES, measure_disc, relate_measures

GRID = CropShape(rows=171, columns=221).grid
"""A hundredth of a disc length a pixel."""

ROWS, COLUMNS = np.meshgrid(GRID.rows, GRID.columns, indexing="ij")


def box(above: float, below: float, front: float, back: float) -> NDArray[np.bool_]:
    """Gives a rectangle between four lines, in disc lengths from the disc's centre."""
    rows = np.logical_and(above < GRID.rows, GRID.rows < below)
    columns = np.logical_and(front < GRID.columns, GRID.columns < back)
    return np.asarray(rows[:, None] & columns[None, :])


DISC = box(-0.15, 0.15, -0.5, 0.5)
CANAL = box(-0.9, 0.9, 0.6, 0.9)


def measures(
    image: Any = None, disc: NDArray[np.bool_] = DISC, canal: NDArray[np.bool_] = CANAL
) -> dict[str, float]:
    shown = np.zeros(DISC.shape) if image is None else image
    values = measure_disc(shown, disc, canal, grid=GRID)
    return dict(zip(MEASURES, values.tolist(), strict=True))


def test_a_level_box_has_the_height_length_and_place_that_it_was_drawn_with() -> None:
    found = measures()
    for part in ("middle", "anterior", "posterior", "greatest"):
        assert found[f"height-{part}"] == pytest.approx(0.3, abs=0.02)
    assert found["length"] == pytest.approx(1.0, abs=0.02)
    assert found["area"] == pytest.approx(0.3, abs=0.02)
    assert found["front"] == pytest.approx(-0.5, abs=0.02)
    assert found["back"] == pytest.approx(0.5, abs=0.02)


def test_a_wedge_is_higher_in_front() -> None:
    wedge = np.abs(ROWS) < 0.2 - 0.15 * (COLUMNS + 0.5)
    found = measures(disc=wedge & box(-0.8, 0.8, -0.5, 0.5))
    assert found["height-anterior"] > found["height-middle"] > found["height-posterior"]
    assert found["height-anterior"] == pytest.approx(2 * (0.2 - 0.15 * 0.2), abs=0.03)


def test_a_straight_canal_has_no_indent_no_step_and_one_width() -> None:
    found = measures()
    assert found["canal-indent"] == pytest.approx(0.0, abs=1e-9)
    assert found["canal-step"] == pytest.approx(0.0, abs=1e-9)
    assert found["disc-beyond-canal"] == pytest.approx(-0.1, abs=0.02)
    for part in ("at", "above", "below"):
        assert found[f"canal-width-{part}"] == pytest.approx(0.3, abs=0.02)


@settings(max_examples=15)
@given(depth=st.floats(0.03, 0.2))
def test_a_bulge_indents_the_canal_by_its_depth_and_narrows_it(depth: float) -> None:
    bulge = box(-0.15, 0.15, 0.5, 0.6 + depth)
    found = measures(disc=DISC | bulge, canal=CANAL & ~bulge)
    assert found["canal-indent"] == pytest.approx(depth, abs=0.02)
    assert found["disc-beyond-canal"] == pytest.approx(depth, abs=0.02)
    assert found["canal-width-at"] == pytest.approx(0.3 - depth, abs=0.02)


@settings(max_examples=15)
@given(step=st.floats(-0.15, 0.15))
def test_a_slip_is_the_step_of_the_canal_s_front_edge(step: float) -> None:
    above = box(-0.9, 0.0, 0.6 + step, 0.9 + step)
    below = box(0.0, 0.9, 0.6, 0.9)
    assert measures(canal=above | below)["canal-step"] == pytest.approx(step, abs=0.02)


def test_signals_are_those_of_the_disc_the_fluid_and_the_bone_bands() -> None:
    image = np.full(DISC.shape, 0.1)
    image[DISC] = 0.5
    image[CANAL] = 0.9
    image[box(-0.275, -0.155, -0.6, 0.6)] = 0.3
    image[box(0.28, 0.38, -0.6, 0.6)] = 0.7
    found = measures(image)
    assert found["signal-median"] == found["core-mean"] == pytest.approx(0.5)
    assert found["signal-spread"] == found["signal-quartiles"] == pytest.approx(0.0)
    assert found["fluid"] == pytest.approx(0.9)
    assert found["bone-above-near"] == pytest.approx(0.3, abs=0.01)
    assert found["bone-above-far"] == pytest.approx(0.1, abs=0.01)
    assert found["bone-below-near"] == pytest.approx(0.1, abs=0.01)
    assert found["bone-below-middle"] > 0.5
    assert found["bone-above-near-spread"] == pytest.approx(0.0, abs=0.01)


def test_the_core_leaves_out_what_the_edge_blurs() -> None:
    image = np.zeros(DISC.shape)
    image[DISC] = 0.2
    image[box(-0.135, 0.135, -0.485, 0.485)] = 0.6
    found = measures(image)
    assert found["core-mean"] == pytest.approx(0.6, abs=0.03)
    assert found["core-mean"] > float(image[DISC].mean())


def test_without_a_canal_the_rest_is_still_measured() -> None:
    found = measures(canal=np.zeros_like(CANAL))
    lost = {name for name, value in found.items() if np.isnan(value)}
    assert lost == {"fluid", "disc-beyond-canal"} | {n for n in MEASURES if n.startswith("canal-")}


@pytest.mark.parametrize("columns", [0, 1, 2])
def test_a_disc_too_small_to_measure_gives_unknowns_alone(columns: int) -> None:
    disc = np.zeros_like(DISC)
    disc[80:90, 100 : 100 + columns] = True
    assert all(np.isnan(value) for value in measures(disc=disc).values())


def test_a_disc_at_the_edge_of_the_crop_has_no_bone_beyond_it() -> None:
    found = measures(disc=box(-0.9, -0.5, -0.5, 0.5))
    assert np.isnan(found["bone-above-near"])
    assert not np.isnan(found["bone-below-near"])


@settings(max_examples=20)
@given(
    gain=st.floats(0.2, 3.0),
    seed=st.integers(0, 1000),
)
def test_signals_follow_a_gain_and_lengths_do_not(gain: float, seed: int) -> None:
    image = np.random.default_rng(seed).random(DISC.shape)
    plain, bright = measures(image), measures(gain * image)
    for name in MEASURES:
        signal = name.split("-")[0] in ("signal", "core", "fluid", "bone")
        assert bright[name] == pytest.approx(plain[name] * (gain if signal else 1.0), rel=1e-6)


# ---- beside the rest of the study ----------------------------------------------------


def test_a_disc_stands_beside_its_study_and_its_neighbours() -> None:
    own = np.array([[1.0], [3.0], [8.0]])
    made = relate_measures(own)
    assert made.shape == (3, 4)
    assert made[:, 0].tolist() == [1.0, 3.0, 8.0]
    assert made[:, 1].tolist() == [-2.0, 0.0, 5.0]
    assert made[:2, 2].tolist() == [-2.0, -5.0] and np.isnan(made[2, 2])
    assert np.isnan(made[0, 3]) and made[1:, 3].tolist() == [2.0, 5.0]


def test_an_unknown_disc_spoils_no_other_but_its_neighbours_differences() -> None:
    made = relate_measures(np.array([[1.0], [np.nan], [5.0], [6.0]]))
    assert made[:, 1].tolist()[0] == -4.0
    assert np.isnan(made[0, 2]) and np.isnan(made[2, 3])
    assert made[2, 2] == -1.0 and made[3, 3] == 1.0
    assert np.isnan(made[1]).all()


def test_a_study_with_nothing_measured_stays_unknown_without_a_warning() -> None:
    assert np.isnan(relate_measures(np.full((3, 2), np.nan))).all()


def test_one_disc_is_its_own_usual_one() -> None:
    made = relate_measures(np.array([[2.0, 7.0]]))
    assert made[0, :4].tolist() == [2.0, 7.0, 0.0, 0.0]
    assert np.isnan(made[0, 4:]).all()
