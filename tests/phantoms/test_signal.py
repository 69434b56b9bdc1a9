"""The spin-echo equation and the tissue table, held against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.errors import UsageError
from condyle.phantoms.signal import (
    T1_WEIGHTED,
    T2_WEIGHTED,
    SpinEcho,
    signal_by_tissue,
    spin_echo_signal,
    texture_by_tissue,
)
from condyle.phantoms.tissues import Tissue, disc_tissue, tissue_table


def test_the_signal_is_that_of_the_closed_form() -> None:
    sequence = SpinEcho(repetition_time_ms=500.0, echo_time_ms=20.0)
    expected = 0.8 * (1.0 - math.exp(-500.0 / 1000.0)) * math.exp(-20.0 / 80.0)
    assert spin_echo_signal(0.8, 1000.0, 80.0, sequence=sequence) == pytest.approx(expected, 1e-12)


def test_at_ln_2_times_t1_and_t2_the_signal_is_a_quarter() -> None:
    sequence = SpinEcho(1000.0 * math.log(2.0), 50.0 * math.log(2.0))
    assert spin_echo_signal(1.0, 1000.0, 50.0, sequence=sequence) == pytest.approx(0.25, 1e-12)


def test_an_endless_repetition_time_leaves_only_the_decay() -> None:
    signal = spin_echo_signal(1.0, 900.0, 40.0, sequence=SpinEcho(1e9, 40.0))
    assert signal == pytest.approx(math.exp(-1.0), 1e-12)


def test_the_signal_keeps_the_shape_of_its_maps() -> None:
    maps = np.full((2, 3, 4), 0.5)
    signal = spin_echo_signal(maps, maps * 1000.0, maps * 100.0, sequence=T1_WEIGHTED)
    assert signal.shape == (2, 3, 4)


@given(
    t1=st.floats(100.0, 5000.0),
    t2=st.floats(1.0, 2000.0),
    tr=st.floats(100.0, 6000.0),
    te=st.floats(1.0, 200.0),
)
def test_a_longer_echo_is_never_brighter_and_a_longer_repetition_never_darker(
    t1: float, t2: float, tr: float, te: float
) -> None:
    base = spin_echo_signal(1.0, t1, t2, sequence=SpinEcho(tr, te))
    assert spin_echo_signal(1.0, t1, t2, sequence=SpinEcho(tr, te * 1.5)) <= base
    assert spin_echo_signal(1.0, t1, t2, sequence=SpinEcho(tr * 1.5, te)) >= base


@pytest.mark.parametrize("field_t", [1.5, 3.0])
def test_every_tissue_has_plausible_values_and_a_source(field_t: float) -> None:
    table = tissue_table(field_t)
    assert set(table) >= set(Tissue) - {Tissue.AIR}
    for tissue, row in table.items():
        assert row.source, tissue
        assert 0.0 <= row.proton_density <= 1.1
        assert 0.0 < row.t2_ms < row.t1_ms


def test_a_field_strength_without_values_is_refused_with_those_that_have() -> None:
    with pytest.raises(UsageError, match=r"1\.5 T, 3\.0 T"):
        tissue_table(7.0)


@pytest.mark.parametrize(("grade", "shell"), [(0, 0), (6, 0), (1, -1), (1, 4)])
def test_a_disc_tissue_out_of_range_is_refused(grade: int, shell: int) -> None:
    with pytest.raises(UsageError, match="disc tissue"):
        disc_tissue(grade, shell)


def test_every_disc_tissue_has_its_own_number() -> None:
    numbers = {disc_tissue(grade, shell) for grade in range(1, 6) for shell in range(4)}
    assert len(numbers) == 20


@pytest.mark.parametrize("field_t", [1.5, 3.0])
def test_t1_weighting_shows_fat_bright_and_fluid_dark(field_t: float) -> None:
    signal = signal_by_tissue(tissue_table(field_t), T1_WEIGHTED)
    assert signal[Tissue.FAT] > signal[Tissue.MARROW] > signal[Tissue.CORD]
    assert signal[Tissue.CORD] > signal[Tissue.CSF] > signal[Tissue.CORTEX]
    assert signal[Tissue.AIR] == 0.0


@pytest.mark.parametrize("field_t", [1.5, 3.0])
def test_t2_weighting_shows_fluid_brightest_of_the_spine_and_muscle_dark(field_t: float) -> None:
    signal = signal_by_tissue(tissue_table(field_t), T2_WEIGHTED)
    assert signal[Tissue.CSF] > signal[Tissue.MARROW] > signal[Tissue.MUSCLE]
    assert signal[Tissue.CSF] > signal[Tissue.CORD]


def test_a_nucleus_darkens_on_t2_with_each_grade() -> None:
    signal = signal_by_tissue(tissue_table(), T2_WEIGHTED)
    nuclei = [signal[disc_tissue(grade, 3)] for grade in range(1, 6)]
    assert nuclei == sorted(nuclei, reverse=True)
    assert nuclei[0] > 5.0 * nuclei[4]


def test_a_nucleus_is_brighter_on_t2_than_its_annulus_at_every_grade() -> None:
    signal = signal_by_tissue(tissue_table(), T2_WEIGHTED)
    for grade in range(1, 6):
        shells = [signal[disc_tissue(grade, shell)] for shell in range(4)]
        assert shells == sorted(shells)


def test_the_published_disc_values_stand_in_the_table() -> None:
    table = tissue_table()
    assert [round(table[disc_tissue(grade, 3)].t2_ms) for grade in (1, 2, 3, 4)] == [
        210,
        129,
        84,
        51,
    ]


def test_texture_is_indexed_like_signal_and_air_has_none() -> None:
    texture = texture_by_tissue(tissue_table())
    assert texture.shape == (256,)
    assert texture[Tissue.AIR] == 0.0
    assert texture[Tissue.MARROW] > 0.0
