"""The images in class folders: pictures and volumes a file each, DICOM a series each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from condyle import dicom
from condyle.datasets.archive import Unreadable
from condyle.datasets.pair_reading import described, why_of
from condyle.datasets.tree import is_image_name
from condyle.dicom.header import is_dicom
from condyle.domain.study import Series
from condyle.errors import BadImage
from condyle.images import read_image
from condyle.sources import SourceFile

_DICOM_ENDINGS = ("", ".dcm", ".dicom", ".ima")
_NO_IMAGES = frozenset(
    (".csv", ".tsv", ".txt", ".json", ".xml", ".pdf", ".html", ".md", ".xlsx", ".yaml", ".py")
)
_NO_NAMES = frozenset(("readme", "license", "licence", "dicomdir", "makefile"))


@dataclass(frozen=True)
class Found:
    """An image.

    Attributes:
        path: Of its file, or of the first file of a DICOM series, relative to the archive.
        series: The image.
        patient: Pseudonym that a DICOM header gives, or empty.
    """

    path: str
    series: Series
    patient: str = ""


def may_hold_image(name: str) -> bool:
    """Says whether a file's name can be that of an image, DICOM among them."""
    if PurePosixPath(name).name.lower() in _NO_NAMES:
        return False
    return is_image_name(name) or PurePosixPath(name).suffix.lower() in _DICOM_ENDINGS


def images_among(files: Sequence[SourceFile]) -> Iterator[Found | Unreadable]:
    """Reads the head of every image among files, in their order, DICOM last.

    Args:
        files: Of the archive; tables and texts are passed over.
    """
    by_folder: dict[str, list[SourceFile]] = defaultdict(list)
    for file in files:
        if is_image_name(file.label):
            yield _image(file)
        elif not _is_text(file.label):
            if _is_dicom(file):
                by_folder[str(PurePosixPath(file.label).parent)].append(file)
            else:
                yield Unreadable(file.label, "a file of no known image format")
    for found in by_folder.values():
        yield from _of_dicom(found)


def _is_text(name: str) -> bool:
    pure = PurePosixPath(name.lower())
    return pure.suffix in _NO_IMAGES or pure.name in _NO_NAMES


def _image(file: SourceFile) -> Found | Unreadable:
    try:
        return Found(file.label, described(read_image(file, whole=False), file.label))
    except (BadImage, OSError) as error:
        return Unreadable(file.label, why_of(error))


def _is_dicom(file: SourceFile) -> bool:
    try:
        return is_dicom(file)
    except (BadImage, OSError):
        return False


def _of_dicom(files: Sequence[SourceFile]) -> Iterator[Found | Unreadable]:
    """Gives the series of one folder; the header's word on sequence and plane is kept."""
    found = dicom.discover(files)
    first = files[0].label
    several = len(found.studies) > 1
    for number, one in enumerate(found.studies, start=1):
        for series in one.study.series:
            stem = f"study-{number}-{series.stem}" if several else series.stem
            named = replace(described(series, first), stem=stem)
            yield Found(first, named, one.subject.patient)
    for left_out in (*found.left_out, *(x for one in found.studies for x in one.study.left_out)):
        label = left_out.reason.params.get("file", PurePosixPath(first).parent.as_posix())
        yield Unreadable(str(label), f"{left_out.reason.code} ({left_out.count})")
