"""Silent mode: a reader keeps their own call, and only then sees what the bundle found."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from condyle.archive import audit
from condyle.archive.analyses import get_analysis
from condyle.archive.own_calls import NewOwnCall, make_own_call
from condyle.archive.studies import get_study
from condyle.bundle import installed_bundles
from condyle.service.access import Permission
from condyle.service.auditing.seen import note_view
from condyle.service.deps import HasDeps
from condyle.service.exports.own_call import own_call_table
from condyle.service.ids import LARGEST, RowId
from condyle.service.schemas.own_calls import NewOwnCallBody, OwnCalls
from condyle.service.security.actor import Actor, needs
from condyle.service.views.own_call import asked_names, bundle_of, own_calls_body

Reading = Annotated[Actor, needs(Permission.CORRECT)]
CSV = "text/csv; charset=utf-8"


def routes() -> APIRouter:
    """Gives the calls under ``/studies/{study_id}/own-calls``, and the export."""
    router = APIRouter(tags=["own calls"])
    path = "/studies/{study_id}/own-calls"
    router.add_api_route(path, show_own_calls, methods=["GET"])
    router.add_api_route(path, call_unaided, methods=["POST"], status_code=201)
    router.add_api_route(
        "/own-calls/export",
        export_own_calls,
        methods=["GET"],
        response_class=Response,
        responses={200: {"content": {CSV: {}}}},
    )
    return router


def show_own_calls(study_id: RowId, actor: Reading, deps: HasDeps) -> OwnCalls:
    """Gives the silent runs on a study that the reader may call.

    What a run found, and whether it has ended, is told only where they have called it.
    """
    installed = installed_bundles(check_files=False)
    with deps.archive.database.read() as session:
        patient = get_study(session, study_id).patient_id
    note_view(deps, actor, study_id=study_id, patient_id=patient)
    with deps.archive.database.read() as session:
        return own_calls_body(deps.archive, session, study_id, actor, installed)


def call_unaided(study_id: RowId, body: NewOwnCallBody, actor: Reading, deps: HasDeps) -> OwnCalls:
    """Keeps the reader's own call, which is never changed, and shows them what the bundle found."""
    installed = installed_bundles(check_files=False)
    calls = [call.model_dump() for call in body.calls]
    new = NewOwnCall(body.analysis, calls, actor.user_id, deps.now())
    with deps.archive.database.write() as session:
        study = get_study(session, study_id)
        run = get_analysis(session, body.analysis)
        row = make_own_call(session, study_id, new, names=asked_names(bundle_of(run, installed)))
        act = actor.act(
            deps.now(),
            "own-call.made",
            subject="own-call",
            subject_id=str(row.id),
            study=study_id,
            analysis=run.id,
            bundle=run.bundle,
            shown_to="reader" if run.hidden else "all",
        )
        audit.append(session, act.of_patient(study.patient_id))
        return own_calls_body(deps.archive, session, study_id, actor, installed)


def export_own_calls(
    actor: Annotated[Actor, needs(Permission.EXPORT)],
    deps: HasDeps,
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
) -> Response:
    """Gives readers' own calls beside what the silent runs found, with times, under pseudonyms.

    Whoever reads studies gets those of the studies and bundles that they have called themselves.
    """
    reader = actor.user_id if actor.may(Permission.CORRECT) else None
    with deps.archive.database.read() as session:
        text = own_call_table(session, after, reader=reader)
    with deps.archive.database.write() as session:
        act = actor.act(deps.now(), "own-calls.exported", subject="own-calls")
        audit.append(session, act)
    headers = {"Content-Disposition": 'attachment; filename="own-calls.csv"'}
    return Response(text, media_type=CSV, headers=headers)
