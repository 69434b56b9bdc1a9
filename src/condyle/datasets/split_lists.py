"""A data set's own split, given as text lists of its files: train.txt, val.txt, test.txt."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from condyle.datasets.archive import Side, Unreadable
from condyle.datasets.words import SIDES, side_of, words_of
from condyle.errors import DatasetError
from condyle.sources import SourceFile
from condyle.sources.files import known_suffix

_ENDINGS = (".txt", ".lst", ".list", ".csv", ".tsv")
_MOST_BYTES = 64 << 20
_LISTED = """
    list lists file files filename filenames name names id ids index set split splits image images
    img imgs mask masks pairs data dataset patients cases slices
"""
_BESIDE = frozenset(_LISTED.split())


@dataclass(frozen=True)
class Sides:
    """What a data set's own split says.

    Attributes:
        of: Patient to side, for those on one side alone.
        leaks: Patients on several sides.
        unreadable: Lines of lists that name nothing of the archive.
        told_by: Names of the lists, or ``"folders"``; empty where there is no split.
    """

    of: Mapping[str, Side]
    leaks: tuple[str, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    told_by: tuple[str, ...] = ()


NO_SIDES = Sides({})
"""What a data set without a split of its own says."""


def is_list_name(name: str) -> bool:
    """Says whether a file's name is that of a list of a side, such as ``val_files.txt``."""
    pure = PurePosixPath(name)
    if pure.suffix.lower() not in _ENDINGS or side_of(pure.stem) is None:
        return False
    return set(words_of(pure.stem)) <= _BESIDE | set(SIDES)


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
    lists = [file for file in files if is_list_name(file.label)]
    index = _index(names, patients)
    said: dict[str, set[Side]] = defaultdict(set)
    unknown: list[Unreadable] = []
    for file in lists:
        side = side_of(PurePosixPath(file.label).stem)
        found, missed = _read(file, index, patients)
        if not found and missed:
            raise _names_nothing(file.label, missed[0])
        unknown.extend(missed)
        for case in found:
            if side is not None:
                said[patients[case]].add(side)
    return sides_of(said, tuple(unknown), tuple(file.label for file in lists))


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
    return {name: frozenset(cases) for name, cases in {**of_patients, **of_files}.items()}


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


def _read(
    file: SourceFile, index: Mapping[str, frozenset[str]], patients: Mapping[str, str]
) -> tuple[list[str], list[Unreadable]]:
    found: list[str] = []
    missed: list[Unreadable] = []
    for number, line in enumerate(_lines(file), start=1):
        if not line or line.startswith("#"):
            continue
        cases = _named(line, index)
        row = f"{file.label}, row {number}"
        if len({patients[case] for case in cases}) > 1:
            missed.append(Unreadable(row, "names images of several patients"))
        elif cases:
            found.extend(sorted(cases))
        elif number > 1 or any(char.isdecimal() for char in line):
            missed.append(Unreadable(row, "names no image of the archive"))
    return found, missed


def _named(line: str, index: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Gives the cases that a line names: as a whole, else by its first column that does."""
    columns = {*re.split(r"[,;\t]", line), *line.split()}
    # A column with a file's ending is likelier a name than a number of the row is.
    likely = sorted(columns, key=lambda one: (not known_suffix(one), -len(one), one))
    for column in (line, *likely):
        parts = [part for part in re.split(r"[\\/]", column.strip().strip("\"'").lower()) if part]
        tails = ["/".join(parts[start:]) for start in range(len(parts))]
        for tail in tails:
            for name in (tail, tail[: len(tail) - len(known_suffix(tail))]):
                if name in index:
                    return index[name]
    return frozenset()


def _lines(file: SourceFile) -> Sequence[str]:
    if file.size > _MOST_BYTES:
        raise _no_text(file.label, f"more than {_MOST_BYTES >> 20} MiB")
    with file.open() as stream:
        raw = stream.read(_MOST_BYTES)
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return [line.strip() for line in raw.decode(encoding).splitlines()]
    except UnicodeDecodeError as error:
        raise _no_text(file.label, "bytes that are no text") from error


def _no_text(label: str, found: str) -> DatasetError:
    return DatasetError(
        "A list of the data set's own split cannot be read.",
        found=f"{label}: {found}",
        needed="text in UTF-8, one file name a line",
        mend="save the list again as plain text, or take it away.",
    )


def _names_nothing(label: str, first: Unreadable) -> DatasetError:
    return DatasetError(
        "A list of the data set's own split names nothing of the archive.",
        found=f"{first.file} and every other row of {label}",
        needed="one image a line: its path in the archive, its name, or its name's stem",
        mend="correct the list, or take it away to have a split drawn.",
    )
