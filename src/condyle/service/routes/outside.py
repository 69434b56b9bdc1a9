"""What others found in a study: the segmentations and structured reports that came with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy import select

from condyle.archive.own_calls import is_unaided
from condyle.archive.studies import get_study
from condyle.archive.tables import StudyRow
from condyle.service.access import Permission
from condyle.service.auditing.seen import note_view
from condyle.service.deps import Deps, HasDeps
from condyle.service.ids import RowId
from condyle.service.schemas.outside import OutsideResults
from condyle.service.security.actor import Actor, needs
from condyle.service.views.outside import outside_entry
from condyle.workflows.clinic.outside import outside_of

Seeing = Annotated[Actor, needs(Permission.SEE_FINDINGS)]


def routes() -> APIRouter:
    """Gives the call under ``/studies/{study_id}/outside``."""
    router = APIRouter(tags=["studies"])
    router.add_api_route("/studies/{study_id}/outside", show_outside, methods=["GET"])
    return router


def show_outside(study_id: RowId, actor: Seeing, deps: HasDeps) -> OutsideResults:
    """Gives what others found in a study, as references: no finding of Condyle's or of a reader.

    A reader whose own call is asked first is told nothing of it before. That somebody saw it is
    kept.
    """
    with deps.archive.database.read() as session:
        patient = get_study(session, study_id).patient_id
    note_view(deps, actor, study_id=study_id, patient_id=patient)
    if actor.may(Permission.CORRECT) and _is_unaided(deps, study_id, actor.user_id):
        return OutsideResults(held=True, results=[], left_out=0)
    found, left_out = outside_of(deps.archive, study_id, deps.outside)
    results = [outside_entry(one, actor) for one in found]
    return OutsideResults(held=False, results=results, left_out=left_out)


def _is_unaided(deps: Deps, study_id: int, user_id: int) -> bool:
    query = select(StudyRow.id).where(StudyRow.id == study_id, is_unaided(user_id))
    with deps.archive.database.read() as session:
        return session.scalar(query) is not None
