"""A reader study: who reads which case when and how, and what they said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Crossing = Literal["sessions", "cases"]
"""``"sessions"``: a reader has one arm a session. ``"cases"``: half of the cases of each
session are read in each arm."""

ConfidenceOf = Literal["presence", "call"]
"""``"presence"``: 0 is surely absent, 100 surely present. ``"call"``: how sure the reader
is of the call itself, whichever it was."""

REFERENCE_ARM = "reference"


@dataclass(frozen=True)
class ListedCase:
    """A case on the list, with what the readers must not see.

    Attributes:
        code: What it is called in the study.
        case: What it is called outside, such as its StudyInstanceUID; with ``unit`` it
            is the study of the predictions table.
        unit: Part of the case that is judged, such as ``"disc-1"``; empty for all of it.
        patient: Pseudonym of the patient, who may have several cases.
        reference: 1 with the finding, 0 without, NaN where it is not known yet.
        level: Where the finding is by the reference; empty where there is none.
        covariates: Whatever else the list told.
    """

    code: str
    case: str
    unit: str
    patient: str
    reference: float
    level: str = ""
    covariates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ReadingSession:
    """What one reader reads in one go, in this order.

    Attributes:
        reader: Who.
        number: From 1.
        rows: (code, arm) in the order of reading.
        not_before: First day on which it may begin, or ``None`` where no start was set.
    """

    reader: str
    number: int
    rows: tuple[tuple[str, str], ...]
    not_before: date | None = None


@dataclass(frozen=True)
class ReaderPlan:
    """How a study is done; nothing in it tells which case is which.

    Attributes:
        title: Of the study.
        arms: Names, the one without the model first.
        readers: Names, pseudonyms such as ``"reader-1"``.
        reference_readers: Who sets the reference and reads in no arm; may be none.
        washout_days: Least days between two readings of a case by one reader.
        crossing: How arms and sessions go together.
        confidence_of: What the confidence is about.
        levels: Levels that may be named; any where there are none.
        sessions: Every sheet that is to be filled in.
        cases: Number of cases.
        patients: Number of patients.
        simulated: True where the readings are made up.
    """

    title: str
    arms: tuple[str, ...]
    readers: tuple[str, ...]
    reference_readers: tuple[str, ...]
    washout_days: int
    crossing: Crossing
    confidence_of: ConfidenceOf
    levels: tuple[str, ...]
    sessions: tuple[ReadingSession, ...]
    cases: int
    patients: int
    simulated: bool = False


@dataclass(frozen=True)
class Reading:
    """What one reader said of one case in one arm.

    Attributes:
        reader: Who.
        session: In which session.
        arm: Without or with the model.
        code: Of which case.
        called: True where the finding was called present.
        confidence: 0 to 100, about what the plan says.
        level: Where it was seen; empty where none was named.
        minutes: How long it took; NaN where it was not timed.
        read_on: Day of the reading, or ``None``.
    """

    reader: str
    session: int
    arm: str
    code: str
    called: bool
    confidence: float
    level: str = ""
    minutes: float = float("nan")
    read_on: date | None = None


@dataclass(frozen=True)
class Adjudication:
    """What the reference readers said of a case, and what came of it.

    Attributes:
        code: Of which case.
        votes: Reader to call.
        called: The reference; ``None`` while it is open.
        level: Where the finding is; empty where there is none or it is open.
        how: ``"unanimous"``, ``"majority"``, ``"adjudicated"`` or ``"open"``.
    """

    code: str
    votes: Mapping[str, bool]
    called: bool | None
    level: str
    how: Literal["unanimous", "majority", "adjudicated", "open"]


def presence(called: bool, confidence: float, about: ConfidenceOf) -> float:
    """Gives how sure a reader is that the finding is there, 0 to 100.

    Args:
        called: The call.
        confidence: 0 to 100.
        about: What the confidence is about; of a call, 0 is a coin's toss (50).
    """
    if about == "presence":
        return confidence
    return 50.0 + confidence / 2.0 if called else 50.0 - confidence / 2.0
