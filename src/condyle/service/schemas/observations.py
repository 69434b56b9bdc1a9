"""Clinical observations of a patient, by forms that an administrator defines."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from condyle.service.schemas.base import Body

FieldKind = Literal["number", "whole", "choice", "several", "yes-no", "text", "date"]
Value = float | int | bool | str | list[str]


class Choice(Body):
    """An answer of a field, by its code and in words."""

    code: str
    label: str


class FormField(Body):
    """One question: its kind, unit (UCUM), range and answers, in the reader's language."""

    name: str
    label: str
    help: str
    kind: FieldKind
    unit: str | None
    low: float | None
    high: float | None
    choices: list[Choice]
    section: str
    sided: bool
    """Whether it is asked for left and right apart."""
    red_flag: bool


class Form(Body):
    """A form as it is now."""

    name: str
    version: str
    title: str
    anatomy: str | None
    notice: str
    fields: list[FormField]


class NewObservation(Body):
    """What was observed; ``values`` by field, a sided one as ``name.left`` and ``name.right``."""

    form: Annotated[str, Field(max_length=64)]
    study: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    observed_on: dt.date
    values: dict[str, Value] = Field(default_factory=dict)
    text: Annotated[str, Field(max_length=20_000)] = ""
    supersedes: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


class ObservationEntry(Body):
    """An observation as it was given; ``shown`` says its values in words, with units.

    With a pseudonym come neither the day, free text nor answers in words or days.
    """

    id: int
    form: str
    form_version: str
    form_title: str
    study: int | None
    observed_on: dt.date | None
    values: dict[str, Value]
    shown: list[tuple[str, str]]
    red_flags: list[str]
    text: str
    supersedes: int | None
    superseded: bool
    withdrawn: bool
    by: str
    at: dt.datetime
