"""Whose a picture is where a table beside the pictures may say so, and on which side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from condyle.datasets.archive import ArchiveOptions, Side
from condyle.datasets.patients import by_pattern, each_its_own, patient_pattern, patients_of
from condyle.datasets.rows import Rows, bad_row, read_rows
from condyle.datasets.split_lists import Sides, sides_of
from condyle.errors import BadConfiguration, DatasetError
from condyle.sources.files import known_suffix

PATIENT_TABLE = "patients.csv"
"""Table beside the pictures that is read where no other is named: columns ``image`` and
``patient``, and covariates."""

IMAGE_NAMES = (
    "image",
    "image_path",
    "path",
    "file",
    "filename",
    "file_name",
    "filepath",
    "file_path",
)
"""Names by which the column of the pictures is known, in lower case."""

PATIENT_NAMES = (
    "patient",
    "patient_id",
    "patientid",
    "subject",
    "subject_id",
    "participant",
    "participant_id",
)
"""Names by which the column of the patients is known, in lower case."""

_IDENTITY = re.compile(
    r"(?:patients?_?)?(?:name|surname|first_?name|last_?name|birth_?(?:date|day)|date_?of_?birth"
    r"|dob|address|phone|e?mail)|mrn|ssn|nhs_?number|accession\w*|\w*instance_?uid",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Owners:
    """Whose the pictures of an archive are.

    Attributes:
        patients: Picture to patient.
        covariates: Picture to what else is known of it.
        notes: What a reader of figures must know.
    """

    patients: Mapping[str, str]
    covariates: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def owners_of(
    root: Path,
    pictures: Mapping[str, str],
    options: ArchiveOptions,
    *,
    sides: Mapping[str, Iterable[Side]],
) -> tuple[Owners, Sides]:
    """Finds the patient of each picture, and the side of each patient.

    The expression ``options.patient`` comes first, then the table ``options.table`` or
    ``patients.csv``; where there is neither, the paths tell, or each counts as a patient.

    Args:
        root: The archive.
        pictures: Path of each picture, relative to the archive, to the name of its case.
        options: As given.
        sides: Picture to the sides that list it. They refute a guess from the paths that
            puts a patient on two sides.

    Raises:
        DatasetError: A picture has no patient; names file, or row of the table.
        BadConfiguration: The expression, or a column named, cannot be used.
    """
    table = options.table or (PATIENT_TABLE if (root / PATIENT_TABLE).is_file() else None)
    if table is not None:
        owners = _by_table(read_rows(root, table), pictures, options)
        return owners, settled_sides(owners.patients, sides)
    told = patients_of(tuple(pictures), options)
    settled = settled_sides(told.of, sides)
    if settled.leaks and not told.certain:
        told = each_its_own(tuple(pictures))
        settled = settled_sides(told.of, sides)
    return Owners(told.of, notes=(told.how,)), settled


def _by_table(rows: Rows, pictures: Mapping[str, str], options: ArchiveOptions) -> Owners:
    listed = _listed(rows, pictures, options)
    covariates = {picture: others for picture, (_, others) in listed.items()}
    if options.patient is not None:
        pattern = patient_pattern(options.patient)
        return Owners({one: by_pattern(pattern, one) for one in pictures}, covariates)
    for picture in pictures:
        if picture not in listed:
            raise DatasetError(
                "A picture of the data has no patient.",
                found=f"{picture}, which is not in {rows.file}",
                needed="a row for each picture, with its patient",
                mend="add the row, or give data.options.patient.",
            )
    return Owners({one: listed[one][0] for one in pictures}, covariates)


def settled_sides(patients: Mapping[str, str], sides: Mapping[str, Iterable[Side]]) -> Sides:
    """Gives the side of each patient, and the patients who are on several.

    Args:
        patients: Picture to patient.
        sides: Picture to the sides that list it.
    """
    said: dict[str, set[Side]] = {}
    for picture, several in sides.items():
        for side in several:
            said.setdefault(patients[picture], set()).add(side)
    return sides_of(said)


def column_of(rows: Rows, role: str, names: Sequence[str], options: ArchiveOptions) -> str | None:
    """Gives the column that has a role, ``None`` where none is known by its name.

    Args:
        rows: The table.
        role: Such as ``"patient"``; ``options.columns`` may name its column.
        names: Names by which such a column is known, in lower case, the first that is
            there being taken.
        options: As given.

    Raises:
        BadConfiguration: ``options.columns`` names a column that is not there.
    """
    if (named := options.columns.get(role)) is not None:
        if named not in rows.columns:
            raise BadConfiguration(
                "A column of the table is not there.",
                found=f"data.options.columns.{role}: {named}",
                needed="one of: " + ", ".join(rows.columns),
                mend=f"correct the name, which is that of the header of {rows.file}.",
            )
        return named
    known = {plain(column): column for column in reversed(rows.columns)}
    return next((known[name] for name in names if name in known), None)


def columns_named(rows: Rows, names: Sequence[str], option: str) -> tuple[str, ...]:
    """Gives the columns that an option names.

    Args:
        rows: The table.
        names: As given.
        option: Its name, for messages.

    Raises:
        BadConfiguration: One is not there.
    """
    if absent := [name for name in names if name not in rows.columns]:
        raise BadConfiguration(
            "A column of the table is not there.",
            found=f"data.options.{option}: {', '.join(absent)}",
            needed="some of: " + ", ".join(rows.columns),
            mend=f"correct the name, which is that of the header of {rows.file}.",
        )
    return tuple(names)


def is_identity(column: str) -> bool:
    """Says whether a column's name tells that it identifies somebody."""
    return _IDENTITY.fullmatch(plain(column)) is not None


