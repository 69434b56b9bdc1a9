"""Simulated patients by the number: the same seed gives the same people, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from condyle.errors import UnknownName, UsageError
from condyle.phantoms.ankle import ANKLE
from condyle.phantoms.difficulty import check_difficulty
from condyle.phantoms.knee import KNEE
from condyle.phantoms.lumbar_patients import LUMBAR
from condyle.phantoms.simulated import PatientRequest, SimulatedAnatomy, SimulatedPatient

ANATOMIES: Mapping[str, SimulatedAnatomy] = {"ankle": ANKLE, "knee": KNEE, "lumbar": LUMBAR}
"""By the name that a user gives them."""

_SIZES = (32, 1024)
_MOST_SLICES = 128


def simulated_cases(
    anatomy: str,
    *,
    patients: int,
    seed: int,
    difficulty: float = 0.3,
    size: int = 256,
    slices: int | None = None,
    prevalence: Mapping[str, float] | None = None,
) -> Iterator[SimulatedPatient]:
    """Gives simulated patients one after another, each made when it is asked for.

    A patient depends on the seed and on their own number, not on how many are asked for.

    Args:
        anatomy: A name of ``ANATOMIES``.
        patients: How many.
        seed: Of the population, not negative.
        difficulty: 0 to 1.
        size: Rows and columns of a slice.
        slices: Slices a series, the anatomy's own number where ``None``.
        prevalence: Finding to its share among patients; those left out keep the
            anatomy's own.

    Raises:
        UnknownName: There is no such anatomy or finding.
        UsageError: A number is out of range; raised before the first patient is made.
    """
    wanted = anatomy_named(anatomy)
    _check(patients=patients, seed=seed, size=size, slices=slices)
    check_difficulty(difficulty)
    shares = prevalence_of(wanted, prevalence or {})
    requests = (
        PatientRequest(f"{number:04d}", difficulty, size, slices or wanted.slices, shares)
        for number in range(1, patients + 1)
    )
    return (wanted.simulate(_generator(anatomy, seed, one.id), one) for one in requests)


def anatomy_named(name: str) -> SimulatedAnatomy:
    """Gives an anatomy.

    Raises:
        UnknownName: There is none of that name; the message lists the names.
    """
    if name not in ANATOMIES:
        raise UnknownName("simulated anatomy", name, ANATOMIES)
    return ANATOMIES[name]


def prevalence_of(anatomy: SimulatedAnatomy, given: Mapping[str, float]) -> dict[str, float]:
    """Gives the share of patients with each finding, as given or the anatomy's own.

    Raises:
        UnknownName: The anatomy has no such finding.
        UsageError: A share is outside 0 to 1.
    """
    for name, share in given.items():
        if name not in anatomy.prevalence:
            raise UnknownName("finding of this anatomy", name, anatomy.prevalence)
        if not 0.0 <= share <= 1.0:
            raise UsageError(
                "A prevalence cannot be used.",
                found=f"{name} {share}",
                needed="a share of 0 to 1",
                mend="give the share of patients with the finding, such as 0.4.",
            )
    return {**anatomy.prevalence, **given}


def _generator(anatomy: str, seed: int, patient: str) -> np.random.Generator:
    return np.random.default_rng([seed, int(patient), *anatomy.encode()])


def _check(*, patients: int, seed: int, size: int, slices: int | None) -> None:
    ranges = {
        "patients": (patients, 1, 100_000),
        "seed": (seed, 0, 2**63 - 1),
        "size": (size, *_SIZES),
        "slices": (1 if slices is None else slices, 1, _MOST_SLICES),
    }
    wrong = {name: row for name, row in ranges.items() if not row[1] <= row[0] <= row[2]}
    if wrong:
        raise UsageError(
            "These patients cannot be simulated.",
            found=", ".join(f"{name} {value}" for name, (value, _, _) in wrong.items()),
            needed=", ".join(
                f"{name} of {low} to {high}" for name, (_, low, high) in wrong.items()
            ),
            mend="give numbers within these ranges.",
        )
