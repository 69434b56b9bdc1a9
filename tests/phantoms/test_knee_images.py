"""How tissues and lesions look in the series of a knee."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from condyle.phantoms.knee_lesions import KneeLesions, MeniscalTear
from condyle.phantoms.knee_painting import PatientKnee, patient_knee
from condyle.phantoms.knee_person import draw_knee
from condyle.phantoms.knee_structures import KneeStructure
from condyle.phantoms.knee_study import (
    PROTOCOLS,
    CutKnee,
    KneeSeries,
    cut_knee,
    image_knee,
    slice_grid,
)
from condyle.phantoms.scanner import Acquisition
from condyle.phantoms.simulated import Person
from condyle.phantoms.tissues import Tissue

S = KneeStructure
PLANES = {protocol.plane: protocol for protocol in PROTOCOLS}
HEALTHY = KneeLesions()
QUIET = Acquisition(field_t=1.5, noise=0.002, bias=0.0)


def patient(lesions: KneeLesions, seed: int = 2, contrast: float = 1.0) -> PatientKnee:
    person = draw_knee(np.random.default_rng(seed), Person(45, "M", 1.5, "left"))
    return patient_knee(
        replace(person, turn_deg=(0.0, 0.0, 0.0), effusion_mm=4.0), lesions, contrast=contrast
    )


@lru_cache(maxsize=16)
def cut(plane: str, lesions: KneeLesions = HEALTHY, contrast: float = 1.0) -> CutKnee:
    protocol = next(one for one in PROTOCOLS if one.plane == plane)
    one = patient(lesions, contrast=contrast)
    return cut_knee(one, slice_grid(protocol.plane, one, slices=5, size=160))


@lru_cache(maxsize=16)
def series(
    plane: str,
    lesions: KneeLesions = HEALTHY,
    contrast: float = 1.0,
    field_t: float = 1.5,
) -> KneeSeries:
    protocol = next(one for one in PROTOCOLS if one.plane == plane)
    found = cut(plane, lesions, contrast)
    acquisition = replace(QUIET, field_t=field_t)
    return image_knee(np.random.default_rng(0), found, protocol, acquisition)


def pure(found: CutKnee, *tissues: Tissue) -> np.ndarray:
    """Voxels all of whose samples are of some tissues, and so are their neighbours'."""
    fine = np.isin(found.scene.tissue, [int(tissue) for tissue in tissues])
    whole = np.asarray(fine.reshape(5, 160, 2, 160, 2).all(axis=(2, 4)), np.bool_)
    inner = whole.copy()
    for axis in (1, 2):
        inner &= np.roll(whole, 1, axis) & np.roll(whole, -1, axis)
    # The coil fades towards the ends of the leg.
    inner[:, :16] = inner[:, -16:] = False
    return inner


def mean(plane: str, *tissues: Tissue, field_t: float = 1.5) -> float:
    where = pure(cut(plane), *tissues)
    assert where.sum() >= 5
    return float(series(plane, field_t=field_t).volume.array[where].mean())


@pytest.mark.parametrize("field_t", [1.5, 3.0])
def test_fat_and_marrow_are_bright_on_t1_and_dark_where_fat_is_saturated(field_t: float) -> None:
    t1 = {t: mean("coronal", t, field_t=field_t) for t in (Tissue.FAT, Tissue.MUSCLE)}
    assert t1[Tissue.FAT] > 1.5 * t1[Tissue.MUSCLE]
    assert mean("coronal", Tissue.YELLOW_MARROW, field_t=field_t) > 1.3 * t1[Tissue.MUSCLE]
    for plane in ("sagittal", "axial"):
        fat = mean(plane, Tissue.FAT, field_t=field_t)
        assert fat < 0.75 * mean(plane, Tissue.MUSCLE, field_t=field_t)


def test_fluid_is_the_brightest_tissue_of_the_t2_weighted_series() -> None:
    fluid = mean("sagittal", Tissue.JOINT_FLUID)
    for tissue in (Tissue.MUSCLE, Tissue.YELLOW_MARROW, Tissue.FAT):
        assert fluid > 2.0 * mean("sagittal", tissue)


def test_cortex_tendon_ligament_and_meniscus_are_dark_everywhere() -> None:
    for plane in ("sagittal", "axial"):
        muscle = mean(plane, Tissue.MUSCLE)
        for tissue in (Tissue.TENDON, Tissue.MENISCUS, Tissue.LIGAMENT):
            where = pure(cut(plane), tissue)
            if where.sum() >= 5:
                assert float(series(plane).volume.array[where].mean()) < 0.5 * muscle


