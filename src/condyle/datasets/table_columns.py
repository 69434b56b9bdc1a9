"""What the columns of a label table are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from condyle.datasets.archive import ArchiveOptions
from condyle.datasets.owners import IMAGE_NAMES, PATIENT_NAMES, column_of, is_identity, plain
from condyle.datasets.rows import Rows
from condyle.errors import BadConfiguration

ROLES: Mapping[str, tuple[str, ...]] = {
    "patient": PATIENT_NAMES,
    "image": IMAGE_NAMES,
    "mask": ("mask", "mask_path", "mask_file", "segmentation", "seg", "labelmap"),
    "study": ("study", "study_id", "studyinstanceuid", "study_instance_uid", "study_uid", "exam"),
    "series": ("series", "series_id", "seriesinstanceuid", "series_instance_uid", "series_uid"),
    "accession": ("accession", "accession_number", "accessionnumber"),
    "split": ("split", "set", "subset", "partition"),
}
"""Role to the names by which its column is known, in lower case with underscores."""

LABEL_PREFIX = "label_"
"""How the name of a column begins that is a label; one that is called ``label`` is one too."""


@dataclass(frozen=True)
class Columns:
    """What each column of a table is for.

    Attributes:
        roles: Role to column, for those that are there.
        labels: Label to column.
        covariates: Covariate to column.
        notes: In whole sentences, what was taken for what.
    """

    roles: Mapping[str, str]
    labels: Mapping[str, str]
    covariates: Mapping[str, str]
    notes: tuple[str, ...] = ()

    def get(self, row: Mapping[str, str], role: str) -> str:
        """Gives what a row has for a role, empty where there is no such column."""
        return row[self.roles[role]] if role in self.roles else ""


def columns_of(rows: Rows, options: ArchiveOptions) -> Columns:
    """Tells what each column is for.

    A column has the role that ``options.columns`` gives it, else that of its name. It is
    a label where ``options.labels`` names it; where that is empty, one that is called
    ``label`` or begins with ``label_``. Every other is a covariate unless
    ``options.covariates`` names others; one that identifies somebody is never read.

    Args:
        rows: The table.
        options: As given.

    Raises:
        BadConfiguration: An option names a role or column that is not there.
    """
    if unknown := sorted(set(options.columns) - set(ROLES)):
        raise BadConfiguration(
            "A role of a column is not known.",
            found=f"data.options.columns.{unknown[0]}",
            needed="one of: " + ", ".join(ROLES),
            mend="correct data.options.columns.",
        )
    labels = _labels(rows, options)
    roles: dict[str, str] = {}
    for role, names in ROLES.items():
        column = column_of(rows, role, names, options)
        free = column not in labels.values() or role in options.columns
        if column is not None and free and column not in roles.values():
            roles[role] = column
    taken = {*roles.values(), *labels.values()}
    if options.covariates:
        covariates = {name: _named(rows, name, "covariates") for name in options.covariates}
    else:
        covariates = {one: one for one in rows.columns if one not in taken and not is_identity(one)}
    return Columns(roles, labels, covariates, _notes(rows, labels, covariates, taken))


def _labels(rows: Rows, options: ArchiveOptions) -> dict[str, str]:
    if options.labels:
        return {name: _named(rows, name, "labels") for name in options.labels}
    found = {}
    for column in rows.columns:
        if plain(column) == "label":
            found["label"] = column
        elif plain(column).startswith(LABEL_PREFIX):
            found[column.strip()[len(LABEL_PREFIX) :].strip()] = column
    return found


def _named(rows: Rows, name: str, option: str) -> str:
    """Gives the column of a name, which may leave out the prefix of a label."""
    known = {plain(column): column for column in reversed(rows.columns)}
    known |= {column: column for column in rows.columns}
    for one in (name, plain(name), LABEL_PREFIX + plain(name)):
        if one in known:
            return known[one]
    raise BadConfiguration(
        "A column of the table is not there.",
        found=f"data.options.{option}: {name}",
        needed="some of: " + ", ".join(rows.columns),
        mend=f"correct the name, which is that of the header of {rows.file}.",
    )


def _notes(
    rows: Rows, labels: Mapping[str, str], covariates: Mapping[str, str], taken: set[str]
) -> tuple[str, ...]:
    """Says which columns are what, so that nobody has to guess."""
    unread = [one for one in rows.columns if one not in taken and is_identity(one)]
    parts = [
        f"labels are {', '.join(labels.values()) or 'none'}",
        f"covariates {', '.join(covariates.values()) or 'none'}",
    ]
    if unread:
        parts.append(f"not read, as they may identify somebody, {', '.join(unread)}")
    return (f"Of the columns of {rows.file}, " + "; ".join(parts) + ".",)
