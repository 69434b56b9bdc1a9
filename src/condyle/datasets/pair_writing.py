"""Writing an archive as images beside masks."""

from __future__ import annotations

from pathlib import Path

from condyle.datasets.archive import Archive
from condyle.datasets.structure_names import write_names
from condyle.datasets.writing import places_of, require_empty
from condyle.datasets.written_tables import write_tables
from condyle.errors import DatasetError
from condyle.images.write import write_image, write_labels


def write_pairs(root: Path, archive: Archive) -> None:
    """Writes ``images/`` beside ``masks/``, with lists of its own split.

    Each image with a mask becomes a case of its own when the archive is read: under the
    name of its case where that has one image, else under those of case and series. The
    plane and weighting are kept as the name of a folder, patients and covariates in
    ``patients.csv``, and names of structures in ``dataset.json``.

    Args:
        root: An empty folder, made where it is not there.
        archive: Of images with masks.

    Raises:
        DatasetError: It holds what this layout has no place for: an image without a mask,
            boxes or grades, or names that no file can have.
        OutputError: The folder is not empty, or cannot be written to.
    """
    _refuse_others(archive)
    places = places_of(archive, no_place=_no_place)
    require_empty(root)
    written = []
    for place in places:
        volume = place.series.load()
        mask = place.case.reference.masks[place.series.stem]
        path = write_image(volume, root / "images" / place.path)
        write_labels(mask, root / "masks" / place.path, on=volume)
        written.append((path.relative_to(root).as_posix(), place.case))
    write_tables(root, archive, written)
    write_names(root, archive.structures)


def _refuse_others(archive: Archive) -> None:
    for case in archive.cases:
        if case.reference.boxes or case.reference.grades:
            raise _no_place(f"boxes or grades, in {case.id}")
        if any(series.stem not in case.reference.masks for series in case.study.series):
            raise _no_place(f"an image without a mask, in {case.id}")


def _no_place(found: str) -> DatasetError:
    return DatasetError(
        "The archive cannot be written in the layout 'pairs'.",
        found=found,
        needed="images with masks alone, each under a name of letters, digits, dots and dashes",
        mend="choose another layout, or leave out what it has no place for.",
    )
