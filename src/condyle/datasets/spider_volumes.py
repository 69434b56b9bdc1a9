"""The SPIDER lumbar spine data as published: MHA volumes, masks and gradings.

van der Graaf et al. 2024, doi 10.1038/s41597-024-03090-w. The layout is::

    images/<patient>_<t1|t2|t2_SPACE>.mha       masks/ with the same names
    radiological_gradings.csv                   a row a disc; the columns are those of COLUMNS
    overview.csv                                new_file_name, subset, sex, scanner, ...

In the masks vertebrae are 1 to 25 from L5 up, those that are cut by the field of view 101 to
125, the canal is 100, and discs are 201 to 225 from the most caudal up.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from condyle.datasets.archive import Archive, ArchiveOptions, Side, Unreadable, refuse_options
from condyle.datasets.masks_on_demand import MasksOnDemand
from condyle.datasets.owners import plain
from condyle.datasets.pair_reading import codes_on, why_of
from condyle.datasets.rows import Rows, bad_row, read_rows
from condyle.datasets.spider import COVARIATES, RANGES, STRUCTURES, WEIGHTINGS
from condyle.datasets.split_lists import NO_SIDES, Sides, sides_of
from condyle.datasets.tree import natural, source_file
from condyle.datasets.words import side_of
from condyle.domain.case import Case, Reference
from condyle.domain.study import Attribute, Series, Study
from condyle.errors import BadImage, DatasetError
from condyle.images import read_image
from condyle.images.codes import counts_of
from condyle.sources import SourceFile

NAME = "spider-volumes"
"""Name of the layout."""

HOLDS = "images/ of files such as 12_t2.mha, with masks/, radiological_gradings.csv, overview.csv"
"""What the folder holds, in words."""

GRADINGS, OVERVIEW = "radiological_gradings.csv", "overview.csv"

COLUMNS = {
    "pfirrman_grade": ("pfirrmann", "pfirrmann-grade"),
    "disc_herniation": ("herniation", "disc-herniation"),
    "disc_narrowing": ("narrowing", "disc-narrowing"),
    "disc_bulging": ("bulging", "disc-bulging"),
    "spondylolisthesis": ("spondylolisthesis", "spondylolisthesis"),
    "modic": ("modic", "modic-change"),
    "up_endplate": ("upper_endplate", "endplate-change-above"),
    "low_endplate": ("lower_endplate", "endplate-change-below"),
}
"""Column of the gradings, in lower case, to its short name and the finding."""

_NUMBERS = np.zeros(256, dtype=np.uint8)
_NUMBERS[1:26] = _NUMBERS[101:126] = STRUCTURES.index("vertebra")
_NUMBERS[100] = STRUCTURES.index("spinal-canal")
_NUMBERS[201:226] = STRUCTURES.index("intervertebral-disc")
_NUMBERS.setflags(write=False)
_KNOWN = frozenset((0, *(int(value) for value in np.flatnonzero(_NUMBERS))))

_FILE = re.compile(rf"(\d+)_({'|'.join(WEIGHTINGS)})\.mha", re.IGNORECASE)
_NOTES = (
    "Modic changes of type 1, 2 and 3 count alike as a change.",
    "Grades are of a patient's discs, counted from the most caudal, not of a series.",
    "Vertebrae that the field of view cuts (101 to 125 in the masks) count as vertebrae; S1 is in"
    " no mask.",
)


@dataclass
class _Patient:
    """What was found of one patient."""

    series: list[Series] = field(default_factory=list)
    masks: dict[str, SourceFile] = field(default_factory=dict)


def is_spider_volumes(root: Path) -> bool:
    """Says whether a folder has this layout, by the names of its images."""
    return next(_images(root), None) is not None


def open_spider_volumes(root: Path, options: ArchiveOptions) -> Archive:
    """Gives one case a patient: every series with its mask, and the grades of the discs.

    Masks are read when they are asked for.

    Args:
        root: The folder.
        options: None are read.

    Raises:
        DatasetError: The layout is broken, a row of a table cannot be used, or a mask
            differs in size from its image; names file and row.
        BadConfiguration: An option was given.
    """
    refuse_options(NAME, options)
    if not is_spider_volumes(root):
        raise DatasetError(
            f"The data does not have the layout '{NAME}'.",
            found="no images such as images/12_t2.mha",
            needed=HOLDS,
            mend="give --data the folder that holds images/.",
        )
    grades = dict(_grades(root)) if (root / GRADINGS).is_file() else {}
    overview = read_rows(root, OVERVIEW) if (root / OVERVIEW).is_file() else None
    unreadable: list[Unreadable] = []
    patients = _patients(root, unreadable)
    return Archive(
        layout=NAME,
        cases=tuple(
            Case(
                id=name,
                patient=name,
                study=Study(uid=None, series=tuple(found.series)),
                reference=Reference(masks=_masks(found), grades=grades.get(name, {})),
                covariates=_covariates(overview, name),
            )
            for name, found in sorted(patients.items(), key=lambda item: natural(item[0]))
        ),
        labels={finding: _value_names(short) for short, finding in COLUMNS.values()},
        structures=STRUCTURES if any(found.masks for found in patients.values()) else (),
        sides=_sides(overview, patients).of,
        unreadable=tuple(unreadable),
        notes=(*_NOTES, *_counted(patients, grades)),
        licence="CC BY 4.0",
    )


def _images(root: Path) -> Iterator[tuple[Path, str, str]]:
    """Gives each image with its patient and the name of its sequence."""
    folder = root / "images"
    names = sorted((path.name for path in folder.glob("*.mha")), key=natural)
    for name in names if folder.is_dir() else ():
        if found := _FILE.fullmatch(name):
            yield folder / name, found[1], found[2]


def _patients(root: Path, unreadable: list[Unreadable]) -> dict[str, _Patient]:
    patients: dict[str, _Patient] = defaultdict(_Patient)
    masks = {path.name.lower(): path for path in (root / "masks").glob("*.mha")}
    for path, patient, sequence in _images(root):
        series = _series(root, path, sequence, unreadable)
        mask = masks.pop(path.name.lower(), None)
        if series is None:
            continue
        if mask is not None and (file := _mask(root, mask, series, unreadable)):
            patients[patient].masks[series.stem] = file
        patients[patient].series.append(series)
    unreadable += [Unreadable(f"masks/{path.name}", "no image") for path in masks.values()]
    return dict(patients)


def _series(root: Path, path: Path, sequence: str, unreadable: list[Unreadable]) -> Series | None:
    file = source_file(root, path)
    if isinstance(file, Unreadable):
        unreadable.append(file)
        return None
    try:
        series = read_image(file, whole=False)
    except (BadImage, OSError) as error:
        unreadable.append(Unreadable(file.label, why_of(error)))
        return None
    weightings = {name.lower(): weighting for name, weighting in WEIGHTINGS.items()}
    return replace(
        series,
        modality="MR",
        body_part="lspine",
        weighting=Attribute(weightings[sequence.lower()]),
        fat_suppressed=Attribute(False),
        contrast_agent=Attribute(False),
    )


def _mask(
    root: Path, path: Path, series: Series, unreadable: list[Unreadable]
) -> SourceFile | None:
    """Gives a mask's file, whose header must state the size of its image.

    Raises:
        DatasetError: It states another; both are named.
    """
    file = source_file(root, path)
    if isinstance(file, Unreadable):
        unreadable.append(file)
        return None
    try:
        shape = read_image(file, whole=False, turn=series.stored).shape
    except (BadImage, OSError) as error:
        unreadable.append(Unreadable(file.label, why_of(error)))
        return None
    if sorted(shape) != sorted(series.shape):
        raise DatasetError(
            "An image and its mask differ in size.",
            found=f"images/{path.name}: {_size(series.shape)}; {file.label}: {_size(shape)}",
            needed="a mask with a voxel for every voxel of its image",
            mend="copy both files again, or take the mask away.",
        )
    return file


def _masks(found: _Patient) -> Mapping[str, NDArray[np.uint8]]:
    series = {one.stem: one for one in found.series}
    return MasksOnDemand(
        {stem: partial(_read_mask, file, series[stem]) for stem, file in found.masks.items()}
    )


def _read_mask(file: SourceFile, series: Series) -> NDArray[np.uint8]:
    """Reads a mask as a labelmap of STRUCTURES on the grid of its image.

    Raises:
        BadImage: It is damaged.
        DatasetError: It holds a value that SPIDER's masks do not have, which is named.
    """
    codes = codes_on(file, series, names=(f"images/{series.stem}.mha", file.label)).array
    if unknown := sorted(set(counts_of(codes)) - _KNOWN):
        raise DatasetError(
            "A mask holds a value that is no structure.",
            found=f"{file.label}: {unknown[0]}",
            needed="0; vertebrae 1 to 25 and 101 to 125; canal 100; discs 201 to 225",
            mend="correct the mask, or take it away.",
        )
    return _NUMBERS[codes]


def _grades(root: Path) -> Iterator[tuple[str, dict[str, dict[str, int]]]]:
    """Gives each patient and, a disc, the grade of each finding."""
    table = read_rows(root, GRADINGS)
    named = {_known(column): column for column in table.columns}
    wanted = ("patient", "ivd_label", *COLUMNS)
    if absent := [name for name in wanted if name not in named]:
        raise bad_row(GRADINGS, 1, f"no column for {', '.join(absent)}", ", ".join(wanted))
    found: dict[str, dict[str, dict[str, int]]] = defaultdict(dict)
    for number, cells in table.rows:
        patient, disc = (_whole(cells, named[name], number) for name in wanted[:2])
        values: dict[str, int] = {}
        for column, (short, finding) in COLUMNS.items():
            value = _whole(cells, named[column], number)
            low, high = RANGES.get(short, (0, 1))
            if not low <= value <= high:
                told = f"{named[column]} {value}"
                raise bad_row(GRADINGS, number, told, f"{named[column]} from {low} to {high}")
            values[finding] = min(value, 1) if short == "modic" else value
        unit = f"disc-{disc}"
        if unit in found[str(patient)]:
            raise bad_row(GRADINGS, number, "a disc that was graded before", "each disc once")
        found[str(patient)][unit] = values
    yield from found.items()


def _known(column: str) -> str:
    return plain(column).replace("pfirrmann", "pfirrman")


def _whole(cells: Mapping[str, str], column: str, number: int) -> int:
    try:
        value = float(cells[column])
    except ValueError as error:
        raise bad_row(GRADINGS, number, f"{column} that is no number", "a number") from error
    if not value.is_integer():
        raise bad_row(GRADINGS, number, f"{column} {cells[column]}", "a whole number")
    return int(value)


def _covariates(overview: Rows | None, patient: str) -> dict[str, str]:
    """Gives what the first row of a patient says of them and of the scanner."""
    for _, cells in overview.rows if overview else ():
        if cells.get("new_file_name", "").split("_")[0] == patient:
            return {name: cells[name] for name in COVARIATES if cells.get(name)}
    return {}


def _sides(overview: Rows | None, patients: Mapping[str, _Patient]) -> Sides:
    if overview is None or not {"new_file_name", "subset"} <= set(overview.columns):
        return NO_SIDES
    said: dict[str, set[Side]] = defaultdict(set)
    for _, cells in overview.rows:
        patient, side = cells["new_file_name"].split("_")[0], side_of(cells["subset"])
        if patient in patients and side is not None:
            said[patient].add(side)
    return sides_of(said)


def _counted(
    patients: Mapping[str, _Patient], grades: Mapping[str, Mapping[str, object]]
) -> Sequence[str]:
    series = [(one.stem, found) for found in patients.values() for one in found.series]
    masked = sum(stem in found.masks for stem, found in series)
    graded = sum(name in grades for name in patients)
    return (
        f"{masked} of {len(series)} series have a mask, {graded} of {len(patients)} patients"
        " grades.",
    )


def _value_names(short: str) -> tuple[str, ...]:
    """Gives the names of a finding's values from 0; no disc has Pfirrmann grade 0."""
    if short == "pfirrmann":
        return tuple(str(grade) for grade in range(RANGES["pfirrmann"][1] + 1))
    return ("no", "yes")


def _size(shape: Sequence[int]) -> str:
    return " x ".join(str(side) for side in shape)
