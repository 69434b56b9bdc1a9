"""Imaging one person: grids, partial volume, texture, coil."""

from __future__ import annotations

import numpy as np
import pytest

from condyle.phantoms.acquisition import coil_sensitivity, fine_grid, image_patient
from condyle.phantoms.patient import LumbarParameters, Patient, draw_patient, paint
from condyle.phantoms.plane import PlaneGrid
from condyle.phantoms.scene import render
from condyle.phantoms.signal import T1_WEIGHTED, signal_by_tissue
from condyle.phantoms.tissues import Tissue, tissue_table

SMALL = LumbarParameters(slices=3, matrix=144, pixel_mm=2.0, planes=1)
CORNER = (-185.0, 230.0)


def person(seed: int = 1, wanted: LumbarParameters = SMALL) -> tuple[Patient, PlaneGrid]:
    grid = fine_grid(wanted, CORNER)
    return draw_patient(np.random.default_rng(seed), grid, wanted), grid


def test_the_blocks_of_the_fine_grid_are_centred_on_the_pixels() -> None:
    grid = fine_grid(SMALL, CORNER)
    factor = SMALL.supersampling
    columns = grid.y.reshape(-1, factor).mean(axis=1)
    rows = grid.z.reshape(-1, factor).mean(axis=1)
    np.testing.assert_allclose(columns, CORNER[0] + np.arange(144) * 2.0, atol=1e-3)
    np.testing.assert_allclose(rows, CORNER[1] - np.arange(144) * 2.0, atol=1e-3)
    assert grid.step_mm == 1.0


def test_a_drawn_person_has_every_level_graded() -> None:
    patient, _ = person()
    assert len(patient.spine.discs) == len(patient.spine.vertebrae) == 9
    assert all(1 <= disc.grade <= 5 for disc in patient.spine.discs)
    assert abs(patient.lean) <= 1.5


def test_signal_before_the_scanner_stays_within_that_of_its_tissues() -> None:
    patient, grid = person()
    images = image_patient(np.random.default_rng(2), patient, grid, parameters=SMALL)
    lookup = signal_by_tissue(tissue_table(), T1_WEIGHTED)
    signal = render(images.scene, lookup)
    assert signal.min() >= 0.0
    assert signal.max() <= lookup.max() + 1e-6
    assert images.tissue.shape == images.labelmap.shape == (3, 144, 144)


def test_a_voxel_of_one_tissue_has_the_signal_of_the_equation() -> None:
    patient, grid = person()
    images = image_patient(np.random.default_rng(2), patient, grid, parameters=SMALL)
    lookup = signal_by_tissue(tissue_table(), T1_WEIGHTED)
    marrow = render(images.scene, lookup)[images.tissue == int(Tissue.MARROW)]
    assert np.median(marrow) == pytest.approx(lookup[Tissue.MARROW], rel=1e-5)


def test_partial_volume_gives_signals_between_those_of_the_tissues() -> None:
    patient, grid = person()
    images = image_patient(np.random.default_rng(2), patient, grid, parameters=SMALL)
    pure = signal_by_tissue(tissue_table(), T1_WEIGHTED)
    signal = render(images.scene, pure)
    mixed = ~np.isclose(signal[..., None], np.unique(pure), atol=1e-5).any(axis=-1)
    assert 0.02 < mixed.mean() < 0.5


def test_the_labels_agree_with_the_tissue_of_the_voxel() -> None:
    patient, grid = person()
    images = image_patient(np.random.default_rng(2), patient, grid, parameters=SMALL)
    canal = images.labelmap == 3
    fluid = np.isin(images.tissue, [int(Tissue.CSF), int(Tissue.CORD)])
    assert fluid[canal].mean() > 0.85
    disc = images.labelmap == 1
    tissue = images.tissue[disc]
    assert ((tissue >= int(Tissue.DISC_1_0)) | (tissue == int(Tissue.LIGAMENT))).mean() > 0.8


def test_a_plane_of_the_midline_shows_canal_discs_and_vertebrae() -> None:
    patient, grid = person()
    calm = np.zeros((grid.z.size, grid.y.size), np.float32)
    plane = paint(patient, grid, 0.0, streaks=calm, folds=calm + 0.5)
    assert set(np.unique(plane.label)) == {0, 1, 2, 3}


def test_a_plane_far_aside_shows_no_canal() -> None:
    patient, grid = person()
    calm = np.zeros((grid.z.size, grid.y.size), np.float32)
    plane = paint(patient, grid, 30.0, streaks=calm, folds=calm + 0.5)
    assert not (plane.label == 3).any()
    assert (plane.tissue == int(Tissue.MUSCLE)).any()


def test_the_coil_is_strongest_at_the_back() -> None:
    patient, grid = person()
    coil = coil_sensitivity(patient, grid, SMALL)
    assert coil.shape == (1, 144, 144)
    assert np.all((coil > 0.0) & (coil <= 1.0 + 1e-6))
    row = coil[0, 72]
    assert np.all(np.diff(row) >= -1e-6)
