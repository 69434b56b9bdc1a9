"""The signal equations that turn tissue into brightness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from condyle.phantoms.tissues import Tissue, TissueProperties

FAT_LEFT = 0.05
"""Share of the signal of fat that survives fat saturation; an approximation."""


@dataclass(frozen=True)
class SpinEcho:
    """Timing of a spin-echo or turbo spin-echo sequence.

    Attributes:
        repetition_time_ms: TR.
        echo_time_ms: TE; the effective one of a turbo spin echo.
        echo_train_length: Echoes of one excitation, 1 for a plain spin echo; kept for
            the header, the equation does not use it.
        fat_saturated: Whether a pulse at the frequency of fat comes first.
    """

    repetition_time_ms: float
    echo_time_ms: float
    echo_train_length: int = 1
    fat_saturated: bool = False


@dataclass(frozen=True)
class GradientEcho:
    """Timing of a spoiled gradient-echo sequence.

    Attributes:
        repetition_time_ms: TR.
        echo_time_ms: TE.
        flip_angle_deg: Flip angle.
        fat_saturated: Whether a pulse at the frequency of fat comes first.
    """

    repetition_time_ms: float
    echo_time_ms: float
    flip_angle_deg: float
    fat_saturated: bool = False


@dataclass(frozen=True)
class InversionRecovery:
    """Timing of an inversion-recovery (turbo) spin echo; STIR with a short TI.

    Attributes:
        repetition_time_ms: TR.
        echo_time_ms: TE.
        inversion_time_ms: TI; 0.69 T1 of a tissue leaves nothing of it.
        echo_train_length: Echoes of one excitation; kept for the header.
    """

    repetition_time_ms: float
    echo_time_ms: float
    inversion_time_ms: float
    echo_train_length: int = 1


Sequence = SpinEcho | GradientEcho | InversionRecovery

T1_WEIGHTED = SpinEcho(repetition_time_ms=550.0, echo_time_ms=10.0, echo_train_length=3)
T2_WEIGHTED = SpinEcho(repetition_time_ms=3500.0, echo_time_ms=100.0, echo_train_length=16)
T2_FAT_SATURATED = SpinEcho(3800.0, 70.0, echo_train_length=12, fat_saturated=True)
PD_WEIGHTED = SpinEcho(2800.0, 28.0, echo_train_length=6)
PD_FAT_SATURATED = SpinEcho(2800.0, 30.0, echo_train_length=6, fat_saturated=True)
T1_GRADIENT_ECHO = GradientEcho(30.0, 5.0, flip_angle_deg=30.0)
STIR = InversionRecovery(4000.0, 50.0, inversion_time_ms=200.0, echo_train_length=10)
"""TI nulls fat at 1.5 T: 0.69 x 288 ms; at 3 T it would be 257 ms."""


def spin_echo_signal(
    proton_density: ArrayLike, t1_ms: ArrayLike, t2_ms: ArrayLike, *, sequence: SpinEcho
) -> NDArray[np.float64]:
    """Gives the signal of a spin echo, S = PD (1 - exp(-TR/T1)) exp(-TE/T2).

    The equation holds for a 90 degree excitation and TE much shorter than TR (Bernstein,
    King, Zhou, *Handbook of MRI Pulse Sequences*, 2004, section 14.3). The effects of an
    echo train (T2 blurring, magnetisation transfer, bright fat by J-coupling) are left
    out.

    Args:
        proton_density: Fraction of that of water, any shape.
        t1_ms: Longitudinal relaxation time, same shape or a scalar, positive.
        t2_ms: Transverse relaxation time, same shape or a scalar, positive.
        sequence: Timing.

    Returns:
        The signal in the unit of the proton density.
    """
    density = np.asarray(proton_density, dtype=np.float64)
    t1 = np.asarray(t1_ms, dtype=np.float64)
    t2 = np.asarray(t2_ms, dtype=np.float64)
    recovered = -np.expm1(-sequence.repetition_time_ms / t1)
    decayed = np.exp(-sequence.echo_time_ms / t2)
    return np.asarray(density * recovered * decayed, dtype=np.float64)


def gradient_echo_signal(
    proton_density: ArrayLike, t1_ms: ArrayLike, t2_star_ms: ArrayLike, *, sequence: GradientEcho
) -> NDArray[np.float64]:
    """Gives the signal of a spoiled gradient echo in its steady state.

    S = PD sin(a) (1 - E1) / (1 - E1 cos(a)) exp(-TE/T2*) with E1 = exp(-TR/T1), which is
    greatest at the Ernst angle cos(a) = E1 (Bernstein, King, Zhou, *Handbook of MRI Pulse
    Sequences*, 2004, section 14.1).

    Args:
        proton_density: Fraction of that of water, any shape.
        t1_ms: Longitudinal relaxation time, positive.
        t2_star_ms: Transverse relaxation time with field unevenness, positive.
        sequence: Timing and flip angle.
    """
    density = np.asarray(proton_density, dtype=np.float64)
    left = np.exp(-sequence.repetition_time_ms / np.asarray(t1_ms, dtype=np.float64))
    angle = np.deg2rad(sequence.flip_angle_deg)
    steady = np.sin(angle) * (1.0 - left) / (1.0 - left * np.cos(angle))
    decayed = np.exp(-sequence.echo_time_ms / np.asarray(t2_star_ms, dtype=np.float64))
    return np.asarray(density * steady * decayed, dtype=np.float64)


def inversion_recovery_signal(
    proton_density: ArrayLike, t1_ms: ArrayLike, t2_ms: ArrayLike, *, sequence: InversionRecovery
) -> NDArray[np.float64]:
    """Gives the magnitude of an inversion-recovery spin echo.

    S = PD |1 - 2 exp(-TI/T1) + exp(-TR/T1)| exp(-TE/T2), for TE much shorter than TR
    (Bernstein, King, Zhou, *Handbook of MRI Pulse Sequences*, 2004, section 14.2).

    Args:
        proton_density: Fraction of that of water, any shape.
        t1_ms: Longitudinal relaxation time, positive.
        t2_ms: Transverse relaxation time, positive.
        sequence: Timing.
    """
    density = np.asarray(proton_density, dtype=np.float64)
    t1 = np.asarray(t1_ms, dtype=np.float64)
    inverted = 2.0 * np.exp(-sequence.inversion_time_ms / t1)
    recovered = np.abs(1.0 - inverted + np.exp(-sequence.repetition_time_ms / t1))
    decayed = np.exp(-sequence.echo_time_ms / np.asarray(t2_ms, dtype=np.float64))
    return np.asarray(density * recovered * decayed, dtype=np.float64)


def tissue_signal(row: TissueProperties, sequence: Sequence) -> float:
    """Gives the signal of a tissue; fat saturation takes the share that comes from fat."""
    if isinstance(sequence, InversionRecovery):
        return float(
            inversion_recovery_signal(row.proton_density, row.t1_ms, row.t2_ms, sequence=sequence)
        )
    if isinstance(sequence, GradientEcho):
        t2_star = row.t2_ms if row.t2_star_ms is None else row.t2_star_ms
        whole = gradient_echo_signal(row.proton_density, row.t1_ms, t2_star, sequence=sequence)
    else:
        whole = spin_echo_signal(row.proton_density, row.t1_ms, row.t2_ms, sequence=sequence)
    taken = row.fat_fraction * (1.0 - FAT_LEFT) if sequence.fat_saturated else 0.0
    return float(whole) * (1.0 - taken)


def signal_by_tissue(
    table: Mapping[Tissue, TissueProperties], sequence: Sequence
) -> NDArray[np.float32]:
    """Gives a lookup array of 256 signals, indexed by tissue number."""
    signals = np.zeros(256, dtype=np.float32)
    for tissue, row in table.items():
        signals[int(tissue)] = tissue_signal(row, sequence)
    return signals


def texture_by_tissue(table: Mapping[Tissue, TissueProperties]) -> NDArray[np.float32]:
    """Gives a lookup array of 256 texture amplitudes, indexed by tissue number."""
    amplitudes = np.zeros(256, dtype=np.float32)
    for tissue, row in table.items():
        amplitudes[int(tissue)] = row.texture
    return amplitudes
