"""Looking at an archive once, case by case, keeping little of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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


def look_at_case(
    case: Case, *, archive: Archive, formats: Mapping[str, str] | None = None
) -> CaseLook:
    """Reads the images, masks and boxes of a case, one after another, and keeps little.

    Args:
        case: Of the archive.
        archive: Which names the values of masks.
        formats: File format by series stem, where it is known.
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
        known = (formats or {}).get(series.stem, "")
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


def file_formats(root: Path) -> dict[str, str]:
    """Gives the ending, without dot, of the image files of each stem, where they share one.

    Args:
        root: Folder of the archive.
    """
    endings: dict[str, Counter[str]] = {}
    images = (file for file in tree_of(root).files if is_image_name(file.path.name))
    for file in images:
        endings.setdefault(file.stem, Counter())[file.suffix.lstrip(".")] += 1
    return {stem: next(iter(held)) for stem, held in endings.items() if len(held) == 1}


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
