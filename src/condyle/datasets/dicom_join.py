"""Which row of a label table is of which DICOM study or series."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from condyle.datasets.rows import Rows, bad_row
from condyle.datasets.table_columns import Columns
from condyle.dicom import DicomStudy, accession_key
from condyle.errors import DatasetError

Place = tuple[int, str]
"""Number of a study, and the stem of a series of it; empty for the whole study."""

_SHOWN_ROWS = 5


@dataclass(frozen=True)
class JoinedRow:
    """A row that is of something that was found.

    Attributes:
        number: Of the row in the file.
        cells: Column to text.
        stems: Series that it is of; none where it is of the whole study.
    """

    number: int
    cells: Mapping[str, str]
    stems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Joined:
    """Rows and studies, joined.

    Attributes:
        rows: Number of each study that has a row, from 0, to its rows.
        notes: By what they were joined, and what was not.
    """

    rows: Mapping[int, tuple[JoinedRow, ...]]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Key:
    role: str
    words: str
    of: Callable[[str], str]
    places: Mapping[str, Sequence[Place]]


def join(rows: Rows, columns: Columns, studies: Sequence[DicomStudy]) -> Joined:
    """Joins the rows of a table to studies or series.

    The column is the one whose role is ``accession``, ``study`` or ``series``, else the one
    most of whose values are those of what was found.

    Args:
        rows: The table.
        columns: What its columns are for.
        studies: What was found; where that is nothing, nothing is joined.

    Raises:
        DatasetError: No value fits, a row names several studies, or two rows one thing;
            names the row.
    """
    if not studies:
        return Joined({}, ())
    keys = _keys(studies)
    column, key = _best(rows, columns, keys)
    joined: dict[int, list[JoinedRow]] = {}
    seen: dict[str, int] = {}
    strangers: list[int] = []
    for number, cells in rows.rows:
        value = key.of(cells[column])
        places = key.places.get(value, ())
        if not places:
            strangers.append(number)
            continue
        _check_row(number, seen.get(value), places, key=key, file=rows.file)
        seen[value] = number
        stems = tuple(stem for _, stem in places if stem)
        joined.setdefault(places[0][0], []).append(JoinedRow(number, cells, stems))
    notes = [f"The rows of {rows.file} were joined to the images by {key.words}."]
    if strangers:
        some = ", ".join(map(str, strangers[:_SHOWN_ROWS]))
        more = " and more" if len(strangers) > _SHOWN_ROWS else ""
        notes.append(f"Rows that name nothing that is here: {len(strangers)} ({some}{more}).")
    if len(joined) < len(studies):
        notes.append(f"Studies without a row are left out: {len(studies) - len(joined)}.")
    return Joined({study: tuple(own) for study, own in joined.items()}, tuple(notes))


def _check_row(
    number: int, before: int | None, places: Sequence[Place], *, key: _Key, file: str
) -> None:
    if before is not None:
        found = f"the {key.words} of row {before} again"
        raise bad_row(file, number, found, f"each {key.words} once")
    if len({study for study, _ in places}) > 1:
        found = f"{key.words} of several studies"
        mend = "key the table by StudyInstanceUID."
        raise bad_row(file, number, found, "one study a row", mend=mend)


def _keys(studies: Sequence[DicomStudy]) -> tuple[_Key, ...]:
    by_study: dict[str, list[Place]] = {}
    by_series: dict[str, list[Place]] = {}
    by_accession: dict[str, list[Place]] = {}
    for number, one in enumerate(studies):
        by_study.setdefault(one.study.uid or "", []).append((number, ""))
        by_accession.setdefault(one.subject.accession, []).append((number, ""))
        for series in one.study.series:
            by_series.setdefault(series.uid or "", []).append((number, series.stem))
    for places in (by_study, by_series, by_accession):
        places.pop("", None)
    return (
        _Key("study", "Study Instance UID", str.strip, by_study),
        _Key("series", "Series Instance UID", str.strip, by_series),
        _Key("accession", "accession number", accession_key, by_accession),
    )


def _best(rows: Rows, columns: Columns, keys: Sequence[_Key]) -> tuple[str, _Key]:
    """Finds the column that joins, by its role first and then by its values."""
    named = [
        (columns.roles[key.role], key)
        for key in keys
        if key.role in columns.roles and _count(rows, columns.roles[key.role], key)
    ]
    if named:
        return max(named, key=lambda one: _count(rows, *one))
    every = [(column, key) for column in rows.columns for key in keys]
    column, key = max(every, key=lambda one: _count(rows, *one))
    if not _count(rows, column, key):
        raise DatasetError(
            "The table cannot be joined to the images.",
            found=f"{rows.file}: no value that is of an image here",
            needed="a column of accession numbers, StudyInstanceUIDs or SeriesInstanceUIDs",
            mend="add the column, or check that table and images are of the same export.",
        )
    return column, key


def _count(rows: Rows, column: str, key: _Key) -> int:
    return sum(key.of(cells[column]) in key.places for _, cells in rows.rows)
