"""What was asked for is what the images and their truth show."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from scipy import ndimage

from condyle.phantoms import LumbarParameters, LumbarPhantom, lumbar_phantom
from condyle.phantoms.patient import LEVELS
from condyle.phantoms.tissues import Tissue

EVEN = dict.fromkeys(LEVELS, 2)


@lru_cache(maxsize=32)
def one_slice(
    seed: int = 5, slip: float = 0.0, herniation: float = 0.0, grade: int = 2
) -> LumbarPhantom:
    wanted = LumbarParameters(
        slices=1,
        matrix=208,
        pixel_mm=1.4,
        planes=1,
        noise=0.03 if seed != 5 else 0.0,
        grades={**EVEN, "L3-L4": grade},
        slips_mm={"L4-L5": slip},
        herniations_mm={"L4-L5": herniation},
    )
    return lumbar_phantom(seed, parameters=wanted)


def world(phantom: LumbarPhantom, level: str) -> np.ndarray:
    assert phantom.t1.affine is not None
    place = phantom.t1.affine @ np.array([*phantom.disc_centres[level], 1.0])
    return np.asarray(place[1:3])


def row_of(phantom: LumbarPhantom, level: str) -> int:
    return round(phantom.disc_centres[level][1])


def test_a_slip_moves_what_lies_above_it_by_as_many_millimetres() -> None:
    plain, slipped = one_slice(), one_slice(slip=8.0)
    moved = {level: world(slipped, level) - world(plain, level) for level in LEVELS[:6]}
    assert np.linalg.norm(moved["L5-S1"]) == 0.0
    assert np.linalg.norm(moved["L4-L5"]) == pytest.approx(4.0, abs=1e-6)
    for level in LEVELS[2:6]:
        assert np.linalg.norm(moved[level]) == pytest.approx(8.0, abs=1e-6)
        assert moved[level][0] < -5.0, "forwards"


def test_a_slip_is_seen_in_the_labelmap_at_its_vertebra() -> None:
    plain, slipped = one_slice(), one_slice(slip=8.0)
    both = {}
    for phantom in (plain, slipped):
        row = round((phantom.disc_centres["L4-L5"][1] + phantom.disc_centres["L3-L4"][1]) / 2)
        column = round(phantom.disc_centres["L4-L5"][2])
        body = np.flatnonzero(phantom.labelmap[0, row, column - 30 : column + 30] == 2)
        both[phantom is slipped] = body + column - 30
    edge = (both[False].min() - both[True].min()) * 1.4
    assert edge == pytest.approx(8.0 * np.cos(np.deg2rad(15.0)), abs=2.5)


def test_a_herniation_takes_of_the_canal_at_its_level_alone() -> None:
    plain, herniated = one_slice(), one_slice(herniation=7.0)
    changed = plain.labelmap[0] != herniated.labelmap[0]
    rows = np.flatnonzero(changed.any(axis=1))
    here = row_of(plain, "L4-L5")
    assert changed.any()
    assert np.abs(rows - here).max() * 1.4 < 16.0
    gained = (herniated.labelmap[0] == 1) & (plain.labelmap[0] != 1)
    assert gained.sum() * 1.4**2 > 20.0
    assert np.flatnonzero(gained.any(axis=0)).min() > plain.disc_centres["L4-L5"][2]
    assert ((plain.labelmap[0] == 3) & gained).any(), "into the canal"


@pytest.mark.parametrize("depth", [2.0, 4.0, 7.0])
def test_a_deeper_herniation_leaves_less_canal(depth: float) -> None:
    shallow, deep = one_slice(herniation=depth - 2.0), one_slice(herniation=depth)
    assert (deep.labelmap == 3).sum() <= (shallow.labelmap == 3).sum()
    assert (deep.labelmap == 1).sum() > (shallow.labelmap == 1).sum()


def test_the_middle_of_a_disc_darkens_on_t2_with_each_grade() -> None:
    means = []
    for grade in range(1, 6):
        phantom = one_slice(grade=grade)
        _, row, column = (round(place) for place in phantom.disc_centres["L3-L4"])
        means.append(float(phantom.t2.array[0, row, column - 3 : column + 4].mean()))
        assert phantom.grades["L3-L4"] == grade
        assert phantom.labelmap[0, row, column] == 1
    assert means == sorted(means, reverse=True)
    assert means[0] > 2.0 * means[4]


def test_a_worn_disc_leaves_those_below_where_they_are() -> None:
    healthy, worn = one_slice(grade=1), one_slice(grade=5)
    for level in ("L5-S1", "L4-L5"):
        assert np.array_equal(world(healthy, level), world(worn, level))
    assert world(worn, "L2-L3")[1] < world(healthy, "L2-L3")[1]


def test_each_level_is_one_piece_of_its_own_in_the_labelmap() -> None:
    phantom = one_slice()
    pieces, _ = ndimage.label(phantom.labelmap[0] == 1)
    names = {}
    for level, (_, row, column) in phantom.disc_centres.items():
        names[level] = int(pieces[round(row), round(column)])
    assert len(set(names.values())) == len(phantom.levels)
    assert 0 not in names.values()
    for piece in names.values():
        size = int((pieces == piece).sum()) * 1.4**2
        assert 60.0 < size < 600.0, "square millimetres of a disc"


def test_the_labels_hold_tissues_that_belong_to_them() -> None:
    phantom = one_slice()
    tissue, label = phantom.tissue.array[0], phantom.labelmap[0]
    is_disc = (tissue >= int(Tissue.DISC_1_0)) & (tissue <= int(Tissue.DISC_5_3))
    is_bone = np.isin(tissue, [int(Tissue.MARROW), int(Tissue.CORTEX), int(Tissue.ENDPLATE)])
    assert not (is_disc & (label == 3)).sum() > 5
    assert is_disc[label == 1].mean() > 0.65
    assert is_bone[label == 2].mean() > 0.8
    assert not (tissue[label > 0] == int(Tissue.AIR)).any()
    assert not (tissue[label > 0] == int(Tissue.SKIN)).any()


def test_the_canal_lies_behind_the_vertebrae_row_by_row() -> None:
    phantom = one_slice()
    top, bottom = row_of(phantom, "L1-L2"), row_of(phantom, "L4-L5")
    for row in range(top, bottom):
        canal = np.flatnonzero(phantom.labelmap[0, row] == 3)
        bone = np.flatnonzero(np.isin(phantom.labelmap[0, row], [1, 2]))
        assert canal.size * 1.4 > 6.0
        assert bone.min() < canal.min()
        assert canal.max() - canal.min() + 1 == canal.size, "in one piece"


def test_noise_of_two_seeds_and_of_two_series_is_independent() -> None:
    first, second = one_slice(seed=1), one_slice(seed=2)
    both = (first.tissue.array[0] == 0) & (second.tissue.array[0] == 0)
    air = ndimage.binary_erosion(both, iterations=5)
    assert air.sum() > 500
    for one, other in (
        (first.t1.array, first.t2.array),
        (first.t1.array, second.t1.array),
        (first.t2.array, second.t2.array),
    ):
        a, b = one[0][air], other[0][air]
        assert a.std() > 0
        assert abs(float(np.corrcoef(a, b)[0, 1])) < 0.1


def test_many_seeds_give_as_many_people() -> None:
    from condyle.phantoms.acquisition import fine_grid
    from condyle.phantoms.patient import draw_patient

    wanted = LumbarParameters(matrix=64, pixel_mm=4.0, supersampling=1)
    grid = fine_grid(wanted, (-160.0, 210.0))
    people = [draw_patient(np.random.default_rng(seed), grid, wanted) for seed in range(20)]
    assert len({person.spine.vertebrae[0].top.z for person in people}) == 20
    leans = np.array([person.lean for person in people])
    slopes = np.array([person.spine.sacrum[0].top.tilt for person in people])
    assert abs(float(np.corrcoef(leans[:-1], leans[1:])[0, 1])) < 0.6
    assert abs(float(np.corrcoef(leans, slopes)[0, 1])) < 0.6
