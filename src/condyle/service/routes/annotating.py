"""Drawing on the cases of a list, and deciding where those who drew disagree."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from sqlalchemy.orm import Session

from condyle.archive import audit
from condyle.archive.annotation import get_case, get_list
from condyle.archive.annotation_access import assigned_case, assigned_lists
from condyle.archive.annotation_marks import check_marks
from condyle.archive.annotation_tables import AnnotationCase
from condyle.archive.annotation_work import Drawn, adjudicate, latest_work, save_work
from condyle.archive.studies import get_study
from condyle.service.access import Permission
from condyle.service.auditing.seen import note_view
from condyle.service.deps import Deps, HasDeps
from condyle.service.ids import RowId
from condyle.service.routes.annotation import ROOT
from condyle.service.schemas.annotation import (
    CaseOfMany,
    CaseToAdjudicate,
    CaseToDraw,
    MyCase,
    MyList,
    NewDecision,
    SavedWork,
    ToAdjudicate,
    Work,
)
from condyle.service.security.actor import Actor, needs
from condyle.service.views.adjudication import (
    behind,
    case_of_many,
    cases_to_adjudicate,
    lists_to_adjudicate,
)
from condyle.service.views.annotation import case_to_draw, my_cases, my_list, work_body

Drawing = Annotated[Actor, needs(Permission.ANNOTATE)]
Deciding = Annotated[Actor, needs(Permission.ADJUDICATE)]


def routes() -> APIRouter:
    """Gives the calls under ``/annotation`` for who draws and for who decides."""
    router = APIRouter(prefix=ROOT, tags=["annotation"])
    router.add_api_route("/mine", list_mine, methods=["GET"])
    router.add_api_route("/mine/{list_id}", show_mine, methods=["GET"])
    router.add_api_route("/cases/{case_id}/work", show_case_to_draw, methods=["GET"])
    router.add_api_route("/cases/{case_id}/work", save_case, methods=["PUT"])
    router.add_api_route("/adjudication", list_to_adjudicate, methods=["GET"])
    router.add_api_route("/adjudication/{list_id}", show_to_adjudicate, methods=["GET"])
    path = "/cases/{case_id}/adjudication"
    router.add_api_route(path, show_case_of_many, methods=["GET"])
    router.add_api_route(path, decide_case, methods=["POST"], status_code=201)
    return router


def list_mine(actor: Drawing, deps: HasDeps) -> list[MyList]:
    """Gives the lists that one draws on, with how far one is."""
    with deps.archive.database.read() as session:
        return [
            my_list(row, my_cases(session, row, actor.user_id))
            for row in assigned_lists(session, actor.user_id)
        ]


def show_mine(list_id: RowId, actor: Drawing, deps: HasDeps) -> list[MyCase]:
    """Gives the cases of a list in one's own order; none of a list that one does not draw on."""
    with deps.archive.database.read() as session:
        for row in assigned_lists(session, actor.user_id):
            if row.id == list_id:
                return my_cases(session, row, actor.user_id)
    return []


def show_case_to_draw(case_id: RowId, actor: Drawing, deps: HasDeps) -> CaseToDraw:
    """Gives a case of one's own, with what one drew on it; nobody else's drawing is told."""
    with deps.archive.database.read() as session:
        case = assigned_case(session, case_id, actor.user_id)
        study = get_study(session, case.study_id)
    note_view(deps, actor, study_id=study.id, patient_id=study.patient_id)
    with deps.archive.database.read() as session:
        return case_to_draw(session, case, latest_work(session, case_id, actor.user_id), actor)


def save_case(case_id: RowId, body: SavedWork, actor: Drawing, deps: HasDeps) -> Work:
    """Keeps what one drew on a case; each save is kept, and the last one counts."""
    with deps.archive.database.write() as session:
        case = assigned_case(session, case_id, actor.user_id)
        marks = _checked(session, case, body)
        before = latest_work(session, case_id, actor.user_id)
        drawn = Drawn(
            user_id=actor.user_id,
            at=deps.now(),
            edition=body.edition,
            state=body.state,
            marks=marks,
            reason=body.reason,
            spent_s=body.spent_s,
        )
        row = save_work(session, case, drawn)
        if before is None or before.state != row.state:
            _note(deps, session, actor, "annotation.case_" + row.state, case, edition=row.edition)
        return work_body(row)


def list_to_adjudicate(actor: Deciding, deps: HasDeps) -> list[ToAdjudicate]:
    """Gives every list, with how many of its cases are ready to be decided."""
    with deps.archive.database.read() as session:
        return lists_to_adjudicate(session)


def show_to_adjudicate(list_id: RowId, actor: Deciding, deps: HasDeps) -> list[CaseToAdjudicate]:
    """Gives the cases of a list, with how many finished each and whether it was decided."""
    with deps.archive.database.read() as session:
        return cases_to_adjudicate(session, list_id)


def show_case_of_many(case_id: RowId, actor: Deciding, deps: HasDeps) -> CaseOfMany:
    """Gives a case with every finished drawing, under letters, and what was decided."""
    with deps.archive.database.read() as session:
        study = get_study(session, get_case(session, case_id).study_id)
    note_view(deps, actor, study_id=study.id, patient_id=study.patient_id)
    with deps.archive.database.read() as session:
        return case_of_many(session, get_case(session, case_id), actor)


def decide_case(case_id: RowId, body: NewDecision, actor: Deciding, deps: HasDeps) -> CaseOfMany:
    """Keeps what is decided of a case, with who and when; earlier decisions stay."""
    with deps.archive.database.write() as session:
        case = get_case(session, case_id)
        drawn = Drawn(
            user_id=actor.user_id,
            at=deps.now(),
            edition=body.edition,
            state=body.state,
            marks=_checked(session, case, body),
            reason=body.note,
            taken_from=behind(session, case, body.taken_from),
        )
        row = adjudicate(session, case, drawn)
        taken = {"taken_from": body.taken_from, "edition": row.edition}
        _note(deps, session, actor, "annotation.adjudicated", case, **taken)
        return case_of_many(session, case, actor)


def _checked(
    session: Session, case: AnnotationCase, body: SavedWork | NewDecision
) -> list[dict[str, Any]]:
    marks = [mark.model_dump(mode="json") for mark in body.marks]
    check_marks(session, case, get_list(session, case.list_id).labels, marks)
    return marks


def _note(
    deps: Deps,
    session: Session,
    actor: Actor,
    action: str,
    case: AnnotationCase,
    **details: Any,
) -> None:
    act = actor.act(
        deps.now(),
        action,
        subject="annotation_case",
        subject_id=str(case.id),
        list=case.list_id,
        **details,
    )
    audit.append(session, act.of_patient(get_study(session, case.study_id).patient_id))
