"""All that a check found, as one report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from condyle.datasets.archive import Archive
from condyle.datasets.check.alarms import alarms_of
from condyle.datasets.check.counts import count_tables, label_counts
from condyle.datasets.check.duplicates import Found, find_duplicates
from condyle.datasets.check.look import RECOGNISED, CaseLook, SliceReader
from condyle.datasets.check.marks import repeated_masks
from condyle.datasets.check.shortcuts import find_shortcuts
from condyle.domain.data_report import DataReport, Fault, Shortcut, TextSearch


def duplicates_of(looks: Sequence[CaseLook], *, archive: Archive) -> Found:
    """Finds pictures that lie under two patients.

    Args:
        looks: What is kept of the cases.
        archive: Whose own split tells which of them lie on two sides.
    """
    prints = [item for look in looks for series in look.series for item in series.prints]
    return find_duplicates(prints, pixels=SliceReader(looks), sides=archive.sides)


def faults_of(looks: Sequence[CaseLook]) -> tuple[Fault, ...]:
    """Gives what is wrong with images, masks and boxes.

    Args:
        looks: What is kept of the cases.
    """
    masks = [mask for look in looks for mask in look.masks]
    return (*(fault for look in looks for fault in look.faults), *repeated_masks(masks))


def shortcuts_of(looks: Sequence[CaseLook], *, archive: Archive, seed: int) -> tuple[Shortcut, ...]:
    """Asks which classes headers alone tell.

    Args:
        looks: What is kept of the cases.
        archive: Which names the values of labels.
        seed: Of the folds.
    """
    return find_shortcuts(looks, archive=archive, rng=np.random.default_rng(seed))


def assembled(
    looks: Sequence[CaseLook],
    *,
    archive: Archive,
    duplicates: Found,
    shortcuts: tuple[Shortcut, ...],
    text: TextSearch,
) -> DataReport:
    """Puts together what was found, with the alarms that follow from it.

    Args:
        looks: What is kept of the cases.
        archive: That was checked.
        duplicates: As ``duplicates_of`` gives them.
        shortcuts: As ``shortcuts_of`` gives them.
        text: The search for burned-in text.
    """
    unreadable = [(item.file, item.why) for item in archive.unreadable]
    for look in looks:
        unreadable += [(f"{look.case.id}, {what}", why) for what, why in look.unreadable]
    sides: Counter[str] = Counter(archive.sides.values())
    report = DataReport(
        layout=archive.layout,
        licence=archive.licence,
        notes=archive.notes,
        patients=len({look.case.patient for look in looks}),
        cases=len(looks),
        series=sum(len(look.series) for look in looks),
        slices=sum(series.shape[0] for look in looks for series in look.series),
        counts=count_tables(looks, sides=archive.sides),
        labels=label_counts(looks, archive=archive),
        sides=tuple(sorted(sides.items())),
        leaks=archive.leaks,
        unreadable=tuple(unreadable),
        duplicates=duplicates.pairs,
        faults=faults_of(looks),
        shortcuts=shortcuts,
        text=text,
        not_looked_at=_not_looked_at(looks, text, duplicates.unsettled),
        agreement=tuple(sorted(archive.agreement.items())),
    )
    return replace(report, alarms=alarms_of(report))


def _not_looked_at(looks: Sequence[CaseLook], text: TextSearch, unsettled: int) -> tuple[str, ...]:
    said = []
    if text.looked < text.of:
        said.append(
            f"Burned-in text: {text.looked} of {text.of} pictures were searched; {text.reason}. "
            "A text in any other is neither told nor covered on this page."
        )
    long = sum(series.shape[0] > RECOGNISED for look in looks for series in look.series)
    if long:
        said.append(
            f"Altered copies: {RECOGNISED} slices of each of {long} longer series were "
            "compared; equal pixels would have been found on any slice."
        )
    if unsettled:
        said.append(
            f"Altered copies: {unsettled} further pairs of pictures of two patients that look "
            "alike when small were not compared closely."
        )
    said.append(
        "Copies that were turned by an angle, or cropped by more than a few per cent, are not "
        "recognised. Whether a label is right was not asked."
    )
    return tuple(said)
