"""Which level of nested folders is the class, which the sequence, and which the patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from condyle.datasets.patients import are_patients
from condyle.datasets.tree import natural
from condyle.datasets.words import (
    IMAGE_WORDS,
    SEQUENCE_WORDS,
    SIDES,
    parts_of,
    side_of,
    words_of,
)
from condyle.errors import BadConfiguration, DatasetError

MOST_CLASSES = 20
"""A level of more folders than this is no class but the patients."""

_HEALTHY = "healthy normal normals control controls negative no none intact without absent"
HEALTHY_WORDS = frozenset(_HEALTHY.split())
"""Words in the name of the class without the finding, which comes first."""

_ILL = """
    patients diseased disease pathology pathological abnormal positive yes tear tears torn rupture
    ruptured lesion lesions injured injury fracture olt acl meniscus tumor tumour herniation slip
    class grade stage kl
"""
CLASS_WORDS = HEALTHY_WORDS | frozenset(_ILL.split())
"""Words in the names of classes."""

_CONTAINER_WORDS = IMAGE_WORDS | frozenset(
    ["dicom", "dcm", "png", "jpg", "jpeg", "nifti", "nii", "npy", "mri"]
)
_SEQUENCE_FILL = (
    frozenset(["weighted", "wi", "sequence", "sequences", "plane", "view"]) | IMAGE_WORDS
)
_SIDE_FILL = frozenset(["set", "data", "dataset"]) | IMAGE_WORDS


@dataclass(frozen=True)
class FolderClasses:
    """What the folders of an archive say of its files.

    Attributes:
        names: Classes in the order of their number.
        of: Path to the number of its class.
        below: Path to the folder of the patient, beside or below that of the class; only
            where the names of such a level tell patients apart.
        outside: Paths in no folder of a class.
        note: In a whole sentence, which level was taken for the class.
    """

    names: tuple[str, ...]
    of: Mapping[str, int]
    below: Mapping[str, str]
    outside: tuple[str, ...]
    note: str


def folder_classes(
    paths: Sequence[str], classes: Sequence[str] = (), *, named_by: str = "data.options.classes"
) -> FolderClasses:
    """Finds the class and the patient's folder of every file.

    Folders that name a sequence, a plane, a side of a split or nothing but "images" are
    passed over. Of the others, the class is the outermost whose name is a word for one,
    where every path has such a folder, else the outermost level that parts the files into
    a few, and is not one of patients.

    Args:
        paths: Relative paths with ``/`` between.
        classes: Names of the classes, where they were given.
        named_by: What gave them.

    Raises:
        DatasetError: No level parts the files into classes.
        BadConfiguration: There is no folder of a class that the user named.
    """
    telling = {path: _telling(path) for path in paths}
    if classes:
        at = {path: _named(parts, classes) for path, parts in telling.items()}
        said = f"as {named_by} names them"
    elif by_words := _by_words(telling):
        at = by_words
        said = "the outermost whose name is a word for a class"
    else:
        level = _class_level(telling.values())
        at = {path: level if len(parts) > level else None for path, parts in telling.items()}
        said = f"level {level + 1} of those that name no sequence, side or the like"
    found = {path: telling[path][n] for path, n in at.items() if n is not None}
    names = _ordered(found.values(), classes, named_by)
    numbers = {name.casefold(): number for number, name in enumerate(names)}
    example = min(found, key=len)
    return FolderClasses(
        names=names,
        of={path: numbers[name.casefold()] for path, name in found.items()},
        below=_patients(telling, at),
        outside=tuple(path for path, n in at.items() if n is None),
        note=(
            f"The class of each image is the name of a folder, {said}: {', '.join(names)}, in this"
            f" order, such as {found[example]} for {example}."
        ),
    )


def tells_sequence(name: str) -> bool:
    """Says whether the name of a folder names a sequence or plane and nothing else."""
    parts = set(parts_of(name)) | {word for word in words_of(name) if word in SEQUENCE_WORDS}
    rest = {part for part in parts_of(name) if part not in SEQUENCE_WORDS | _SEQUENCE_FILL}
    return bool(parts & SEQUENCE_WORDS) and not rest


def _telling(path: str) -> tuple[str, ...]:
    """Gives the folders of a path that may name a class or a patient."""
    return tuple(part for part in PurePosixPath(path).parts[:-1] if not _passed_over(part))


def _passed_over(name: str) -> bool:
    words = set(words_of(name))
    of_side = side_of(name) is not None and words <= set(SIDES) | _SIDE_FILL
    return of_side or tells_sequence(name) or (bool(words) and words <= _CONTAINER_WORDS)


def _named(parts: Sequence[str], classes: Sequence[str]) -> int | None:
    wanted = {name.casefold() for name in classes}
    return next((n for n, part in enumerate(parts) if part.casefold() in wanted), None)


def _by_words(telling: Mapping[str, tuple[str, ...]]) -> dict[str, int | None]:
    """Gives where each path has a folder with a word for a class; nothing unless all have.

    A folder that all paths share parts nothing.
    """
    every = [{part.casefold() for part in parts} for parts in telling.values()]
    shared = set.intersection(*every) if every else set()
    at: dict[str, int | None] = {}
    for path, parts in telling.items():
        found = [n for n, p in enumerate(parts) if p.casefold() not in shared and _is_class(p)]
        if not found:
            return {}
        at[path] = found[0]
    return at


def _class_level(telling: Iterable[tuple[str, ...]]) -> int:
    every = list(telling)
    deepest = max((len(parts) for parts in every), default=0)
    levels = [{parts[n] for parts in every if len(parts) > n} for n in range(deepest)]
    several = [n for n, names in enumerate(levels) if len({x.casefold() for x in names}) > 1]
    for level in several:
        if len(levels[level]) <= MOST_CLASSES and not are_patients(levels[level]):
            return level
    shown = sorted({name for names in levels for name in names}, key=natural)[:6]
    raise DatasetError(
        "The folders do not say which class an image is of.",
        found="no level of folders that parts the images into classes, in: "
        + (", ".join(shown) or "no folders"),
        needed="a folder a class, such as healthy/ and patients/, at one level",
        mend="arrange them so, or name the folders of the classes in data.options.classes.",
    )


def _is_class(name: str) -> bool:
    words = set(words_of(name))
    return bool(words & CLASS_WORDS) or name in ("0", "1")


def _ordered(found: Iterable[str], classes: Sequence[str], named_by: str) -> tuple[str, ...]:
    """Gives the names once each, in the order that was given, else the healthy first."""
    spelt: dict[str, str] = {}
    for name in found:
        spelt.setdefault(name.casefold(), name)
    if classes:
        absent = [name for name in classes if name.casefold() not in spelt]
        if absent:
            raise BadConfiguration(
                "A class has no folder.",
                found=f"{named_by}: {', '.join(absent)}",
                needed="names of folders that hold images",
                mend="correct the names.",
            )
        return tuple(classes)
    healthy = {key for key in spelt if set(words_of(key)) & HEALTHY_WORDS or key == "0"}
    return tuple(
        spelt[key] for key in sorted(spelt, key=lambda one: (one not in healthy, natural(one)))
    )


def _patients(
    telling: Mapping[str, tuple[str, ...]], at: Mapping[str, int | None]
) -> dict[str, str]:
    """Takes the first level below the class that tells patients apart, else one above it."""
    placed = {path: (parts, n) for path, parts in telling.items() if (n := at[path]) is not None}
    deepest = max((len(parts) - n for parts, n in placed.values()), default=0)
    highest = max((n for _, n in placed.values()), default=0)
    for offset in (*range(1, deepest), *range(-1, -highest - 1, -1)):
        named = {
            path: parts[n + offset]
            for path, (parts, n) in placed.items()
            if 0 <= n + offset < len(parts)
        }
        if len(named) == len(placed) and are_patients(set(named.values())):
            return named
    return {}
