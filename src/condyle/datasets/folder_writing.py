"""Writing an archive as class folders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from condyle.datasets.archive import Archive
from condyle.datasets.folders import CLASS_LIST
from condyle.datasets.writing import require_empty, sequence_folder, write_text
from condyle.datasets.written_tables import write_tables
from condyle.domain.case import STUDY_UNIT, Case
from condyle.domain.study import Series
from condyle.errors import DatasetError
from condyle.images.write import write_image

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class _Place:
    case: Case
    series: Series
    folder: str


def write_folders(root: Path, archive: Archive) -> None:
    """Writes ``<class>/<plane-weighting>/<patient>/<image>``, with lists of its own split.

    The label is called ``"class"`` when it is read again. The order of the classes is
    kept in ``classes.txt``, patients and covariates in ``patients.csv``.

    Args:
        root: An empty folder, made where it is not there.
        archive: It has one label, of each image or of the whole study, one case a
            patient, and neither masks nor boxes.

    Raises:
        DatasetError: It holds what this layout has no place for.
        OutputError: The folder is not empty, or cannot be written to.
    """
    places = list(_places(archive))
    used = {place.folder.split("/")[0] for place in places}
    names = next(iter(archive.labels.values()))
    if absent := [name for name in names if name not in used]:
        raise _no_place(f"a class without an image: {', '.join(absent)}")
    require_empty(root)
    written = []
    for place in places:
        path = write_image(place.series.load(), root / place.folder / place.series.stem)
        written.append((path.relative_to(root).as_posix(), place.case))
    write_text(root / CLASS_LIST, "".join(f"{name}\n" for name in names))
    write_tables(root, archive, written)


def _places(archive: Archive) -> Iterator[_Place]:
    if len(archive.labels) != 1:
        raise _no_place(f"{len(archive.labels)} labels")
    ((label, names),) = archive.labels.items()
    if not all(_NAME.fullmatch(name) for name in names):
        raise _no_place("the name of a class that is none of a folder")
    if len({case.patient for case in archive.cases}) < len(archive.cases):
        raise _no_place("several cases of one patient")
    for case in archive.cases:
        if case.reference.masks or case.reference.boxes:
            raise _no_place(f"masks or boxes, in {case.id}")
        for series in case.study.series:
            of_study = case.reference.grades.get(STUDY_UNIT, {})
            value = case.reference.grades.get(series.stem, of_study).get(label)
            if value is None or not 0 <= value < len(names):
                raise _no_place(f"an image without a class, in {case.id}")
            if case.id != case.patient or not all(map(_NAME.fullmatch, (case.id, series.stem))):
                raise _no_place(f"a case or image whose name is none of a file: {case.id}")
            parts = (names[value], sequence_folder(series), case.patient)
            yield _Place(case, series, "/".join(part for part in parts if part))


def _no_place(found: str) -> DatasetError:
    return DatasetError(
        "The archive cannot be written in the layout 'folders'.",
        found=found,
        needed="one label with a value for each image, one case a patient, no masks and no boxes",
        mend="choose another layout, or leave out what it has no place for.",
    )
