"""Reports that clinicians write: a draft that is edited, then signed and never changed.

Each change of a draft names the edition that it was made from, so that of two editors the
second is told and nobody's words are lost. What comes after the signature is an addendum.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from condyle.archive.absence import absent
from condyle.archive.analyses import shown_runs
from condyle.archive.clinical_tables import Addendum, ClinicalReport, Correction, Observation
from condyle.archive.studies import get_study, touch
from condyle.archive.teaching_questions import REFERENCE_FORM
from condyle.domain.clinical_report import FIXED, SECTIONS
from condyle.errors import Conflict, UsageError


@dataclass(frozen=True, kw_only=True)
class NewDraft:
    """A draft that somebody begins.

    Attributes:
        language: ISO 639-1 code.
        sections: Each section's first text.
        basis: What they were filled from, as ``basis_of`` gave it before.
        user_id: Who.
        at: When.
    """

    language: str
    sections: Mapping[str, str] = field(repr=False)
    basis: Mapping[str, Any]
    user_id: int
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Edit:
    """New texts of some sections of the draft that was at ``edition``."""

    edition: int
    sections: Mapping[str, str] = field(repr=False)
    user_id: int
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Refill:
    """What is taken of a fresh filling into the draft that was at ``edition``.

    Attributes:
        edition: The one that was read.
        basis: What the fresh filling was made from.
        sections: New texts; the fixed ones as they were filled, the others as they were chosen.
        user_id: Who.
        at: When.
    """

    edition: int
    basis: Mapping[str, Any]
    sections: Mapping[str, str] = field(repr=False)
    user_id: int
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Signing:
    """A signature, and the stored objects of what is signed.

    Attributes:
        edition: The one that was read.
        content: The object of the canonical JSON, which is what the signature covers.
        pdf: The object of its page as PDF.
        html: The object of its page as HTML.
        user_id: Who signs.
        name: As the pages show it.
        at: When.
    """

    edition: int
    content: str
    pdf: str
    html: str
    user_id: int
    name: str
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class NewAddendum:
    """What a clinician adds to a signed report; ``content`` is the object of it as JSON."""

    text: str = field(repr=False)
    content: str
    user_id: int
    name: str
    at: dt.datetime


def basis_of(session: Session, study_id: int) -> dict[str, Any]:
    """Gives what a draft is filled from now.

    That are the finished runs that are shown, the last correction, and the patient's last
    observation; what a surgeon saw fills no report.
    """
    last = select(func.max(Correction.id)).where(Correction.study_id == study_id)
    observed = select(func.max(Observation.id)).where(
        Observation.patient_id == get_study(session, study_id).patient_id,
        Observation.form != REFERENCE_FORM,
    )
    runs = [run.id for run in shown_runs(session, study_id) if run.state == "done"]
    return {
        "runs": sorted(runs),
        "correction": session.scalar(last),
        "observation": session.scalar(observed),
    }


def is_stale(session: Session, report: ClinicalReport) -> bool:
    """Tells whether what a report was filled from has changed since.

    A signed one is of its time: what is observed of the patient afterwards changes nothing in
    it, only other findings do. A report of before observations counted names none.
    """
    now = basis_of(session, report.study_id)
    of_time = report.signed_at is not None or "observation" not in report.basis
    kept = {"runs", "correction"} if of_time else set(now)
    return any(report.basis.get(name) != now[name] for name in kept)


def begin(session: Session, study_id: int, new: NewDraft) -> ClinicalReport:
    """Begins a draft.

    Raises:
        NotThere: There is no such study.
        Conflict: The study has a signed report, which takes addenda only.
    """
    study = get_study(session, study_id)
    _refuse_second(session, study_id)
    row = ClinicalReport(
        study_id=study_id,
        language=new.language,
        sections={name: new.sections.get(name, "") for name in SECTIONS},
        basis=dict(new.basis),
        edition=1,
        created_by=new.user_id,
        created_at=new.at,
        changed_by=new.user_id,
        changed_at=new.at,
    )
    session.add(row)
    touch(session, study)
    return row


def edit(session: Session, report_id: int, change: Edit) -> ClinicalReport:
    """Changes sections of a draft, and gives it the next edition.

    Raises:
        NotThere: There is no such report.
        UsageError: A section is not one that may be edited.
        Conflict: It is signed, or was changed since that edition.
    """
    row = _draft_at(session, report_id, change.edition)
    check_editable(change.sections)
    row.sections = {**row.sections, **change.sections}  # a new object, so that it is written
    row.edition += 1
    row.changed_by, row.changed_at = change.user_id, change.at
    touch(session, get_study(session, row.study_id))
    return row


def check_editable(names: Iterable[str]) -> None:
    """Checks that each is a section that may be edited.

    Raises:
        UsageError: One is not.
    """
    wrong = sorted(set(names) - (set(SECTIONS) - FIXED))
    if wrong:
        raise UsageError(
            "The report was not changed.",
            found=f"a section '{wrong[0][:40]}'",
            needed="one of: " + ", ".join(name for name in SECTIONS if name not in FIXED),
            mend="change those sections alone; the others are fixed.",
        )


def refill(session: Session, report_id: int, new: Refill) -> ClinicalReport:
    """Takes a fresh filling into a draft, which from then on is as new as the findings.

    Raises:
        NotThere: There is no such report.
        Conflict: It is signed, or it or the findings were changed since the filling was shown.
    """
    row = _draft_at(session, report_id, new.edition)
    if new.basis != basis_of(session, row.study_id):
        raise filling_is_old()
    row.sections = {**row.sections, **new.sections}
    row.basis = dict(new.basis)
    row.edition += 1
    row.changed_by, row.changed_at = new.user_id, new.at
    touch(session, get_study(session, row.study_id))
    return row


def filling_is_old() -> Conflict:
    """Gives the refusal of a filling that is no longer what the findings say."""
    return _conflict(
        "findings, corrections or observations that changed since the fresh filling was shown",
        "the filling as the findings stand now",
        "show the fresh filling again, and choose again.",
    )


def sign(session: Session, report_id: int, signing: Signing) -> ClinicalReport:
    """Signs a draft, after which neither it nor anybody changes it; the study is signed too.

    Raises:
        NotThere: There is no such report.
        Conflict: It is signed already, was changed since that edition, or the study has
            another signed report.
    """
    row = _draft_at(session, report_id, signing.edition)
    _refuse_second(session, row.study_id)
    row.content, row.pdf, row.html = signing.content, signing.pdf, signing.html
    row.signed_by, row.signed_name = signing.user_id, signing.name
    row.signed_at = signing.at
    study = get_study(session, row.study_id)
    study.state, study.reason = "signed", None
    touch(session, study)
    return row


def add_addendum(session: Session, report_id: int, new: NewAddendum) -> Addendum:
    """Adds to a signed report.

    Raises:
        NotThere: There is no such report.
        Conflict: It is not signed, so that it can be edited instead.
    """
    report = get_report(session, report_id)
    if report.signed_at is None:
        raise _conflict("a draft", "a signed report", "edit the draft instead.")
    row = Addendum(
        report_id=report_id,
        text=new.text,
        signed_by=new.user_id,
        signed_name=new.name,
        signed_at=new.at,
        content=new.content,
    )
    session.add(row)
    touch(session, get_study(session, report.study_id))
    return row


def get_report(session: Session, report_id: int) -> ClinicalReport:
    """Gives a report.

    Raises:
        NotThere: There is none with that number.
    """
    row = session.get(ClinicalReport, report_id)
    if row is None:
        raise absent("report", report_id)
    return row


def reports_of(session: Session, study_id: int) -> list[ClinicalReport]:
    """Gives the reports of a study, the latest first."""
    query = select(ClinicalReport).where(ClinicalReport.study_id == study_id)
    return list(session.scalars(query.order_by(ClinicalReport.id.desc())))


def addenda_of(session: Session, report_id: int) -> list[Addendum]:
    """Gives what was added to a report, the first first."""
    query = select(Addendum).where(Addendum.report_id == report_id)
    return list(session.scalars(query.order_by(Addendum.id)))


def draft_at(report: ClinicalReport, edition: int) -> ClinicalReport:
    """Gives the report, where it is a draft and at that edition still.

    Raises:
        Conflict: It is signed, or was changed since.
    """
    if report.signed_at is not None:
        raise _conflict("a signed report", "a draft", "write an addendum instead.")
    if report.edition != edition:
        raise _conflict(
            f"edition {report.edition}, which somebody made since",
            f"edition {edition}, as it was read",
            "load it again, look at what changed, and do it again.",
        )
    return report


def _draft_at(session: Session, report_id: int, edition: int) -> ClinicalReport:
    """There is one writer at a time, so what holds here holds until the transaction ends."""
    return draft_at(get_report(session, report_id), edition)


def _refuse_second(session: Session, study_id: int) -> None:
    signed = select(ClinicalReport.id).where(
        ClinicalReport.study_id == study_id, ClinicalReport.signed_at.is_not(None)
    )
    if session.scalar(signed.limit(1)) is not None:
        raise _conflict(
            "a report of this study that is signed", "none", "write an addendum to that one."
        )


def _conflict(found: str, needed: str, mend: str) -> Conflict:
    return Conflict("The report stays as it is.", found=found, needed=needed, mend=mend)
