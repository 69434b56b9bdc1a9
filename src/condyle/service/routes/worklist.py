"""The worklist, a page at a time, and what a patient has in the archive."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from condyle.archive import studies
from condyle.archive.patient_reports import reports_of_studies
from condyle.archive.worklist import WorklistQuery, worklist
from condyle.service.access import Permission
from condyle.service.auditing.seen import note_patient_view
from condyle.service.deps import HasDeps
from condyle.service.ids import RowId
from condyle.service.schemas.base import Priority, StudyState
from condyle.service.schemas.patients import PatientStudies
from condyle.service.schemas.studies import Worklist
from condyle.service.security.actor import Actor, needs
from condyle.service.views.patient import patient_entry, report_entries
from condyle.service.views.study import PRIORITIES, page_entries, worklist_entries

Seeing = Annotated[Actor, needs(Permission.SEE_WORKLIST)]
MOST = 200
"""Studies a page at most."""


def routes() -> APIRouter:
    """Gives ``/worklist`` and ``/patients``."""
    router = APIRouter(tags=["studies"])
    router.add_api_route("/worklist", list_studies, methods=["GET"])
    router.add_api_route("/patients/{patient_id}", show_patient, methods=["GET"])
    return router


def list_studies(
    actor: Seeing,
    deps: HasDeps,
    *,
    search: Annotated[str, Query(max_length=200)] = "",
    state: StudyState | None = None,
    anatomy: Annotated[str | None, Query(max_length=64)] = None,
    source: Annotated[str | None, Query(max_length=64)] = None,
    priority: Priority | None = None,
    first_date: dt.date | None = None,
    last_date: dt.date | None = None,
    sort: Literal["received", "date", "priority", "patient"] = "received",
    after: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> Worklist:
    """Gives a page of studies: by arrival or wish, never by what a model found.

    Who sees pseudonyms alone searches by them, and neither sorts by name nor asks by date.
    """
    hidden = actor.pseudonymous
    query = WorklistQuery(
        search="" if hidden else search,
        pseudonym=search if hidden else "",
        state=state,
        anatomy=anatomy,
        source=source,
        priority_rank=None if priority is None else PRIORITIES.index(priority),
        first_date=None if hidden else first_date,
        last_date=None if hidden else last_date,
        sort="received" if hidden and sort in ("patient", "date") else sort,
        after=after,
        limit=limit,
    )
    with deps.archive.database.glance() as session:
        page = worklist(session, query)
        entries = page_entries(session, page, actor)
    return Worklist(
        studies=entries,
        next=page.next,
        total=page.total,
        total_is_floor=page.total_is_floor,
        revision=page.revision,
    )


def show_patient(patient_id: RowId, actor: Seeing, deps: HasDeps) -> PatientStudies:
    """Gives a patient with the latest 200 studies, and which reports there are of them."""
    with deps.archive.database.read() as session:
        studies.get_patient(session, patient_id)
    note_patient_view(deps, actor, patient_id)
    with deps.archive.database.read() as session:
        rows = studies.studies_of_patient(session, patient_id, most=MOST)
        written = reports_of_studies(session, [row.id for row in rows])
        return PatientStudies(
            patient=patient_entry(
                studies.get_patient(session, patient_id), pseudonymous=actor.pseudonymous
            ),
            studies=worklist_entries(session, rows, actor),
            total=studies.count_studies(session, patient_id),
            reports=report_entries(written, pseudonymous=actor.pseudonymous),
        )
