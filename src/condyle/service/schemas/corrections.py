"""What readers say of findings: each correction is kept, and none overwrites the model's."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from condyle.service.schemas.base import Body

CorrectionKind = Literal[
    "accept", "reject", "grade", "call", "level", "outline", "box", "add", "withdraw"
]


class Place(Body):
    """A frame of an instance."""

    series_uid: Annotated[str, Field(max_length=64)]
    instance_uid: Annotated[str, Field(max_length=64)]
    frame: Annotated[int, Field(ge=0)] = 0


class Drawn(Body):
    """An outline or a box on a frame, in (row, column) pixels; ``box`` is half-open."""

    place: Place
    outline: list[tuple[float, float]] = Field(default_factory=list, max_length=5000)
    box: tuple[float, float, float, float] | None = None


class AddedFinding(Body):
    """A finding that a reader adds beside the models'."""

    name: Annotated[str, Field(max_length=64)]
    level: Annotated[str | None, Field(max_length=16)] = None
    value: int | bool
    drawn: Drawn | None = None


class NewCorrection(Body):
    """One thing that a reader says.

    ``finding`` is the model's finding, or ``added`` the correction that added one. ``grade``
    goes with ``"grade"``, ``positive`` with ``"call"``, ``drawn`` with ``"outline"`` and
    ``"box"``, ``finding_added`` with ``"add"``. ``"level"`` renumbers the whole chain of a run:
    ``levels`` names every disc by its index from caudal, as ``{"1": "L5-S1", ...}``.
    ``"withdraw"`` takes back what ``supersedes`` said.
    """

    kind: CorrectionKind
    finding: int | None = None
    added: int | None = None
    analysis: str | None = None
    grade: Annotated[int | None, Field(ge=0, le=10)] = None
    positive: bool | None = None
    levels: dict[str, str] | None = None
    drawn: Drawn | None = None
    finding_added: AddedFinding | None = None
    supersedes: int | None = None
    note: Annotated[str, Field(max_length=2000)] = ""


class NewCorrections(Body):
    """Several things that a reader says at once: all are kept, or none."""

    corrections: Annotated[list[NewCorrection], Field(min_length=1, max_length=500)]


class ModelFinding(Body):
    """What a model had said where a correction is of its finding, be it of an earlier run.

    ``text`` says the value in words; ``level`` is the model's own.
    """

    name: str
    title: str
    level: str | None
    index_from_caudal: int | None
    value: int | bool | None
    text: str


class CorrectionEntry(Body):
    """A correction as it was given; ``superseded`` where a later one takes its place.

    ``mine`` where who asks gave it: nobody else's can be withdrawn.
    """

    id: int
    kind: CorrectionKind
    finding: int | None
    added: int | None
    analysis: str | None
    grade: int | None
    positive: bool | None
    levels: dict[str, str] | None
    drawn: Drawn | None
    finding_added: AddedFinding | None
    supersedes: int | None
    superseded: bool
    of_model: ModelFinding | None
    mine: bool
    note: str
    by: str
    at: dt.datetime


class ReadFinding(Body):
    """A finding as it stands after the readers' corrections.

    ``finding`` is the model's, or ``added`` the correction that added it. ``state`` is open,
    accepted, changed, rejected or added; ``text`` says value and words in the reader's language.
    """

    finding: int | None
    added: int | None
    name: str
    title: str
    level: str | None
    state: Literal["open", "accepted", "changed", "rejected", "added"]
    value: int | bool | None
    text: str
    drawn: list[Drawn]
    by: str | None
    at: dt.datetime | None


class Corrections(Body):
    """All corrections of a study in order, and the findings as they stand now.

    ``said`` has the numbers of those that the call itself added.
    """

    corrections: list[CorrectionEntry]
    findings: list[ReadFinding]
    levels: dict[str, dict[str, str]]
    """Names of the discs by their index from caudal, for each run that has discs."""
    said: list[int] = Field(default_factory=list)
