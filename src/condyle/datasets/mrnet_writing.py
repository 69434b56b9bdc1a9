"""Writing an archive of knee exams as MRNet lies."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from condyle.datasets.archive import Archive
from condyle.datasets.mrnet import PLANES, SEQUENCES, TABLES, Sequences, table_of
from condyle.datasets.writing import require_empty, write_text
from condyle.domain.case import STUDY_UNIT, Case
from condyle.domain.geometry import Plane
from condyle.domain.study import Weighting
from condyle.errors import DatasetError
from condyle.images.write import write_array


def write_mrnet(root: Path, archive: Archive) -> None:
    """Writes an archive of knee exams as MRNet lies.

    A series that does not fit into 8 bits is scaled to them, as MRNet's own were. Where
    the sequences are not MRNet's, ``sequences.csv`` states them.

    Args:
        root: An empty folder, made where it is not there.
        archive: Its cases are numbered with digits and have one series a plane; labels
            are those of ``TABLES``, of a study.

    Raises:
        DatasetError: It holds what this layout has no place for.
        OutputError: The folder is not empty, or cannot be written to.
    """
    for case in archive.cases:
        _check(case, archive)
    sequences = _sequences(archive)
    require_empty(root)
    tables: dict[Path, list[str]] = defaultdict(list)
    for case in archive.cases:
        side = "valid" if archive.sides.get(case.patient) == "validation" else "train"
        for series in case.study.series:
            path = root / side / str(series.plane.value) / f"{case.id}.npy"
            write_array(_in_8_bits(series.load().array), path)
        for name, label in TABLES.items():
            value = case.reference.grades.get(STUDY_UNIT, {}).get(label)
            if value is not None:
                tables[table_of(root, side, name)].append(f"{case.id},{value}\n")
    for path, rows in tables.items():
        write_text(path, "".join(rows))
    if any(sequences[plane] != PLANES[plane] for plane in sequences):
        stated = [
            f"{plane},{weighting},{'yes' if fat else 'no'}\n"
            for plane, (weighting, fat) in sequences.items()
        ]
        write_text(root / SEQUENCES, "plane,weighting,fat_suppressed\n" + "".join(stated))


def _in_8_bits(array: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Gives whole numbers from 0 to 255 as they are, and scales anything else to them."""
    low, high = float(array.min()), float(array.max())
    if not (np.array_equal(np.rint(array), array) and low >= 0 and high <= 255):
        array = (array - low) * (255.0 / max(high - low, 1e-6))
    return np.rint(array).astype(np.uint8)


def _sequences(archive: Archive) -> Sequences:
    """Gives the sequence of each plane, which must be one throughout."""
    found: dict[Plane, tuple[Weighting, bool]] = {}
    for case in archive.cases:
        for series in case.study.series:
            plane = series.plane.value or "oblique"
            told = (series.weighting.value or "unknown", bool(series.fat_suppressed.value))
            if found.setdefault(plane, told) != told:
                raise _no_place(f"{plane} series of two sequences, in {case.id}")
    return found


def _check(case: Case, archive: Archive) -> None:
    planes = [series.plane.value for series in case.study.series]
    if not case.id.isdecimal() or case.patient != case.id:
        raise _no_place(f"a case that is no number, or not of its own patient: {case.id}")
    if case.reference.masks or case.reference.boxes or set(case.reference.grades) != {STUDY_UNIT}:
        raise _no_place(f"masks, boxes, or labels of parts alone, in {case.id}")
    labels = set(case.reference.grades[STUDY_UNIT])
    if not labels or labels - set(TABLES.values()):
        raise _no_place(f"labels other than {', '.join(TABLES.values())}, in {case.id}")
    if archive.sides.get(case.patient) == "test":
        raise _no_place("a test side")
    if set(planes) - set(PLANES) or len(set(planes)) < len(planes) or not planes:
        raise _no_place(f"several series of one plane, or a plane that is unknown, in {case.id}")


def _no_place(found: str) -> DatasetError:
    return DatasetError(
        "The archive cannot be written in the layout 'mrnet'.",
        found=found,
        needed="numbered exams with one series a plane, and the labels of MRNet, of the study",
        mend="choose another layout, or leave out what it has no place for.",
    )
