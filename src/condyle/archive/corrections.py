"""What readers say of findings: each thing said is a row, and no row is ever changed.

A reader has one word at a time on one thing: on the value of a finding, on what is drawn for it
on one frame, and on the names of a run's discs. Saying it anew takes the place of what they
said before, and nobody takes the place of another's word. Of several readers' words that
stand, the latest counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.absence import absent
from condyle.archive.analyses import findings_of, shown_runs
from condyle.archive.clinical_tables import Correction
from condyle.archive.correction_guards import (
    Subject,
    check_added,
    check_drawn,
    check_levels,
    check_value,
    unfit,
)
from condyle.archive.studies import get_study, touch
from condyle.archive.tables import Analysis, FindingRow
from condyle.errors import Conflict

VALUES = ("accept", "reject", "grade", "call")
"""Kinds that speak of the value of a finding."""

DRAWINGS = ("outline", "box")
"""Kinds that speak of what is drawn for a finding on one frame."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One thing that a reader says.

    Attributes:
        kind: As ``Correction.kind``.
        user_id: Who says it.
        at: When.
        finding: The model's finding that it is of.
        added: The correction that added the finding that it is of.
        analysis: The run whose discs it names.
        value: What is said, as ``Correction.value``.
        supersedes: What it takes the place of; by default what the reader said before.
        note: In words.
    """

    kind: str
    user_id: int
    at: dt.datetime
    finding: int | None = None
    added: int | None = None
    analysis: str | None = None
    value: Mapping[str, Any] = field(default_factory=dict, repr=False)
    supersedes: int | None = None
    note: str = field(default="", repr=False)


def append(session: Session, study_id: int, said: Statement) -> Correction:
    """Keeps what a reader says of a study, as ``append_all`` keeps several things."""
    return append_all(session, study_id, [said])[0]


def append_all(
    session: Session, study_id: int, statements: Sequence[Statement]
) -> list[Correction]:
    """Keeps what a reader says of a study, in order; each may take the place of one before it.

    Args:
        session: A writer's transaction.
        study_id: The study.
        statements: What is said.

    Raises:
        NotThere: There is no such study, or it shows no such finding or run.
        UsageError: A value does not fit the finding.
        Conflict: What one should take the place of is not the reader's word any more.
    """
    study = get_study(session, study_id)
    rows = corrections_of(session, study_id)
    shown = _Shown(session, study_id)
    kept = []
    for said in statements:
        standing = current(rows)
        if said.kind == "withdraw":
            row = _withdrawal(study_id, said, standing)
        else:
            row = _row(study_id, said)
            _check(session, row, standing, shown)
            row.supersedes = _before(row, said, standing)
        session.add(row)
        session.flush()
        rows.append(row)
        kept.append(row)
    touch(session, study)
    return kept


class _Shown:
    """The runs that a study shows with their findings, asked for once: they are large."""

    def __init__(self, session: Session, study_id: int) -> None:
        self._session = session
        self._study_id = study_id

    @cached_property
    def runs(self) -> dict[str, Analysis]:
        return {run.id: run for run in shown_runs(self._session, self._study_id)}

    @cached_property
    def findings(self) -> list[FindingRow]:
        return findings_of(self._session, self.runs)

    def run(self, key: str) -> Analysis:
        if key not in self.runs:
            raise absent("analysis", key)
        return self.runs[key]


def corrections_of(session: Session, study_id: int) -> list[Correction]:
    """Gives everything that readers said of a study, in order."""
    query = select(Correction).where(Correction.study_id == study_id)
    return list(session.scalars(query.order_by(Correction.id)))


def superseded(rows: Sequence[Correction]) -> set[int]:
    """Gives the numbers of those whose place another has taken, or that were withdrawn."""
    return {row.supersedes for row in rows if row.supersedes is not None}


def current(rows: Sequence[Correction]) -> list[Correction]:
    """Gives what stands of all that was said, in order."""
    gone = superseded(rows)
    return [row for row in rows if row.id not in gone and row.kind != "withdraw"]


def topic(row: Correction) -> tuple[Hashable, ...]:
    """Gives what a correction speaks of: a reader has one word on it at a time."""
    if row.kind == "level":
        return ("levels", row.analysis_id)
    if row.kind == "add":
        return ("add", row.id)
    of = ("finding", row.finding_id) if row.added is None else ("added", row.added)
    if row.kind in DRAWINGS:
        place = row.value["place"]
        return (*of, row.kind, place["instance_uid"], place["frame"])
    return (*of, "value")


def _row(study_id: int, said: Statement) -> Correction:
    return Correction(
        study_id=study_id,
        analysis_id=said.analysis,
        finding_id=said.finding,
        added=said.added,
        kind=said.kind,
        value=dict(said.value),
        note=said.note,
        user_id=said.user_id,
        at=said.at,
    )


def _withdrawal(study_id: int, said: Statement, standing: Sequence[Correction]) -> Correction:
    """Gives the row that takes back a word; it speaks of what the word spoke of."""
    taken = _own(said, standing)
    row = _row(study_id, said)
    row.value, row.supersedes = {}, taken.id
    row.analysis_id, row.finding_id, row.added = taken.analysis_id, taken.finding_id, taken.added
    return row


def _check(
    session: Session, row: Correction, standing: Sequence[Correction], shown: _Shown
) -> None:
    """Checks what a row speaks of and what it says; notes the run that it is of."""
    named = [row.finding_id, row.added, row.analysis_id]
    wanted = {"add": 0}.get(row.kind, 1)
    if sum(one is not None for one in named) != wanted or (
        (row.kind == "level") != (row.analysis_id is not None)
    ):
        raise unfit(
            "another number of findings and runs",
            "one finding, or one run for the names of levels, or none for a finding to add",
        )
    if row.kind == "add":
        check_added(session, row.study_id, row.value)
    elif row.kind == "level":
        run = shown.run(row.analysis_id or "")
        of_run = [one for one in shown.findings if one.analysis_id == run.id]
        check_levels(row.value, indices_of(of_run))
    else:
        subject = _subject(row, standing, shown)
        if row.kind in DRAWINGS:
            check_drawn(session, row.study_id, row.value, kind=row.kind)
        else:
            check_value(row.kind, row.value, subject)


def indices_of(findings: Sequence[FindingRow]) -> list[int]:
    """Gives the discs of a run by their index from caudal, in order."""
    return sorted({one.index_from_caudal for one in findings if one.index_from_caudal is not None})


def _subject(row: Correction, standing: Sequence[Correction], shown: _Shown) -> Subject:
    """Gives the finding that a correction is of, the model's or one that a reader added."""
    if row.added is not None:
        for one in standing:
            if one.id == row.added and one.kind == "add":
                return Subject(one.value["name"], one.value["value"])
        raise absent("added finding", row.added)
    for found in shown.findings:
        if found.id == row.finding_id:
            row.analysis_id = found.analysis_id
            return Subject(found.name, None if found.abstained else found.document.get("value"))
    raise absent("finding", row.finding_id or 0)


def _before(row: Correction, said: Statement, standing: Sequence[Correction]) -> int | None:
    """Gives the reader's word whose place a new one takes."""
    if said.supersedes is not None:
        known = _own(said, standing)
        if (row.kind, known.kind) == ("add", "add") or topic(known) == topic(row):
            return known.id
        raise _changed("a correction that speaks of something else")
    mine = [one for one in standing if one.user_id == row.user_id and row.kind != "add"]
    return next((one.id for one in mine if topic(one) == topic(row)), None)


def _own(said: Statement, standing: Sequence[Correction]) -> Correction:
    """Gives the reader's standing word that a statement names.

    Raises:
        UsageError: It names none.
        Conflict: It stands no more, or is another's.
    """
    if said.supersedes is None:
        raise unfit("nothing to take back", "the number of one's correction in 'supersedes'")
    known = next((one for one in standing if one.id == said.supersedes), None)
    if known is None:
        raise _changed("none such of this study, or one that stands no more")
    if known.user_id != said.user_id:
        raise _changed("what another reader says")
    return known


def _changed(found: str) -> Conflict:
    return Conflict(
        "The correction was not kept.",
        found=found,
        needed="what the reader's own word on the same thing is now",
        mend="load the study again and look at what is said of it now.",
    )
