"""DICOM files in any folders, with a table of labels keyed by accession, study or series.

Patients go by a pseudonym and files by their place: no name, number or folder of a patient
comes into a case, a covariate or an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from condyle import dicom
from condyle.datasets.archive import Archive, ArchiveOptions, Side, Unreadable, refuse_options
from condyle.datasets.dicom_join import Joined, JoinedRow, join
from condyle.datasets.label_values import Scale, scale_of
from condyle.datasets.owners import columns_named, settled_sides
from condyle.datasets.rows import TABLE_SUFFIXES, Rows, bad_row, read_rows
from condyle.datasets.table import table_in
from condyle.datasets.table_columns import Columns, columns_of
from condyle.datasets.tree import Tree, names_below, tree_of
from condyle.datasets.words import side_of
from condyle.dicom import DicomStudy, Discovery, patient_pseudonym
from condyle.domain.case import STUDY_UNIT, Case, Reference
from condyle.domain.study import LeftOut
from condyle.errors import DatasetError

HOLDS = (
    "DICOM files in any folders, and a table (labels.csv and the like) with a column of accession"
    " numbers, StudyInstanceUIDs or SeriesInstanceUIDs and columns 'label' or 'label_...'"
)
"""What the folder holds, in words."""

READS = ("table", "columns", "labels", "covariates", "classes")
"""Options that this layout reads."""

_LOOKED_INTO = 64
_UNNAMED = "unnamed-"


def is_dicom_folder(root: Path) -> bool:
    """Says whether a folder has this layout: a table right in it, and DICOM files below."""
    if _table(root) is None:
        return False
    names = [name for name in names_below(root) if not name.lower().endswith(TABLE_SUFFIXES)]
    return any(_is_dicom(root / name) for name in names[:_LOOKED_INTO])


def open_dicom_folder(root: Path, options: ArchiveOptions) -> Archive:
    """Gives one case a study that the table has a label for.

    Of the table's other columns only those are read that ``options.covariates`` names,
    since any other may identify somebody.

    Args:
        root: The folder.
        options: Those of ``READS``.

    Raises:
        DatasetError: The table cannot be used, or joined; names its row.
        BadConfiguration: An option names what is not there, or is not read.
        MissingExtra: What reads such a table is not installed.
    """
    refuse_options("dicom", options, reads=READS)
    rows = _labelled_rows(root, options)
    columns = columns_of(rows, options)
    columns_named(rows, options.covariates, "covariates")
    if not columns.labels:
        mend = "name the columns in data.options.labels."
        needed = "a column 'label' or 'label_...'"
        raise bad_row(rows.file, 1, "columns " + ", ".join(rows.columns), needed, mend=mend)
    tree = tree_of(root)
    found = _discovered(tree, rows.file)
    joined = join(rows, columns, found.studies)
    scales = {label: _scale(column, rows, options) for label, column in columns.labels.items()}
    patients = _patients(found.studies, joined, columns)
    cases = _cases(
        found.studies, joined, columns, patients=patients, scales=scales, options=options
    )
    sides = settled_sides(
        {str(number): patients[number] for number in joined.rows},
        {str(number): list(_sides(rows, columns, own)) for number, own in joined.rows.items()},
    )
    return Archive(
        layout="dicom",
        cases=cases,
        labels={label: scale.names for label, scale in scales.items()},
        sides=sides.of,
        leaks=sides.leaks,
        unreadable=tuple(_unreadable(found)),
        notes=(*joined.notes, *_notes(found, cases, len(tree.unreadable))),
    )


def _labelled_rows(root: Path, options: ArchiveOptions) -> Rows:
    table = options.table or _table(root)
    if table is None:
        raise DatasetError(
            "The data does not have the layout 'dicom'.",
            found="no table, or several",
            needed=HOLDS,
            mend="name the table in data.options.table.",
        )
    return read_rows(root, table)


def _table(root: Path) -> str | None:
    """Gives the table of a folder: one of a known name, else the only one."""
    if (known := table_in(root)) is not None:
        return known
    if not root.is_dir():
        return None
    names = sorted(path.name for path in root.iterdir() if path.suffix.lower() in TABLE_SUFFIXES)
    return names[0] if len(names) == 1 else None


def _is_dicom(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(132)[128:] == b"DICM"
    except OSError:
        return False


def _discovered(tree: Tree, table: str) -> Discovery:
    """Finds the studies; a file goes by its place, since folders are named after patients."""
    called = [
        replace(file, label=f"file-{number}{file.suffix}")
        for number, file in enumerate(tree.files, start=1)
        if file.label != table
    ]
    return dicom.discover(called)


def _patients(studies: Sequence[DicomStudy], joined: Joined, columns: Columns) -> list[str]:
    """Gives the pseudonym of each study's patient.

    Where the header has none, the table's column of patients tells; where that has none
    either, the study is of a patient of its own.
    """
    patients = []
    for number, one in enumerate(studies):
        stated = [columns.get(row.cells, "patient") for row in joined.rows.get(number, ())]
        told = patient_pseudonym(next(filter(None, stated), ""))
        patients.append(one.subject.patient or told or f"{_UNNAMED}{number + 1}")
    return patients


def _cases(
    studies: Sequence[DicomStudy],
    joined: Joined,
    columns: Columns,
    *,
    patients: Sequence[str],
    scales: Mapping[str, Scale],
    options: ArchiveOptions,
) -> tuple[Case, ...]:
    """Gives the cases, each called after its patient and the number of the study."""
    counts: Counter[str] = Counter()
    cases = []
    for number in sorted(joined.rows):
        patient = patients[number]
        counts[patient] += 1
        case = Case(
            id=f"{patient}-{counts[patient]}",
            patient=patient,
            study=studies[number].study,
            reference=Reference(grades=_grades(joined.rows[number], columns, scales)),
            covariates=_covariates(studies[number], joined.rows[number][0], options),
        )
        cases.append(case)
    return tuple(cases)


def _scale(column: str, rows: Rows, options: ArchiveOptions) -> Scale:
    cells = [(number, row[column]) for number, row in rows.rows if row[column]]
    if not cells:
        raise bad_row(rows.file, 2, f"no value in column {column}", "values of the label")
    return scale_of(column, cells, file=rows.file, classes=options.classes)


def _grades(
    own: Sequence[JoinedRow], columns: Columns, scales: Mapping[str, Scale]
) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    for row in own:
        for label, column in columns.labels.items():
            if text := row.cells[column]:
                for unit in row.stems or (STUDY_UNIT,):
                    grades.setdefault(unit, {})[label] = scales[label].numbers[text]
    return grades


def _covariates(study: DicomStudy, row: JoinedRow, options: ArchiveOptions) -> dict[str, str]:
    """Gives what the header says of patient and scanner, and the columns that were named."""
    subject = study.subject
    age = "" if subject.age_years is None else f"{subject.age_years:g}"
    field = "" if subject.field_t is None else f"{subject.field_t:g}"
    stated = {
        "sex": subject.sex,
        "age": age,
        "Manufacturer": subject.manufacturer,
        "ManufacturerModelName": subject.model,
        "MagneticFieldStrength": field,
        "laterality": _side(study),
        **{name: row.cells[name] for name in options.covariates},
    }
    return {name: value for name, value in stated.items() if value}


def _side(study: DicomStudy) -> str:
    """Gives the side that every series of a study which has one agrees on, else nothing."""
    sides = {series.laterality.value for series in study.study.series} - {None}
    return (sides.pop() or "") if len(sides) == 1 else ""


def _sides(rows: Rows, columns: Columns, own: Sequence[JoinedRow]) -> Iterator[Side]:
    for row in own:
        text = columns.get(row.cells, "split")
        side = side_of(text)
        if side is not None:
            yield side
        elif text:
            raise bad_row(rows.file, row.number, f"split '{text}'", "train, validation or test")


def _unreadable(found: Discovery) -> Iterator[Unreadable]:
    for one in _all_left_out(found):
        if "file" in one.reason.params:
            yield Unreadable(str(one.reason.params["file"]), str(one.reason.params["found"]))


def _notes(found: Discovery, cases: Sequence[Case], unreachable: int) -> Iterator[str]:
    nameless = sum(case.patient.startswith(_UNNAMED) for case in cases)
    if nameless:
        yield (
            f"Studies that name no patient: {nameless}. Each counts as a patient of its own, so"
            " that a split may leak; a column 'patient' of the table can tell."
        )
    counts = Counter({"unreadable-file": unreachable} if unreachable else {})
    for one in _all_left_out(found):
        if "file" not in one.reason.params:
            counts[one.reason.code] += one.count
    if counts:
        listed = ", ".join(f"{count} {code}" for code, count in sorted(counts.items()))
        yield f"Files that are no image to read were left out: {listed}."


def _all_left_out(found: Discovery) -> Iterator[LeftOut]:
    yield from found.left_out
    for one in found.studies:
        yield from one.study.left_out
