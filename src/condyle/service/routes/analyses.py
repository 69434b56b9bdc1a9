"""Running the bundles on a study once more, and stopping a run."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from condyle.archive import audit
from condyle.archive.absence import absent
from condyle.archive.analyses import cancel, get_analysis
from condyle.archive.studies import get_study
from condyle.bundle import installed_bundles
from condyle.service.access import Permission
from condyle.service.deps import HasDeps
from condyle.service.ids import RowId
from condyle.service.schemas.studies import AnalysisEntry
from condyle.service.security.actor import Actor, needs
from condyle.service.views.study import analysis_entry
from condyle.workflows.clinic.queueing import queue_bundles

Running = Annotated[Actor, needs(Permission.RUN_ANALYSIS)]
Asked = Annotated[str | None, Query(max_length=100)]


def routes() -> APIRouter:
    """Gives the calls under ``/studies/{study_id}/analyses``."""
    router = APIRouter(prefix="/studies/{study_id}/analyses", tags=["analyses"])
    router.add_api_route("", run_again, methods=["POST"], status_code=202)
    router.add_api_route("/{analysis_id}", stop_run, methods=["DELETE"], status_code=202)
    return router


def run_again(
    study_id: RowId, actor: Running, deps: HasDeps, bundle: Asked = None
) -> list[AnalysisEntry]:
    """Queues every enabled bundle for a study once more, or the one that is named.

    A bundle that is under way on it already is not queued again. Gives the runs that were
    made, but those of silent mode.
    """
    installed = installed_bundles(check_files=False)
    with deps.archive.database.write() as session:
        made = queue_bundles(session, study_id, installed, at=deps.now(), again=True, only=bundle)
        act = actor.act(
            deps.now(),
            "analysis.queued",
            subject="study",
            subject_id=str(study_id),
            analyses=[row.id for row in made],
        )
        audit.append(session, act.of_patient(get_study(session, study_id).patient_id))
    return [analysis_entry(row, None, actor.language) for row in made if not row.hidden]


def stop_run(study_id: RowId, analysis_id: str, actor: Running, deps: HasDeps) -> AnalysisEntry:
    """Stops a run: one that is queued at once, one that runs at its next step."""
    with deps.archive.database.write() as session:
        row = get_analysis(session, analysis_id)
        if row.study_id != study_id or row.hidden:
            raise absent("analysis", analysis_id)
        cancel(session, analysis_id, at=deps.now())
        act = actor.act(
            deps.now(), "analysis.cancelled", subject="analysis", subject_id=analysis_id
        )
        audit.append(session, act.of_patient(get_study(session, study_id).patient_id))
    return analysis_entry(row, None, actor.language)
