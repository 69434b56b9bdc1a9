"""Silent mode: a reader's own call, and beside it what the bundle found."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from condyle.service.schemas.base import AnalysisState, Body, Said
from condyle.service.schemas.studies import AnalysisEntry, FindingEntry


class AskedFinding(Body):
    """A finding that a silent bundle looks for, whatever it found: what a reader may call.

    ``grades`` are those of its scale, none for yes and no. ``levels`` are where it may be; none
    where it is of the whole study.
    """

    name: str
    title: str
    grades: list[int]
    levels: list[str]


class OwnCallValue(Body):
    """What a reader calls: a grade, or whether it is there."""

    name: Annotated[str, Field(max_length=64)]
    level: Annotated[str | None, Field(max_length=16)] = None
    value: bool | int


class NewOwnCallBody(Body):
    """A reader's own call on a silent run; no calls say that they read it and call nothing."""

    analysis: Annotated[str, Field(max_length=64)]
    calls: list[OwnCallValue] = Field(default_factory=list, max_length=500)


class OwnCallEntry(Body):
    """A reader's own call as it was kept."""

    calls: list[OwnCallValue]
    at: dt.datetime


class Beside(Body):
    """One finding at one level: the reader's call and the model's.

    ``agrees`` is ``null`` where one of them gave none. ``finding`` is the model's.
    """

    name: str
    title: str
    level: str | None
    own: bool | int | None
    own_text: str
    model: bool | int | None
    model_text: str
    agrees: bool | None
    finding: int | None


class SilentResult(Body):
    """What a silent run gave, for a reader who has made their own call.

    ``run`` is the run as the study's page lists it: what made the result, what it was warned of
    and what it did not assess.
    """

    state: AnalysisState
    reason: Said | None
    version: str
    sha256: str
    finished_at: dt.datetime | None
    findings: list[FindingEntry]
    beside: list[Beside]
    run: AnalysisEntry


class SilentRun(Body):
    """A run of silent mode; ``called`` and ``result`` only once the reader has made their call."""

    analysis: str
    bundle: str
    summary: str
    asked: list[AskedFinding]
    shown_to: Literal["reader", "all"]
    called: OwnCallEntry | None
    result: SilentResult | None


class OwnCalls(Body):
    """The silent runs on a study, as they are to a reader."""

    runs: list[SilentRun]
