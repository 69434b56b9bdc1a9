"""What an osteochondral lesion is made of, and that its truth is where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from condyle.phantoms.ankle_lesion import (
    Bruise,
    TalarLesion,
    draw_bruise,
    draw_lesion,
    lesion_blends,
    lesion_distance,
    lesion_mask,
)
from condyle.phantoms.ankle_shape import AnkleShape, dome_distance, talus_distance
from condyle.phantoms.limb_space import Distance, Points
from condyle.phantoms.scene import Blend
from condyle.phantoms.tissues import Tissue

SHAPE = AnkleShape()
LESION = TalarLesion(
    side="medial",
    centre=(-11.0, 0.0, -0.3),
    radii=(4.0, 6.0, 5.0),
    contrast=1.0,
    oedema_mm=6.0,
    unstable=True,
    cyst_mm=2.0,
)
STEP = 0.5


@pytest.fixture(scope="module")
def points() -> Points:
    """The upper talus on a grid of half millimetres, as slices along y."""
    y, z, u = np.meshgrid(
        np.arange(-14.0, 14.0, 1.0),
        np.arange(4.0, -20.0, -STEP),
        np.arange(-20.0, 20.0, STEP),
        indexing="ij",
    )
    return Points(*(part.astype(np.float32) for part in (u, y, z)))


def blends(
    points: Points, lesion: TalarLesion | None = LESION, bruise: Bruise | None = None
) -> dict[tuple[Tissue, Tissue], NDArray[np.float32]]:
    """The shares by what seeps in and what gives way; the last one of a pair wins."""

    def average(share: Callable[[Points], Distance]) -> Distance:
        return np.asarray(share(points), np.float32)

    made: tuple[Blend, ...] = lesion_blends(lesion, bruise, shape=SHAPE, average=average)
    return {(one.tissue, one.instead_of): one.share for one in made}


def tissue_of(points: Points) -> NDArray[np.uint8]:
    dome = dome_distance(points, SHAPE)
    talus = talus_distance(points, dome, SHAPE)
    tissue = np.full(points.u.shape, int(Tissue.FAT), np.uint8)
    tissue[(dome < SHAPE.cartilage) & (points.z > -15.0)] = int(Tissue.TALAR_CARTILAGE)
    tissue[talus < 0.0] = int(Tissue.CORTEX)
    tissue[talus < -0.8] = int(Tissue.YELLOW_MARROW)
    return tissue


def test_the_distance_is_0_in_the_middle_and_1_at_the_ends_of_the_axes() -> None:
    u, y, z = LESION.centre
    a, b, c = LESION.radii
    places = [(u, y, z), (u + a, y, z), (u, y - b, z), (u, y, z - c), (u, y, z - 2 * c)]
    columns = np.array(places, np.float32).T
    got = lesion_distance(Points(*columns), LESION)
    assert got == pytest.approx([0.0, 1.0, 1.0, 1.0, 2.0], abs=1e-5)


def test_the_mask_is_the_part_of_the_ellipsoid_that_is_bone_or_cartilage(points: Points) -> None:
    tissue = tissue_of(points)
    mask = lesion_mask(points, tissue, LESION, SHAPE)
    assert mask.any()
    assert set(np.unique(tissue[mask])) <= {
        int(Tissue.TALAR_CARTILAGE),
        int(Tissue.CORTEX),
        int(Tissue.YELLOW_MARROW),
    }
    assert (lesion_distance(points, LESION)[mask] < 1.0).all()
    # Nearly the lower half of the ellipsoid lies in the bone, cut by the shoulder.
    volume = mask.sum() * STEP**2 * 1.0
    a, b, c = LESION.radii
    half = 2.0 / 3.0 * np.pi * a * b * c
    assert 0.6 * half < volume < 1.3 * half


def test_a_lesion_far_from_the_plane_has_no_mask(points: Points) -> None:
    away = replace(LESION, centre=(-11.0, 80.0, 0.0))
    assert not lesion_mask(points, tissue_of(points), away, SHAPE).any()


def test_shares_lie_between_0_and_1(points: Points) -> None:
    for share in blends(points).values():
        assert share.dtype == np.float32
        assert 0.0 <= float(share.min()) <= float(share.max()) <= 1.0


def test_the_core_is_sclerosis_and_the_halo_oedema(points: Points) -> None:
    made = blends(points, replace(LESION, unstable=False, cyst_mm=0.0))
    distance = lesion_distance(points, LESION)
    within = dome_distance(points, SHAPE) < 0.0
    core, around = within & (distance < 0.8), within & (distance > 1.3) & (distance < 1.6)
    far = within & (distance > 5.0)
    sclerosis = made[Tissue.SCLEROSIS, Tissue.YELLOW_MARROW]
    oedema = made[Tissue.MARROW_OEDEMA, Tissue.YELLOW_MARROW]
    assert sclerosis[core].min() == pytest.approx(0.5)
    assert sclerosis[around].max() == 0.0
    assert oedema[around].mean() > oedema[core].mean() > 0.4
    assert oedema[far].max() < 0.01


def test_oedema_fades_outwards(points: Points) -> None:
    made = blends(points, replace(LESION, unstable=False, cyst_mm=0.0))
    oedema = made[Tissue.MARROW_OEDEMA, Tissue.YELLOW_MARROW]
    distance = lesion_distance(points, LESION)
    within = dome_distance(points, SHAPE) < 0.0
    means = [
        float(oedema[within & (distance > low) & (distance <= low + 0.3)].mean())
        for low in (1.15, 1.5, 2.0, 2.5)
    ]
    assert means == sorted(means, reverse=True)
    assert means[0] > 3.0 * means[-1]


def test_the_cartilage_over_the_lesion_gives_way_to_fluid(points: Points) -> None:
    share = blends(points)[Tissue.JOINT_FLUID, Tissue.TALAR_CARTILAGE]
    distance = lesion_distance(points, LESION)
    assert share[distance < 0.8].max() == pytest.approx(0.6)
    assert share[distance > 1.2].max() == 0.0


def test_an_unstable_fragment_has_a_line_of_fluid_around_it(points: Points) -> None:
    stable = blends(points, replace(LESION, unstable=False))
    assert (Tissue.JOINT_FLUID, Tissue.YELLOW_MARROW) not in stable
    rim = blends(points)[Tissue.JOINT_FLUID, Tissue.YELLOW_MARROW]
    distance = lesion_distance(points, LESION)
    within = dome_distance(points, SHAPE) < 0.0
    assert rim[within & (np.abs(distance - 0.95) < 0.03)].mean() > 0.25
    assert rim[within & (distance < 0.5)].max() < 0.01


def test_a_cyst_lies_below_the_lesion(points: Points) -> None:
    without = blends(points, replace(LESION, cyst_mm=0.0))
    assert not any(tissue is Tissue.CYST for tissue, _ in without)
    share = blends(points)[Tissue.CYST, Tissue.YELLOW_MARROW]
    heights = points.z[share > 0.2]
    assert heights.max() < LESION.centre[2] - 2.0
    assert heights.min() > LESION.centre[2] - LESION.radii[2] - 2.0 * LESION.cyst_mm - 1.0


@pytest.mark.parametrize("contrast", [0.25, 0.5])
def test_every_share_is_in_proportion_to_the_contrast(points: Points, contrast: float) -> None:
    whole, faint = blends(points), blends(points, replace(LESION, contrast=contrast))
    assert set(whole) == set(faint)
    for pair, share in whole.items():
        np.testing.assert_allclose(faint[pair], contrast * share, atol=1e-6)


def test_without_lesion_and_bruise_nothing_seeps_in(points: Points) -> None:
    assert blends(points, None, None) == {}


def test_a_bruise_never_reaches_the_talus() -> None:
    z = np.linspace(30.0, -60.0, 181).astype(np.float32)
    line = Points(np.full_like(z, -6.0), np.zeros_like(z), z)
    near = Bruise(centre=(-6.0, 0.0, 5.0), radius_mm=9.0, strength=0.5)
    share = blends(line, None, near)[Tissue.MARROW_OEDEMA, Tissue.YELLOW_MARROW]
    assert share[(z < 2.0) & (z > -27.0)].max() == 0.0
    assert share[np.abs(z - 5.0).argmin()] == pytest.approx(0.5)
    assert share.max() == pytest.approx(0.5)


def test_the_number_of_draws_does_not_depend_on_what_is_drawn() -> None:
    for draw in (
        lambda rng: draw_lesion(
            rng, SHAPE, difficulty=float(rng.bit_generator.state["has_uint32"])
        ),
        draw_bruise,
    ):
        follow = set()
        for difficulty_seed in range(3):
            rng = np.random.default_rng(difficulty_seed)
            fresh = np.random.default_rng(difficulty_seed)
            draw(rng)
            draw(fresh)
            follow.add(rng.random() == fresh.random())
        assert follow == {True}


def test_medial_lesions_are_deeper_than_lateral_ones() -> None:
    rng = np.random.default_rng(6)
    lesions = [draw_lesion(rng, SHAPE, difficulty=0.0) for _ in range(300)]
    depth = {
        side: np.mean([one.radii[2] for one in lesions if one.side == side])
        for side in ("medial", "lateral")
    }
    assert depth["medial"] / depth["lateral"] == pytest.approx(1.2 / 0.9, rel=0.06)


def test_a_third_of_lesions_is_unstable_and_a_third_has_a_cyst() -> None:
    rng = np.random.default_rng(7)
    lesions = [draw_lesion(rng, SHAPE, difficulty=0.0) for _ in range(600)]
    assert np.mean([one.unstable for one in lesions]) == pytest.approx(0.35, abs=0.06)
    assert np.mean([one.cyst_mm > 0.0 for one in lesions]) == pytest.approx(0.35, abs=0.06)
