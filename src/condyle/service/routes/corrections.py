"""What readers say of findings: kept beside the model's, and given as training data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from condyle.archive import audit, corrections
from condyle.archive.studies import get_study
from condyle.service.access import Permission
from condyle.service.auditing.seen import note_view
from condyle.service.deps import Deps, HasDeps
from condyle.service.exports.correction import correction_lines, label_table
from condyle.service.ids import LARGEST, RowId
from condyle.service.schemas.corrections import Corrections, NewCorrection, NewCorrections
from condyle.service.security.actor import Actor, needs
from condyle.service.views.correction import corrections_body, statement

KINDS = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
"""Forms of the export."""

After = Annotated[int, Query(ge=0, le=LARGEST)]


def routes() -> APIRouter:
    """Gives the calls under ``/studies/{study_id}/corrections``, and the export."""
    router = APIRouter(tags=["corrections"])
    path = "/studies/{study_id}/corrections"
    router.add_api_route(path, show_corrections, methods=["GET"])
    router.add_api_route(path, correct, methods=["POST"], status_code=201)
    router.add_api_route(f"{path}/together", correct_together, methods=["POST"], status_code=201)
    router.add_api_route(
        "/corrections/export",
        export_corrections,
        methods=["GET"],
        response_class=Response,
        responses={200: {"content": {kind: {} for kind in KINDS.values()}}},
    )
    return router


def show_corrections(
    study_id: RowId, actor: Annotated[Actor, needs(Permission.SEE_FINDINGS)], deps: HasDeps
) -> Corrections:
    """Gives all that readers said of a study, in order, and the findings as they stand."""
    with deps.archive.database.read() as session:
        patient = get_study(session, study_id).patient_id
    note_view(deps, actor, study_id=study_id, patient_id=patient)
    with deps.archive.database.read() as session:
        return corrections_body(session, study_id, actor)


def correct(
    study_id: RowId,
    body: NewCorrection,
    actor: Annotated[Actor, needs(Permission.CORRECT)],
    deps: HasDeps,
) -> Corrections:
    """Keeps what a reader says of a finding, of the names of a run's discs, or beside the models.

    It takes the place of what the same reader said of the same thing, and changes nothing of
    the model's. Gives what stands then.
    """
    return _keep(study_id, [body], actor, deps)


def correct_together(
    study_id: RowId,
    body: NewCorrections,
    actor: Annotated[Actor, needs(Permission.CORRECT)],
    deps: HasDeps,
) -> Corrections:
    """Keeps several things that a reader says at once: all of them, or none where one is unfit.

    Each is kept as if it had been said alone, in their order. Gives what stands then.
    """
    return _keep(study_id, body.corrections, actor, deps)


def _keep(study_id: int, bodies: Sequence[NewCorrection], actor: Actor, deps: Deps) -> Corrections:
    at = deps.now()
    said = [statement(body, actor, at) for body in bodies]
    with deps.archive.database.write() as session:
        patient = get_study(session, study_id).patient_id
        rows = corrections.append_all(session, study_id, said)
        for row in rows:
            act = actor.act(
                at,
                "finding.corrected",
                subject="correction",
                subject_id=str(row.id),
                study=study_id,
                kind=row.kind,
                finding=row.finding_id,
                supersedes=row.supersedes,
            )
            audit.append(session, act.of_patient(patient))
        stands = corrections_body(session, study_id, actor)
        return stands.model_copy(update={"said": [row.id for row in rows]})


def export_corrections(
    actor: Annotated[Actor, needs(Permission.EXPORT)],
    deps: HasDeps,
    after: After = 0,
    form: Literal["jsonl", "csv"] = "jsonl",
) -> Response:
    """Gives corrections as training data, under pseudonyms whoever asks.

    ``jsonl`` has a line a correction whose number is above ``after``, in order, with what the
    model had said. ``csv`` has a row a study of such a correction with what holds of each
    finding that was read: saved as ``labels.csv`` beside the studies' DICOM files, it makes
    them a labelled archive of the layout ``dicom``.
    """
    with deps.archive.database.read() as session:
        text = {"jsonl": correction_lines, "csv": label_table}[form](session, after)
    with deps.archive.database.write() as session:
        act = actor.act(deps.now(), "corrections.exported", subject="corrections", subject_id=form)
        audit.append(session, act)
    name = "corrections.jsonl" if form == "jsonl" else "labels.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=KINDS[form], headers=headers)
