"""The folds that nnU-Net keeps of a data set, ``splits_final.json``, as a split of its own.

The file is a list of folds, each ``{"train": [cases], "val": [cases]}`` (Isensee et al. 2021,
doi 10.1038/s41592-020-01008-z; its documentation, "manual data splits"). It lies in the folder
that holds ``labelsTr``, or in one above it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeGuard

from condyle.datasets.archive import Side
from condyle.datasets.split_files import text_of
from condyle.datasets.split_lists import Sides
from condyle.errors import DatasetError
from condyle.sources import SourceFile
from condyle.sources.files import known_suffix

SPLITS_FINAL = "splits_final.json"
"""Name of the file."""

PARTS: Mapping[str, Side] = {"train": "train", "val": "validation"}
"""Part of a fold, as the file names it, to the side of a split."""


@dataclass(frozen=True)
class _Fold:
    """One fold, by the names of its cases; ``said`` names it in messages."""

    said: str
    parts: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for part in self.parts.values() for name in part)


def sides_by_folds(
    files: Iterable[SourceFile],
    names: Mapping[str, Iterable[str]],
    patients: Mapping[str, str],
    *,
    tested: Iterable[str] = (),
) -> Sides | None:
    """Reads the folds of an archive, or gives ``None`` where it has no such file.

    One fold is a split into train and validation; several are rounds, each of which is
    scored on its validation side, or on the cases for tests where there are some.

    Args:
        files: Of the archive.
        names: Case to the names that the file may give it, without ending.
        patients: Case to its patient.
        tested: Cases of the data set's test side, which are in no fold.

    Raises:
        DatasetError: There are several such files, one cannot be read, names a case that
            is not there, or its folds are not of the same cases; names file and fold.
    """
    found = [file for file in files if PurePosixPath(file.label).name == SPLITS_FINAL]
    if not found:
        return None
    if len(found) > 1:
        raise _wrong(
            f"{len(found)} such files: " + ", ".join(file.label for file in found),
            needed=f"one {SPLITS_FINAL} for the whole archive",
            mend="give --data the folder of one data set, or take the others away.",
        )
    folds = _folds(found[0])
    index: dict[str, set[str]] = defaultdict(set)
    for case, told in names.items():
        for name in told:
            index[name].add(case)
    _check(folds, index)
    sides = [_sides_of(fold, index, patients, tested) for fold in folds]
    leaks = tuple(sorted({who for one in sides for who, held in one.items() if len(held) > 1}))
    alone = [
        {who: next(iter(held)) for who, held in sorted(one.items()) if who not in leaks}
        for one in sides
    ]
    label = found[0].label
    if len(alone) == 1:
        return Sides(alone[0], leaks, told_by=(label,))
    return Sides({}, leaks, told_by=(f"{label}, {len(alone)} folds",), rounds=tuple(alone))


def _folds(file: SourceFile) -> list[_Fold]:
    try:
        content = json.loads(text_of(file))
    except (ValueError, RecursionError) as error:
        raise _unreadable(file.label, "text that is not JSON") from error
    if not isinstance(content, list) or not content:
        found = "no fold" if content == [] else f"{type(content).__name__} at the top"
        raise _unreadable(file.label, found)
    made = []
    for number, one in enumerate(content):
        said = f"{file.label}, fold {number} of {len(content)}"
        if not isinstance(one, dict) or not all(_is_names(one.get(part)) for part in PARTS):
            raise _unreadable(said, "no lists of names under 'train' and 'val'")
        made.append(_Fold(said, {part: tuple(map(_bare, one[part])) for part in PARTS}))
    return made


def _is_names(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def _bare(name: str) -> str:
    return name[: len(name) - len(known_suffix(name))]


def _check(folds: Sequence[_Fold], index: Mapping[str, object]) -> None:
    """Refuses folds that name what is not there, one case twice, or other cases than the first.

    Raises:
        DatasetError: They do.
    """
    for fold in folds:
        absent = sorted(name for name in fold.names if name not in index)
        if absent:
            more = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
            raise _wrong(
                f"{fold.said}: '{absent[0]}'{more}, which the archive does not hold",
                needed="names of images of the archive that have a mask, without ending",
                mend="add what is missing, take it out of the folds, or take the file away to "
                "have a split drawn.",
            )
        both = sorted(set(fold.parts["train"]) & set(fold.parts["val"]))
        if both:
            raise _wrong(
                f"{fold.said}: '{both[0]}' under 'train' and under 'val'",
                needed="each case in one of the two",
                mend="take it out of one of them.",
            )
        if fold.names != folds[0].names:
            raise _wrong(
                f"{fold.said}: {len(fold.names)} cases, others than the {len(folds[0].names)} "
                "of fold 0",
                needed="the same cases in every fold",
                mend="make the folds anew, or take the file away to have a split drawn.",
            )


def _sides_of(
    fold: _Fold,
    index: Mapping[str, Iterable[str]],
    patients: Mapping[str, str],
    tested: Iterable[str],
) -> dict[str, set[Side]]:
    """Gives every side on which a fold has some case of each patient."""
    said: dict[str, set[Side]] = defaultdict(set)
    for part, side in PARTS.items():
        for name in fold.parts[part]:
            for case in index[name]:
                said[patients[case]].add(side)
    for case in tested:
        said[patients[case]].add("test")
    return said


def _unreadable(found: str, why: str) -> DatasetError:
    return _wrong(
        f"{found}: {why}",
        needed='a list of folds, each {"train": [names], "val": [names]}, none empty',
        mend="correct the file, or take it away to have a split drawn.",
    )


def _wrong(found: str, *, needed: str, mend: str) -> DatasetError:
    return DatasetError(
        "The folds that come with the data cannot be used.", found=found, needed=needed, mend=mend
    )
