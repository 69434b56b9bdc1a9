"""What a run measured of a study, level by level, and against the prior study."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from condyle.service.schemas.base import Body, Said


class MeasureEntry(Body):
    """One measure of a level: its number in UCUM units, or why there is none.

    ``text`` words the number in the reader's notation. ``repeatability`` is the difference that
    19 of 20 pairs of readings of one patient stay within, in the same unit. ``before`` is the
    prior study's number where the two were compared; ``change`` says whether they differ by more
    than the repeatability.
    """

    name: str
    title: str
    value: float | None
    unit: str
    text: str
    repeatability: float | None
    reason: Said | None
    before: float | None
    change: Literal["within", "beyond"] | None


class MeasuredLevel(Body):
    """The measures of one disc, with its level as its run named it."""

    level: str | None
    index_from_caudal: int | None
    title: str
    measures: list[MeasureEntry]


class PriorMeasures(Body):
    """The prior study that was compared with, and what changed since, in words."""

    study: int
    study_date: dt.date | None
    said: list[Said]


class Measured(Body):
    """What a run measured: a draft. ``note`` says how, ``caveats`` what bears on reading it."""

    analysis: str
    note: str
    caveats: list[Said]
    levels: list[MeasuredLevel]
    prior: PriorMeasures | None


class MeasuredLine(Body):
    """A line between whose ends a measure was taken, in (row, column) pixels of the frame."""

    analysis: str
    name: str
    level: str | None
    index_from_caudal: int | None
    series_uid: str
    instance_uid: str
    frame: int
    points: list[tuple[float, float]]
