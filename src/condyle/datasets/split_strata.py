"""Dealing patients into parts so that each part has its share of every label."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from condyle.domain.case import Case


def strata_of(cases: Iterable[Case]) -> dict[str, frozenset[str]]:
    """Gives each patient's strata: what the reference says that one of their images shows.

    A stratum is a label with a value, a structure in a mask, a label of a box, or that
    there are masks, grades or boxes at all.
    """
    found: dict[str, set[str]] = {}
    for case in cases:
        mine = found.setdefault(case.patient, set())
        for labels in case.reference.grades.values():
            mine |= {f"grade {label} {value}" for label, value in labels.items()}
        for mask in case.reference.masks.values():
            present = np.bincount(mask.ravel(), minlength=1)
            mine |= {f"mask {value}" for value in np.flatnonzero(present)}
        for boxes in case.reference.boxes.values():
            mine |= {"boxes", *(f"box {label}" for box in boxes for label in box.labels)}
    return {patient: frozenset(strata) for patient, strata in found.items()}


def stratified_parts(
    strata: Mapping[str, Collection[str]], *, sizes: Sequence[int], rng: np.random.Generator
) -> dict[str, int]:
    """Deals patients into parts of given sizes, each with its share of each stratum.

    Iterative stratification: the stratum that fewest of those still to be dealt show goes
    first, and each of its patients to the part that lacks it most. Sechidis, Tsoumakas and
    Vlahavas 2011, doi 10.1007/978-3-642-23808-6_10; here parts that are full take no more,
    so that the sizes come out exactly.

    Args:
        strata: Patient to the strata that they show.
        sizes: Patients a part; their sum is the number of patients.
        rng: Source of randomness; the order of ``strata`` has no influence.

    Returns:
        Patient to part, from 0.
    """
    patients = [str(patient) for patient in rng.permutation(sorted(strata))]
    names = sorted(set().union(*strata.values())) if patients else []
    shows = np.array([[name in strata[p] for name in names] for p in patients], dtype=bool)
    shows = shows.reshape(len(patients), len(names))
    free = np.array(sizes, dtype=np.int64)
    lacks = np.outer(free / max(free.sum(), 1), shows.sum(axis=0))
    open_ = np.ones(len(patients), dtype=bool)
    dealt: dict[str, int] = {}
    while open_.any():
        left = (shows & open_[:, None]).sum(axis=0)
        shown = np.flatnonzero(left)
        rarest = int(shown[np.argmin(left[shown])]) if len(shown) else None
        here = np.flatnonzero(open_ if rarest is None else open_ & shows[:, rarest])
        for index in here:
            wanted = np.zeros(len(free)) if rarest is None else lacks[:, rarest]
            part = _part_that_lacks_most(wanted, free=free, rng=rng)
            dealt[patients[index]] = part
            free[part] -= 1
            lacks[part] -= shows[index]
            open_[index] = False
    return dealt


def _part_that_lacks_most(
    wanted: NDArray[np.float64], *, free: NDArray[np.int64], rng: np.random.Generator
) -> int:
    """Chooses by the wish, then by the places left, then by chance."""
    ranks = np.lexsort((rng.random(len(free)), free, np.where(free > 0, wanted, -np.inf)))
    return int(ranks[-1])
