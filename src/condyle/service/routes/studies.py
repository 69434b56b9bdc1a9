"""One study: its series, runs, findings and what is drawn over its images."""

from __future__ import annotations

import json
import re
from typing import Annotated

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from condyle.archive import audit, studies
from condyle.archive.absence import absent
from condyle.archive.analyses import findings_of, get_analysis, running_on, shown_runs
from condyle.archive.archive import Archive
from condyle.archive.tables import Analysis, FindingRow, StudyRow
from condyle.domain.report import Report
from condyle.reporting.naming import name_in
from condyle.reporting.report_json import read_report_json
from condyle.reporting.wording import LANGUAGES
from condyle.service.access import Permission
from condyle.service.auditing.seen import note_view
from condyle.service.deps import Deps, HasDeps
from condyle.service.ids import RowId
from condyle.service.schemas.base import Language
from condyle.service.schemas.measurements import Measured
from condyle.service.schemas.studies import (
    FindingEntry,
    Overlays,
    StudyChange,
    StudyDetail,
    WorklistEntry,
)
from condyle.service.security.actor import Actor, needs
from condyle.service.security.headers import DOCUMENT_POLICY
from condyle.service.views.comparison import comparison_of
from condyle.service.views.finding import finding_entries, told_apart
from condyle.service.views.measurement import measured_entry
from condyle.service.views.study import (
    PRIORITIES,
    analysis_entry,
    series_entries,
    worklist_entries,
    worklist_entry,
)

OVERLAYS = "overlays.json"
FILES = {
    "report.html": "text/html; charset=utf-8",
    "report.pdf": "application/pdf",
    "report.json": "application/json",
}
"""What of a run can be had as a file, and what it is."""

MAP_KIND = "image/png"
MAP_NAME = re.compile(r"map-[A-Za-z0-9._-]{1,200}\.png")

Seeing = Annotated[Actor, needs(Permission.SEE_FINDINGS)]


def routes() -> APIRouter:
    """Gives the calls under ``/studies`` that show one, and the files of its runs."""
    router = APIRouter(tags=["studies"])
    router.add_api_route("/studies/{study_id}", show_study, methods=["GET"])
    router.add_api_route("/studies/{study_id}", change_study, methods=["PATCH"])
    router.add_api_route("/studies/{study_id}/overlays", show_overlays, methods=["GET"])
    router.add_api_route(
        "/analyses/{analysis_id}/maps/{name}",
        show_map,
        methods=["GET"],
        response_class=Response,
        responses={200: {"content": {MAP_KIND: {}}}},
    )
    router.add_api_route(
        "/analyses/{analysis_id}/files/{name}",
        show_file,
        methods=["GET"],
        response_class=Response,
        responses={200: {"content": {kind: {} for kind in sorted(set(FILES.values()))}}},
    )
    return router


def show_study(study_id: RowId, actor: Seeing, deps: HasDeps) -> StudyDetail:
    """Gives everything of a study but its pixels; that somebody saw it is kept."""
    with deps.archive.database.read() as session:
        row = studies.get_study(session, study_id)
    note_view(deps, actor, study_id=row.id, patient_id=row.patient_id)
    with deps.archive.database.read() as session:
        return _detail(deps, session, studies.get_study(session, study_id), actor)


def change_study(
    study_id: RowId,
    change: StudyChange,
    actor: Annotated[Actor, needs(Permission.CHANGE_PRIORITY)],
    deps: HasDeps,
) -> WorklistEntry:
    """Changes how soon a study is wanted."""
    with deps.archive.database.write() as session:
        row = studies.get_study(session, study_id)
        if change.priority is not None:
            row = studies.change_priority(session, study_id, PRIORITIES.index(change.priority))
            act = actor.act(
                deps.now(),
                "study.priority",
                subject="study",
                subject_id=str(study_id),
                priority=change.priority,
            )
            audit.append(session, act.of_patient(row.patient_id))
        return worklist_entries(session, [row], actor)[0]


def show_overlays(study_id: RowId, actor: Seeing, deps: HasDeps) -> Overlays:
    """Gives the outlines and names of levels that the viewer draws over a study's images."""
    with deps.archive.database.read() as session:
        row = studies.get_study(session, study_id)
        runs = shown_runs(session, row.id)
    note_view(deps, actor, study_id=row.id, patient_id=row.patient_id)
    parts = [_overlays(deps.archive, run) for run in runs if OVERLAYS in (run.files or {})]
    return Overlays(
        structures=[one for part in parts for one in part.structures],
        labels=[one for part in parts for one in part.labels],
        maps=[one for part in parts for one in part.maps],
        lines=[one for part in parts for one in part.lines],
    )


