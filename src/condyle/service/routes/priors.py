"""Fetching a patient's earlier studies from a PACS, at the page of one."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter
from sqlalchemy.orm import Session

from condyle.archive import audit
from condyle.archive.studies import get_study
from condyle.errors import UnknownName
from condyle.service.access import Permission
from condyle.service.deps import Deps, HasDeps
from condyle.service.ids import RowId
from condyle.service.pacs.listed import listed_peers
from condyle.service.schemas.priors import FetchState, Priors, PriorsAsked, PriorsFetchEntry
from condyle.service.security.actor import Actor, needs
from condyle.service.views.said import said_column
from condyle.workflows.pacs.priors import ask_for_priors, fetches_of

Bringing = Annotated[Actor, needs(Permission.UPLOAD)]
Seeing = Annotated[Actor, needs(Permission.SEE_FINDINGS)]


def routes() -> APIRouter:
    """Gives the calls under ``/studies/{study_id}/priors``."""
    router = APIRouter(prefix="/studies/{study_id}/priors", tags=["priors"])
    router.add_api_route("", show_priors, methods=["GET"])
    router.add_api_route("", fetch_priors, methods=["POST"], status_code=202)
    return router


def show_priors(study_id: RowId, actor: Seeing, deps: HasDeps) -> Priors:
    """Gives from where earlier studies can be fetched, and how far that is."""
    with deps.archive.database.read() as session:
        get_study(session, study_id)
        return _priors(session, study_id, actor, deps)


def fetch_priors(study_id: RowId, body: PriorsAsked, actor: Bringing, deps: HasDeps) -> Priors:
    """Has the patient's earlier studies fetched; one fetch a peer at a time."""
    peers = listed_peers(deps)
    peer = body.peer or next(iter(peers), "")
    if peer not in peers:
        raise UnknownName("peer", peer, peers)
    with deps.archive.database.write() as session:
        row = ask_for_priors(session, study_id, peer, user_id=actor.user_id, at=deps.now())
        act = actor.act(
            deps.now(),
            "priors.asked",
            subject="study",
            subject_id=str(study_id),
            peer=row.peer,
        )
        audit.append(session, act.of_patient(get_study(session, study_id).patient_id))
        return _priors(session, study_id, actor, deps)


def _priors(session: Session, study_id: int, actor: Actor, deps: Deps) -> Priors:
    return Priors(
        peers=listed_peers(deps) if actor.may(Permission.UPLOAD) else [],
        fetches=[
            PriorsFetchEntry(
                id=row.id,
                peer=row.peer,
                state=cast(FetchState, row.state),
                studies=row.studies,
                done=row.done,
                total=row.total,
                reason=said_column(row.reason, actor.language),
                asked_at=row.asked_at,
            )
            for row in fetches_of(session, study_id)
        ],
    )
