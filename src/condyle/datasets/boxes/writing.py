"""What every layout with boxes writes alike: pictures as PNG, and a table of their patients."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from condyle.datasets.archive import Archive, Side
from condyle.datasets.owners import PATIENT_TABLE
from condyle.datasets.writing import write_bytes, write_text
from condyle.domain.case import Case, LabelledBox
from condyle.domain.study import Series
from condyle.errors import DatasetError

_LARGEST = 65_535


@dataclass(frozen=True)
class Page:
    """One picture as it is written.

    Attributes:
        key: Its path without container folder and ending, ``/`` between folders.
        pixels: (row, column), uint8 or uint16.
        boxes: On it, their slice 0.
        patient: Whose it is.
        side: Side of the archive's own split.
        covariates: Of its case.
    """

    key: str
    pixels: NDArray[np.uint8] | NDArray[np.uint16]
    boxes: tuple[LabelledBox, ...]
    patient: str
    side: Side | None
    covariates: Mapping[str, str]


def pages_of(archive: Archive, *, layout: str) -> tuple[Page, ...]:
    """Gives the pictures of an archive: one a slice of each series that was looked at.

    Args:
        archive: To be written.
        layout: Name of the layout, for messages.

    Raises:
        DatasetError: A case has masks, grades, several annotators, a name that is no path
            or values that no PNG holds, or two slices would have one name.
    """
    pages: dict[str, Page] = {}
    for case in archive.cases:
        if case.reference.masks or case.reference.grades:
            raise no_place(layout, f"masks or grades, in {case.id}")
        for series in case.study.series:
            if series.stem in case.reference.boxes:
                for page in _pages(case, series, archive, layout):
                    if page.key in pages:
                        raise no_place(layout, f"two pictures called {page.key}")
                    pages[page.key] = page
    return tuple(pages.values())


def write_page(page: Page, path: Path) -> None:
    """Writes the picture of a page as PNG.

    Raises:
        OutputError: It cannot be written.
    """
    content = io.BytesIO()
    Image.fromarray(page.pixels).save(content, format="PNG")
    write_bytes(path, content.getvalue())


def write_patients(root: Path, pages: Sequence[Page]) -> None:
    """Writes the patient and covariates of each picture into ``patients.csv``.

    Raises:
        OutputError: It cannot be written.
    """
    names = sorted({name for page in pages for name in page.covariates})
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["image", "patient", *names])
    for page in pages:
        table.writerow([page.key, page.patient, *(page.covariates.get(one, "") for one in names)])
    write_text(root / PATIENT_TABLE, text.getvalue())


def no_place(layout: str, found: str) -> DatasetError:
    """Gives the error for what a layout cannot hold.

    Args:
        layout: Its name.
        found: What it has no place for, and where.
    """
    return DatasetError(
        f"The archive cannot be written in the layout '{layout}'.",
        found=found,
        needed="pictures of whole numbers from 0 to 65535 with boxes of one annotator",
        mend="choose another layout, or leave out what it has no place for.",
    )


def _pages(case: Case, series: Series, archive: Archive, layout: str) -> list[Page]:
    array = series.load().array
    alone = len(case.study.series) == 1
    key = case.id if alone else f"{case.id}/{series.stem}"
    parts = PurePosixPath(key).parts
    if not key or PurePosixPath(key).is_absolute() or ".." in parts or set("\\\0") & set(key):
        raise no_place(layout, "a case whose name is no path within the archive")
    whole = np.rint(array)
    if (whole != array).any() or whole.min() < 0 or whole.max() > _LARGEST:
        raise no_place(layout, f"values that no PNG holds, in {case.id}")
    kind = np.uint8 if whole.max() <= 255 else np.uint16
    boxes = case.reference.boxes[series.stem]
    if any(box.annotator for box in boxes):
        raise no_place(layout, f"boxes of several annotators, in {case.id}")
    return [
        Page(
            key=key if len(array) == 1 else f"{key}_slice{index:03d}",
            pixels=whole[index].astype(kind),
            boxes=tuple(replace(box, slice=0) for box in boxes if box.slice == index),
            patient=case.patient,
            side=archive.sides.get(case.patient),
            covariates=case.covariates,
        )
        for index in range(len(array))
    ]
