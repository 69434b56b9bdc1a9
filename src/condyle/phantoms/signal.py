"""The signal equation that turns tissue into brightness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from condyle.phantoms.tissues import Tissue, TissueProperties


@dataclass(frozen=True)
class SpinEcho:
    """Timing of a spin-echo or turbo spin-echo sequence.

    Attributes:
        repetition_time_ms: TR.
        echo_time_ms: TE; the effective one of a turbo spin echo.
        echo_train_length: Echoes of one excitation, 1 for a plain spin echo; kept for
            the header, the equation does not use it.
    """

    repetition_time_ms: float
    echo_time_ms: float
    echo_train_length: int = 1


T1_WEIGHTED = SpinEcho(repetition_time_ms=550.0, echo_time_ms=10.0, echo_train_length=3)
T2_WEIGHTED = SpinEcho(repetition_time_ms=3500.0, echo_time_ms=100.0, echo_train_length=16)


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


def signal_by_tissue(
    table: Mapping[Tissue, TissueProperties], sequence: SpinEcho
) -> NDArray[np.float32]:
    """Gives a lookup array of 256 signals, indexed by tissue number."""
    signals = np.zeros(256, dtype=np.float32)
    for tissue, row in table.items():
        signals[int(tissue)] = spin_echo_signal(
            row.proton_density, row.t1_ms, row.t2_ms, sequence=sequence
        )
    return signals


def texture_by_tissue(table: Mapping[Tissue, TissueProperties]) -> NDArray[np.float32]:
    """Gives a lookup array of 256 texture amplitudes, indexed by tissue number."""
    amplitudes = np.zeros(256, dtype=np.float32)
    for tissue, row in table.items():
        amplitudes[int(tissue)] = row.texture
    return amplitudes
