"""The MRNet layout: a NumPy stack a plane of each knee exam, and three tables of labels.

Bien et al. 2018, doi 10.1371/journal.pmed.1002699. The layout is::

    train/{axial,coronal,sagittal}/0000.npy      uint8, (slices, 256, 256)
    train-abnormal.csv  train-acl.csv  train-meniscus.csv      exam, label; no header
    valid/...  valid-abnormal.csv ...                          the same
    sequences.csv       of other exams that lie so: plane, weighting, fat_suppressed

Exams are numbered with four digits; copies whose tables lost the zeros are read too.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import get_args

from condyle.datasets.archive import Archive, ArchiveOptions, Side, Unreadable, refuse_options
from condyle.datasets.pair_reading import why_of
from condyle.datasets.simulated_marker import read_marker
from condyle.datasets.split_lists import sides_of
from condyle.datasets.tree import natural, source_file
from condyle.domain.case import STUDY_UNIT, Case, Reference
from condyle.domain.geometry import Plane
from condyle.domain.study import Attribute, Series, Study, Weighting
from condyle.errors import BadImage, DatasetError
from condyle.images import read_image

NAME = "mrnet"
"""Name of the layout."""

HOLDS = "train/ or valid/ with axial/, coronal/ and sagittal/, and train-acl.csv and its like"
"""What the folder holds, in words."""

Sequences = Mapping[Plane, tuple[Weighting, bool]]
"""Plane to the weighting of its series, and whether fat is suppressed."""

PLANES: Sequences = {
    "axial": ("pd", True),
    "coronal": ("t1", False),
    "sagittal": ("t2", True),
}
"""The sequences of MRNet: of the protocol, one a plane was published (Bien et al. 2018)."""

TABLES = {"abnormal": "knee-abnormality", "acl": "acl-tear", "meniscus": "meniscal-tear"}
"""Ending of a table's name to the label that it holds."""

SEQUENCES = "sequences.csv"
"""Table that states the sequences of exams that lie as MRNet's do and are not MRNet's."""

SIDES: Mapping[str, Side] = {"train": "train", "valid": "validation"}
"""Folder to the side of the data set's own split."""

LICENCE = "Stanford University School of Medicine MRNet Dataset Research Use Agreement"
"""Terms of the published data."""

_NOTES = (
    "MRNet does not say whose an exam is, so each counts as a patient of its own: its 1,130"
    " training exams are of 1,088 patients, its 120 public validation exams of 111 (Bien et al."
    " 2018). No patient is on both sides.",
    "Labels are of the whole exam, from clinical reports; there are no masks and no boxes.",
    "What is published as valid/ is the validation side here; most reports that say 'test' mean"
    " these 120 exams, since the test exams were never published.",
)
_PUBLISHED = (
    "That the axial series is proton density with fat suppressed, the coronal T1 and the sagittal"
    " T2 with fat suppressed is the publication's word; no file states it."
)


@dataclass
class _Side:
    """One of the two folders, as far as it is read."""

    cases: list[Case] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    partial: int = 0


def is_mrnet(root: Path) -> bool:
    """Says whether a folder has this layout."""
    folders = any((root / side / plane).is_dir() for side in SIDES for plane in PLANES)
    return folders and any(
        table_of(root, side, name).is_file() for side in SIDES for name in TABLES
    )


def open_mrnet(root: Path, options: ArchiveOptions) -> Archive:
    """Gives one case an exam, with a series a plane and up to three labels.

    Args:
        root: The folder.
        options: None are read.

    Raises:
        DatasetError: The layout is broken, or a row of a table cannot be used; names file
            and row.
        BadConfiguration: An option was given.
    """
    refuse_options(NAME, options)
    if not is_mrnet(root):
        raise DatasetError(
            "The data does not have the layout 'mrnet'.",
            found="no folder of a plane beside a table of labels",
            needed=HOLDS,
            mend="give --data the folder that holds train-acl.csv.",
        )
    stated = _sequences(root / SEQUENCES)
    of_others = bool(stated) or read_marker(root) is not None
    present = [name for name in SIDES if (root / name).is_dir()]
    read = {name: _read_side(root, name, stated or PLANES) for name in present}
    partial = sum(side.partial for side in read.values())
    sides = sides_of(_said(read))
    return Archive(
        layout=NAME,
        cases=tuple(_unique(read, sides.leaks)),
        labels=dict.fromkeys(TABLES.values(), ("no", "yes")),
        sides=sides.of,
        leaks=sides.leaks,
        unreadable=tuple(one for side in read.values() for one in side.unreadable),
        notes=(
            *(_NOTES[1:2] if of_others else (*_NOTES, _PUBLISHED)),
            *((f"{partial} exams lack a plane.",) if partial else ()),
        ),
        licence="" if of_others else LICENCE,
    )


def _said(read: Mapping[str, _Side]) -> dict[str, set[Side]]:
    said: dict[str, set[Side]] = defaultdict(set)
    for name, side in read.items():
        for case in side.cases:
            said[case.patient].add(SIDES[name])
    return said


def _unique(read: Mapping[str, _Side], leaks: tuple[str, ...]) -> Iterator[Case]:
    """Gives every case, one that is on both sides under a name of its own."""
    for name, side in read.items():
        for case in side.cases:
            yield replace(case, id=f"{name}-{case.id}") if case.patient in leaks else case


