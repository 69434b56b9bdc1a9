"""One scanner for every anatomy: scale, noise, wrapping, ghosts and metal where asked for."""

from __future__ import annotations

import numpy as np
import pytest

from condyle.errors import UsageError
from condyle.phantoms.artefacts import Ghosts, Metal
from condyle.phantoms.scanner import (
    Acquisition,
    acquire,
    draw_texture,
    scan,
    texture_amplitude,
)
from condyle.phantoms.scene import Scene
from condyle.phantoms.signal import T1_GRADIENT_ECHO, T1_WEIGHTED, T2_WEIGHTED, signal_by_tissue
from condyle.phantoms.tissues import Tissue, tissue_table

ONES = np.ones((1, 1, 1), np.float32)
SPACING = (4.0, 2.0, 2.0)
PLAIN = Acquisition(noise=0.0, bias=0.0, blur_px=0.0, reference=Tissue.MUSCLE)


def bar(margin: tuple[int, int] = (0, 0)) -> Scene:
    """A bar of fat in muscle that reaches from the top margin to the middle."""
    tissue = np.full((6, 80, 64), int(Tissue.MUSCLE), np.uint8)
    tissue[:, :40, 20:44] = int(Tissue.FAT)
    return Scene(tissue, SPACING, affine=np.diag([4.0, 2.0, 2.0, 1.0]), margin=margin)


def test_the_reference_tissue_becomes_400_and_others_follow_the_equation() -> None:
    volume = acquire(np.random.default_rng(1), bar(), T1_WEIGHTED, acquisition=PLAIN)
    signal = signal_by_tissue(tissue_table(), T1_WEIGHTED)
    assert volume.array.shape == (3, 40, 32)
    assert volume.array[1, 35, 16] == pytest.approx(400.0, rel=1e-4)
    ratio = signal[Tissue.FAT] / signal[Tissue.MUSCLE]
    assert volume.array[1, 5, 16] == pytest.approx(400.0 * ratio, rel=1e-4)


def test_without_a_reference_the_brightest_twentieth_becomes_800() -> None:
    wanted = Acquisition(noise=0.0, bias=0.0, blur_px=0.0)
    volume = acquire(np.random.default_rng(1), bar(), T1_WEIGHTED, acquisition=wanted)
    assert float(np.percentile(volume.array, 95)) == pytest.approx(800.0, rel=1e-4)


def test_the_volume_has_the_scenes_spacing_and_place() -> None:
    scene = bar()
    volume = acquire(np.random.default_rng(1), scene, T2_WEIGHTED)
    assert volume.spacing == SPACING
    assert volume.affine is scene.affine
    assert volume.array.dtype == np.float32