def plain(column: str) -> str:
    """Gives the name of a column in lower case, with underscores for blanks and dashes."""
    return re.sub(r"[\s-]+", "_", column.strip().lower())


def _listed(
    rows: Rows, pictures: Mapping[str, str], options: ArchiveOptions
) -> dict[str, tuple[str, dict[str, str]]]:
    """Reads a table of patients: picture to patient and covariates."""
    image = column_of(rows, "image", IMAGE_NAMES, options)
    patient = column_of(rows, "patient", PATIENT_NAMES, options)
    if image is None or patient is None:
        found = "columns " + ", ".join(rows.columns)
        raise bad_row(rows.file, 1, found, "columns 'image' and 'patient'", mend="add them.")
    others = columns_named(rows, options.covariates, "covariates") or tuple(
        one for one in rows.columns if one not in (image, patient) and not is_identity(one)
    )
    exact, short = _names(pictures)
    listed: dict[str, tuple[str, dict[str, str]]] = {}
    for number, row in rows.rows:
        name = row[image].replace("\\", "/")
        matching = exact.get(name) or short.get(name, set())
        if len(matching) > 1:
            found = f"'{row[image]}', which several pictures are called"
            raise bad_row(rows.file, number, found, "the path of one picture")
        if not row[patient]:
            raise bad_row(rows.file, number, "no patient", "the patient of the picture")
        for picture in matching:
            if picture in listed:
                raise bad_row(rows.file, number, f"'{row[image]}' again", "each picture once")
            listed[picture] = row[patient], {one: row[one] for one in others if row.get(one)}
    return listed


def _names(pictures: Mapping[str, str]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Gives what each picture may be called: by its path or case, and by its file alone."""
    exact: dict[str, set[str]] = {}
    short: dict[str, set[str]] = {}
    for picture, case in pictures.items():
        file = PurePosixPath(picture).name
        for name in (picture, case):
            exact.setdefault(name, set()).add(picture)
        for name in (file, file.removesuffix(known_suffix(file))):
            short.setdefault(name, set()).add(picture)
    return exact, short
