"""A clinician's reports: begun, edited, signed with the password again, then added to alone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from condyle.archive import audit, reports, studies
from condyle.archive.absence import absent
from condyle.archive.clinical_tables import ClinicalReport
from condyle.errors import UsageError
from condyle.reporting.clinical.document import clinical_page
from condyle.reporting.clinical.filling import filled
from condyle.reporting.clinical.html import clinical_html
from condyle.reporting.clinical.pdf import clinical_pdf
from condyle.service.access import Permission
from condyle.service.auditing.seen import note_view
from condyle.service.deps import Deps, HasDeps
from condyle.service.ids import RowId
from condyle.service.schemas.reports import (
    NewAddendum,
    NewReport,
    ReportChange,
    ReportEntry,
    Signature,
)
from condyle.service.security.actor import Actor, needs
from condyle.service.security.again import check_again
from condyle.service.security.headers import DOCUMENT_POLICY
from condyle.service.views.report import report_entry, signature_of
from condyle.service.views.report_filling import source_of
from condyle.workflows.clinic.report_content import (
    addendum_content,
    canonical,
    clinical_of,
    content_now,
    content_of,
)
from condyle.workflows.pacs.signed_results import ask_by_rules

FILES = {"report.html": "text/html; charset=utf-8", "report.pdf": "application/pdf"}
"""What of a report can be had as a file, and what it is."""

Seeing = Annotated[Actor, needs(Permission.SEE_FINDINGS)]
Writing = Annotated[Actor, needs(Permission.SIGN)]
Signing = Annotated[Actor, needs(Permission.SIGN, browser=True)]


def routes() -> APIRouter:
    """Gives the calls under ``/reports``, and those of a study's reports."""
    router = APIRouter(tags=["reports"])
    of_study = "/studies/{study_id}/reports"
    one = "/reports/{report_id}"
    router.add_api_route(of_study, list_reports, methods=["GET"])
    router.add_api_route(of_study, begin_report, methods=["POST"], status_code=201)
    router.add_api_route(one, show_report, methods=["GET"])
    router.add_api_route(one, change_report, methods=["PATCH"])
    router.add_api_route(f"{one}/signature", sign_report, methods=["POST"])
    router.add_api_route(f"{one}/addenda", add_to_report, methods=["POST"], status_code=201)
    router.add_api_route(
        one + "/files/{name}",
        show_report_file,
        methods=["GET"],
        response_class=Response,
        responses={200: {"content": {kind: {} for kind in sorted(set(FILES.values()))}}},
    )
    return router


def list_reports(study_id: RowId, actor: Seeing, deps: HasDeps) -> list[ReportEntry]:
    """Gives the reports of a study, the latest first; that somebody saw them is kept."""
    with deps.archive.database.read() as session:
        study = studies.get_study(session, study_id)
    note_view(deps, actor, study_id=study.id, patient_id=study.patient_id)
    with deps.archive.database.read() as session:
        rows = reports.reports_of(session, study_id)
        return [report_entry(deps.archive, session, row, actor) for row in rows]


def begin_report(study_id: RowId, new: NewReport, actor: Writing, deps: HasDeps) -> ReportEntry:
    """Begins a draft, filled from the findings as they stand."""
    with deps.archive.database.read() as session:
        studies.get_study(session, study_id)
        basis = reports.basis_of(session, study_id)
        source = source_of(deps.archive, session, study_id)
    draft = reports.NewDraft(
        language=new.language,
        sections=filled(source, new.language),
        basis=basis,
        user_id=actor.user_id,
        at=deps.now(),
    )
    with deps.archive.database.write() as session:
        row = reports.begin(session, study_id, draft)
        _keep(
            session, row, actor.act(deps.now(), "report.begun", **_of(row), language=row.language)
        )
        return report_entry(deps.archive, session, row, actor)


def show_report(report_id: RowId, actor: Seeing, deps: HasDeps) -> ReportEntry:
    """Gives a report; that somebody saw it is kept."""
    _note(deps, actor, report_id)
    with deps.archive.database.read() as session:
        row = reports.get_report(session, report_id)
        return report_entry(deps.archive, session, row, actor)


def change_report(
    report_id: RowId, change: ReportChange, actor: Writing, deps: HasDeps
) -> ReportEntry:
    """Changes sections of a draft, unless somebody changed it since it was read."""
    edit = reports.Edit(
        edition=change.edition, sections=change.sections, user_id=actor.user_id, at=deps.now()
    )
    with deps.archive.database.write() as session:
        row = reports.edit(session, report_id, edit)
        changed = sorted(change.sections)
        _keep(
            session,
            row,
            actor.act(
                deps.now(), "report.changed", **_of(row), edition=row.edition, sections=changed
            ),
        )
        return report_entry(deps.archive, session, row, actor)


