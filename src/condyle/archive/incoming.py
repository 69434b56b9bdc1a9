"""What is known of an instance before it is stored, as plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from condyle.archive.objects import Stored

Span = Sequence[int]
"""(offset, length) in the bytes of an instance."""


@dataclass(frozen=True, kw_only=True)
class NewPatient:
    """The patient as an instance states it; one without identifier is of that study alone."""

    identifier: str
    issuer: str = ""
    name: str = ""
    birth_date: dt.date | None = None
    sex: str | None = None


@dataclass(frozen=True, kw_only=True)
class NewStudy:
    """The study as an instance states it, and how it came.

    Attributes:
        uid: Study Instance UID.
        source: Where it came from, such as ``"upload"``.
        anatomy: Such as ``"lumbar-spine"``; ``None`` where it is not known yet.
        priority_rank: 0 stat, 1 urgent, 2 routine; a more urgent one wins over an earlier.
        exclusions: Codes of the intended use's exclusions; ``None`` where nobody was asked.
    """

    uid: str
    source: str
    accession: str = ""
    description: str = ""
    date: dt.date | None = None
    time: dt.time | None = None
    anatomy: str | None = None
    simulated: bool = False
    priority_rank: int = 2
    exclusions: Sequence[str] | None = None


@dataclass(frozen=True, kw_only=True)
class NewSeries:
    """The series as an instance states it; ``kind`` is the report's kind of series."""

    uid: str
    number: int | None = None
    description: str = ""
    modality: str = ""
    body_part: str = ""
    kind: str = "dicom"


@dataclass(frozen=True, kw_only=True)
class NewInstance:
    """One instance to be stored.

    Attributes:
        patient: Whose it is.
        study: Of which study.
        series: Of which series.
        uid: SOP Instance UID.
        class_uid: SOP Class UID.
        transfer_syntax: Of the bytes, as they came.
        content: The bytes, or the object that holds them already.
        header: DICOM JSON without bulk data, deflated.
        frames_at: (offset, length) in the bytes, one a frame; a list of several pairs a frame
            where it is fragmented.
        number: Instance number.
        frames: How many.
        rows: Of a frame.
        columns: Of a frame.
        derived_from: The object that it was made from; ``None`` for an original.
        derived_name: Name of that file, as its sender called it.
    """

    patient: NewPatient
    study: NewStudy
    series: NewSeries
    uid: str
    class_uid: str
    transfer_syntax: str
    content: bytes | Stored = field(repr=False)
    header: bytes = field(repr=False)
    frames_at: Sequence[Span | Sequence[Span]] = field(repr=False, default=())
    number: int | None = None
    frames: int = 1
    rows: int | None = None
    columns: int | None = None
    derived_from: str | None = None
    derived_name: str | None = None
