"""Who teaches, who decides and who is scored: the rounds of a patient-level split."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from condyle.errors import BadConfiguration, DatasetError


@dataclass(frozen=True)
class Round:
    """One training, by patients; none of them is in two parts.

    Attributes:
        train: Who teaches.
        validation: Who decides when to stop and where the threshold lies; may be empty.
        test: Who is scored, and takes part in no decision.

    Raises:
        BadConfiguration: A patient is in two parts or twice in one, or nobody teaches, or
            nobody is scored.
    """

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]

    def __post_init__(self) -> None:
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        for name, members in parts.items():
            if len(set(members)) < len(members):
                raise _leak(f"{len(members) - len(set(members))} of '{name}' stand there twice")
        for (one, first), (other, second) in combinations(parts.items(), 2):
            shared = len(set(first) & set(second))
            if shared:
                raise _leak(f"{shared} in both '{one}' and '{other}'")
        for name in ("train", "test"):
            if not parts[name]:
                raise BadConfiguration(
                    "A round of the split cannot be run.",
                    found=f"no patient in '{name}'",
                    needed="at least one patient who teaches and one who is scored",
                    mend="give more patients, or a design with fewer parts.",
                )

    @property
    def patients(self) -> frozenset[str]:
        """Everybody who takes part."""
        return frozenset((*self.train, *self.validation, *self.test))


def _leak(found: str) -> BadConfiguration:
    return BadConfiguration(
        "The split leaks: a patient has more than one place in a round.",
        found=f"patients: {found}",
        needed="each patient in one of train, validation and test",
        mend="take each patient out of all places but one, or let a design draw the split.",
    )


@dataclass(frozen=True)
class Split:
    """The rounds of a training and its scoring, of the same patients in each.

    Attributes:
        name: Name of the split.
        seed: Seed that it was drawn with.
        design: How it was drawn, such as ``"5-fold"`` or ``"70/15/15"``.
        rounds: At least one.

    Raises:
        BadConfiguration: There is no round, or a round leaves a patient out.
    """

    name: str
    seed: int
    design: str
    rounds: tuple[Round, ...]

    def __post_init__(self) -> None:
        if len({round_.patients for round_ in self.rounds}) != 1:
            raise BadConfiguration(
                f"The split '{self.name}' is not whole.",
                found="rounds of different patients" if self.rounds else "no round",
                needed="at least one round, and every patient in each",
                mend="give each patient of the split one part of every round.",
            )

    @property
    def count(self) -> int:
        """Number of rounds."""
        return len(self.rounds)

    @property
    def patients(self) -> frozenset[str]:
        """Everybody whom the split knows."""
        return self.rounds[0].patients

    @cached_property
    def folds(self) -> Mapping[str, int]:
        """Patient to the round, from 0, that scores them; without those whom none scores.

        Raises:
            DatasetError: A patient is scored in several rounds, as repeats do.
        """
        tested = [(patient, k) for k, round_ in enumerate(self.rounds) for patient in round_.test]
        found = dict(tested)
        if len(found) < len(tested):
            raise DatasetError(
                f"The split '{self.name}' scores a patient more than once.",
                found=f"the design '{self.design}'",
                needed="a design that scores each patient in one round, such as '5-fold'",
                mend="choose such a design in data.split of the recipe.",
            )
        return found

    @property
    def sha256(self) -> str:
        """Hash of the assignment, whatever the file looks like."""
        held: object = [
            {"train": sorted(r.train), "validation": sorted(r.validation), "test": sorted(r.test)}
            for r in self.rounds
        ]
        if self.is_plain:
            held = dict(sorted(self.folds.items()))
        return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()

    @property
    def is_plain(self) -> bool:
        """Whether it is folds only: each patient scored once, and nobody set aside to decide."""
        scored = [patient for round_ in self.rounds for patient in round_.test]
        return (
            not any(round_.validation for round_ in self.rounds)
            and len(set(scored)) == len(scored)
            and set(scored) == self.patients
        )

    def fold_of(self, patient: str) -> int:
        """Gives the round that scores a patient.

        Raises:
            DatasetError: The split does not know the patient, or never scores them, or
                scores them in several rounds.
        """
        if patient not in self.folds:
            known = patient in self.patients
            raise DatasetError(
                f"The split '{self.name}' does not cover the data.",
                found="a patient whom no round scores" if known else "a patient that is in no fold",
                needed="every patient of the data in one fold",
                mend="make a new split for this data and name it in the recipe.",
            )
        return self.folds[patient]


def split_of_folds(name: str, *, seed: int, folds: Mapping[str, int]) -> Split:
    """Gives the split in which each fold is scored once and all others teach.

    Args:
        name: Name of the split.
        seed: Seed that it was drawn with.
        folds: Patient to fold, from 0.

    Raises:
        BadConfiguration: There are fewer than two folds, or one of them is empty.
    """
    count = max(folds.values(), default=-1) + 1
    rounds = (
        Round(
            train=in_order(p for p, f in folds.items() if f != fold),
            validation=(),
            test=in_order(p for p, f in folds.items() if f == fold),
        )
        for fold in range(count)
    )
    return Split(name=name, seed=seed, design=f"{count}-fold", rounds=tuple(rounds))


def in_order(patients: Iterable[str]) -> tuple[str, ...]:
    """Gives patients in the order of their numbers, or of the alphabet."""
    return tuple(sorted(patients, key=lambda name: (int(name) if name.isdecimal() else 0, name)))
