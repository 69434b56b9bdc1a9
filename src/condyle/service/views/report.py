"""Reports as the interface gives them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from condyle.archive.accounts import get_user
from condyle.archive.archive import Archive
from condyle.archive.clinical_tables import Addendum, ClinicalReport
from condyle.archive.reports import addenda_of, is_stale
from condyle.domain.clinical_report import FIXED, SECTIONS
from condyle.reporting.clinical.document import clinical_text, section_title
from condyle.reporting.wording import Catalogue, catalogue
from condyle.service.schemas.reports import AddendumEntry, ReportEntry, Section
from condyle.service.security.actor import Actor
from condyle.workflows.clinic.report_content import clinical_of, content_now


def signature_of(actor: Actor, at: dt.datetime) -> dict[str, str]:
    """Gives who signs and when, as what is signed holds it."""
    return {"user": actor.name, "name": actor.full_name, "at": at.isoformat()}


def report_entry(
    archive: Archive, session: Session, row: ClinicalReport, actor: Actor
) -> ReportEntry:
    """Gives a report as the interface shows it.

    To those who may not see identities neither names nor free text are given, as a text may
    name the patient; the fixed sections are.

    Args:
        archive: Holds what was signed.
        session: A transaction.
        row: The report.
        actor: Who asks.
    """
    words = catalogue(row.language)
    addenda = addenda_of(session, row.id)
    hidden = actor.pseudonymous
    said = "" if hidden else clinical_text(clinical_of(content_now(archive, session, row), addenda))
    return ReportEntry(
        id=row.id,
        study=row.study_id,
        language=row.language,
        state="draft" if row.signed_at is None else "signed",
        edition=row.edition,
        sections=[_section(row, name, words, hidden=hidden) for name in SECTIONS],
        stale=is_stale(session, row),
        changed_by="" if hidden else get_user(session, row.changed_by).full_name,
        changed_at=row.changed_at,
        signed_name=None if hidden else row.signed_name,
        signed_at=row.signed_at,
        sha256=row.content,
        addenda=[_addendum(one, words, hidden=hidden) for one in addenda],
        text=said,
    )


def _section(row: ClinicalReport, name: str, words: Catalogue, *, hidden: bool) -> Section:
    fixed = name in FIXED
    text = words.label("clinical-withheld") if hidden and not fixed else row.sections[name]
    return Section(name=name, title=section_title(name, words), text=text, fixed=fixed)


def _addendum(row: Addendum, words: Catalogue, *, hidden: bool) -> AddendumEntry:
    return AddendumEntry(
        id=row.id,
        text=words.label("clinical-withheld") if hidden else row.text,
        signed_name="" if hidden else row.signed_name,
        signed_at=row.signed_at,
    )
