"""A figure group by group, and whether the groups differ more than chance would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from condyle.domain.estimate import Estimate
from condyle.errors import InputError
from condyle.evaluation.bootstrap import Resampling
from condyle.evaluation.inputs import BoolArray, same_length

FEW = 20


@dataclass(frozen=True)
class Subgroup:
    """One group of patients.

    Attributes:
        name: Value of the covariate.
        figure: Its estimate.
        patients: Patients in it.
        too_few: True with fewer than 20 patients: not to be read as evidence.
    """

    name: str
    figure: Estimate
    patients: int
    too_few: bool


@dataclass(frozen=True)
class Subgroups:
    """All groups of one covariate.

    Attributes:
        groups: By name.
        spread: Greatest less smallest figure.
        p_value: Share of random groupings of the patients, of the same sizes, whose
            spread is as large; NaN with one group or an undefined figure.
    """

    groups: tuple[Subgroup, ...]
    spread: float
    p_value: float


def by_subgroup(
    figure: Callable[[BoolArray, Resampling], Estimate],
    groups: ArrayLike,
    resampling: Resampling,
    *,
    permutations: int = 1000,
) -> Subgroups:
    """Gives a figure in each group of patients, and tests the interaction.

    Args:
        figure: From the rows of a group and their plan to the estimate, such as
            ``lambda rows, plan: roc_auc(reference[rows], scores[rows], plan)``.
        groups: Value of the covariate of each row, one and the same within a patient.
        resampling: Whose rows they are.
        permutations: Random groupings tried.

    Raises:
        InputError: The rows of one patient are in several groups.
    """
    labels = np.asarray(groups).astype(np.str_)
    same_length(groups=labels, patients=resampling.patients)
    owner = resampling.owner
    of_patient = _group_of_patients(labels, owner, resampling.patient_count)
    found = []
    for name in np.unique(labels):
        rows = labels == name
        count = int((of_patient == name).sum())
        estimate = figure(rows, resampling.of(rows))
        found.append(Subgroup(str(name), estimate, count, count < FEW))
    spread = _spread([group.figure.value for group in found])
    return Subgroups(
        groups=tuple(found),
        spread=spread,
        p_value=_interaction(figure, (of_patient, owner), (resampling, permutations), spread),
    )


def _interaction(
    figure: Callable[[BoolArray, Resampling], Estimate],
    membership: tuple[NDArray[np.str_], NDArray[np.intp]],
    draw: tuple[Resampling, int],
    spread: float,
) -> float:
    of_patient, owner = membership
    resampling, permutations = draw
    names = np.unique(of_patient)
    if len(names) < 2 or np.isnan(spread):
        return float("nan")
    # One replicate is enough where only the value is wanted.
    quick = replace(resampling, replicates=1, interval="percentile", strata=None)
    as_large = defined = 0
    for _ in range(permutations):
        shuffled = resampling.rng.permutation(of_patient)[owner]
        values = [figure(shuffled == name, quick.of(shuffled == name)).value for name in names]
        drawn = _spread(values)
        defined += not np.isnan(drawn)
        as_large += drawn >= spread - 1e-12
    return (as_large + 1) / (defined + 1)


def _spread(values: list[float]) -> float:
    return float(max(values) - min(values)) if not np.isnan(values).any() else float("nan")


def _group_of_patients(
    labels: NDArray[np.str_], owner: NDArray[np.intp], patients: int
) -> NDArray[np.str_]:
    of_patient = np.empty(patients, dtype=labels.dtype)
    of_patient[owner] = labels
    mixed = np.unique(owner[of_patient[owner] != labels])
    if len(mixed):
        raise InputError(
            "Subgroups cannot be compared.",
            found=f"{len(mixed)} patients with rows in several groups",
            needed="one group a patient",
            mend="group by something that belongs to the patient.",
        )
    return of_patient
