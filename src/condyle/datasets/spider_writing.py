"""Writing an archive of lumbar patients as SPIDER's slices lie."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from condyle.datasets.archive import Archive
from condyle.datasets.spider import COLUMNS, COVARIATES, MOST_LABEL, WEIGHTINGS
from condyle.datasets.writing import require_empty, write_text
from condyle.domain.case import Case
from condyle.domain.study import Series
from condyle.errors import DatasetError, OutputError

_STEMS = tuple(WEIGHTINGS)


def write_spider(root: Path, archive: Archive) -> None:
    """Writes an archive of lumbar patients as SPIDER's slices lie.

    Cases with masks are those of single slices below ``t2space``, all others are patients
    with their mid-sagittal slices and the grades of their discs. A finding that a disc
    has no grade of is written as absent.

    Args:
        root: An empty folder, made where it is not there.
        archive: As ``open_spider`` gives it: patients are numbers, series single slices of
            whole numbers from 0 to 255 called after patient and sequence, such as
            ``12_t2``.

    Raises:
        DatasetError: It holds what this layout has no place for.
        OutputError: The folder is not empty, or cannot be written to.
    """
    for case in archive.cases:
        _check(case)
    require_empty(root)
    graded = [case for case in archive.cases if not case.reference.masks]
    for case in archive.cases:
        for series in case.study.series:
            picture = _picture(series)
            if case.reference.masks:
                _save(picture, root / "t2space" / "images" / f"{series.stem}.png")
                mask = case.reference.masks[series.stem][0]
                _save(mask, root / "t2space" / "masks" / f"{series.stem}.png")
            else:
                _save(picture, root / "midsagittal" / f"{series.stem}.png")
    write_text(root / "gradings.csv", _csv(["patient", "disc", *COLUMNS], _gradings(graded)))
    write_text(root / "series.csv", _csv(["series", *COVARIATES], _series_rows(graded)))


def _check(case: Case) -> None:
    if not case.patient.isdigit() or case.reference.boxes:
        raise _no_place(f"boxes, or a patient that is no number, in {case.id}")
    if any(not unit.startswith("disc-") for unit in case.reference.grades):
        raise _no_place(f"labels that are of no disc, in {case.id}")
    unknown = {name for row in case.reference.grades.values() for name in row} - set(
        COLUMNS.values()
    )
    if unknown:
        raise _no_place(f"a finding '{min(unknown)}', in {case.id}")
    for series in case.study.series:
        known = {f"{case.patient}_{stem}" for stem in _STEMS}
        if case.reference.masks:
            mask = case.reference.masks.get(series.stem)
            if mask is None or mask.max() > MOST_LABEL:
                raise _no_place(f"an image without a mask of 0 to {MOST_LABEL}, in {case.id}")
        elif series.stem not in known:
            raise _no_place(f"a series that is not called after its sequence, in {case.id}")
        if series.shape[0] != 1 or not series.stem.startswith(f"{case.patient}_"):
            raise _no_place(f"a series that is no single slice of its patient, in {case.id}")


def _picture(series: Series) -> NDArray[np.uint8]:
    array = series.load().array[0]
    whole = np.rint(array)
    if (whole != array).any() or whole.min() < 0 or whole.max() > 255:
        raise _no_place("values that no 8-bit picture holds")
    return np.asarray(whole, dtype=np.uint8)


def _gradings(cases: Sequence[Case]) -> Iterator[list[object]]:
    for case in cases:
        units = sorted(case.reference.grades, key=lambda unit: int(unit.removeprefix("disc-")))
        for unit in units:
            row = case.reference.grades[unit]
            values = [row.get(finding, 0) for finding in COLUMNS.values()]
            yield [case.patient, unit.removeprefix("disc-"), *values]


def _series_rows(cases: Sequence[Case]) -> Iterator[list[object]]:
    for case in cases:
        values = [case.covariates.get(name, "") for name in COVARIATES]
        for series in case.study.series:
            yield [series.stem, *values]


def _csv(header: Sequence[str], rows: Iterator[list[object]]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(header)
    table.writerows(rows)
    return text.getvalue()


def _save(pixels: NDArray[np.uint8], path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.ascontiguousarray(pixels)).save(path)
    except OSError as error:
        raise OutputError(
            "The archive was not written.",
            found="a folder that cannot be written to",
            needed="a folder with room for the archive",
            mend="choose another folder.",
        ) from error


def _no_place(found: str) -> DatasetError:
    return DatasetError(
        "The archive cannot be written in the layout 'spider'.",
        found=found,
        needed="numbered patients with 8-bit slices, grades of discs, and masks of single slices",
        mend="choose another layout, or leave out what it has no place for.",
    )
