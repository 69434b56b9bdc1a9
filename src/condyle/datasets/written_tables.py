"""What every layout of images in folders writes beside them: patients, and sides of a split."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from condyle.datasets.archive import Archive
from condyle.datasets.owners import PATIENT_TABLE
from condyle.datasets.writing import write_text
from condyle.domain.case import Case

LISTS = {"train": "train.txt", "validation": "val.txt", "test": "test.txt"}
"""Side to the name of its list."""


def write_tables(root: Path, archive: Archive, written: Sequence[tuple[str, Case]]) -> None:
    """Writes ``patients.csv`` with covariates, and a list for each side that has a patient.

    Args:
        root: The archive's folder.
        archive: Whose sides they are.
        written: Path of each image relative to the folder, and its case.

    Raises:
        OutputError: They cannot be written.
    """
    names = sorted({name for _, case in written for name in case.covariates})
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["image", "patient", *names])
    for path, case in written:
        table.writerow([path, case.patient, *(case.covariates.get(name, "") for name in names)])
    write_text(root / PATIENT_TABLE, text.getvalue())
    for side, file in LISTS.items():
        named = [path for path, case in written if archive.sides.get(case.patient) == side]
        if named:
            write_text(root / file, "".join(f"{path}\n" for path in named))
