"""What a form is: its sections and fields, their kinds, units, ranges and words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from condyle.workflows.clinic.forms.units import is_unit

SCHEMA = "condyle.form/1"
NOTE = "note"
"""Name that free text has in place of a form's."""

Kind = Literal["number", "whole", "choice", "several", "yes-no", "text", "date"]
Side = Literal["left", "right"]
SIDES: tuple[Side, ...] = ("left", "right")

_NUMBERS = ("number", "whole")
_CHOSEN = ("choice", "several")


def _kebab(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value, re.ASCII):
        raise ValueError("needs small letters and digits, joined by '-', such as 'leg-pain'")
    return value


def _ucum(value: str) -> str:
    if not is_unit(value):
        raise ValueError("needs a unit in UCUM, such as 'deg', 'm', '%', 'min' or '{score}'")
    return value


Name = Annotated[str, Field(max_length=64), AfterValidator(_kebab)]
Unit = Annotated[str, Field(max_length=32), AfterValidator(_ucum)]
Sentence = Annotated[str, Field(min_length=1, max_length=2000)]


class Part(BaseModel):
    """A part of a form; what it does not know is refused, and no value is turned into another."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Words(Part):
    """What is said in each language; one is enough, and then stands in for the other."""

    en: Sentence | None = None
    es: Sentence | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Words:
        if self.en is None and self.es is None:
            raise ValueError("needs words in 'en' or 'es', best in both")
        return self

    def said(self, language: str) -> str:
        """Gives the words in a language, else in the other one."""
        first, second = (self.es, self.en) if language == "es" else (self.en, self.es)
        return first or second or ""


class Answer(Part):
    """An answer that can be chosen; ``red_flag`` where it is one."""

    code: Name
    label: Words
    red_flag: bool = False


class FormField(Part):
    """One question.

    Attributes:
        name: By which its answer is kept.
        label: What is asked.
        help: How it is examined or counted.
        kind: Of answer.
        unit: Of a number, in UCUM; ``{score}`` and the like for one without a unit.
        low: Least number that is possible.
        high: Largest number that is possible.
        choices: Answers of a ``choice`` or ``several``.
        sided: Whether it is asked for left and right apart.
        red_flag: Whether "yes" is a red flag.
    """

    name: Name
    label: Words
    help: Words | None = None
    kind: Kind
    unit: Unit | None = None
    low: float | int | None = None
    high: float | int | None = None
    choices: Annotated[tuple[Answer, ...], Field(max_length=100, strict=False)] = ()
    sided: bool = False
    red_flag: bool = False

    @model_validator(mode="after")
    def _fits_its_kind(self) -> FormField:
        wrong = [*self._wrong_number(), *self._wrong_choices()]
        if self.red_flag and self.kind != "yes-no":
            wrong.append("red_flag of a field is for kind 'yes-no'; else set it on the choice")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        """Names by which its answers are kept: one, or one a side."""
        return tuple(f"{self.name}.{side}" for side in SIDES) if self.sided else (self.name,)

    @property
    def may_be_red_flag(self) -> bool:
        """Whether some answer to it is a red flag."""
        return self.red_flag or any(choice.red_flag for choice in self.choices)

    def _wrong_number(self) -> Iterator[str]:
        given = (self.unit, self.low, self.high)
        if self.kind not in _NUMBERS:
            if given != (None, None, None):
                yield "unit, low and high are for kinds 'number' and 'whole'"
            return
        if self.unit is None or self.low is None or self.high is None:
            yield "a number needs unit, low and high"
        elif not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            yield "low must be less than high, and neither infinite"
        elif self.kind == "whole" and (self.low % 1 or self.high % 1):
            yield "low and high of a whole number must be whole"

    def _wrong_choices(self) -> Iterator[str]:
        codes = [choice.code for choice in self.choices]
        if self.kind in _CHOSEN and not codes:
            yield f"kind '{self.kind}' needs choices"
        if self.kind not in _CHOSEN and codes:
            yield "choices are for kinds 'choice' and 'several'"
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            yield f"choices named twice: {', '.join(twice)}"


class Section(Part):
    """Fields that belong together, under a title."""

    title: Words
    fields: Annotated[tuple[FormField, ...], Field(min_length=1, max_length=100, strict=False)]


class FormDefinition(Part):
    """A whole form.

    Attributes:
        schema_: Version of this schema, ``schema`` in the file.
        name: Of the form, and of its file.
        version: Of the form; raise it when the meaning of a field changes.
        anatomy: What it is about, such as ``"lumbar-spine"``; ``None`` for any.
        title: Above it.
        notice: What must be known before it is used: licences, and what it is not.
        sections: Its fields.
    """

    schema_: Literal["condyle.form/1"] = Field(alias="schema")
    name: Name
    version: Annotated[str, Field(min_length=1, max_length=32)]
    anatomy: Name | None = None
    title: Words
    notice: Words
    sections: Annotated[tuple[Section, ...], Field(min_length=1, max_length=30, strict=False)]

    @model_validator(mode="after")
    def _names_are_its_own(self) -> FormDefinition:
        names = [field.name for field in self.fields]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"fields named twice: {', '.join(twice)}")
        if self.name == NOTE:
            raise ValueError(f"'{NOTE}' is the name of free text without a form")
        return self

    @property
    def fields(self) -> tuple[FormField, ...]:
        """All fields in order."""
        return tuple(field for section in self.sections for field in section.fields)

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of all answers in order, a sided field's with its side."""
        return tuple(key for field in self.fields for key in field.keys)

    def field_of(self, key: str) -> FormField | None:
        """Gives the field that an answer belongs to, or ``None``."""
        return next((field for field in self.fields if key in field.keys), None)
