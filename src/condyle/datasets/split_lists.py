"""A data set's own split, whose files name its cases: train.txt, val.txt, test.txt."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from condyle.datasets.archive import Side, Unreadable
from condyle.datasets.split_files import Line, is_split_name, lines_of
from condyle.errors import DatasetError
from condyle.sources import SourceFile
from condyle.sources.files import known_suffix


@dataclass(frozen=True)
class Sides:
    """What a data set's own split says.

    Attributes:
        of: Patient to side, for those on one side alone.
        leaks: Patients on several sides.
        unreadable: Lines of lists that name nothing of the archive.
        told_by: Names of the lists, or ``"folders"``; empty where there is no split.
        rounds: Patient to side, a round, where the split has several.
    """

    of: Mapping[str, Side]
    leaks: tuple[str, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    told_by: tuple[str, ...] = ()
    rounds: tuple[Mapping[str, Side], ...] = ()


NO_SIDES = Sides({})
"""What a data set without a split of its own says."""


def sides_by_list(
    files: Iterable[SourceFile], names: Mapping[str, Iterable[str]], patients: Mapping[str, str]
) -> Sides:
    """Reads the lists of an archive.

    A line names a case by any of its names, or by the end of a path on another machine.

    Args:
        files: Of the archive; those that are no lists are passed over.
        names: Case to the paths of its images and masks, relative to the archive.
        patients: Case to its patient.

    Raises:
        DatasetError: A list is no text, or names nothing of the archive at all.
    """
    index = _index(names, patients)
    said: dict[str, set[Side]] = defaultdict(set)
    unknown: list[Unreadable] = []
    told_by: list[str] = []
    for file in files:
        lines = list(lines_of(file)) if is_split_name(file.label) else []
        missed: list[Unreadable] = []
        named = False
        for line in lines:
            cases = _named(line.text, index)
            named = named or bool(cases)
            for case in cases if _one_patient(cases, patients) else ():
                said[patients[case]].add(line.side)
            missed.extend(_missed(line, cases, patients))
        if missed and not named:
            raise _names_nothing(file.label, missed[0])
        unknown.extend(missed)
        told_by.extend([file.label] if lines else [])
    return sides_of(said, tuple(unknown), tuple(told_by))


def _one_patient(cases: frozenset[str], patients: Mapping[str, str]) -> bool:
    return len({patients[case] for case in cases}) == 1


def _missed(line: Line, cases: frozenset[str], patients: Mapping[str, str]) -> Iterator[Unreadable]:
    """Says why a line names nothing; a first line without a number may be a header."""
    row = f"{line.file}, row {line.row}"
    if cases and not _one_patient(cases, patients):
        yield Unreadable(row, "names images of several patients")
    elif not cases and (line.row > 1 or any(char.isdecimal() for char in line.text)):
        yield Unreadable(row, "names no image of the archive")


def sides_of(
    said: Mapping[str, Iterable[Side]],
    unreadable: tuple[Unreadable, ...] = (),
    told_by: tuple[str, ...] = (),
) -> Sides:
    """Parts the patients that are on one side from those on several.

    Args:
        said: Patient to every side that some file of theirs is on.
        unreadable: Handed on.
        told_by: Handed on.
    """
    sets = {patient: set(sides) for patient, sides in said.items()}
    if len({side for sides in sets.values() for side in sides}) < 2:
        return Sides({}, unreadable=unreadable)
    alone = {patient: next(iter(sides)) for patient, sides in sets.items() if len(sides) == 1}
    leaks = tuple(sorted(patient for patient, sides in sets.items() if len(sides) > 1))
    return Sides(dict(sorted(alone.items())), leaks, unreadable, told_by)


def _index(
    names: Mapping[str, Iterable[str]], patients: Mapping[str, str]
) -> dict[str, frozenset[str]]:
    """Gives every way in which a line may name cases; a file's name goes before a patient's."""
    of_files: dict[str, set[str]] = defaultdict(set)
    of_patients: dict[str, set[str]] = defaultdict(set)
    for case, paths in names.items():
        of_patients[patients[case].lower()].add(case)
        for name in (case.lower(), *(name for path in paths for name in _endings_of(path))):
            of_files[name].add(case)
    numbered = _by_number(names)
    named = {**numbered, **of_patients, **of_files}
    return {name: frozenset(cases) for name, cases in named.items()}


def _by_number(names: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Lets a number alone name the one file that has it, whatever zeros stand before it."""
    found: dict[str, set[str]] = defaultdict(set)
    for case, paths in names.items():
        for path in paths:
            numbers = re.findall(r"\d+", path.rsplit("/", 1)[-1])
            if len(numbers) == 1:
                found[str(int(numbers[0]))].add(case)
    return {number: cases for number, cases in found.items() if len(cases) == 1}


def _endings_of(path: str) -> Iterator[str]:
    """Gives the ends of a path, the longest first, each with and without its ending."""
    lower = path.lower()
    bare = lower[: len(lower) - len(known_suffix(lower))]
    channel = re.sub(r"_\d{4}$", "", bare)
    parts = lower.split("/")
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        yield tail
        yield tail[: len(tail) - len(lower) + len(bare)] if bare != lower else tail
    yield channel.rsplit("/", 1)[-1]


def _named(line: str, index: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Gives the cases that a line names: as a whole, else by its first column that does."""
    columns = dict.fromkeys((*re.split(r"[,;\t]", line), *line.split()))
    # A column with a file's ending is likelier a name than a number of the row is.
    likely = sorted(columns, key=lambda one: (not known_suffix(one), one.isdecimal(), -len(one)))
    for column in (line, *likely):
        parts = [part for part in re.split(r"[\\/]", column.strip().strip("\"'").lower()) if part]
        tails = ["/".join(parts[start:]) for start in range(len(parts))]
        for tail in tails:
            bare = tail[: len(tail) - len(known_suffix(tail))]
            for name in (tail, bare, str(int(bare)) if bare.isdecimal() else bare):
                if name in index:
                    return index[name]
    return frozenset()


def _names_nothing(label: str, first: Unreadable) -> DatasetError:
    return DatasetError(
        "A list of the data set's own split names nothing of the archive.",
        found=f"{first.file} and every other row of {label}",
        needed="one image a line: its path in the archive, its name, or its name's stem",
        mend="correct the list, or take it away to have a split drawn.",
    )
