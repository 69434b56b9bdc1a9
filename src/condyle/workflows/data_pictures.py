"""Which pictures of an archive are searched for text and shown on the page of its check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from condyle.datasets.archive import Archive
from condyle.datasets.check.fingerprint import even_contrast
from condyle.datasets.check.look import CaseLook, SliceReader
from condyle.datasets.split_strata import strata_of
from condyle.domain.case import STUDY_UNIT, Case, LabelledBox, Reference
from condyle.domain.data_report import (
    Duplicate,
    Fault,
    Pictures,
    Place,
    Shown,
    TextSearch,
)

EXAMPLES, PAIRS, TEXTS, FAULTS = 24, 12, 12, 24
"""Most pictures of each kind on a page."""

_A_FAULT = 4  # pictures of one kind of fault
_LABELS = 4  # labels that are told of a picture

Box = tuple[float, float, float, float]


class PictureSource:
    """Reads slices and masks again, one at a time.

    Args:
        archive: Whose.
        looks: What is kept of its cases; only series that could be read are given.

    Attributes:
        archive: Whose.
        looks: What is kept of its cases.
        pixels: Gives the (row, column) pixels of a place.
        count: Series that could be read.
    """

    def __init__(self, archive: Archive, looks: Sequence[CaseLook]) -> None:
        self.archive = archive
        self.looks = tuple(looks)
        self._looks = {look.case.id: look for look in looks}
        self.pixels = SliceReader(looks)
        self.count = sum(len(look.series) for look in looks)

    def case(self, place: Place) -> Case:
        """Gives the case of a place."""
        return self._looks[place.case].case

    def shape(self, place: Place) -> tuple[int, int, int]:
        """Gives the (slice, row, column) of the series of a place."""
        series = self._looks[place.case].series
        return next(one.shape for one in series if one.place.series == place.series)

    def mask(self, place: Place) -> NDArray[np.uint8] | None:
        """Gives the (slice, row, column) labelmap of a series, where it has one to be read."""
        readable = {mask.place.series for mask in self._looks[place.case].masks}
        if place.series not in readable:
            return None
        return self._looks[place.case].case.reference.masks[place.series]


@dataclass(frozen=True)
class Chosen:
    """What a page will show.

    Attributes:
        examples: Places, and what is told of each.
        duplicates: Pairs.
        faults: Of images, masks and boxes.
    """

    examples: tuple[tuple[Place, str], ...]
    duplicates: tuple[Duplicate, ...]
    faults: tuple[Fault, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """All places, each once."""
        pairs = (place for pair in self.duplicates for place in (pair.first, pair.second))
        faulty = (fault.place for fault in self.faults)
        return tuple(dict.fromkeys([*(place for place, _ in self.examples), *pairs, *faulty]))


def chosen_pictures(
    source: PictureSource,
    *,
    duplicates: Sequence[Duplicate],
    faults: Sequence[Fault],
    rng: np.random.Generator,
) -> Chosen:
    """Chooses what a page shows: examples at random, and the first of each fault.

    Args:
        source: Of the pictures.
        duplicates: What was found under two patients.
        faults: Of images, masks and boxes.
        rng: Chooses the examples.
    """
    seen: Counter[str] = Counter()
    kept: list[Fault] = []
    for fault in faults:
        seen[fault.code] += 1
        if seen[fault.code] <= _A_FAULT and len(kept) < FAULTS:
            kept.append(fault)
    return Chosen(tuple(_examples(source, rng)), tuple(duplicates[:PAIRS]), tuple(kept))


def searched_places(
    looks: Sequence[CaseLook],
    chosen: Chosen,
    *,
    rng: np.random.Generator,
    most: int,
) -> tuple[Place, ...]:
    """Gives the pictures that are searched for text: those that will be shown, then others.

    Patients take turns, so that a sample is spread over them.

    Args:
        looks: What is kept of the cases.
        chosen: What the page will show.
        rng: Orders the patients.
        most: How many pictures at most.
    """
    of_patient: dict[str, list[Place]] = {}
    for look in looks:
        mine = [_middle(series.place, series.shape) for series in look.series]
        of_patient.setdefault(look.case.patient, []).extend(mine)
    patients = [str(patient) for patient in rng.permutation(sorted(of_patient))]
    longest = max(map(len, of_patient.values()), default=0)
    turns = [
        of_patient[patient][k]
        for k in range(longest)
        for patient in patients
        if k < len(of_patient[patient])
    ]
    # One picture a series: a text stands on every slice of it.
    found: dict[tuple[str, str], Place] = {}
    for place in (*chosen.places, *turns):
        found.setdefault((place.case, place.series), place)
    return tuple(found.values())[:most]


def pictures_of(source: PictureSource, chosen: Chosen, *, text: TextSearch) -> Pictures:
    """Reads the pictures of the page, with text covered.

    Args:
        source: Reads them.
        chosen: What is shown.
        text: What was found in them.
    """
    hidden: dict[tuple[str, str], list[Box]] = {}
    for one in text.found:
        hidden.setdefault((one.place.case, one.place.series), []).append(one.box)

    def shown(place: Place, note: str = "", *, marked: bool = True) -> Shown:
        covered = tuple(hidden.get((place.case, place.series), ()))
        return _shown(source, place, note=note, hidden=covered, marked=marked)

    return Pictures(
        examples=tuple(shown(place, note) for place, note in chosen.examples),
        duplicates=tuple(
            (pair, shown(pair.first, marked=False), shown(pair.second, marked=False))
            for pair in chosen.duplicates
        ),
        texts=tuple(
            shown(place, marked=False)
            for place in list(dict.fromkeys(one.place for one in text.found))[:TEXTS]
        ),
        faults=tuple((fault, shown(fault.place)) for fault in chosen.faults),
    )


def _examples(source: PictureSource, rng: np.random.Generator) -> Iterator[tuple[Place, str]]:
    """Chooses cases at random, those first that show a label of which there is no example."""
    mixed = [source.looks[int(k)] for k in rng.permutation(len(source.looks))]
    order = [look for look in mixed if look.series]
    strata = {look.case.id: _labels(look.case) for look in order}
    known: set[str] = set()
    first: list[CaseLook] = []
    rest: list[CaseLook] = []
    for look in order:
        new = strata[look.case.id] - known
        known |= new
        (first if new else rest).append(look)
    for look in [*first, *rest][:EXAMPLES]:
        series = look.series[int(rng.integers(len(look.series)))]
        note = _note(look.case, series.place.series, source.archive.labels)
        yield series.place, note


def _labels(case: Case) -> frozenset[str]:
    """Gives what a case shows by its grades and boxes; masks are not read for it."""
    said = Reference(grades=case.reference.grades, boxes=case.reference.boxes)
    return strata_of([replace(case, reference=said)])[case.patient]


def _note(case: Case, stem: str, names: Mapping[str, tuple[str, ...]]) -> str:
    """Words the labels of a picture: those of its series, or of the study."""
    held = {**case.reference.grades.get(STUDY_UNIT, {}), **case.reference.grades.get(stem, {})}
    words = []
    for label, value in held.items():
        known = names.get(label, ())
        words.append(f"{label}: {known[value] if value < len(known) else value}")
    return ", ".join(words[:_LABELS])


def _middle(place: Place, shape: tuple[int, int, int]) -> Place:
    return replace(place, slice=shape[0] // 2 if shape[0] > 1 else None)


def _shown(
    source: PictureSource, place: Place, *, note: str, hidden: tuple[Box, ...], marked: bool
) -> Shown:
    """Reads a picture with what is marked on it; without a slice, that with most marked."""
    boxes = source.case(place).reference.boxes.get(place.series, ()) if marked else ()
    mask = source.mask(place) if marked else None
    shape = source.shape(place)
    if place.slice is None and shape[0] > 1:
        place = replace(place, slice=_most_marked(mask, boxes, shape[0]))
    pixels = source.pixels(place)
    even = even_contrast(pixels)
    grey = np.zeros(pixels.shape, np.uint8) if even is None else np.rint(255 * even)
    here = place.slice or 0
    fits = mask is not None and here < len(mask) and mask.shape[1:] == pixels.shape
    return Shown(
        place=place,
        pixels=grey.astype(np.uint8),
        note=note,
        mask=mask[here] if mask is not None and fits else None,
        boxes=tuple(box for box in boxes if box.slice == here),
        hidden=hidden,
    )


def _most_marked(mask: NDArray[np.uint8] | None, boxes: Sequence[LabelledBox], slices: int) -> int:
    """Gives the slice with most marked, the middle one where nothing is."""
    if mask is not None and mask.any():
        return int((mask != 0).sum(axis=(1, 2)).argmax())
    return boxes[0].slice if boxes else slices // 2
