"""What others found in a study, as the interface gives it: references, no findings of Condyle's."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from condyle.service.schemas.base import Body, Said


class OutsidePlace(Body):
    """Where something of others is seen on a frame.

    ``outlines`` are in (row, column) pixels of the instance's frame, an integer is a pixel's
    centre; there is none where the frame as a whole is pointed at. A line that is not ``closed``
    does not return to where it began.
    """

    series_uid: str
    instance_uid: str
    frame: int
    outlines: list[list[tuple[float, float]]]
    closed: bool


class OutsideStructure(Body):
    """A structure that others outlined; ``unplaced`` planes of it lie on no image of the study."""

    label: str
    meaning: str
    how: Literal["automatic", "semiautomatic", "manual", ""]
    algorithm: str
    places: list[OutsidePlace]
    unplaced: int


class OutsideAnswer(Body):
    """What a report of others says of a finding: a number with its unit, or words."""

    name: str
    value: float | str
    unit: str


class OutsideFinding(Body):
    """A group of measurements of a report of others; ``unplaced`` regions lie on no image here."""

    tracking: str
    finding: str
    site: str
    answers: list[OutsideAnswer]
    places: list[OutsidePlace]
    unplaced: int


class OutsideText(Body):
    """What a report of others says in words."""

    name: str
    text: str


class OutsideResult(Body):
    """A segmentation or a structured report of others.

    ``problem`` says why it could not be read; nothing but its kind is known then. Of an object
    that cannot say whether somebody verified it, ``verified`` is ``None``. Who may not see whose
    images they are gets no free text, person or date.
    """

    uid: str
    kind: Literal["seg", "sr"]
    manufacturer: str
    model: str
    version: str
    description: str
    title: str
    person: str
    algorithm: str
    made_on: dt.date | None
    verified: bool | None
    problem: Said | None
    structures: list[OutsideStructure]
    findings: list[OutsideFinding]
    texts: list[OutsideText]


class OutsideResults(Body):
    """What others found in a study.

    With ``held`` nothing of it is told: a bundle read the study silently, and the reader's own
    call comes first. ``left_out`` counts older objects that are not read for a page.
    """

    held: bool
    results: list[OutsideResult]
    left_out: int
