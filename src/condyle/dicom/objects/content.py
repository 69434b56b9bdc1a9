"""What goes out of a read study, before it is put into DICOM objects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from condyle.domain.report import Report
from condyle.errors import UnknownName

Kind = Literal["seg", "labelmap", "sr", "pdf", "sc", "ko"]
"""BINARY and LABELMAP segmentation, structured report, PDF, picture, note of rejection."""

KINDS: tuple[Kind, ...] = get_args(Kind)[:-1]
"""Kinds that may be asked for; a note of rejection comes where something is replaced."""

ReviewState = Literal["open", "accepted", "changed", "added"]


@dataclass(frozen=True)
class Statement:
    """Something that every object says in words.

    Attributes:
        name: A name of the table of statements, such as ``"not-assessed"``.
        text: The words.
    """

    name: str
    text: str


@dataclass(frozen=True)
class Verification:
    """Who signed, and when.

    Attributes:
        name: Of the person, as they write it.
        organization: Where they work.
        at: With its zone.
    """

    name: str = field(repr=False)
    organization: str
    at: dt.datetime


@dataclass(frozen=True)
class OverlayPicture:
    """A picture of a slice with what was found drawn on it.

    Attributes:
        series: Position of the series in the report, from 0.
        slice: Slice of that series, from 0.
        name: Safe for a file name.
        pixels: (row, column, 3) uint8 RGB, with every word that must be burnt in.
    """

    series: int
    slice: int
    name: str
    pixels: NDArray[np.uint8] = field(repr=False)


@dataclass(frozen=True)
class SentObject:
    """An object that went out earlier, as one that takes its place must name it.

    Attributes:
        kind: Of what kind it is.
        sop_class_uid: SOP Class UID.
        sop_instance_uid: SOP Instance UID.
        series_uid: Series Instance UID.
        study_uid: Study Instance UID.
    """

    kind: Kind
    sop_class_uid: str
    sop_instance_uid: str
    series_uid: str
    study_uid: str


@dataclass(frozen=True, kw_only=True)
class Content:
    """What goes out.

    Attributes:
        report: What was found, as it stands: corrections applied, rejected findings gone. Its
            series are DICOM, their slices as stored (``as_stored``), their labelmaps there.
        statements: Said in every object.
        states: Finding id to what a clinician said of it; ``"open"`` where nothing is there.
        verification: ``None`` for a draft, which goes out unverified and partial.
        language: ISO 639-1 code of the texts.
        signed_text: (title, text) of each section of the signed report.
        pdf: The report as PDF, or ``None``.
        pictures: Overlays.
        replaces: What went out before and is taken back by this.
        leads: Whether this takes it back: of a study's readings, one does.
    """

    report: Report
    statements: tuple[Statement, ...]
    states: Mapping[str, ReviewState] = field(default_factory=dict)
    verification: Verification | None = None
    language: str = "en"
    signed_text: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    pdf: bytes | None = field(default=None, repr=False)
    pictures: tuple[OverlayPicture, ...] = ()
    replaces: tuple[SentObject, ...] = ()
    leads: bool = True

    @property
    def verified(self) -> bool:
        """Whether a clinician signed it."""
        return self.verification is not None

    @property
    def simulated(self) -> bool:
        """Whether the images or a bundle's training are simulated."""
        training = any(bundle.simulated_training for bundle in self.report.bundles)
        return self.report.study.simulated or training

    def said(self, *names: str) -> str:
        """Gives the statements of some names as one text, in the order of the names."""
        texts = [one.text for name in names for one in self.statements if one.name == name]
        return " ".join(texts)


@dataclass(frozen=True)
class DicomObject:
    """An object that is ready to be sent or written.

    Attributes:
        kind: Of what kind it is.
        name: File name, which names nobody.
        sop_class_uid: SOP Class UID.
        sop_instance_uid: SOP Instance UID.
        series_uid: Series Instance UID.
        study_uid: Study Instance UID.
        content: The bytes of the file (PS3.10).
        verified: Whether a clinician signed it.
        basis: The SOP Instance UID that it has where it replaces nothing: the same for all that
            say the same.
    """

    kind: Kind
    name: str
    sop_class_uid: str
    sop_instance_uid: str
    series_uid: str
    study_uid: str
    content: bytes = field(repr=False)
    verified: bool = False
    basis: str = ""

    @property
    def sent(self) -> SentObject:
        """As a later one names it that takes its place."""
        return SentObject(
            self.kind, self.sop_class_uid, self.sop_instance_uid, self.series_uid, self.study_uid
        )


def kinds_named(text: str) -> tuple[Kind, ...]:
    """Gives the kinds of a list with commas, each once, in the order of ``KINDS``.

    Raises:
        UnknownName: One is no kind; the message lists those that are.
    """
    named = [name.strip() for name in text.split(",") if name.strip()]
    for name in named:
        if name not in KINDS:
            raise UnknownName("kind of object", name, KINDS)
    return tuple(kind for kind in KINDS if kind in named)