def show_map(analysis_id: str, name: str, actor: Seeing, deps: HasDeps) -> Response:
    """Gives a probability or heat map of one slice, as the overlays of its study name it."""
    with deps.archive.database.read() as session:
        run = get_analysis(session, analysis_id)
        row = studies.get_study(session, run.study_id)
    stored = (run.files or {}).get(name)
    if run.hidden or not MAP_NAME.fullmatch(name) or stored is None:
        raise absent("map of the analysis", name)
    note_view(deps, actor, study_id=row.id, patient_id=row.patient_id)
    return Response(
        deps.archive.objects.read(stored),
        media_type=MAP_KIND,
        headers={"Cache-Control": "private, max-age=3600, immutable"},
    )


def show_file(
    analysis_id: str,
    name: str,
    actor: Annotated[Actor, needs(Permission.SEE_IDENTITY)],
    deps: HasDeps,
    language: Language | None = None,
) -> Response:
    """Gives a file of a run: its report as a page or as a PDF in the reader's language, or as JSON.

    ``language`` asks for another, as a link does, with which a browser sends its own. A run of
    before there were pages in that language gives its English one: see ``Content-Language``.
    """
    with deps.archive.database.read() as session:
        run = get_analysis(session, analysis_id)
        row = studies.get_study(session, run.study_id)
    stored, told = _file(run, name, language or actor.language)
    if run.hidden or name not in FILES or stored is None:
        raise absent("file of the analysis", name)
    note_view(deps, actor, study_id=row.id, patient_id=row.patient_id)
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "Content-Security-Policy": DOCUMENT_POLICY,
        "Content-Language": told,
    }
    return Response(deps.archive.objects.read(stored), media_type=FILES[name], headers=headers)


def _file(run: Analysis, name: str, language: str) -> tuple[str | None, str]:
    """Gives a file's object, or ``None``, and the language of its words."""
    if name == "report.json":
        return run.report, LANGUAGES[0]
    kept = run.files or {}
    told = kept.get(name_in(language, name))
    return (told, language) if told else (kept.get(name), LANGUAGES[0])


def _detail(deps: Deps, session: Session, row: StudyRow, actor: Actor) -> StudyDetail:
    runs = shown_runs(session, row.id)
    reports = {run.id: _report(deps.archive, run) for run in runs}
    findings: dict[str, list[FindingRow]] = {}
    for finding in findings_of(session, reports):
        findings.setdefault(finding.analysis_id, []).append(finding)
    patient = studies.get_patient(session, row.patient_id)
    running = running_on(session, [row.id]).get(row.id)
    series = studies.series_of(session, row.id)
    return StudyDetail(
        study=worklist_entry(row, patient, running, actor),
        exclusions=row.exclusions,
        series=series_entries(series, studies.instances_of(session, row.id), actor),
        analyses=[analysis_entry(run, reports[run.id], actor.language) for run in runs],
        findings=told_apart(
            [
                entry
                for run in runs
                for entry in _entries(run, reports[run.id], findings.get(run.id, []), actor)
            ],
            {run.id: run.bundle for run in runs},
        ),
        priors=worklist_entries(session, studies.priors(session, row), actor),
        measurements=_measured(deps, session, row, runs, reports, actor),
    )


def _measured(
    deps: Deps,
    session: Session,
    row: StudyRow,
    runs: list[Analysis],
    reports: dict[str, Report | None],
    actor: Actor,
) -> list[Measured]:
    made = []
    for run in runs:
        report = reports[run.id]
        if report is not None and report.measurements:
            compared = comparison_of(deps.archive, session, row, run, report)
            made.append(measured_entry(run.id, report, compared, actor))
    return [one for one in made if one is not None]


def _report(archive: Archive, run: Analysis) -> Report | None:
    if run.report is None:
        return None
    return read_report_json(archive.objects.read(run.report).decode("utf-8"))


def _entries(
    run: Analysis, report: Report | None, rows: list[FindingRow], actor: Actor
) -> list[FindingEntry]:
    return [] if report is None else finding_entries(run, report, rows, actor.language)


def _overlays(archive: Archive, run: Analysis) -> Overlays:
    stored = archive.objects.read((run.files or {})[OVERLAYS])
    parsed = Overlays.model_validate(json.loads(stored))
    labels = [label.model_copy(update={"analysis": run.id}) for label in parsed.labels]
    return parsed.model_copy(update={"labels": labels})
