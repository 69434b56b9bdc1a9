"""A table of images: their paths, patients, labels, masks and covariates."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath

from condyle.datasets.archive import (
    Archive,
    ArchiveOptions,
    Side,
    Unreadable,
    refuse_options,
)
from condyle.datasets.case_names import case_names
from condyle.datasets.label_values import Scale, scale_of
from condyle.datasets.mask_values import Meaning
from condyle.datasets.masks_on_demand import MasksOnDemand
from condyle.datasets.owners import settled_sides
from condyle.datasets.pair_reading import Pair, described, mask_of, read_pairs, why_of
from condyle.datasets.patients import by_pattern, patient_pattern, patients_of
from condyle.datasets.rows import TABLE_SUFFIXES, Rows, bad_row, read_rows
from condyle.datasets.structure_names import meaning_in
from condyle.datasets.table_columns import Columns, columns_of
from condyle.datasets.tree import tree_of
from condyle.datasets.words import side_of
from condyle.domain.case import STUDY_UNIT, Case, Reference
from condyle.domain.study import Series, Study
from condyle.errors import BadImage, DatasetError, MissingExtra
from condyle.images import read_image
from condyle.sources import SourceFile
from condyle.sources.files import known_suffix, safe_stem

HOLDS = (
    "a table (labels.csv, dataset.xlsx, cases.parquet and the like) with a column 'image' of paths"
    " and columns 'patient', 'label' or 'label_...', 'mask', 'split'; or one named in"
    " data.options.table"
)
"""What the folder holds, in words."""

TABLE_NAMES = (
    "labels",
    "dataset",
    "cases",
    "table",
    "data",
    "index",
    "manifest",
    "metadata",
    "annotations",
)
"""Names, without ending, of the tables that are looked for, the first that is there."""

READS = ("patient", "table", "columns", "labels", "covariates", "classes", "structures")
"""Options that this layout reads."""


@dataclass(frozen=True)
class _Row:
    """One row whose paths were found."""

    number: int
    cells: Mapping[str, str]
    image: str
    mask: str


@dataclass(frozen=True)
class _Read:
    """One row whose image was read."""

    row: _Row
    series: Series
    mask: SourceFile | None = None


def is_table(root: Path) -> bool:
    """Says whether a folder has this layout: one of ``TABLE_NAMES`` with images and labels."""
    name = table_in(root)
    if name is None:
        return False
    try:
        rows = read_rows(root, name)
    except MissingExtra:
        return True
    except DatasetError:
        return False
    columns = columns_of(rows, ArchiveOptions())
    return "image" in columns.roles and bool(columns.labels or "mask" in columns.roles)


def table_in(root: Path) -> str | None:
    """Gives the name of the table of a folder, ``None`` where there is none or several alike."""
    for name in TABLE_NAMES:
        found = [name + suffix for suffix in TABLE_SUFFIXES if (root / (name + suffix)).is_file()]
        if found:
            return found[0]
    return None


def open_table(root: Path, options: ArchiveOptions) -> Archive:
    """Gives one case a row, or one a study where a column names studies.

    Args:
        root: The folder.
        options: Those of ``READS``.

    Raises:
        DatasetError: A row cannot be used; names file and row.
        BadConfiguration: An option names what is not there, or is not read.
        MissingExtra: What reads such a table is not installed.
    """
    refuse_options("table", options, reads=READS)
    name = options.table or table_in(root)
    if name is None:
        raise DatasetError(
            "The data does not have the layout 'table'.",
            found="no table of a known name",
            needed=HOLDS,
            mend="name the table in data.options.table, or rename it to labels.csv.",
        )
    rows = read_rows(root, name)
    columns = columns_of(rows, options)
    _check_columns(rows, columns)
    files = {file.label: file for file in tree_of(root).files}
    listed = _rows(rows, columns, files)
    read, unreadable, meaning = _images(root, listed, files, options)
    scales = {label: _scale(label, rows, columns, options) for label in columns.labels}
    patients, how = _patients(rows, columns, listed, options)
    cases, missing = _cases(read, columns, scales, patients=patients, meaning=meaning)
    sides = settled_sides(
        {one.row.image: patients[one.row.number] for one in read},
        {one.row.image: _sides(rows, columns, one.row) for one in read},
    )
    return Archive(
        layout="table",
        cases=cases,
        labels={label: scale.names for label, scale in scales.items()},
        structures=meaning.structures if meaning else (),
        sides=sides.of,
        leaks=sides.leaks,
        unreadable=unreadable,
        notes=(*how, *columns.notes, *missing, *(meaning.notes if meaning else ())),
    )


def _check_columns(rows: Rows, columns: Columns) -> None:
    found = "columns " + ", ".join(rows.columns)
    if "image" not in columns.roles:
        mend = "name the column in data.options.columns.image."
        raise bad_row(rows.file, 1, found, "a column 'image' with the paths", mend=mend)
    if not columns.labels and "mask" not in columns.roles:
        mend = "name the columns in data.options.labels."
        needed = "a column 'label', 'label_...' or 'mask'"
        raise bad_row(rows.file, 1, found, needed, mend=mend)


def _inside(text: str) -> str | None:
    """Gives a path as it lies in the archive, ``None`` where it leads out of it."""
    path = posixpath.normpath(text.replace("\\", "/"))
    return None if path.startswith(("/", "../")) or path in ("..", ".") else path


def _rows(rows: Rows, columns: Columns, files: Mapping[str, SourceFile]) -> list[_Row]:
    listed: list[_Row] = []
    seen: dict[str, int] = {}
    for number, cells in rows.rows:
        image = _path(columns.get(cells, "image"), rows.file, number, files=files)
        if image in seen:
            raise bad_row(rows.file, number, f"{image}, as in row {seen[image]}", "an image once")
        seen[image] = number
        stated = columns.get(cells, "mask")
        mask = _path(stated, rows.file, number, files=files) if stated else ""
        listed.append(_Row(number, cells, image, mask))
    return listed


def _path(text: str, table: str, number: int, *, files: Mapping[str, SourceFile]) -> str:
    """Finds a file by the path that a row states, from the archive or from the table."""
    if not text:
        raise bad_row(table, number, "no path", "the path of an image")
    beside = posixpath.join(posixpath.dirname(table), text.replace("\\", "/"))
    places = [] if PureWindowsPath(text).drive else [_inside(text), _inside(beside)]
    if not any(places):
        mend = "put the file into the archive, and write its path relative to that."
        raise bad_row(table, number, "a path out of the archive", "a path within it", mend=mend)
    for place in places:
        if place is not None and place in files:
            return place
    mend = "correct the path, or add the file."
    raise bad_row(table, number, f"no file {text}", "a file of the archive", mend=mend)


def _images(
    root: Path,
    listed: Sequence[_Row],
    files: Mapping[str, SourceFile],
    options: ArchiveOptions,
) -> tuple[list[_Read], tuple[Unreadable, ...], Meaning | None]:
    """Reads the head of every image, and every mask."""
    unreadable: list[Unreadable] = []
    read: dict[int, _Read] = {}
    for row in (row for row in listed if not row.mask):
        try:
            series = described(read_image(files[row.image], whole=False), row.image)
        except (BadImage, OSError) as error:
            unreadable.append(Unreadable(row.image, why_of(error)))
        else:
            read[row.number] = _Read(row, series)
    seen = []
    for row in (row for row in listed if row.mask):
        for found in read_pairs(files, {row.mask: [row.image]}):
            if isinstance(found, Pair):
                read[row.number] = _Read(row, found.series[0], found.mask)
                seen.append(found.seen)
            else:
                unreadable.append(found)
    meaning = meaning_in(root, seen, options.structures) if seen else None
    return [read[number] for number in sorted(read)], tuple(unreadable), meaning


def _scale(label: str, rows: Rows, columns: Columns, options: ArchiveOptions) -> Scale:
    column = columns.labels[label]
    cells = [(number, row[column]) for number, row in rows.rows if row[column]]
    if not cells:
        raise bad_row(rows.file, 2, f"no value in column {column}", "values of the label")
    return scale_of(column, cells, file=rows.file, classes=options.classes)


def _patients(
    rows: Rows, columns: Columns, listed: Sequence[_Row], options: ArchiveOptions
) -> tuple[dict[int, str], tuple[str, ...]]:
    """Gives the patient of each row, and how that was told."""
    if options.patient is not None:
        pattern = patient_pattern(options.patient)
        return {row.number: by_pattern(pattern, row.image) for row in listed}, ()
    if "patient" in columns.roles:
        for row in listed:
            if not columns.get(row.cells, "patient"):
                raise bad_row(rows.file, row.number, "no patient", "the patient of the image")
        return {row.number: columns.get(row.cells, "patient") for row in listed}, ()
    told = patients_of([row.image for row in listed], options)
    return {row.number: told.of[row.image] for row in listed}, (told.how,)


def _sides(rows: Rows, columns: Columns, row: _Row) -> tuple[Side, ...]:
    text = columns.get(row.cells, "split")
    side = side_of(text)
    if text and side is None:
        raise bad_row(rows.file, row.number, f"split '{text}'", "train, validation or test")
    return () if side is None else (side,)


def _cases(
    read: Sequence[_Read],
    columns: Columns,
    scales: Mapping[str, Scale],
    *,
    patients: Mapping[int, str],
    meaning: Meaning | None,
) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    studies: dict[str, list[_Read]] = {}
    plain = Counter(_plain(one.row.image) for one in read)
    for one in read:
        patient, study = patients[one.row.number], columns.get(one.row.cells, "study")
        bare = _plain(one.row.image)
        # Studies of different patients may be numbered alike.
        own = f"{patient}/{study}" if study else bare if plain[bare] == 1 else one.row.image
        studies.setdefault(own, []).append(one)
    names = case_names(list(studies))
    cases = [
        _case(
            names[own],
            patients[several[0].row.number],
            several,
            columns=columns,
            scales=scales,
            meaning=meaning,
        )
        for own, several in studies.items()
    ]
    without = sum(
        any(not one.row.cells[column] for column in columns.labels.values()) for one in read
    )
    missing = f"{without} of {len(read)} rows have an empty label, which counts neither way."
    return tuple(cases), (missing,) if without else ()


def _case(
    name: str,
    patient: str,
    several: Sequence[_Read],
    *,
    columns: Columns,
    scales: Mapping[str, Scale],
    meaning: Meaning | None,
) -> Case:
    series = _stems(several, columns)
    grades: dict[str, dict[str, int]] = {}
    for label, column in columns.labels.items():
        values = {
            one.stem: scales[label].numbers[read.row.cells[column]]
            for one, read in zip(series, several, strict=True)
            if read.row.cells[column]
        }
        of_study = "study" in columns.roles and len(values) == len(series)
        if of_study and len(set(values.values())) == 1:
            values = {STUDY_UNIT: next(iter(values.values()))}
        for unit, value in values.items():
            grades.setdefault(unit, {})[label] = value
    masks = {
        one.stem: partial(mask_of, read.mask, one, meaning)
        for one, read in zip(series, several, strict=True)
        if read.mask is not None and meaning is not None
    }
    first = several[0].row.cells
    covariates = {name: first[column] for name, column in columns.covariates.items()}
    return Case(
        id=name,
        patient=patient,
        study=Study(uid=None, series=series),
        reference=Reference(masks=MasksOnDemand(masks), grades=grades),
        covariates={name: value for name, value in covariates.items() if value},
    )


def _stems(several: Sequence[_Read], columns: Columns) -> tuple[Series, ...]:
    """Names the series of a case after their column, else their file, each name once."""
    named = [columns.get(one.row.cells, "series") or one.series.stem for one in several]
    stems = case_names([f"{number}/{name}" for number, name in enumerate(named)])
    return tuple(
        replace(one.series, stem=safe_stem(stem))
        for one, stem in zip(several, stems.values(), strict=True)
    )


def _plain(path: str) -> str:
    return str(PurePosixPath(path))[: len(path) - len(known_suffix(path))]
