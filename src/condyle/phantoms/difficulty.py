"""What makes a simulated patient hard to read: faint and small lesions, noise, artefacts.

Difficulty is one number from 0 to 1. At 0 a lesion has the contrast of its tissue and its
full size, and the images have little noise; at 1 it has a quarter of the contrast and half
the size, the noise is four times as strong, and a third of the series have an artefact.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from condyle.errors import UsageError
from condyle.phantoms.artefacts import Ghosts
from condyle.phantoms.scanner import Acquisition
from condyle.phantoms.simulated import Laterality, Person, Sex

_LEAST_CONTRAST = 0.25
_LEAST_SIZE = 0.5
_NOISE = (0.02, 0.08)
_BIAS = (0.04, 0.14)
_MOST_ARTEFACTS = 1.0 / 3.0
_THREE_TESLA = 0.4


def check_difficulty(difficulty: float) -> None:
    """Refuses a difficulty outside 0 to 1.

    Raises:
        UsageError: It is outside, or no number.
    """
    if not (math.isfinite(difficulty) and 0.0 <= difficulty <= 1.0):
        raise UsageError(
            "The difficulty of the simulated patients cannot be used.",
            found=f"{difficulty}",
            needed="a number of 0 (easy) to 1 (hard)",
            mend="give such a number.",
        )


def contrast_of(difficulty: float) -> float:
    """Gives the share of its tissue's contrast that a lesion has, 1 to 0.25."""
    return 1.0 - (1.0 - _LEAST_CONTRAST) * difficulty


def size_of(difficulty: float) -> float:
    """Gives the factor on the size of a lesion, 1 to 0.5."""
    return 1.0 - (1.0 - _LEAST_SIZE) * difficulty


def draw_acquisition(
    rng: np.random.Generator,
    difficulty: float,
    *,
    field_t: float,
    phase: Literal["row", "column"] = "row",
) -> Acquisition:
    """Draws noise, unevenness and artefacts of a series.

    The number of draws does not depend on what they give, so that two difficulties of
    one seed differ in nothing else.

    Args:
        rng: Source of randomness.
        difficulty: 0 to 1.
        field_t: 1.5 or 3.0; noise falls with the field, so that of 3 T is half.
        phase: Axis along which phase is encoded.
    """
    spread, chance, shift, cycles, start = (float(value) for value in rng.random(5))
    noise = (_NOISE[0] + (_NOISE[1] - _NOISE[0]) * difficulty) * (0.75 + 0.5 * spread)
    ghosts = Ghosts(0.2 + 0.5 * shift, 6.0 + 30.0 * cycles, 2.0 * math.pi * start)
    return Acquisition(
        field_t=field_t,
        noise=noise * 1.5 / field_t,
        bias=_BIAS[0] + (_BIAS[1] - _BIAS[0]) * difficulty,
        phase=phase,
        ghosts=ghosts if chance < _MOST_ARTEFACTS * difficulty else None,
        wrap=chance > 1.0 - 0.5 * _MOST_ARTEFACTS * difficulty,
    )


def draw_person(rng: np.random.Generator, *, ages: tuple[int, int], joint: bool = True) -> Person:
    """Draws who is simulated: adults of both sexes, and for a joint of either side.

    Args:
        rng: Source of randomness.
        ages: Least and greatest age in years, both possible.
        joint: Whether there is a side.
    """
    sexes: tuple[Sex, Sex] = ("F", "M")
    sides: tuple[Laterality, Laterality] = ("left", "right")
    age = int(rng.integers(ages[0], ages[1] + 1))
    sex, side = sexes[int(rng.integers(2))], sides[int(rng.integers(2))]
    field_t = 3.0 if rng.random() < _THREE_TESLA else 1.5
    return Person(age, sex, field_t, side if joint else None)
