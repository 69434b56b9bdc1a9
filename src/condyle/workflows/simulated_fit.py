"""What of a simulated patient each layout has a place for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from condyle.datasets.mrnet import PLANES, TABLES
from condyle.datasets.spider import COLUMNS
from condyle.domain.case import STUDY_UNIT, Case, Reference
from condyle.domain.study import Instance, Series, Study
from condyle.domain.volume import Volume
from condyle.phantoms.simulated import SimulatedPatient

Fit = Callable[[SimulatedPatient], Iterable[Case]]
"""Gives the cases that a patient becomes in a layout."""

_DARKEST, _BRIGHTEST = 0.5, 99.95
_FIRST_NUMBER = 90_000


def picture_values(array: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gives a series in whole numbers from 0 to 255, as it is windowed for a picture.

    The darkest and brightest few voxels of the series are cut off; all its slices have
    one window.
    """
    low, high = (float(value) for value in np.percentile(array, (_DARKEST, _BRIGHTEST)))
    scaled = (array - low) * (255.0 / max(high - low, 1e-6))
    return np.asarray(np.rint(np.clip(scaled, 0.0, 255.0)), dtype=np.float32)


def as_exam(patient: SimulatedPatient) -> Iterator[Case]:
    """Gives an exam of MRNet: one series a plane, and the labels that it has tables for.

    Of several series of a plane it is the one of MRNet's own sequence, else the first.
    """
    chosen: dict[str, Series] = {}
    for series in patient.case.study.series:
        plane = series.plane.value or "oblique"
        told = (series.weighting.value, series.fat_suppressed.value)
        if plane not in chosen or told == PLANES.get(plane):
            chosen[plane] = series
    grades = patient.case.reference.grades[STUDY_UNIT]
    labels = {label: grades[label] for label in TABLES.values() if label in grades}
    yield replace(
        patient.case,
        study=Study(None, tuple(_picture_series(one) for one in chosen.values())),
        reference=Reference(grades={STUDY_UNIT: labels}),
    )


def as_masked(patient: SimulatedPatient) -> Iterator[Case]:
    """Gives volumes with their masks."""
    masks = patient.case.reference.masks
    series = tuple(one for one in patient.case.study.series if one.stem in masks)
    yield replace(
        patient.case,
        study=Study(None, tuple(_whole_series(one) for one in series)),
        reference=Reference(masks=masks),
    )


def as_listed(patient: SimulatedPatient) -> Iterator[Case]:
    """Gives volumes with their masks and the labels of the study."""
    for case in as_masked(patient):
        reference = patient.case.reference
        labels = {STUDY_UNIT: reference.grades.get(STUDY_UNIT, {})}
        yield replace(case, reference=replace(case.reference, grades=labels))


def as_boxed(patient: SimulatedPatient) -> Iterator[Case]:
    """Gives pictures with their boxes."""
    boxes = patient.case.reference.boxes
    series = tuple(one for one in patient.case.study.series if one.stem in boxes)
    yield replace(
        patient.case,
        study=Study(None, tuple(_picture_series(one) for one in series)),
        reference=Reference(boxes=boxes),
    )


def as_surely_boxed(patient: SimulatedPatient) -> Iterator[Case]:
    """Gives pictures with the boxes that are not difficult, which YOLO cannot mark."""
    for case in as_boxed(patient):
        boxes = {
            stem: tuple(box for box in own if not box.difficult)
            for stem, own in case.reference.boxes.items()
        }
        yield replace(case, reference=Reference(boxes=boxes))


def as_spider(patient: SimulatedPatient) -> Iterator[Case]:
    """Gives the mid-sagittal slices with the grades of the discs, and masked T2 slices.

    The masked slices are called those of a T2-SPACE series, as the layout wants. Patients
    are numbered from 90001, which no patient of the published data is, so that nothing
    that is known of those is taken for theirs.
    """
    case = patient.case
    name = str(_FIRST_NUMBER + int(case.patient))
    discs = {
        unit: {finding: row[finding] for finding in COLUMNS.values() if finding in row}
        for unit, row in case.reference.grades.items()
        if unit.startswith("disc-")
    }
    middle = tuple(
        _slice_of(one, one.shape[0] // 2, f"{name}_{one.weighting.value}")
        for one in case.study.series
    )
    graded = replace(case, id=name, patient=name, study=Study(None, middle))
    yield replace(graded, reference=Reference(grades=discs))
    for series in case.study.series:
        mask = case.reference.masks.get(series.stem)
        if series.weighting.value == "t2" and mask is not None:
            for index in range(series.shape[0]):
                stem = f"{name}_t2_SPACE_slice{index}"
                yield Case(
                    id=stem,
                    patient=name,
                    study=Study(None, (_slice_of(series, index, stem),)),
                    reference=Reference(masks={stem: mask[index : index + 1]}),
                )


def as_classes(patient: SimulatedPatient, *, label: str) -> Iterator[Case]:
    """Gives every slice as a picture of its own, with the class that shows on it.

    In a patient with the finding, slices that do not show it are left out, as a reader
    who picks the slices of a study would do.

    Args:
        patient: Whose.
        label: The one label that the slices have.
    """
    case, drawn = patient.case, {one.stem: one for one in patient.series}
    present = case.reference.grades.get(STUDY_UNIT, {}).get(label, 0)
    pictures, grades = [], {}
    for series in case.study.series:
        for index, value in enumerate(drawn[series.stem].slice_grades.get(label, ())):
            if bool(value) == bool(present):
                stem = f"{series.stem}-{index + 1:02d}"
                pictures.append(_slice_of(series, index, stem))
                grades[stem] = {label: value}
    if pictures:
        study = Study(None, tuple(pictures))
        yield replace(case, study=study, reference=Reference(grades=grades))


def _whole_series(series: Series) -> Series:
    """Gives a series in whole numbers, as a scanner stores it."""
    volume = series.load()
    return _loading(series, replace(volume, array=np.rint(volume.array)))


def _picture_series(series: Series) -> Series:
    return _loading(series, Volume(picture_values(series.load().array)))


def _slice_of(series: Series, index: int, stem: str) -> Series:
    array = picture_values(series.load().array)[index : index + 1]
    return replace(
        _loading(series, Volume(array)), stem=stem, shape=array.shape, instances=(Instance(),)
    )


def _loading(series: Series, volume: Volume) -> Series:
    return replace(series, load=lambda: volume, spacing=volume.spacing)


_FITS: Mapping[str, Fit] = {
    "mrnet": as_exam,
    "pairs": as_masked,
    "table": as_listed,
    "voc": as_boxed,
    "coco": as_boxed,
    "yolo": as_surely_boxed,
    "spider": as_spider,
}
CLASSES = "folders"
"""Layout of class folders, which has place for one label."""

FITTED: tuple[str, ...] = (*_FITS, CLASSES)
"""Layouts that simulated patients fit into."""


def fit_for(layout: str, *, label: str) -> Fit:
    """Gives what turns a patient into the cases of a layout.

    Args:
        layout: One of ``FITTED``.
        label: The one label of layouts that have place for one.
    """
    return partial(as_classes, label=label) if layout == CLASSES else _FITS[layout]
