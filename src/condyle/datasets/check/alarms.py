"""Which findings of a check should be looked at before training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from condyle.datasets.check.counts import UNDER_18
from condyle.domain.data_report import (
    NOTHING_MARKED,
    UNCOLOURED,
    Alarm,
    DataReport,
    LabelCounts,
    Severity,
)

FEWEST = 10
"""Patients with a value of a label under which little can be learned or said of it."""

MISSING = 0.05
"""Share of units without a label from which that is told."""

FAULTS: Mapping[str, Severity] = {
    "image-not-finite": "fault",
    "image-blank": "warning",
    "mask-size": "fault",
    "mask-heat-map": "fault",
    "mask-value": "fault",
    "mask-spread": "fault",
    "mask-rectangle": "warning",
    "mask-repeated": "fault",
    "box-slice": "fault",
    "box-empty": "fault",
    "box-outside": "fault",
    "box-tiny": "warning",
    "box-spread": "warning",
    "box-twice": "warning",
}
"""Code of a fault of an image, mask or box to how bad it is."""


def alarms_of(report: DataReport) -> tuple[Alarm, ...]:
    """Gives the alarms of a report, faults first; none for a clean archive.

    Args:
        report: Without its alarms.
    """
    found = [
        *_of_patients(report),
        *_of_marks(report),
        *_of_labels(report.labels),
        *_of_headers(report),
        *_of_text(report),
    ]
    return tuple(sorted((a for a in found if a.count), key=lambda a: a.severity != "fault"))


def _of_patients(report: DataReport) -> Iterator[Alarm]:
    exact = [pair for pair in report.duplicates if pair.exact]
    across = [pair for pair in report.duplicates if pair.sides]
    yield Alarm("patient-on-several-sides", "fault", len(report.leaks))
    yield Alarm("picture-on-several-sides", "fault", len(across))
    yield Alarm("picture-of-several-patients", "fault", len(exact))
    yield Alarm("alike-picture-of-several-patients", "fault", len(report.duplicates) - len(exact))
    minors = sum(
        count.patients
        for table in report.counts
        if table.name == "age"
        for count in table.counts
        if count.value == UNDER_18
    )
    yield Alarm("under-18", "warning", minors)
    yield Alarm("unreadable", "fault", len(report.unreadable))


def _of_marks(report: DataReport) -> Iterator[Alarm]:
    for code, count in sorted(Counter(fault.code for fault in report.faults).items()):
        yield Alarm(code, FAULTS[code], count)


def _of_labels(labels: tuple[LabelCounts, ...]) -> Iterator[Alarm]:
    graded = [label for label in labels if label.unit not in ("box", "mask")]
    single = [one.label for one in graded if sum(count.items > 0 for count in one.counts) < 2]
    rare = [
        f"{one.label}: {count.value}"
        for one in labels
        for count in one.counts
        if count.patients < FEWEST and one.label not in single
        if count.value not in UNCOLOURED
    ]
    missing = [one.label for one in graded if one.missing > MISSING * one.of]
    unmarked = [one.label for one in labels if one.unit == "mask" and _nothing(one)]
    yield Alarm("label-of-one-value", "fault", len(single), tuple(single))
    yield Alarm("masks-all-empty", "fault", len(unmarked))
    yield Alarm("rare-value", "warning", len(rare), tuple(rare))
    yield Alarm("label-missing", "warning", len(missing), tuple(missing))


def _nothing(masks: LabelCounts) -> bool:
    return all(count.value == NOTHING_MARKED or not count.items for count in masks.counts)


def _of_headers(report: DataReport) -> Iterator[Alarm]:
    flagged = [s for s in report.shortcuts if s.flagged]
    labels = tuple(dict.fromkeys(f"{s.label}: {s.value}" for s in flagged))
    yield Alarm("told-by-headers", "warning", len(labels), labels)


def _of_text(report: DataReport) -> Iterator[Alarm]:
    texts = {text.place for text in report.text.found if not text.marker}
    markers = {text.place for text in report.text.found if text.marker}
    yield Alarm("text-in-pictures", "warning", len(texts))
    yield Alarm("marker-in-pictures", "warning", len(markers))
