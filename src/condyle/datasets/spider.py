"""The SPIDER lumbar spine data as single slices with gradings and masks.

van der Graaf et al. 2024, doi 10.1038/s41597-024-03090-w. The layout is

    midsagittal/<patient>_<t1|t2|t2_SPACE>.png
    gradings.csv     patient, disc (1 the most caudal), pfirrmann, modic, ...
    series.csv       series, scanner, sex, ...
    t2space/images/<patient>_t2_SPACE_slice<k>.png    and the same in t2space/masks
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from condyle.datasets.archive import Archive, ArchiveOptions, refuse_options
from condyle.datasets.spider_boxes import BOX_CLASSES, read_boxes, with_boxes
from condyle.domain.case import Case, Reference
from condyle.domain.study import Attribute, Instance, Series, Study, Weighting
from condyle.domain.volume import Volume
from condyle.errors import DatasetError

COLUMNS = {
    "pfirrmann": "pfirrmann-grade",
    "herniation": "disc-herniation",
    "narrowing": "disc-narrowing",
    "bulging": "disc-bulging",
    "spondylolisthesis": "spondylolisthesis",
    "modic": "modic-change",
    "upper_endplate": "endplate-change-above",
    "lower_endplate": "endplate-change-below",
}
"""Column of ``gradings.csv`` to the name of the finding."""

RANGES = {"pfirrmann": (1, 5), "modic": (0, 3)}
"""Least and greatest grade of a column; the others are 0 or 1."""

HOLDS = "gradings.csv, midsagittal/ and, for masks, t2space/images and t2space/masks"
"""What the folder holds, in words."""

STRUCTURES = ("background", "intervertebral-disc", "vertebra", "spinal-canal")
"""What the values of a mask are."""

MOST_LABEL = 3

WEIGHTINGS: dict[str, Weighting] = {"t1": "t1", "t2": "t2", "t2_SPACE": "t2-space"}
"""What follows the patient in the name of a slice, to its weighting."""

COVARIATES = ("sex", "Manufacturer", "ManufacturerModelName", "MagneticFieldStrength")
"""Columns of ``series.csv`` that are read."""


def is_spider(root: Path) -> bool:
    """Says whether a folder has this layout."""
    return (root / "gradings.csv").is_file() and (root / "midsagittal").is_dir()


def open_spider(root: Path, options: ArchiveOptions) -> Archive:
    """Gives one case a patient with the grades of its discs, and one a slice with a mask.

    Boxes of the discs come with Condyle; see ``condyle.datasets.spider_boxes``.

    Args:
        root: The folder.
        options: None are read.

    Raises:
        DatasetError: If the layout is broken; names the file and row.
        BadConfiguration: An option was given.
    """
    refuse_options("spider", options)
    grades = {name: _value_names(name) for name in COLUMNS.values()}
    return Archive(
        layout="spider",
        cases=with_boxes((*graded_cases(root), *masked_cases(root)), read_boxes()),
        labels=grades,
        structures=STRUCTURES,
        box_classes=BOX_CLASSES,
        notes=(
            "Modic changes of type 1, 2 and 3 count alike as a change.",
            "Boxes of discs were made from masks and from outlines of lumbar-anatomy, and "
            "labelled by the grades of the patient's discs.",
        ),
        licence="CC BY 4.0",
    )


def _value_names(finding: str) -> tuple[str, ...]:
    """Gives the names of a finding's values from 0; no disc has Pfirrmann grade 0."""
    if finding == "pfirrmann-grade":
        return tuple(str(grade) for grade in range(RANGES["pfirrmann"][1] + 1))
    return ("no", "yes")


def graded_cases(root: Path) -> tuple[Case, ...]:
    """Gives one case a patient: its mid-sagittal slices and the grades of its discs.

    Raises:
        DatasetError: If the layout is broken; names the file and row.
    """
    _require(root)
    grades = _read_grades(root / "gradings.csv")
    covariates = _read_covariates(root / "series.csv")
    pictures: dict[str, list[Path]] = {}
    for path in sorted((root / "midsagittal").glob("*.png")):
        pictures.setdefault(_patient_of(path), []).append(path)
    return tuple(
        Case(
            id=patient,
            patient=patient,
            study=Study(uid=None, series=tuple(_series(path) for path in paths)),
            reference=Reference(grades=grades.get(patient, {})),
            covariates=covariates.get(patient, {}),
        )
        for patient, paths in sorted(pictures.items(), key=lambda item: int(item[0]))
    )


def masked_cases(root: Path) -> tuple[Case, ...]:
    """Gives one case a T2-SPACE slice with its mask.

    Raises:
        DatasetError: If an image has no mask, or one of another size.
    """
    _require(root)
    return tuple(_masked(root))


