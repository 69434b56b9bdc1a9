"""The simulated lumbar study as a whole."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest

from condyle.errors import UsageError
from condyle.phantoms import LumbarParameters, LumbarPhantom, lumbar_phantom
from condyle.phantoms.patient import LEVELS, draw_grades
from condyle.phantoms.tissues import Tissue

COARSE = LumbarParameters(slices=7, matrix=224, pixel_mm=1.3, planes=1)


@lru_cache(maxsize=4)
def coarse(seed: int) -> LumbarPhantom:
    return lumbar_phantom(seed, parameters=COARSE)


def tissue_mean(phantom: LumbarPhantom, array: np.ndarray, *tissues: Tissue) -> float:
    """Mean near the spine, where the coil reaches and no band saturates."""
    wanted = np.isin(phantom.tissue.array, [int(tissue) for tissue in tissues])
    column = int(phantom.disc_centres["L3-L4"][2])
    wanted[:, :, : column - 20] = False
    wanted[:, :, column + 45 :] = False
    return float(array[wanted].mean())


def disc_mean(phantom: LumbarPhantom, level: str) -> float:
    index, row, column = (round(place) for place in phantom.disc_centres[level])
    return float(phantom.t2.array[index, row - 1 : row + 2, column - 4 : column + 5].mean())


def test_the_same_seed_gives_the_same_voxels() -> None:
    again = lumbar_phantom(1, parameters=COARSE)
    np.testing.assert_array_equal(again.t1.array, coarse(1).t1.array)
    np.testing.assert_array_equal(again.t2.array, coarse(1).t2.array)
    np.testing.assert_array_equal(again.labelmap, coarse(1).labelmap)


def test_a_generator_serves_as_well_as_its_seed() -> None:
    given = lumbar_phantom(np.random.default_rng(1), parameters=COARSE)
    np.testing.assert_array_equal(given.t2.array, coarse(1).t2.array)


def test_another_seed_gives_another_person() -> None:
    assert coarse(1).disc_centres != coarse(2).disc_centres


@pytest.mark.parametrize("seed", [1, 2])
def test_both_series_and_the_truth_share_one_grid(seed: int) -> None:
    phantom = coarse(seed)
    shape = (COARSE.slices, COARSE.matrix, COARSE.matrix)
    assert phantom.t1.array.shape == phantom.t2.array.shape == phantom.labelmap.shape == shape
    assert phantom.t1.array.dtype == np.float32
    assert phantom.labelmap.dtype == np.uint8
    assert np.isfinite(phantom.t1.array).all()
    assert phantom.t1.array.min() >= 0.0
    assert set(np.unique(phantom.labelmap)) == {0, 1, 2, 3}


def test_the_affine_runs_left_down_and_backwards_with_the_spacing() -> None:
    phantom = coarse(1)
    affine = phantom.t1.affine
    assert affine is not None
    np.testing.assert_allclose(affine[:3, 0], [4.4, 0.0, 0.0])
    np.testing.assert_allclose(affine[:3, 1], [0.0, 0.0, -1.3])
    np.testing.assert_allclose(affine[:3, 2], [0.0, 1.3, 0.0])
    assert phantom.t1.spacing == (4.4, 1.3, 1.3)


def test_disc_centres_go_through_the_affine_to_the_world_and_back() -> None:
    phantom = coarse(2)
    affine = phantom.t1.affine
    assert affine is not None
    for centre in phantom.disc_centres.values():
        world = affine @ np.array([*centre, 1.0])
        np.testing.assert_allclose((np.linalg.inv(affine) @ world)[:3], centre, atol=1e-9)
        assert abs(world[0]) < 3.0


@pytest.mark.parametrize("seed", [1, 2])
def test_every_disc_centre_lies_in_a_disc_of_the_labelmap(seed: int) -> None:
    phantom = coarse(seed)
    for level, centre in phantom.disc_centres.items():
        index = tuple(round(place) for place in centre)
        assert phantom.labelmap[index] == 1, level


@pytest.mark.parametrize("seed", [1, 2])
def test_the_five_lumbar_discs_and_more_are_in_view_from_the_sacrum_up(seed: int) -> None:
    phantom = coarse(seed)
    assert phantom.levels[:6] == LEVELS[:6]
    assert phantom.levels == LEVELS[: len(phantom.levels)]
    assert set(phantom.grades) == set(phantom.levels) == set(phantom.disc_centres)
    rows = [phantom.disc_centres[level][1] for level in phantom.levels]
    assert rows == sorted(rows, reverse=True)


def test_vertebrae_lie_between_neighbouring_discs() -> None:
    phantom = coarse(1)
    places = [phantom.disc_centres[level] for level in phantom.levels]
    for lower, upper in pairwise(places):
        middle = tuple(round((a + b) / 2.0) for a, b in zip(lower, upper, strict=True))
        assert phantom.labelmap[middle] == 2


def test_the_sacrum_is_background() -> None:
    phantom = coarse(1)
    index, row, column = (round(place) for place in phantom.disc_centres["L5-S1"])
    below = phantom.labelmap[index, row + 14 :, column + 4]
    assert not np.isin(below, (1, 2)).any()


def test_fluid_is_dark_and_fat_bright_on_t1() -> None:
    phantom = coarse(1)
    t1 = phantom.t1.array
    fat, marrow = tissue_mean(phantom, t1, Tissue.FAT), tissue_mean(phantom, t1, Tissue.MARROW)
    assert fat > marrow > 1.5 * tissue_mean(phantom, t1, Tissue.CSF)


def test_fluid_is_bright_and_muscle_dark_on_t2() -> None:
    phantom = coarse(1)
    t2 = phantom.t2.array
    fluid, marrow = tissue_mean(phantom, t2, Tissue.CSF), tissue_mean(phantom, t2, Tissue.MARROW)
    assert fluid > 1.2 * marrow
    assert marrow > 1.5 * tissue_mean(phantom, t2, Tissue.MUSCLE)


def test_marrow_is_about_400_in_both_series() -> None:
    phantom = coarse(1)
    for volume in (phantom.t1, phantom.t2):
        assert 250.0 < tissue_mean(phantom, volume.array, Tissue.MARROW) < 550.0


def test_a_degenerate_disc_is_darker_and_thinner_than_a_healthy_one() -> None:
    grades = dict.fromkeys(LEVELS, 1)
    healthy = coarse_with(grades)
    worn = coarse_with({**grades, "L3-L4": 5})
    assert disc_mean(worn, "L3-L4") < 0.5 * disc_mean(healthy, "L3-L4")
    assert worn.grades["L3-L4"] == 5

    def height(phantom: LumbarPhantom) -> int:
        index, _, column = (round(place) for place in phantom.disc_centres["L3-L4"])
        _, row, _ = phantom.disc_centres["L3-L4"]
        near = phantom.labelmap[index, round(row) - 8 : round(row) + 9, column]
        return int((near == 1).sum())

    assert height(worn) < height(healthy)


def coarse_with(grades: dict[str, int], **changes: object) -> LumbarPhantom:
    wanted = LumbarParameters(
        slices=3,
        matrix=224,
        pixel_mm=1.3,
        planes=1,
        grades=grades,
        **changes,
    )
    return lumbar_phantom(5, parameters=wanted)


def test_a_herniation_narrows_the_canal_at_its_level() -> None:
    grades = dict.fromkeys(LEVELS, 2)
    plain = coarse_with(grades)
    herniated = coarse_with(grades, herniations_mm={"L4-L5": 8.0})
    row = round(plain.disc_centres["L4-L5"][1])
    rows = slice(row - 8, row + 5)

    def canal(phantom: LumbarPhantom) -> int:
        return int((phantom.labelmap[phantom.midsagittal, rows] == 3).sum())

    assert canal(herniated) < 0.92 * canal(plain)


def test_the_texture_is_the_same_anatomy_in_both_series() -> None:
    phantom = coarse(1)
    marrow = phantom.tissue.array[phantom.midsagittal] == int(Tissue.MARROW)
    first = phantom.t1.array[phantom.midsagittal][marrow]
    second = phantom.t2.array[phantom.midsagittal][marrow]
    assert np.corrcoef(first, second)[0, 1] > 0.5


def test_drawn_grades_lie_in_1_to_5_and_fall_from_the_lowest_discs_up() -> None:
    rng = np.random.default_rng(3)
    people = [draw_grades(rng, {}) for _ in range(200)]
    means = {level: np.mean([person[level] for person in people]) for level in LEVELS}
    assert {grade for person in people for grade in person.values()} == {1, 2, 3, 4, 5}
    assert means["L4-L5"] > means["L2-L3"] + 0.4


def test_a_given_grade_is_kept() -> None:
    assert draw_grades(np.random.default_rng(3), {"L1-L2": 5})["L1-L2"] == 5


@pytest.mark.parametrize(
    "wrong",
    [
        LumbarParameters(grades={"L6-S1": 2}),
        LumbarParameters(grades={"L4-L5": 6}),
        LumbarParameters(slips_mm={"C1-C2": 2.0}),
        LumbarParameters(herniations_mm={"": 2.0}),
    ],
)
def test_levels_and_grades_that_do_not_exist_are_refused(wrong: LumbarParameters) -> None:
    with pytest.raises(UsageError, match="cannot be simulated"):
        lumbar_phantom(1, parameters=wrong)


def test_a_field_strength_without_tissue_values_is_refused() -> None:
    with pytest.raises(UsageError, match="field strength"):
        lumbar_phantom(1, parameters=LumbarParameters(field_t=7.0, slices=1, matrix=64))
