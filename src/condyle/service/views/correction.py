"""Corrections between the interface and the archive, and findings as they stand in words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.clinical_tables import Correction
from condyle.archive.correction_guards import unfit
from condyle.archive.corrections import Statement, corrections_of, superseded
from condyle.archive.read_findings import (
    Standing,
    StandingFinding,
    as_found,
    findings_as_they_stand,
)
from condyle.archive.tables import FindingRow, User
from condyle.domain.anatomy import FINDINGS
from condyle.reporting.wording import LANGUAGES, Catalogue, catalogue
from condyle.service.ids import LARGEST
from condyle.service.schemas.corrections import (
    AddedFinding,
    CorrectionEntry,
    CorrectionKind,
    Corrections,
    Drawn,
    ModelFinding,
    NewCorrection,
    Place,
    ReadFinding,
)
from condyle.service.security.actor import Actor

_SAID = {
    "accept": None,
    "reject": None,
    "withdraw": None,
    "grade": "grade",
    "call": "positive",
    "level": "levels",
    "outline": "drawn",
    "box": "drawn",
    "add": "finding_added",
}
"""Kind to the field that it needs; no other of these may be there."""

_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
"""What no database holds as text."""


def statement(body: NewCorrection, actor: Actor, at: dt.datetime) -> Statement:
    """Gives what a body says, for the archive.

    Args:
        body: As it was sent.
        actor: Who says it.
        at: When.

    Raises:
        UsageError: It lacks what its kind needs, holds what belongs to another kind, or names
            a row by a number that none can have.
    """
    wanted = _SAID[body.kind]
    given = {name for name in _SAID.values() if name and getattr(body, name) is not None}
    if given != ({wanted} if wanted else set()):
        told = ", ".join(sorted(given)) or "nothing"
        raise unfit(f"{body.kind} with {told}", f"{wanted or 'nothing of these'}, and no more")
    for number in (body.finding, body.added, body.supersedes):
        if number is not None and not 1 <= number <= LARGEST:
            raise unfit("a number that no row has", f"a number from 1 to {LARGEST}")
    return Statement(
        kind=body.kind,
        user_id=actor.user_id,
        at=at,
        finding=body.finding,
        added=body.added,
        analysis=body.analysis,
        value=_value(body),
        supersedes=body.supersedes,
        note=_NOT_TEXT.sub("\ufffd", body.note),
    )


def _value(body: NewCorrection) -> dict[str, Any]:
    wanted = _SAID[body.kind]
    if wanted is None:
        return {}
    if body.drawn is not None:
        part = body.drawn.outline if body.kind == "outline" else body.drawn.box
        if not part:
            raise unfit(f"{body.kind} without one", f"drawn.{body.kind}")
        return {body.kind: part, "place": body.drawn.place.model_dump()}
    if body.finding_added is not None:
        return body.finding_added.model_dump()
    return {wanted: getattr(body, wanted)}


def corrections_body(session: Session, study_id: int, actor: Actor) -> Corrections:
    """Gives all that was said of a study, and its findings as they stand.

    Args:
        session: A transaction.
        study_id: The study.
        actor: Who asks; without the right to see identities they get neither the readers'
            names nor their notes, which may name a patient.
    """
    rows = corrections_of(session, study_id)
    readers = _readers(session, rows, actor)
    standing = findings_as_they_stand(session, study_id)
    return Corrections(
        corrections=correction_entries(
            rows, readers, actor, of=model_findings(session, rows, actor.language)
        ),
        findings=read_findings(standing, readers, actor.language),
        levels={
            run: {str(index): name for index, name in named.items()}
            for run, named in standing.levels.items()
        },
    )


def reader_name(user_id: int) -> str:
    """Gives what a reader is called where no names are told."""
    return f"reader-{user_id}"


def model_findings(
    session: Session, rows: Sequence[Correction], language: str
) -> dict[int, ModelFinding]:
    """Gives what models had said where readers corrected them, by the finding's number.

    Args:
        session: A transaction.
        rows: Corrections, of any runs.
        language: Of the reader; English where the catalogue has none.
    """
    words = catalogue(language if language in LANGUAGES else LANGUAGES[0])
    wanted = {row.finding_id for row in rows if row.finding_id is not None}
    found = session.scalars(select(FindingRow).where(FindingRow.id.in_(wanted)))
    return {
        row.id: ModelFinding(
            name=row.name,
            title=words.term(row.name),
            level=row.level,
            index_from_caudal=row.index_from_caudal,
            value=None if row.abstained else row.document.get("value"),
            text=standing_text(as_found(row), words),
        )
        for row in found
    }


def correction_entries(
    rows: Sequence[Correction],
    readers: Mapping[int, str],
    actor: Actor,
    *,
    of: Mapping[int, ModelFinding],
) -> list[CorrectionEntry]:
    """Gives corrections as they were given.

    Args:
        rows: All of a study.
        readers: User to name.
        actor: Who asks.
        of: What the models had said, by the finding's number.
    """
    gone = superseded(rows)
    return [
        CorrectionEntry(
            id=row.id,
            kind=cast(CorrectionKind, row.kind),
            finding=row.finding_id,
            added=row.added,
            analysis=row.analysis_id,
            grade=row.value.get("grade"),
            positive=row.value.get("positive"),
            levels=row.value.get("levels"),
            drawn=_drawn(row),
            finding_added=AddedFinding(**row.value) if row.kind == "add" else None,
            supersedes=row.supersedes,
            superseded=row.id in gone,
            of_model=None if row.finding_id is None else of[row.finding_id],
            mine=row.user_id == actor.user_id,
            note="" if actor.pseudonymous else row.note,
            by=readers[row.user_id],
            at=row.at,
        )
        for row in rows
    ]


def read_findings(
    standing: Standing, readers: Mapping[int, str], language: str
) -> list[ReadFinding]:
    """Gives findings as they stand, in words.

    Args:
        standing: The study's.
        readers: User to name.
        language: Of the reader; English where the catalogue has none.
    """
    words = catalogue(language if language in LANGUAGES else LANGUAGES[0])
    return [
        ReadFinding(
            finding=one.finding,
            added=one.added,
            name=one.name,
            title=words.term(one.name),
            level=one.level,
            state=one.state,
            value=one.value,
            text=standing_text(one, words),
            drawn=[Drawn(**drawn) for drawn in one.drawn],
            by=None if one.user_id is None else readers[one.user_id],
            at=one.at,
        )
        for one in standing.findings
    ]


def standing_text(one: StandingFinding, words: Catalogue) -> str:
    """Gives what is said of a finding that stands: the grade, the decision, or that there is none.

    Where no reader has spoken, a model's poor decision is not printed, as in its report.
    """
    point = one.document.get("operating_point")
    if one.value is None:
        return words.label("abstained")
    graded = one.document.get("probabilities") or (
        one.name in FINDINGS and FINDINGS[one.name].kind == "grade"
    )
    if graded:
        return words.label("grade-of", grade=int(one.value))
    if one.state == "open" and point is not None and not point["shown"]:
        return words.label("no-decision")
    return words.label("positive" if one.value else "negative")


def _drawn(row: Correction) -> Drawn | None:
    if "place" not in row.value:
        return None
    value = row.value
    outline, box = value.get("outline", []), value.get("box")
    return Drawn(place=Place(**value["place"]), outline=outline, box=box)


def _readers(session: Session, rows: Sequence[Correction], actor: Actor) -> dict[int, str]:
    wanted = {row.user_id for row in rows}
    if actor.pseudonymous:
        return {user: reader_name(user) for user in wanted}
    users = session.execute(select(User.id, User.full_name).where(User.id.in_(wanted)))
    return {user.id: user.full_name for user in users}