def sign_report(report_id: RowId, given: Signature, actor: Signing, deps: HasDeps) -> ReportEntry:
    """Signs the edition that was read, with the password again; from then on it stays as it is."""
    with deps.archive.database.read() as session:
        reports.get_report(session, report_id)
    check_again(deps, actor, given.password)
    now = deps.now()
    with deps.archive.database.read() as session:
        row = reports.draft_at(reports.get_report(session, report_id), given.edition)
        content = content_of(session, row, signature_of(actor, now))
    page = clinical_page(clinical_of(content))
    # The pages are set before the transaction, which holds up every other writer.
    stored = [
        deps.archive.objects.put(each).sha256
        for each in (canonical(content), clinical_pdf(page), clinical_html(page).encode())
    ]
    signing = reports.Signing(
        edition=given.edition,
        content=stored[0],
        pdf=stored[1],
        html=stored[2],
        user_id=actor.user_id,
        name=actor.full_name,
        at=now,
    )
    with deps.archive.database.write() as session:
        row = reports.sign(session, report_id, signing)
        ask_by_rules(session, deps.settings.home, row.study_id, "signed", archive=deps.archive)
        _keep(
            session,
            row,
            actor.act(
                deps.now(), "report.signed", **_of(row), sha256=row.content, edition=row.edition
            ),
        )
        return report_entry(deps.archive, session, row, actor)


def add_to_report(report_id: RowId, new: NewAddendum, actor: Signing, deps: HasDeps) -> ReportEntry:
    """Adds to a signed report, with the password again."""
    if not new.text.strip():
        raise UsageError(
            "Nothing was added to the report.",
            found="an addendum without text",
            needed="what shall be added",
            mend="write it and send it again.",
        )
    with deps.archive.database.read() as session:
        row = reports.get_report(session, report_id)
    check_again(deps, actor, new.password)
    now = deps.now()
    content = canonical(addendum_content(row, new.text, signature_of(actor, now)))
    addendum = reports.NewAddendum(
        text=new.text,
        content=deps.archive.objects.put(content).sha256,
        user_id=actor.user_id,
        name=actor.full_name,
        at=now,
    )
    with deps.archive.database.write() as session:
        added = reports.add_addendum(session, report_id, addendum)
        row = reports.get_report(session, report_id)
        ask_by_rules(session, deps.settings.home, row.study_id, "added", archive=deps.archive)
        _keep(
            session,
            row,
            actor.act(
                deps.now(), "report.added", **_of(row), sha256=added.content, addendum=added.id
            ),
        )
        return report_entry(deps.archive, session, row, actor)


def show_report_file(
    report_id: RowId,
    name: str,
    actor: Annotated[Actor, needs(Permission.SEE_IDENTITY)],
    deps: HasDeps,
) -> Response:
    """Gives a report as a page or as a PDF; an unsigned one says so across every page."""
    if name not in FILES:
        raise absent("file of the report", name)
    _note(deps, actor, report_id)
    with deps.archive.database.read() as session:
        row = reports.get_report(session, report_id)
        addenda = reports.addenda_of(session, report_id)
        content = content_now(deps.archive, session, row)
    stored = row.pdf if name == "report.pdf" else row.html
    if stored is not None and not addenda:
        body = deps.archive.objects.read(stored)
    else:
        page = clinical_page(clinical_of(content, addenda))
        body = clinical_pdf(page) if name == "report.pdf" else clinical_html(page).encode()
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "Content-Security-Policy": DOCUMENT_POLICY,
    }
    return Response(body, media_type=FILES[name], headers=headers)


def _note(deps: Deps, actor: Actor, report_id: int) -> None:
    with deps.archive.database.read() as session:
        study = studies.get_study(session, reports.get_report(session, report_id).study_id)
    note_view(deps, actor, study_id=study.id, patient_id=study.patient_id)


def _of(row: ClinicalReport) -> dict[str, str]:
    return {"subject": "report", "subject_id": str(row.id)}


def _keep(session: Session, row: ClinicalReport, act: audit.Act) -> None:
    """Writes what was done into the audit log, in the transaction that does it."""
    study = studies.get_study(session, row.study_id)
    audit.append(session, act.of_patient(study.patient_id))
