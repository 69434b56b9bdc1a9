"""Patient-level splits: made once, committed, fed back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TypeGuard

import numpy as np
import yaml

from condyle.errors import BadConfiguration, DatasetError

SCHEMA = "condyle.split/1"


@dataclass(frozen=True)
class Split:
    """Which fold scores each patient.

    Attributes:
        name: Name of the split.
        seed: Seed that it was drawn with.
        folds: Patient to fold, from 0.
    """

    name: str
    seed: int
    folds: Mapping[str, int]

    @property
    def count(self) -> int:
        """Number of folds."""
        return max(self.folds.values()) + 1

    @property
    def sha256(self) -> str:
        """Hash of the assignment, whatever the file looks like."""
        text = json.dumps(dict(sorted(self.folds.items())), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def fold_of(self, patient: str) -> int:
        """Gives the fold that scores a patient.

        Raises:
            DatasetError: If the split does not know the patient.
        """
        if patient not in self.folds:
            raise DatasetError(
                f"The split '{self.name}' does not cover the data.",
                found="a patient that is in no fold",
                needed="every patient of the data in one fold",
                mend="make a new split for this data and name it in the recipe.",
            )
        return self.folds[patient]


def stratified_folds(
    strata: Mapping[str, Sequence[int]], *, folds: int, rng: np.random.Generator
) -> dict[str, int]:
    """Deals patients into folds so that each fold has its share of each stratum.

    Args:
        strata: Patient to the values that must be balanced, most important first.
        folds: Number of folds.
        rng: Source of randomness.
    """
    patients = sorted(strata)
    rng.shuffle(patients)
    patients.sort(key=lambda patient: tuple(-value for value in strata[patient]))
    dealt: dict[str, int] = {}
    for start in range(0, len(patients), folds):
        block = patients[start : start + folds]
        for patient, fold in zip(block, rng.permutation(folds), strict=False):
            dealt[patient] = int(fold)
    return dealt


def read_split(name_or_path: str) -> Split:
    """Reads a split of the package or a file.

    Raises:
        BadConfiguration: If it is not a split, or lists a patient twice.
    """
    packaged = resources.files("condyle.recipes") / "splits" / f"{name_or_path}.yaml"
    text = packaged.read_text("utf-8") if packaged.is_file() else _read(Path(name_or_path))
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _no_split(name_or_path, "text that is not plain YAML") from error
    if not isinstance(values, dict) or values.get("schema") != SCHEMA:
        raise _no_split(name_or_path, "another schema")
    name, seed, listed = (values.get(key) for key in ("name", "seed", "folds"))
    if not isinstance(name, str) or not isinstance(seed, int) or not _is_folds(listed):
        raise _no_split(name_or_path, "no name, no whole number as seed, or no lists of patients")
    folds: dict[str, int] = {}
    for fold, patients in enumerate(listed):
        for patient in patients:
            if str(patient) in folds:
                raise _no_split(name_or_path, f"a patient that stands twice (fold {fold})")
            folds[str(patient)] = fold
    return Split(name=name, seed=seed, folds=folds)


def _is_folds(value: object) -> TypeGuard[list[list[object]]]:
    """Says whether a value is lists of patients, and not of none at all."""
    return isinstance(value, list) and all(isinstance(fold, list) for fold in value) and any(value)


def _no_split(name: str, found: str) -> BadConfiguration:
    return BadConfiguration(
        f"'{Path(name).name}' is not a split file.",
        found=found,
        needed=f"schema: {SCHEMA}, name, seed, and folds as lists of patients, each in one fold",
        mend="name a split of the package or a file that 'condyle train' wrote.",
    )


def split_text(split: Split, *, comment: str = "") -> str:
    """Gives a split as the text of its file."""
    lines = [f"# {comment}"] if comment else []
    lines += [f"schema: {SCHEMA}", f"name: {split.name}", f"seed: {split.seed}", "folds:"]
    for fold in range(split.count):
        members = sorted((p for p, f in split.folds.items() if f == fold), key=_natural)
        lines.append("  - [" + ", ".join(f'"{member}"' for member in members) + "]")
    return "\n".join(lines) + "\n"


def _natural(name: str) -> tuple[int, str]:
    return (int(name) if name.isdigit() else 0, name)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise _no_split(path.name, "a file that is not text") from error
    except OSError as error:
        raise BadConfiguration(
            f"The split '{path.name}' cannot be read.",
            found="no such file",
            needed="the name of a split of the package, or the path of a split file",
            mend="correct data.split in the recipe.",
        ) from error
