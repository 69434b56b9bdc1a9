"""Patient-level splits as files: made once, committed, fed back.

``condyle.split/1`` lists folds; each is scored by what the others taught. ``condyle.split/2``
lists rounds: who validates and who is scored in each, all other patients being taught from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import TypeGuard

import yaml

from condyle.datasets.split_rounds import Round as Round
from condyle.datasets.split_rounds import Split as Split
from condyle.datasets.split_rounds import in_order
from condyle.datasets.split_rounds import split_of_folds as split_of_folds
from condyle.errors import BadConfiguration

SCHEMA = "condyle.split/1"
"""Of a file that lists folds."""

ROUNDS_SCHEMA = "condyle.split/2"
"""Of a file that lists rounds."""


def packaged_splits() -> tuple[str, ...]:
    """Gives the names of the splits that come with the package."""
    folder = resources.files("condyle.recipes") / "splits"
    names = (item.name for item in folder.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def read_split(name_or_path: str) -> Split:
    """Reads a split of the package or a file.

    Raises:
        BadConfiguration: If it is not a split, or gives a patient two places in a round.
    """
    packaged = resources.files("condyle.recipes") / "splits" / f"{name_or_path}.yaml"
    text = packaged.read_text("utf-8") if packaged.is_file() else _read(Path(name_or_path))
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _no_split(name_or_path, "text that is not plain YAML") from error
    schema = values.get("schema") if isinstance(values, dict) else None
    if schema not in (SCHEMA, ROUNDS_SCHEMA):
        raise _no_split(name_or_path, "another schema")
    name, seed = values.get("name"), values.get("seed")
    if not isinstance(name, str) or not isinstance(seed, int) or isinstance(seed, bool):
        raise _no_split(name_or_path, "no name, or no whole number as seed")
    if schema == SCHEMA:
        folds = _folds(name_or_path, values.get("folds"))
        return split_of_folds(name, seed=seed, folds=folds)
    return _rounds(name_or_path, values, name=name, seed=seed)


def _folds(source: str, listed: object) -> dict[str, int]:
    if not (_is_patients_a_part(listed) and any(listed)):
        raise _no_split(source, "no lists of patients in 'folds'")
    folds: dict[str, int] = {}
    for fold, patients in enumerate(listed):
        for patient in patients:
            if str(patient) in folds:
                raise _no_split(source, f"a patient that stands twice (fold {fold})")
            folds[str(patient)] = fold
    return folds


def _rounds(source: str, values: Mapping[str, object], *, name: str, seed: int) -> Split:
    listed, everybody, design = (values.get(key) for key in ("rounds", "patients", "design"))
    if not isinstance(design, str) or not _is_patients_a_part([everybody]):
        raise _no_split(source, "no design, or no list of patients")
    patients = [str(patient) for patient in everybody] if isinstance(everybody, list) else []
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise _no_split(source, "no list of rounds")
    rounds: list[Round] = []
    for number, item in enumerate(listed, start=1):
        parts = [item.get("validation", []), item.get("test")]
        if not _is_patients_a_part(parts):
            raise _no_split(source, f"round {number} without lists of patients")
        validation, test = ([str(patient) for patient in part] for part in parts)
        held = {*validation, *test}
        if not held <= set(patients):
            raise _no_split(source, f"round {number} with a patient who is not in 'patients'")
        train = [patient for patient in patients if patient not in held]
        rounds.append(Round(in_order(train), in_order(validation), in_order(test)))
    return Split(name=name, seed=seed, design=design, rounds=tuple(rounds))


def _is_patients_a_part(value: object) -> TypeGuard[list[list[object]]]:
    """Says whether a value is lists of patients, each of them a text or a number."""
    return isinstance(value, list) and all(
        isinstance(part, list) and all(isinstance(patient, str | int) for patient in part)
        for part in value
    )


def _no_split(name: str, found: str) -> BadConfiguration:
    return BadConfiguration(
        f"'{Path(name).name}' is not a split file.",
        found=found,
        needed=(
            f"schema: {SCHEMA}, name, seed, and folds as lists of patients, each in one fold; or "
            f"schema: {ROUNDS_SCHEMA}, name, seed, design, patients, and rounds with lists of "
            "patients as validation and test"
        ),
        mend="name a split of the package or a file that 'condyle train' wrote.",
    )


def split_text(split: Split, *, comment: str = "") -> str:
    """Gives a split as the text of its file; the design of plain folds is their number."""
    lines = [f"# {comment}"] if comment else []
    if split.is_plain and split.design == f"{split.count}-fold":
        lines += [f"schema: {SCHEMA}", f"name: {split.name}", f"seed: {split.seed}", "folds:"]
        lines += [f"  - {_listed(round_.test)}" for round_ in split.rounds]
        return "\n".join(lines) + "\n"
    lines += [
        f"schema: {ROUNDS_SCHEMA}",
        f"name: {_quoted(split.name)}",
        f"seed: {split.seed}",
        f"design: {_quoted(split.design)}",
        f"patients: {_listed(split.patients)}",
        "rounds:",
    ]
    for round_ in split.rounds:
        lines.append(f"  - validation: {_listed(round_.validation)}")
        lines.append(f"    test: {_listed(round_.test)}")
    return "\n".join(lines) + "\n"


def _listed(patients: Iterable[str]) -> str:
    return "[" + ", ".join(_quoted(patient) for patient in in_order(patients)) + "]"


def _quoted(text: str) -> str:
    if text.isascii() and text.isprintable():
        return json.dumps(text)  # what YAML would write, at a fraction of the time
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**6).strip()


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