def test_the_same_generator_gives_the_same_voxels_and_another_does_not() -> None:
    first, again, other = (
        acquire(np.random.default_rng(seed), bar(), T1_WEIGHTED).array for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_noise_is_measured_by_the_reference() -> None:
    nothing = np.zeros((3, 96, 96), np.float32)
    array = scan(
        np.random.default_rng(1),
        nothing,
        texture=ONES,
        coil=ONES,
        spacing=SPACING,
        reference=0.5,
        acquisition=Acquisition(noise=0.05),
    )
    assert float(array.mean()) == pytest.approx(400.0 * 0.05 * np.sqrt(np.pi / 2.0), rel=0.02)


def test_the_coil_multiplies_and_its_unevenness_has_mean_nought() -> None:
    signal = np.full((3, 96, 96), 0.5, np.float32)
    coil = np.linspace(0.5, 1.0, 96, dtype=np.float32)[None, None]
    even, uneven = (
        scan(
            np.random.default_rng(1),
            signal,
            texture=ONES,
            coil=coil,
            spacing=SPACING,
            reference=0.5,
            acquisition=Acquisition(noise=0.0, bias=bias),
        )
        for bias in (0.0, 0.06)
    )
    np.testing.assert_allclose(even[0, 0], 400.0 * coil[0, 0], rtol=1e-4)
    assert float((uneven / even).mean()) == pytest.approx(1.0, abs=0.01)
    assert 0.02 < float((uneven / even).std()) < 0.1


def test_a_margin_is_cut_off_where_nothing_wraps() -> None:
    volume = acquire(np.random.default_rng(1), bar(margin=(8, 0)), T1_WEIGHTED, acquisition=PLAIN)
    assert volume.array.shape == (3, 24, 32)
    assert volume.array[1, 20, 16] == pytest.approx(400.0, rel=1e-4)


def test_what_lies_beyond_one_end_wraps_in_at_the_other() -> None:
    wrapping = Acquisition(
        noise=0.0, bias=0.0, blur_px=0.0, reference=Tissue.MUSCLE, wrap=True, phase="row"
    )
    rng = np.random.default_rng(1)
    plain = acquire(rng, bar(margin=(8, 0)), T1_WEIGHTED, acquisition=PLAIN).array
    wrapped = acquire(rng, bar(margin=(8, 0)), T1_WEIGHTED, acquisition=wrapping).array
    ratio = plain[1, 2, 16]  # fat, of which the margin above holds more
    assert wrapped[1, 20, 16] == pytest.approx(400.0 + ratio, rel=1e-3)
    assert wrapped[1, 10, 16] == pytest.approx(plain[1, 10, 16], rel=1e-3)


def test_ghosts_run_along_the_phase_axis() -> None:
    scene = bar()
    rng = np.random.default_rng(1)
    moving = Acquisition(
        noise=0.0, bias=0.0, blur_px=0.0, reference=Tissue.MUSCLE, ghosts=Ghosts(1.5, 7.0)
    )
    plain = acquire(rng, scene, T1_WEIGHTED, acquisition=PLAIN).array
    ghosted = acquire(rng, scene, T1_WEIGHTED, acquisition=moving).array
    assert np.abs(ghosted - plain).max() > 20.0
    energy = float((plain**2).sum())
    assert float((ghosted**2).sum()) == pytest.approx(energy, rel=1e-3)


@pytest.mark.parametrize("margin", [(0, 0), (0, 4)])
def test_metal_leaves_a_hole_that_a_gradient_echo_makes_larger(margin: tuple[int, int]) -> None:
    metal = Metal(centre=(1.0, 25.0, 12.0), radius_mm=4.0, ppm=9.0)
    holes = []
    for sequence in (T1_WEIGHTED, T1_GRADIENT_ECHO):
        arrays = [
            acquire(
                np.random.default_rng(1),
                bar(margin=margin),
                sequence,
                acquisition=Acquisition(
                    noise=0.0, bias=0.0, blur_px=0.0, reference=Tissue.MUSCLE, metal=one
                ),
            ).array
            for one in (None, metal)
        ]
        assert arrays[1][1, 25, 12] < 0.2 * arrays[0][1, 25, 12]
        holes.append(int((arrays[1] < 0.5 * arrays[0]).sum()))
    assert holes[1] > 1.5 * holes[0] > 0


def test_texture_is_1_on_average_and_absent_where_its_amplitude_is_nought() -> None:
    amplitude = np.zeros((3, 96, 96), np.float32)
    amplitude[:, 48:] = 0.1
    texture = draw_texture(np.random.default_rng(1), amplitude, (4.4, 2.0, 2.0))
    assert np.all(texture[:, :48] == 1.0)
    assert float(texture[:, 48:].mean()) == pytest.approx(1.0, abs=0.03)
    assert float(texture[:, 48:].std()) == pytest.approx(0.1, abs=0.03)


def test_the_amplitude_of_texture_is_that_of_the_tissue() -> None:
    amplitude = texture_amplitude(bar())
    table = tissue_table()
    assert amplitude[1, 5, 16] == pytest.approx(table[Tissue.FAT].texture)
    assert amplitude[1, 35, 16] == pytest.approx(table[Tissue.MUSCLE].texture)


def test_a_field_strength_without_values_is_refused() -> None:
    with pytest.raises(UsageError, match="field strength"):
        acquire(np.random.default_rng(1), bar(), T1_WEIGHTED, acquisition=Acquisition(field_t=0.2))
