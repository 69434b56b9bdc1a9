"""Looking at an archive once, case by case, keeping little of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from condyle.datasets.archive import Archive
from condyle.datasets.check.duplicates import Print
from condyle.datasets.check.fingerprint import fingerprint, pixels_digest
from condyle.datasets.check.headers import Header, header_of
from condyle.datasets.check.marks import MaskLook, look_at_boxes, look_at_mask
from condyle.datasets.tree import is_image_name, tree_of
from condyle.domain.case import Case
from condyle.domain.data_report import Fault, Place
from condyle.domain.study import Series
from condyle.errors import CondyleError

RECOGNISED = 8
"""Slices of a series that are recognised though they were altered; equal pixels are found
on any slice."""


@dataclass(frozen=True, eq=False)
class SeriesLook:
    """What is kept of a series.

    Attributes:
        series: Its description; its pixels are not kept.
        place: Where it is.
        header: What is known without looking at what it shows.
        prints: Its slices that show something.
        shape: (slice, row, column) of its pixels.
    """

    series: Series
    place: Place
    header: Header
    prints: tuple[Print, ...]
    shape: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class CaseLook:
    """What is kept of a case.

    Attributes:
        case: The case; its pixels are not kept.
        series: Those that could be read.
        masks: Those that could be read.
        faults: What is wrong with its images, masks and boxes.
        unreadable: (series or mask, why).
    """

    case: Case
    series: tuple[SeriesLook, ...]
    masks: tuple[MaskLook, ...]
    faults: tuple[Fault, ...]
    unreadable: tuple[tuple[str, str], ...]


def look_at_case(case: Case, *, archive: Archive, formats: FileFormats | None = None) -> CaseLook:
    """Reads the images, masks and boxes of a case, one after another, and keeps little.

    Args:
        case: Of the archive.
        archive: Which names the values of masks.
        formats: Of its files, where they are known.
    """
    looks: list[SeriesLook] = []
    faults: list[Fault] = []
    unreadable: list[tuple[str, str]] = []
    for series in case.study.series:
        place = Place(case.id, case.patient, series.stem)
        try:
            pixels = series.load().array
        except (CondyleError, OSError) as error:
            unreadable.append((series.stem, _why(error)))
            continue
        faults += [Fault(code, place, detail) for code, detail in _image_faults(pixels)]
        known = formats.of(case, series.stem) if formats is not None else ""
        header = header_of(case, series, pixels=np.nan_to_num(pixels), file_format=known)
        shape = (pixels.shape[0], pixels.shape[1], pixels.shape[2])
        looks.append(SeriesLook(series, place, header, _prints(pixels, place), shape))
    shapes = {look.series.stem: look.shape for look in looks}
    masks, bad = _masks(case, shapes, archive.structures)
    for stem, boxes in case.reference.boxes.items():
        place = Place(case.id, case.patient, stem)
        if stem in shapes:
            faults += look_at_boxes(boxes, place=place, shape=shapes[stem])
    faults += [fault for mask in masks for fault in mask.faults]
    return CaseLook(case, tuple(looks), masks, tuple(faults), (*unreadable, *bad))


class SliceReader:
    """Reads slices of an archive again, one series at a time; the last one is kept.

    Args:
        looks: What is kept of its cases; only series that could be read are given.
    """

    def __init__(self, looks: Sequence[CaseLook]) -> None:
        self._series = {
            (one.place.case, one.place.series): one.series for look in looks for one in look.series
        }
        self._last: tuple[tuple[str, str], NDArray[np.float32]] | None = None

    def __call__(self, place: Place) -> NDArray[np.float32]:
        """Gives the (row, column) pixels of a place.

        Where it names no slice, or one that is not there, they are those of the middle one.
        """
        key = (place.case, place.series)
        if self._last is None or self._last[0] != key:
            self._last = (key, self._series[key].load().array)
        array = self._last[1]
        named = place.slice is not None and 0 <= place.slice < len(array)
        return np.asarray(array[place.slice if named else len(array) // 2])


@dataclass(frozen=True)
class FileFormats:
    """The endings of an archive's image files, by which the format of a series is told.

    Attributes:
        files: Stem to the files of that stem, each as the parts of its path and its ending.
    """

    files: Mapping[str, tuple[tuple[frozenset[str], str], ...]] = field(default_factory=dict)

    def of(self, case: Case, stem: str) -> str:
        """Gives the ending of a series' file without dot, or nothing where it is not sure.

        Where files of one stem differ, those count whose path names the case or patient.

        Args:
            case: Whose series it is.
            stem: Of the series.
        """
        files = self.files.get(stem, ())
        own = [ending for parts, ending in files if parts & {case.id, case.patient}]
        for endings in ({ending for _, ending in files}, set(own)):
            if len(endings) == 1:
                return endings.pop()
        return ""


def file_formats(root: Path) -> FileFormats:
    """Gives the endings of the image files of an archive.

    Args:
        root: Folder of the archive.
    """
    files: dict[str, list[tuple[frozenset[str], str]]] = {}
    for file in tree_of(root).files:
        if is_image_name(file.path.name):
            parts = frozenset(file.path.relative_to(root).parent.parts)
            files.setdefault(file.stem, []).append((parts, file.suffix.lstrip(".")))
    return FileFormats({stem: tuple(held) for stem, held in files.items()})


def _prints(pixels: NDArray[np.float32], place: Place) -> tuple[Print, ...]:
    """Recognises slices over the middle of the series; the outermost often show nothing."""
    count = len(pixels)
    chosen = {round((k + 0.5) * count / RECOGNISED - 0.5) for k in range(RECOGNISED)}
    found: list[Print] = []
    for index, slice_ in enumerate(pixels):
        if slice_.max() > slice_.min():
            here = replace(place, slice=index if count > 1 else None)
            seen = fingerprint(slice_) if index in chosen else None
            found.append(Print(here, pixels_digest(slice_), seen))
    return tuple(found)


def _image_faults(pixels: NDArray[np.float32]) -> list[tuple[str, str]]:
    odd = int((~np.isfinite(pixels)).sum())
    if odd:
        return [("image-not-finite", f"{odd} pixels")]
    if pixels.max() == pixels.min():
        return [("image-blank", f"{float(pixels.max()):g} in every pixel")]
    return []


def _masks(
    case: Case, shapes: Mapping[str, tuple[int, int, int]], structures: Sequence[str]
) -> tuple[tuple[MaskLook, ...], list[tuple[str, str]]]:
    looks: list[MaskLook] = []
    unreadable: list[tuple[str, str]] = []
    for stem in case.reference.masks:
        place = Place(case.id, case.patient, stem)
        try:
            mask = case.reference.masks[stem]
        except (CondyleError, OSError) as error:
            unreadable.append((f"mask of {stem}", _why(error)))
            continue
        shape = shapes.get(stem)
        if shape is not None:
            looks.append(look_at_mask(mask, place=place, shape=shape, structures=structures))
    return tuple(looks), unreadable


def _why(error: CondyleError | OSError) -> str:
    """Says why in a clause; what a library says may hold a path."""
    if isinstance(error, CondyleError):
        return error.found or error.failed
    return type(error).__name__