def _masked(root: Path) -> Iterator[Case]:
    for path in sorted((root / "t2space" / "images").glob("*.png")):
        mask_path = root / "t2space" / "masks" / path.name
        if not mask_path.is_file():
            raise DatasetError(
                "A slice of the data has no mask.",
                found=f"t2space/images/{path.name} alone",
                needed=f"t2space/masks/{path.name}",
                mend="add the mask, or take the image away.",
            )
        series = _series(path, stem=path.stem, weighting="t2-space")
        mask = _open(mask_path).astype(np.uint8)[None]
        if mask.shape != series.shape:
            raise DatasetError(
                "A mask does not fit its slice.",
                found=f"{path.name}: image {series.shape[1:]}, mask {mask.shape[1:]}",
                needed="the same rows and columns",
                mend="export the mask again on the image's own grid.",
            )
        if mask.max() > MOST_LABEL:
            raise DatasetError(
                "A mask holds a label that is not known.",
                found=f"t2space/masks/{path.name}: {int(mask.max())}",
                needed="0 background, 1 disc, 2 vertebra, 3 canal",
                mend="export the mask again with these labels.",
            )
        yield Case(
            id=path.stem,
            patient=_patient_of(path),
            study=Study(uid=None, series=(series,)),
            reference=Reference(masks={path.stem: mask}),
        )


def _series(path: Path, *, stem: str | None = None, weighting: Weighting | None = None) -> Series:
    rows, columns = _open(path).shape
    name = stem or path.stem
    return Series(
        stem=name,
        load=lambda: Volume(_pixels(path)),
        kind="picture",
        instances=(Instance(),),
        modality="MR",
        plane=Attribute("sagittal"),
        weighting=Attribute(weighting or WEIGHTINGS.get(name.split("_", 1)[-1], "unknown")),
        fat_suppressed=Attribute(False),
        contrast_agent=Attribute(False),
        shape=(1, rows, columns),
    )


def _patient_of(path: Path) -> str:
    """Gives the patient's number, with which each file's name begins."""
    patient = path.stem.split("_")[0]
    if not patient.isdigit():
        raise DatasetError(
            "A slice does not say whose it is.",
            found=f"{path.parent.name}/{path.name}",
            needed="a name that begins with the patient's number, such as 12_t1.png",
            mend="name the file after its patient, or take it away.",
        )
    return patient


def _open(path: Path) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("L"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DatasetError(
            "A picture of the data cannot be read.",
            found=f"{path.parent.name}/{path.name}: {type(error).__name__}",
            needed="a whole PNG",
            mend="copy the file again, or take it away.",
        ) from error


def _pixels(path: Path) -> NDArray[np.float32]:
    return _open(path).astype(np.float32)[None]


def _read_grades(path: Path) -> dict[str, dict[str, dict[str, int]]]:
    """Reads patient to disc to finding to grade; ``modic`` 1 to 3 becomes 1."""
    grades: dict[str, dict[str, dict[str, int]]] = {}
    for number, row in _rows(path):
        try:
            values = {finding: int(row[column]) for column, finding in COLUMNS.items()}
            patient, unit = row["patient"], f"disc-{int(row['disc'])}"
        except (KeyError, TypeError, ValueError) as error:
            needed = "patient, disc and whole numbers in: " + ", ".join(COLUMNS)
            raise _bad_row(path, number, "a value is absent or no number", needed) from error
        for column, finding in COLUMNS.items():
            low, high = RANGES.get(column, (0, 1))
            if not low <= values[finding] <= high:
                found = f"{column} {values[finding]}"
                raise _bad_row(path, number, found, f"{column} from {low} to {high}")
        if unit in grades.get(patient, {}):
            raise _bad_row(path, number, "a disc that was graded before", "each disc once")
        values["modic-change"] = min(values["modic-change"], 1)
        grades.setdefault(patient, {})[unit] = values
    return grades


def _read_covariates(path: Path) -> dict[str, dict[str, str]]:
    if not path.is_file():
        return {}
    found: dict[str, dict[str, str]] = {}
    for number, row in _rows(path):
        if not row.get("series"):
            raise _bad_row(path, number, "no series", "a series such as 12_t1")
        values = {key: row[key] for key in COVARIATES if row.get(key)}
        found.setdefault(row["series"].split("_")[0], values)
    return found


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Gives each row of a CSV file with its number in the file, from 2."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            yield from enumerate(csv.DictReader(stream), start=2)
    except (UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(
            "A table of the data cannot be read.",
            found=f"{path.name}: {type(error).__name__}",
            needed="comma-separated text in UTF-8",
            mend="save the table again as CSV in UTF-8.",
        ) from error


def _bad_row(path: Path, number: int, found: str, needed: str) -> DatasetError:
    return DatasetError(
        f"A row of {path.name} cannot be used.",
        found=f"{path.name}, row {number}: {found}",
        needed=needed,
        mend="correct that row.",
    )


def _require(root: Path) -> None:
    if not is_spider(root):
        raise DatasetError(
            "The data does not have the layout 'spider'.",
            found="no gradings.csv beside a folder midsagittal",
            needed=HOLDS,
            mend="give --data the folder that holds gradings.csv; volumes as published are read "
            "with --set data.layout=spider-volumes.",
        )