def _read_side(root: Path, name: str, sequences: Sequences) -> _Side:
    read = _Side()
    tables = {
        table: dict(_rows(table_of(root, name, table)))
        for table in TABLES
        if table_of(root, name, table).is_file()
    }
    if not tables:
        raise DatasetError(
            f"The exams in {name}/ have no labels.",
            found=f"none of {', '.join(table_of(root, name, table).name for table in TABLES)}",
            needed="at least one of these tables, of exam and label",
            mend=f"copy the tables beside {name}/, or take that folder away.",
        )
    exams = _exams(root, name, read)
    for number, planes in sorted(exams.items()):
        labels = {
            TABLES[table]: rows[number][1] for table, rows in tables.items() if number in rows
        }
        missing = [
            table_of(root, name, table).name for table in tables if number not in tables[table]
        ]
        stem = min(series.stem for series in planes.values())
        if missing:
            read.unreadable.append(
                Unreadable(f"{name}/*/{stem}.npy", f"an exam without a row in {', '.join(missing)}")
            )
        if not labels:
            continue
        read.partial += int(len(planes) < len(PLANES))
        read.cases.append(_case(stem, planes, labels, sequences))
    for table, rows in tables.items():
        for number, (row, _) in rows.items():
            if number not in exams:
                file = f"{table_of(root, name, table).name}, row {row}"
                read.unreadable.append(Unreadable(file, "labels an exam that has no image"))
    return read


def _case(
    stem: str, planes: Mapping[Plane, Series], labels: Mapping[str, int], sequences: Sequences
) -> Case:
    series = tuple(
        _described(plane, one, sequences[plane]) for plane, one in sorted(planes.items())
    )
    return Case(
        id=stem,
        patient=stem,
        study=Study(uid=None, series=tuple(series)),
        reference=Reference(grades={STUDY_UNIT: labels}),
    )


def _described(plane: Plane, series: Series, sequence: tuple[Weighting, bool]) -> Series:
    weighting, fat_suppressed = sequence
    return replace(
        series,
        stem=plane,
        modality="MR",
        body_part="knee",
        plane=Attribute(plane),
        weighting=Attribute(weighting),
        fat_suppressed=Attribute(fat_suppressed),
        contrast_agent=Attribute(False),
    )


def _exams(root: Path, name: str, read: _Side) -> dict[int, dict[Plane, Series]]:
    """Gives the number of each exam to its series; two files of one number are refused."""
    exams: dict[int, dict[Plane, Series]] = {}
    for plane in PLANES:
        for path in sorted((root / name / plane).glob("*.npy"), key=lambda one: natural(one.name)):
            file = source_file(root, path)
            if isinstance(file, Unreadable):
                read.unreadable.append(file)
                continue
            if not path.stem.isdecimal():
                read.unreadable.append(Unreadable(file.label, "a name that is no exam's number"))
                continue
            number = int(path.stem)
            if plane in exams.get(number, {}):
                raise DatasetError(
                    "Two files are of one exam and plane.",
                    found=f"{file.label}, and another with the number {number}",
                    needed="one file an exam in each folder",
                    mend="take the one away that does not belong there.",
                )
            try:
                series = read_image(file, whole=False)
            except (BadImage, OSError) as error:
                read.unreadable.append(Unreadable(file.label, why_of(error)))
                continue
            exams.setdefault(number, {})[plane] = series
    return exams


def _rows(path: Path) -> Iterator[tuple[int, tuple[int, int]]]:
    """Gives (exam, (row, label)) of a table, which may have a header."""
    seen: set[int] = set()
    for number, cells in _cells(path):
        try:
            exam, label = int(cells[0]), float(cells[1])
        except (IndexError, ValueError) as error:
            if number == 1 and cells and not any(char.isdecimal() for char in "".join(cells)):
                continue
            raise _bad_row(path, number, "no exam and label", "two numbers: exam, label") from error
        if label not in (0.0, 1.0) or len(cells) > 2:
            found = f"label {cells[1]}" if len(cells) == 2 else f"{len(cells)} columns"
            raise _bad_row(path, number, found, "two numbers: exam, and 0 or 1")
        if exam in seen:
            raise _bad_row(path, number, f"exam {cells[0]} again", "each exam once")
        seen.add(exam)
        yield exam, (number, int(label))


def _cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            for number, cells in enumerate(csv.reader(stream), start=1):
                if any(cell.strip() for cell in cells):
                    yield number, [cell.strip() for cell in cells]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(
            "A table of the data cannot be read.",
            found=f"{path.name}: {type(error).__name__}",
            needed="comma-separated text in UTF-8: exam, label",
            mend="copy the table again.",
        ) from error


def _sequences(path: Path) -> dict[Plane, tuple[Weighting, bool]]:
    """Reads what the series of other exams than MRNet's are; nothing where no table says."""
    if not path.is_file():
        return {}
    found = dict(PLANES)
    for number, cells in _cells(path):
        if number == 1:
            continue
        planes = [plane for plane in PLANES if cells[0] == plane]
        weightings = [one for one in get_args(Weighting) if cells[1:2] == [one]]
        if not planes or not weightings or cells[2:] not in (["yes"], ["no"]):
            needed = f"one of {', '.join(PLANES)}; a weighting; yes or no"
            raise _bad_row(path, number, ",".join(cells), needed)
        found[planes[0]] = (weightings[0], cells[2] == "yes")
    return found


def table_of(root: Path, side: str, name: str) -> Path:
    """Gives the path of a table of labels.

    Args:
        root: The archive.
        side: ``"train"`` or ``"valid"``.
        name: A name of ``TABLES``.
    """
    return root / f"{side}-{name}.csv"


def _bad_row(path: Path, number: int, found: str, needed: str) -> DatasetError:
    return DatasetError(
        f"A row of {path.name} cannot be used.",
        found=f"{path.name}, row {number}: {found}",
        needed=needed,
        mend="correct that row.",
    )
