"""Whose an image is, where only the paths of an archive's files can tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from condyle.datasets.archive import ArchiveOptions
from condyle.datasets.words import (
    IMAGE_WORDS,
    MASK_WORDS,
    PLAIN_WORDS,
    PLANES,
    SEQUENCE_WORDS,
    SIDES,
    WEIGHTINGS,
    parts_of,
    without,
    words_of,
)
from condyle.errors import BadConfiguration, DatasetError
from condyle.sources.files import known_suffix

FEWEST_NAMED = 5
"""Folders that no number tells apart are patients' from this many on; fewer may be sites."""

_GROUP = """
    site sites center centre hospital scanner vendor fold batch part group class grade split normal
    healthy control abnormal positive negative patient patients case cases series study tear intact
    yes no
"""
_GROUPS = frozenset(_GROUP.split())
_SEQUENCE_PARTS = (*SEQUENCE_WORDS, *IMAGE_WORDS, *MASK_WORDS)
_TELL_NOBODY = frozenset((*_SEQUENCE_PARTS, *PLAIN_WORDS, *SIDES, *WEIGHTINGS, *PLANES))
_SLICE = re.compile(
    r"^(?P<who>.*?)(?:[\s._-]*(?:slice|frame)|(?:[\s._-]+|(?<=\d)|^)(?:slc|sl|img?|image|z|s))"
    r"[\s._-]*\d+$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?P<who>.*\d.*?)[\s._-]+\d+$")


@dataclass(frozen=True)
class Patients:
    """Whose each file is.

    Attributes:
        of: Path to patient.
        how: In a whole sentence, how it was told.
        certain: False where a guess from names, which a data set's own split may refute.
        own: True where nothing tells, and each file counts as a patient of its own.
    """

    of: Mapping[str, str]
    how: str
    certain: bool = True
    own: bool = False


def patients_of(paths: Sequence[str], options: ArchiveOptions) -> Patients:
    """Finds whose each file is: by the option, the folders, or the names.

    Args:
        paths: Relative paths with ``/`` between, one for each image.
        options: ``patient`` is read.

    Raises:
        BadConfiguration: The option is no regular expression with a group.
        DatasetError: The option finds no patient in a path, which is named.
    """
    if options.patient is not None:
        pattern = patient_pattern(options.patient)
        found = {path: by_pattern(pattern, path) for path in paths}
        return Patients(found, "The patient of each file was told by data.options.patient.")
    for told in (_by_folder(paths), _by_slice(paths), _by_number(paths)):
        if told is not None:
            return told
    return each_its_own(paths)


def each_its_own(paths: Sequence[str]) -> Patients:
    """Takes each file for a patient of its own, and says so.

    Args:
        paths: Relative paths with ``/`` between.
    """
    return Patients(
        _own_names(paths),
        "NOTHING SAYS WHOSE AN IMAGE IS: each counts as a patient of its own. Where several are"
        " of one patient, splits leak; name the patient with data.options.patient.",
        own=True,
    )


def patient_pattern(text: str) -> re.Pattern[str]:
    """Gives the compiled option ``patient``.

    Raises:
        BadConfiguration: It is no regular expression, or has no group.
    """
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise _no_pattern(f"{error}") from error
    if not pattern.groups:
        raise _no_pattern("an expression without a group")
    return pattern


def by_pattern(pattern: re.Pattern[str], path: str) -> str:
    """Gives the patient that a pattern finds in a path.

    Raises:
        DatasetError: It finds none; the path is named.
    """
    found = pattern.search(path)
    if found is None or not found[1]:
        raise DatasetError(
            "The patient of a file was not found.",
            found=f"{path}, in which data.options.patient finds nothing",
            needed="an expression whose first group is the patient in every path",
            mend="correct data.options.patient, or take the file away.",
        )
    return found[1]


def _no_pattern(found: str) -> BadConfiguration:
    return BadConfiguration(
        "data.options.patient cannot be used.",
        found=found,
        needed=r"a regular expression with one group, such as (P\d+)_",
        mend="correct it; it is searched in paths relative to the archive.",
    )


def _by_folder(paths: Sequence[str]) -> Patients | None:
    """Takes the deepest level of folders whose names tell patients apart."""
    parents = {path: PurePosixPath(path).parts[:-1] for path in paths}
    depth = min((len(parts) for parts in parents.values()), default=0)
    for level in range(1, depth + 1):
        named = {path: parts[-level] for path, parts in parents.items()}
        if are_patients(set(named.values())):
            return Patients(named, "The patient of each file was taken from its folder's name.")
    return None


def are_patients(names: set[str]) -> bool:
    """Says whether the names of folders on one level are those of patients."""
    if len(names) < 2 or any(_tells_nobody(name, _GROUPS) for name in names):
        return False
    numbered = all(any(char.isdecimal() for char in name) for name in names)
    groups = any(set(words_of(name)) & (_GROUPS - {"patient", "case"}) for name in names)
    return (numbered or len(names) >= FEWEST_NAMED) and not groups


def _by_slice(paths: Sequence[str]) -> Patients | None:
    """Takes what stands before an ending such as ``_slice12``."""
    told = _led(paths, _SLICE)
    if told is None:
        return None
    example = min(paths, key=len)
    return Patients(
        told,
        "The patient of each file was taken from the part of its name before the number of the"
        f" slice, as {told[example]} in {PurePosixPath(example).name}.",
    )


def _by_number(paths: Sequence[str]) -> Patients | None:
    """Takes what stands before the last of several numbers."""
    told = _led(paths, _NUMBER)
    if told is None or len(set(told.values())) in (len(told), 2):
        return None
    example = min(paths, key=len)
    return Patients(
        told,
        "The patient of each file was guessed from the part of its name before its last number,"
        f" as {told[example]} in {PurePosixPath(example).name}; where that is wrong, name the"
        " patient with data.options.patient.",
        certain=False,
    )


def _led(paths: Sequence[str], pattern: re.Pattern[str]) -> dict[str, str] | None:
    """Gives what stands first in each name; nothing where that tells no two apart."""
    found: dict[str, str] = {}
    for path in paths:
        matched = pattern.match(_stem(path))
        who = without(matched["who"], _SEQUENCE_PARTS) if matched else ""
        if not who or _tells_nobody(who):
            return None
        found[path] = who
    return found if len(set(found.values())) > 1 else None


def _tells_nobody(name: str, also: frozenset[str] = frozenset()) -> bool:
    """Says whether every part of a name says something other than a patient."""
    words = {*parts_of(name), *words_of(name)} - {""}
    letters = {word for word in words if not word.isdecimal()}
    if parts_of(name) and all(part in _TELL_NOBODY | also for part in parts_of(name)):
        return True
    numbers = any(char.isdecimal() for char in name)
    return not numbers and letters <= _TELL_NOBODY | also


def _stem(path: str) -> str:
    name = PurePosixPath(path).name
    return name[: len(name) - len(known_suffix(name))]


def _own_names(paths: Sequence[str]) -> dict[str, str]:
    """Gives each file's stem where no other has it, else its path without the ending."""
    counts = Counter(_stem(path) for path in paths)
    whole = {path: path[: len(path) - len(known_suffix(path))] for path in paths}
    return {path: _stem(path) if counts[_stem(path)] == 1 else whole[path] for path in paths}
