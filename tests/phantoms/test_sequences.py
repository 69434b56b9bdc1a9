"""Gradient echo, inversion recovery and fat saturation, held against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from condyle.phantoms.signal import (
    FAT_LEFT,
    PD_FAT_SATURATED,
    PD_WEIGHTED,
    STIR,
    T1_WEIGHTED,
    T2_FAT_SATURATED,
    GradientEcho,
    InversionRecovery,
    SpinEcho,
    gradient_echo_signal,
    inversion_recovery_signal,
    signal_by_tissue,
    spin_echo_signal,
    tissue_signal,
)
from condyle.phantoms.tissues import Tissue, tissue_table


@pytest.mark.parametrize(("tr", "t1"), [(10.0, 1000.0), (30.0, 300.0), (500.0, 1200.0)])
def test_a_gradient_echo_is_brightest_at_the_ernst_angle(tr: float, t1: float) -> None:
    ernst = math.degrees(math.acos(math.exp(-tr / t1)))
    angles = np.linspace(0.5, 179.5, 3600)
    signals = [
        float(gradient_echo_signal(1.0, t1, 50.0, sequence=GradientEcho(tr, 5.0, angle)))
        for angle in angles
    ]
    assert angles[int(np.argmax(signals))] == pytest.approx(ernst, abs=0.06)


def test_the_greatest_gradient_echo_is_that_of_the_closed_form() -> None:
    left = math.exp(-30.0 / 400.0)
    sequence = GradientEcho(30.0, 0.0, math.degrees(math.acos(left)))
    expected = math.sqrt((1.0 - left) / (1.0 + left))
    assert gradient_echo_signal(1.0, 400.0, 20.0, sequence=sequence) == pytest.approx(expected)


def test_a_flip_of_90_degrees_gives_a_spin_echo_with_t2_star() -> None:
    gradient = gradient_echo_signal(0.8, 900.0, 30.0, sequence=GradientEcho(500.0, 20.0, 90.0))
    spin = spin_echo_signal(0.8, 900.0, 30.0, sequence=SpinEcho(500.0, 20.0))
    assert gradient == pytest.approx(spin, 1e-12)


def test_stir_leaves_nothing_of_a_tissue_whose_t1_ln_2_is_the_inversion_time() -> None:
    sequence = InversionRecovery(1e9, 40.0, inversion_time_ms=288.0 * math.log(2.0))
    assert inversion_recovery_signal(1.0, 288.0, 165.0, sequence=sequence) < 1e-12
    assert inversion_recovery_signal(1.0, 1130.0, 35.0, sequence=sequence) > 0.1


def test_with_a_short_repetition_the_null_moves_as_the_equation_says() -> None:
    t1, tr = 300.0, 900.0
    null = t1 * math.log(2.0 / (1.0 + math.exp(-tr / t1)))
    sequence = InversionRecovery(tr, 10.0, inversion_time_ms=null)
    assert inversion_recovery_signal(1.0, t1, 100.0, sequence=sequence) < 1e-12


def test_an_endless_inversion_time_leaves_a_spin_echo_of_long_repetition() -> None:
    late = inversion_recovery_signal(
        0.7, 800.0, 60.0, sequence=InversionRecovery(1e9, 30.0, inversion_time_ms=1e6)
    )
    assert late == pytest.approx(0.7 * math.exp(-0.5), 1e-12)


@pytest.mark.parametrize("field_t", [1.5, 3.0])
def test_fat_saturation_takes_fat_and_leaves_water(field_t: float) -> None:
    table = tissue_table(field_t)
    plain = signal_by_tissue(table, PD_WEIGHTED)
    timing = SpinEcho(PD_WEIGHTED.repetition_time_ms, PD_WEIGHTED.echo_time_ms, 6, True)
    saturated = signal_by_tissue(table, timing)
    share = table[Tissue.FAT].fat_fraction
    expected = 1.0 - share * (1.0 - FAT_LEFT)
    assert saturated[Tissue.FAT] / plain[Tissue.FAT] == pytest.approx(expected, rel=1e-5)
    assert saturated[Tissue.FAT] < 0.15 * plain[Tissue.FAT]
    assert saturated[Tissue.JOINT_FLUID] == plain[Tissue.JOINT_FLUID]
    assert saturated[Tissue.MARROW_OEDEMA] > 3.0 * saturated[Tissue.YELLOW_MARROW]


@pytest.mark.parametrize("field_t", [1.5, 3.0])
@pytest.mark.parametrize("sequence", [T2_FAT_SATURATED, PD_FAT_SATURATED], ids=["T2", "PD"])
def test_fluid_and_oedema_stand_out_of_fat_saturated_images(
    field_t: float, sequence: SpinEcho
) -> None:
    signal = signal_by_tissue(tissue_table(field_t), sequence)
    assert signal[Tissue.JOINT_FLUID] > signal[Tissue.MARROW_OEDEMA]
    assert signal[Tissue.MARROW_OEDEMA] > 2.0 * signal[Tissue.YELLOW_MARROW]
    assert signal[Tissue.TORN_LIGAMENT] > 1.5 * signal[Tissue.CRUCIATE]
    assert signal[Tissue.TORN_MENISCUS] > 2.0 * signal[Tissue.MENISCUS]
    assert signal[Tissue.MUSCLE_OEDEMA] > 1.5 * signal[Tissue.MUSCLE]


def test_stir_darkens_fat_below_muscle_and_oedema_above_it() -> None:
    signal = signal_by_tissue(tissue_table(1.5), STIR)
    assert signal[Tissue.FAT] < 0.5 * signal[Tissue.MUSCLE]
    assert signal[Tissue.MARROW_OEDEMA] > signal[Tissue.YELLOW_MARROW]


def test_t1_weighting_shows_oedema_and_sclerosis_dark_in_bright_marrow() -> None:
    signal = signal_by_tissue(tissue_table(1.5), T1_WEIGHTED)
    assert signal[Tissue.YELLOW_MARROW] > 1.4 * signal[Tissue.MARROW_OEDEMA]
    assert signal[Tissue.YELLOW_MARROW] > 2.0 * signal[Tissue.SCLEROSIS]
    assert signal[Tissue.YELLOW_MARROW] > 2.0 * signal[Tissue.JOINT_FLUID]


@pytest.mark.parametrize("field_t", [1.5, 3.0])
def test_t2_star_is_never_longer_than_t2_and_stands_for_every_tissue(field_t: float) -> None:
    for tissue, row in tissue_table(field_t).items():
        assert row.t2_star_ms is not None, tissue
        assert 0.0 < row.t2_star_ms <= row.t2_ms


def test_t2_star_is_shorter_at_three_tesla() -> None:
    for tissue in Tissue:
        low, high = (tissue_table(field)[tissue].t2_star_ms for field in (1.5, 3.0))
        assert low is not None
        assert high is not None
        assert high <= low


# Mean and standard deviation in ms as the cited papers print them, (T1, T2) at a field.
GOLD = [
    (1.5, Tissue.CARTILAGE, (1060, 155), (42.1, 7.05)),
    (3.0, Tissue.CARTILAGE, (1240, 107), (36.9, 3.81)),
    (1.5, Tissue.JOINT_FLUID, (2850, 279), (1210, 140)),
    (3.0, Tissue.JOINT_FLUID, (3620, 320), (767, 48.8)),
    (1.5, Tissue.YELLOW_MARROW, (288, 5.27), (165, 6.96)),
    (3.0, Tissue.YELLOW_MARROW, (365, 9.0), (133, 6.14)),
]


@pytest.mark.parametrize(("field_t", "tissue", "t1", "t2"), GOLD, ids=str)
def test_a_joint_tissue_lies_within_one_deviation_of_what_was_measured(
    field_t: float, tissue: Tissue, t1: tuple[float, float], t2: tuple[float, float]
) -> None:
    row = tissue_table(field_t)[tissue]
    assert abs(row.t1_ms - t1[0]) <= t1[1]
    assert abs(row.t2_ms - t2[0]) <= t2[1]


def test_the_menisci_have_the_t2_that_rauscher_measured_at_three_tesla() -> None:
    table = tissue_table(3.0)
    assert table[Tissue.MENISCUS].t2_ms == 11.4
    assert table[Tissue.DEGENERATE_MENISCUS].t2_ms == 16.6


def test_a_tissue_without_t2_star_falls_back_on_t2() -> None:
    from dataclasses import replace

    row = replace(tissue_table()[Tissue.MUSCLE], t2_star_ms=None)
    sequence = GradientEcho(40.0, 10.0, 20.0)
    expected = gradient_echo_signal(row.proton_density, row.t1_ms, row.t2_ms, sequence=sequence)
    assert tissue_signal(row, sequence) == pytest.approx(float(expected))
