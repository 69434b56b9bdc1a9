"""Writing an archive as images with a table of their labels."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from condyle.datasets.archive import Archive
from condyle.datasets.structure_names import write_names
from condyle.datasets.table_columns import LABEL_PREFIX
from condyle.datasets.writing import Place, places_of, require_empty, write_text
from condyle.domain.case import STUDY_UNIT
from condyle.errors import DatasetError
from condyle.images.write import write_image, write_labels

TABLE = "labels.csv"


def write_table(root: Path, archive: Archive) -> None:
    """Writes ``images/`` and ``masks/``, and ``labels.csv`` with a row an image.

    A row has the image, its mask, its patient, study and series, the covariates, and each
    label of the image or of its study, by the name of its value. What the masks show is
    named in ``dataset.json``.

    Args:
        root: An empty folder, made where it is not there.
        archive: Without boxes, without labels of parts of a study, and without a label
            that both a study and its images have.

    Raises:
        DatasetError: It holds what this layout has no place for.
        OutputError: The folder is not empty, or cannot be written to.
    """
    _refuse_others(archive)
    places = places_of(archive, no_place=_no_place)
    require_empty(root)
    covariates = sorted({name for case in archive.cases for name in case.covariates})
    masked = any(case.reference.masks for case in archive.cases)
    columns = ["image", *(["mask"] if masked else []), "patient"]
    columns += ["study", "series"]
    columns += [f"{LABEL_PREFIX}{label}" for label in archive.labels]
    if archive.sides:
        columns.append("split")
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([*columns, *covariates])
    for place in places:
        row = _row(root, place, archive, masked=masked)
        table.writerow([*row, *(place.case.covariates.get(name, "") for name in covariates)])
    write_text(root / TABLE, text.getvalue())
    if masked:
        write_names(root, archive.structures)


def _row(root: Path, place: Place, archive: Archive, *, masked: bool) -> list[str]:
    case, stem = place.case, place.series.stem
    volume = place.series.load()
    row = [write_image(volume, root / "images" / place.path).relative_to(root).as_posix()]
    if masked:
        mask = case.reference.masks.get(stem)
        path = root / "masks" / place.path
        written = None if mask is None else write_labels(mask, path, on=volume)
        row.append("" if written is None else written.relative_to(root).as_posix())
    row += [case.patient, case.id, stem]
    grades = case.reference.grades
    held = {**grades.get(STUDY_UNIT, {}), **grades.get(stem, {})}
    for label, names in archive.labels.items():
        row.append(names[held[label]] if label in held else "")
    if archive.sides:
        row.append(archive.sides.get(case.patient, ""))
    return row


def _refuse_others(archive: Archive) -> None:
    for case in archive.cases:
        stems = {series.stem for series in case.study.series}
        grades = case.reference.grades
        if case.reference.boxes or set(grades) - stems - {STUDY_UNIT}:
            raise _no_place(f"boxes, or labels of parts, in {case.id}")
        twice = {label for stem in stems for label in grades.get(stem, {})}
        if twice & set(grades.get(STUDY_UNIT, {})):
            raise _no_place(f"a label of a study and of its images, in {case.id}")


def _no_place(found: str) -> DatasetError:
    return DatasetError(
        "The archive cannot be written in the layout 'table'.",
        found=found,
        needed="images with labels of their own or of their study, and masks",
        mend="choose another layout, or leave out what it has no place for.",
    )
