"""What others found in a study, in the interface's words."""

from __future__ import annotations

from typing import Literal, cast

from condyle.domain.outside import Answer
from condyle.reporting.wording import readable
from condyle.service.schemas.outside import (
    OutsideAnswer,
    OutsideFinding,
    OutsidePlace,
    OutsideResult,
    OutsideStructure,
    OutsideText,
)
from condyle.service.security.actor import Actor
from condyle.service.views.said import said
from condyle.workflows.clinic.outside import Outside, PlacedFinding, PlacedMask
from condyle.workflows.clinic.outside_placing import OutsidePlace as Placed

How = Literal["automatic", "semiautomatic", "manual", ""]
_HOW = ("automatic", "semiautomatic", "manual")


def outside_entry(outside: Outside, actor: Actor) -> OutsideResult:
    """Gives an object of others as the study's page shows it.

    Args:
        outside: The object, placed on the study's images.
        actor: Who asks; without the right to see identities they get no words that somebody
            wrote freely, since these may name the patient, no person and no date.
    """
    result, hidden = outside.result, actor.pseudonymous
    maker = None if result is None else result.maker
    return OutsideResult(
        uid=outside.uid,
        kind="seg" if outside.kind == "seg" else "sr",
        manufacturer="" if maker is None else readable(maker.manufacturer),
        model="" if maker is None else readable(maker.model),
        version="" if maker is None else readable(maker.version),
        description="" if maker is None or hidden else readable(maker.description),
        title="" if result is None else _title(result.title, free=outside.kind == "seg" and hidden),
        person="" if result is None or hidden else readable(result.person),
        algorithm="" if result is None else readable(result.algorithm),
        made_on=None if result is None or hidden else result.made_on,
        verified=None if result is None else result.verified,
        problem=None if outside.problem is None else said(outside.problem, actor.language),
        structures=[_structure(one, hidden=hidden) for one in outside.masks],
        findings=[_finding(one, hidden=hidden) for one in outside.findings],
        texts=[
            OutsideText(name=readable(name), text=readable(words))
            for name, words in (() if result is None or hidden else result.texts)
        ],
    )


def _title(title: str, *, free: bool) -> str:
    return "" if free else readable(title)


def _structure(one: PlacedMask, *, hidden: bool) -> OutsideStructure:
    code = one.mask.code
    meaning = "" if code is None else readable(code.meaning or code.value)
    how = one.mask.how.lower()
    return OutsideStructure(
        label=meaning if hidden else readable(one.mask.label),
        meaning=meaning,
        how=cast(How, how if how in _HOW else ""),
        algorithm=readable(one.mask.algorithm),
        places=[_place(place) for place in one.places],
        unplaced=one.unplaced,
    )


def _finding(one: PlacedFinding, *, hidden: bool) -> OutsideFinding:
    found = one.finding
    return OutsideFinding(
        tracking="" if hidden else readable(found.tracking),
        finding=readable(found.finding),
        site=readable(found.site),
        answers=[_answer(answer) for answer in found.answers if not (hidden and answer.free)],
        places=[_place(place) for place in one.places],
        unplaced=one.unplaced,
    )


def _answer(answer: Answer) -> OutsideAnswer:
    value = answer.value
    told = readable(value) if isinstance(value, str) else value
    return OutsideAnswer(name=readable(answer.name), value=told, unit=readable(answer.unit))


def _place(place: Placed) -> OutsidePlace:
    return OutsidePlace(
        series_uid=place.frame.series_uid,
        instance_uid=place.frame.instance_uid,
        frame=place.frame.frame,
        outlines=[list(line) for line in place.outlines],
        closed=place.closed,
    )
