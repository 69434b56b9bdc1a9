"""What may be asked of a teaching case, and what of a reference form answers it.

A question is of the findings table, asked at levels, or of the form ``reference``, whose
answers are what a surgeon saw. An item is a question at one place: ``"pfirrmann-grade@L4-L5"``,
or ``"acl"`` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from condyle.domain.anatomy import FINDINGS, LEVELS, SCALES, USUAL_LEVELS
from condyle.errors import UsageError

REFERENCE_FORM = "reference"
"""Name of the form in which a surgeon's findings are written down."""

Value = int | bool | None
"""A grade, a yes or no, or that nobody can tell."""

NOT_INSPECTED = "not-inspected"
_INTACT = ("intact", "partial", "complete")
_ICRS = ("0", "1", "2", "3", "4")
_TORN = ("intact", "tear")
_STENOSIS = ("none", "mild", "moderate", "severe")
_LUMBAR = USUAL_LEVELS[:5]


@dataclass(frozen=True)
class Question:
    """Something that may be asked.

    Attributes:
        name: Of the findings table, or of the form's field.
        anatomy: Of the studies that it may be asked of.
        kind: Whether its answer is a grade, or yes or no.
        grades: The scale in order; empty for yes or no.
        levels: Where it may be asked; empty where it has no level.
        codes: Codes of the form's answers, in the order of the grades, else of no and yes.
            Where it has levels, the form has a field a level.
    """

    name: str
    anatomy: str
    kind: Literal["grade", "presence"]
    grades: tuple[int, ...] = ()
    levels: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def of_form(self) -> bool:
        """Whether it is a field of the form's, and not of the findings table."""
        return bool(self.codes)

    def field_at(self, level: str | None) -> str:
        """Gives the form's field that answers it at a level."""
        return self.name if level is None else f"{self.name}-{level.lower()}"

    def fits(self, value: object) -> bool:
        """Says whether a value is an answer to it; that one cannot tell always is."""
        if value is None:
            return True
        if self.kind == "presence":
            return isinstance(value, bool)
        return not isinstance(value, bool) and value in self.grades


def _finding(name: str) -> Question:
    concept = FINDINGS[name]
    scale = concept.scale
    grades = () if scale is None else tuple(grade for grade, _ in SCALES[scale].grades)
    return Question(name, "lumbar-spine", concept.kind, grades, tuple(LEVELS))


def _of_form(
    name: str, anatomy: str, codes: tuple[str, ...], levels: tuple[str, ...] = ()
) -> Question:
    if len(codes) == 2:
        return Question(name, anatomy, "presence", levels=levels, codes=codes)
    return Question(name, anatomy, "grade", tuple(range(len(codes))), levels, codes)


QUESTIONS: Mapping[str, Question] = MappingProxyType(
    {
        question.name: question
        for question in (
            *(_finding(name) for name in FINDINGS),
            _of_form("stenosis", "lumbar-spine", _STENOSIS, _LUMBAR),
            _of_form("acl", "knee", _INTACT),
            _of_form("pcl", "knee", _INTACT),
            _of_form("medial-meniscus", "knee", _TORN),
            _of_form("lateral-meniscus", "knee", _TORN),
            _of_form("cartilage-medial", "knee", _ICRS),
            _of_form("cartilage-lateral", "knee", _ICRS),
            _of_form("cartilage-patellofemoral", "knee", _ICRS),
            _of_form("atfl", "ankle", _INTACT),
            _of_form("cfl", "ankle", _INTACT),
            _of_form("talar-cartilage", "ankle", _ICRS),
        )
    }
)
"""Questions by name, in the order in which pages list them."""


@dataclass(frozen=True)
class Item:
    """A question at one place.

    Attributes:
        question: Its row of the table.
        level: Such as ``"L4-L5"``, or ``None``.
    """

    question: Question
    level: str | None

    @property
    def key(self) -> str:
        """What its answer is kept by."""
        return item_key(self.question.name, self.level)


def item_key(name: str, level: str | None) -> str:
    """Gives what an answer is kept by."""
    return name if level is None else f"{name}@{level}"


def items_of(questions: Iterable[Mapping[str, Any]]) -> list[Item]:
    """Gives the items of a collection's questions: first those without a level."""
    asked = [(QUESTIONS[one["name"]], one["levels"]) for one in questions]
    plain = [Item(question, None) for question, levels in asked if not levels]
    order = [
        level for level in reversed(tuple(LEVELS)) if any(level in levels for _, levels in asked)
    ]
    at_levels = [
        Item(question, level) for level in order for question, levels in asked if level in levels
    ]
    return plain + at_levels


def check_questions(anatomy: str, questions: Sequence[Mapping[str, Any]]) -> None:
    """Checks what a collection asks.

    Raises:
        UsageError: It asks nothing or twice the same, of another anatomy, or at no level.
    """
    names = [one["name"] for one in questions]
    anatomies = sorted({question.anatomy for question in QUESTIONS.values()})
    fitting = [name for name, question in QUESTIONS.items() if question.anatomy == anatomy]
    if not names or len(set(names)) < len(names) or not set(names) <= set(fitting):
        raise unfit(
            "no question, one twice, or one of another anatomy", ", ".join(fitting or anatomies)
        )
    for one in questions:
        known = QUESTIONS[one["name"]].levels
        levels = one["levels"]
        if bool(levels) != bool(known) or not set(levels) <= set(known):
            raise unfit(
                "a question at no level, or at one that is in no table",
                ", ".join(known) or "no level",
            )


def check_answers(items: Iterable[Item], answers: Mapping[str, object]) -> None:
    """Checks that answers are to what is asked, and on its scale.

    Raises:
        UsageError: One is to nothing that is asked, or not on the scale.
    """
    asked = {item.key: item.question for item in items}
    for key, value in answers.items():
        if key not in asked:
            raise unfit("an answer to what is not asked", ", ".join(asked))
        if not asked[key].fits(value):
            scale = asked[key].grades or ("true", "false")
            raise unfit(f"an answer to {asked[key].name} that is off its scale", f"one of {scale}")


def form_answers(values: Mapping[str, Any]) -> dict[str, Value]:
    """Gives what a filled-in form ``reference`` says of items.

    What was not inspected is not there, for it says nothing.
    """
    found: dict[str, Value] = {}
    for question in QUESTIONS.values():
        for level in question.levels or (None,):
            code = values.get(question.field_at(level)) if question.of_form else None
            if code in question.codes:
                place = question.codes.index(str(code))
                said = bool(place) if question.kind == "presence" else place
                found[item_key(question.name, level)] = said
    for level in _LUMBAR:
        code = values.get(f"herniation-{level.lower()}")
        if code is not None and code != NOT_INSPECTED:
            found[item_key("disc-herniation", level)] = code != "none"
    return found


def unfit(found: str, needed: str) -> UsageError:
    """Gives the error for something of teaching that does not fit."""
    return UsageError(
        "It does not fit what is asked.",
        found=found,
        needed=needed,
        mend="correct it and send it again.",
    )