def test_the_air_around_the_leg_holds_noise_only() -> None:
    for plane in ("sagittal", "coronal", "axial"):
        air = series(plane).volume.array[pure(cut(plane), Tissue.AIR)]
        assert float(air.mean()) < 0.03 * float(series(plane).volume.array.max())


def test_more_noise_gives_more_spread_in_the_air() -> None:
    spreads = []
    for noise in (0.01, 0.04):
        made = image_knee(
            np.random.default_rng(1),
            cut("axial"),
            PLANES["axial"],
            Acquisition(noise=noise, bias=0.0),
        )
        spreads.append(float(made.volume.array[:, :14, :14].std()))
    assert spreads[1] == pytest.approx(4.0 * spreads[0], rel=0.1)


@pytest.mark.parametrize(
    ("lesions", "kind", "brighter"),
    [
        (KneeLesions(acl=1), 1, 1.5),
        (KneeLesions(acl=2), 1, 1.5),
        (KneeLesions(tears=(MeniscalTear(True, "vertical"),)), 2, 1.3),
        (KneeLesions(tears=(MeniscalTear(False, "horizontal"),)), 3, 1.3),
        (KneeLesions(strain=2), 4, 1.5),
        (KneeLesions(acl=2, bruise=True), 5, 1.4),
    ],
)
def test_every_lesion_is_brighter_than_what_it_replaced(
    lesions: KneeLesions, kind: int, brighter: float
) -> None:
    hurt, healthy = series("sagittal", lesions), series("sagittal")
    where = hurt.lesions == kind
    assert where.sum() > 10
    after, before = (float(one.volume.array[where].mean()) for one in (hurt, healthy))
    assert after > brighter * before


def test_a_bruise_is_dark_on_t1() -> None:
    lesions = KneeLesions(acl=2, bruise=True)
    hurt, healthy = series("coronal", lesions), series("coronal")
    where = (hurt.lesions == 5) & pure(cut("coronal"), Tissue.YELLOW_MARROW)
    assert where.sum() > 10
    after, before = (float(one.volume.array[where].mean()) for one in (hurt, healthy))
    assert after < 0.85 * before


def test_contrast_scales_the_change_that_a_lesion_makes() -> None:
    where = series("sagittal", KneeLesions(acl=1)).lesions == 1
    before = series("sagittal").volume.array
    changes = [
        float(
            (series("sagittal", KneeLesions(acl=1), contrast).volume.array - before)[where].mean()
        )
        for contrast in (0.25, 0.5, 1.0)
    ]
    assert changes[0] < changes[1] < changes[2]
    assert changes[0] < 0.5 * changes[2]


def test_images_outside_a_lesion_do_not_tell_of_it() -> None:
    # A strain lies far from the joint: nothing there may change, or a network could cheat.
    hurt, healthy = series("sagittal", KneeLesions(strain=2)), series("sagittal")
    upper = np.zeros(hurt.lesions.shape, np.bool_)
    upper[:, :70] = True
    assert not (hurt.lesions[upper] > 0).any()
    scale = float(np.median(hurt.volume.array[upper] / np.maximum(healthy.volume.array[upper], 1)))
    np.testing.assert_allclose(
        hurt.volume.array[upper], scale * healthy.volume.array[upper], atol=4.0
    )


def test_texture_is_drawn_anew_for_every_seed_and_the_truth_is_not() -> None:
    first, second = (
        image_knee(np.random.default_rng(seed), cut("axial"), PLANES["axial"], QUIET)
        for seed in (0, 1)
    )
    assert (first.volume.array != second.volume.array).any()
    np.testing.assert_array_equal(first.lesions, second.lesions)


def test_the_series_are_those_of_the_protocol() -> None:
    stems = [protocol.stem for protocol in PROTOCOLS]
    assert stems == ["t2-fs-sagittal", "t1-coronal", "pd-fs-axial"]
    for protocol in PROTOCOLS:
        assert protocol.stem.split("-")[0] == protocol.weighting
        assert protocol.stem.endswith(protocol.plane)
        saturated = getattr(protocol.sequence, "fat_saturated", False)
        assert saturated is ("fs" in protocol.stem)


def test_slices_of_all_planes_show_the_joint_in_their_middle() -> None:
    for plane in ("sagittal", "coronal", "axial"):
        found = cut(plane).structures
        places = np.argwhere(found == int(S.FEMORAL_CARTILAGE))
        rows, columns = places[:, 1].mean(), places[:, 2].mean()
        assert 40.0 < rows < 105.0
        assert 50.0 < columns < 110.0
