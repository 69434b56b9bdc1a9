"""Storing in the archive by DICOMweb (STOW-RS, PS3.18 10.5)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from condyle.archive import audit
from condyle.archive.tables import StudyRow
from condyle.service.access import Permission
from condyle.service.deps import Deps, HasDeps
from condyle.service.dicomweb.accept import JSON
from condyle.service.dicomweb.storing import Brought, answer_of, store_body
from condyle.service.security.actor import Actor, needs
from condyle.workflows.pacs.store_contents import Also, ContentOutcome

ROOT = "/dicomweb"
Storing = Annotated[Actor, needs(Permission.UPLOAD)]
Uid = Annotated[str, Path(pattern=r"^[0-9.]{1,64}$")]
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"multipart/related": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def routes() -> APIRouter:
    """Gives the calls that store under ``/dicomweb``."""
    router = APIRouter(prefix=ROOT, tags=["dicomweb"])
    for path, call in (("/studies", store_instances), ("/studies/{study}", store_in_study)):
        router.add_api_route(
            path, call, methods=["POST"], response_class=Response, openapi_extra=_BODY
        )
    return router


async def store_instances(request: Request, actor: Storing, deps: HasDeps) -> Response:
    """Stores instances of any study; each is answered for."""
    return await _store(request, actor, deps, "")


async def store_in_study(request: Request, study: Uid, actor: Storing, deps: HasDeps) -> Response:
    """Stores instances of one study; those of another are refused."""
    return await _store(request, actor, deps, study)


async def _store(request: Request, actor: Actor, deps: Deps, study: str) -> Response:
    most = deps.settings.max_upload_gib << 30
    told = request.headers.get("content-length", "0")
    if told.isdigit() and int(told) > most:
        raise HTTPException(413)
    brought = Brought()
    note = partial(_note, deps, actor)
    try:
        await store_body(deps.archive, request, brought, study=study, most_bytes=most, note=note)
    finally:
        # What came before a fault is stored, and so it is noted.
        if not brought.noted:
            await run_in_threadpool(_note_alone, deps, note, brought.outcomes)
    if not brought.outcomes:
        raise HTTPException(400)
    status, answer = answer_of(brought.outcomes, f"{deps.settings.shown_address}{ROOT}")
    return Response(json.dumps(answer), status, media_type=JSON)


def _note_alone(deps: Deps, note: Also, outcomes: list[ContentOutcome]) -> None:
    if any(one.state == "stored" for one in outcomes):
        with deps.archive.database.write() as session:
            note(session, outcomes)


def _note(deps: Deps, actor: Actor, session: Session, outcomes: Sequence[ContentOutcome]) -> None:
    """Notes who brought what: one act a study."""
    counts = Counter(one.study_id for one in outcomes if one.state == "stored")
    query = select(StudyRow.id, StudyRow.patient_id).where(StudyRow.id.in_(counts))
    for study_id, patient_id in session.execute(query).all() if counts else ():
        act = actor.act(
            deps.now(),
            "study.received",
            subject="study",
            subject_id=str(study_id),
            instances=counts[study_id],
        )
        audit.append(session, act.of_patient(patient_id))
