"""A draft whose findings have changed since: what it would say now, and taking that over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter

from condyle.archive import audit, reports, studies
from condyle.archive.archive import Archive
from condyle.domain.clinical_report import FIXED, SECTIONS
from condyle.reporting.clinical.document import section_title
from condyle.reporting.clinical.filling import filled
from condyle.reporting.wording import catalogue
from condyle.service.access import Permission
from condyle.service.auditing.seen import note_view
from condyle.service.deps import HasDeps
from condyle.service.ids import RowId
from condyle.service.schemas.reports import Filling, Refilling, ReportEntry, Section
from condyle.service.security.actor import Actor, needs
from condyle.service.views.report import report_entry
from condyle.service.views.report_filling import source_of

Writing = Annotated[Actor, needs(Permission.SIGN)]


def routes() -> APIRouter:
    """Gives the calls under ``/reports/{report_id}/filling``."""
    router = APIRouter(tags=["reports"])
    path = "/reports/{report_id}/filling"
    router.add_api_route(path, show_filling, methods=["GET"])
    router.add_api_route(path, take_filling, methods=["POST"])
    return router


def show_filling(report_id: RowId, actor: Writing, deps: HasDeps) -> Filling:
    """Gives what a draft would say were it begun now, section by section."""
    with deps.archive.database.read() as session:
        row = reports.get_report(session, report_id)
        study = studies.get_study(session, row.study_id)
    note_view(deps, actor, study_id=study.id, patient_id=study.patient_id)
    reports.draft_at(row, row.edition)
    basis, texts = _fresh(deps.archive, row.study_id, row.language)
    words = catalogue(row.language)
    return Filling(
        edition=row.edition,
        basis=_named(basis),
        sections=[
            Section(name=name, title=section_title(name, words), text=text, fixed=name in FIXED)
            for name, text in ((name, texts[name]) for name in SECTIONS)
        ],
    )


def take_filling(report_id: RowId, taken: Refilling, actor: Writing, deps: HasDeps) -> ReportEntry:
    """Takes over what was chosen of a fresh filling; the draft is then no longer stale."""
    reports.check_editable(taken.sections)
    with deps.archive.database.read() as session:
        row = reports.draft_at(reports.get_report(session, report_id), taken.edition)
    basis, texts = _fresh(deps.archive, row.study_id, row.language)
    if _named(basis) != taken.basis:
        raise reports.filling_is_old()
    refill = reports.Refill(
        edition=taken.edition,
        basis=basis,
        sections={**taken.sections, **{name: texts[name] for name in FIXED}},
        user_id=actor.user_id,
        at=deps.now(),
    )
    with deps.archive.database.write() as session:
        row = reports.refill(session, report_id, refill)
        study = studies.get_study(session, row.study_id)
        act = actor.act(
            deps.now(),
            "report.refilled",
            subject="report",
            subject_id=str(row.id),
            edition=row.edition,
            sections=sorted(taken.sections),
        )
        audit.append(session, act.of_patient(study.patient_id))
        return report_entry(deps.archive, session, row, actor)


def _fresh(archive: Archive, study_id: int, language: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Gives the basis and the texts of a filling made now, of one moment both."""
    with archive.database.read() as session:
        basis = reports.basis_of(session, study_id)
        source = source_of(archive, session, study_id)
    return basis, filled(source, language)


def _named(basis: Mapping[str, Any]) -> str:
    """Gives a name of what a filling is made from, the same for the same."""
    return hashlib.sha256(json.dumps(basis, sort_keys=True).encode()).hexdigest()[:32]
