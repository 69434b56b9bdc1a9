"""Reports: filled from findings and corrections, edited, signed, then added to alone."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from condyle.service.schemas.base import Body

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Signs that no page shows, and that PostgreSQL takes in part only."""


def _shown(text: str) -> str:
    return _CONTROLS.sub("", text)


Text = Annotated[str, Field(max_length=50_000), AfterValidator(_shown)]
"""What is typed or pasted, without the control characters that word processors leave in it."""


class Section(Body):
    """One part of a report; ``fixed`` ones (not assessed, intended use) cannot be edited."""

    name: str
    title: str
    text: Text
    fixed: bool


class AddendumEntry(Body):
    """What was added after the signature."""

    id: int
    text: str
    signed_name: str
    signed_at: dt.datetime


class ReportEntry(Body):
    """A report on a study.

    ``stale`` says that findings or corrections, or of a draft observations too, changed since it
    was filled.
    """

    id: int
    study: int
    language: str
    state: Literal["draft", "signed"]
    edition: int
    sections: list[Section]
    stale: bool
    changed_by: str
    changed_at: dt.datetime
    signed_name: str | None
    signed_at: dt.datetime | None
    sha256: str | None
    addenda: list[AddendumEntry]
    text: str
    """The whole report as plain text, to be copied into the hospital's own system."""


class NewReport(Body):
    """Begins a draft, filled from the findings as they stand."""

    language: Literal["en", "es"]


class ReportChange(Body):
    """New texts of sections; ``edition`` is the one that was edited, so that none is lost."""

    edition: int
    sections: dict[str, Text]


class Filling(Body):
    """What a draft would say were it begun now; ``basis`` names the findings that it is of."""

    edition: int
    basis: str
    sections: list[Section]


class Refilling(Body):
    """What is taken of a fresh filling; the fixed sections are taken whatever is chosen.

    ``edition`` and ``basis`` are those of the ``Filling`` that was shown, so that nothing is
    taken that nobody saw. ``sections`` are new texts of those that may be edited.
    """

    edition: int
    basis: Annotated[str, Field(max_length=64)]
    sections: dict[str, Text]


class Signature(Body):
    """A clinician's password again, and the edition that is signed."""

    edition: int
    password: Annotated[str, Field(max_length=200)]


class NewAddendum(Body):
    """What is added to a signed report, with the password again."""

    text: Text
    password: Annotated[str, Field(max_length=200)]
