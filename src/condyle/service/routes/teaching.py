"""Teaching: cases read unaided and timed, then shown beside the reference and the models.

Nothing here tells of a case what a learner has not answered yet; a learner's readings are theirs
alone.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy.orm import Session

from condyle.archive import audit, teaching, teaching_attempts, teaching_references
from condyle.archive.absence import absent
from condyle.archive.studies import get_study
from condyle.archive.teaching_aid import aided
from condyle.archive.teaching_tables import TeachingAttempt, TeachingCase, TeachingCollection
from condyle.errors import Conflict
from condyle.service.access import Permission
from condyle.service.auditing.seen import note_view
from condyle.service.deps import Deps, HasDeps
from condyle.service.ids import RowId
from condyle.service.schemas import teaching as bodies
from condyle.service.security.actor import Actor, needs
from condyle.service.views.teaching import (
    attempt_entry,
    collection_detail,
    collection_entries,
    teacher_cases,
)
from condyle.service.views.teaching_result import result_body
from condyle.service.views.teaching_scores import learners_body, score_body
from condyle.service.views.teaching_words import question_entries

Learning = Annotated[Actor, needs(Permission.LEARN)]
Teaching = Annotated[Actor, needs(Permission.TEACH)]


def routes() -> APIRouter:
    """Gives the calls under ``/teaching``."""
    router = APIRouter(prefix="/teaching", tags=["teaching"])
    of_all, of_one = "/collections", "/collections/{collection_id}"
    attempt = "/attempts/{attempt_id}"
    for path, call, method in (
        ("/questions", list_teaching_questions, "GET"),
        (of_all, list_teaching_collections, "GET"),
        (of_one, show_teaching_collection, "GET"),
        (of_one, change_teaching_collection, "PATCH"),
        (of_one + "/cases", list_teaching_cases, "GET"),
        (of_one + "/cases", add_teaching_cases, "POST"),
        (of_one + "/score", show_teaching_score, "GET"),
        (of_one + "/learners", show_learners, "GET"),
        ("/cases/{case_id}", withdraw_teaching_case, "DELETE"),
        ("/cases/{case_id}/reference", take_teaching_reference, "PUT"),
        ("/cases/{case_id}/attempt", begin_teaching_case, "POST"),
        (attempt, show_teaching_attempt, "GET"),
        (attempt + "/look", tell_look, "POST"),
        (attempt + "/answers", answer_teaching_case, "POST"),
        (attempt + "/result", show_teaching_result, "GET"),
    ):
        router.add_api_route(path, call, methods=[method])
    router.add_api_route(of_all, make_teaching_collection, methods=["POST"], status_code=201)
    return router


def list_teaching_questions(actor: Learning, deps: HasDeps) -> list[bodies.TeachingQuestion]:
    """Lists what may be asked, in words."""
    return question_entries(deps, actor.language)


def list_teaching_collections(
    actor: Learning, deps: HasDeps
) -> list[bodies.TeachingCollectionEntry]:
    """Lists the collections, the latest first; who may not teach sees those published."""
    with deps.archive.database.read() as session:
        rows = teaching.collections(session, published=not actor.may(Permission.TEACH))
        return collection_entries(session, rows, actor)


def make_teaching_collection(
    new: bodies.NewTeachingCollection, actor: Teaching, deps: HasDeps
) -> bodies.TeachingCollectionDetail:
    """Makes a collection, which learners see once it is published."""
    made = teaching.NewCollection(
        title=new.title,
        description=new.description,
        anatomy=new.anatomy,
        questions=[one.model_dump() for one in new.questions],
    )
    with deps.archive.database.write() as session:
        row = teaching.make_collection(session, made, by=actor.user_id, at=deps.now())
        _keep(session, deps, actor, "teaching.collection.made", row)
        return collection_detail(deps, session, row, actor)


def show_teaching_collection(
    collection_id: RowId, actor: Learning, deps: HasDeps
) -> bodies.TeachingCollectionDetail:
    """Gives a collection: what it asks, and its cases with how far whoever asks has come."""
    with deps.archive.database.read() as session:
        return collection_detail(deps, session, _seen(session, collection_id, actor), actor)


def change_teaching_collection(
    collection_id: RowId, change: bodies.TeachingCollectionChange, actor: Teaching, deps: HasDeps
) -> bodies.TeachingCollectionDetail:
    """Changes a collection; what it asks only while nobody has begun a case of it."""
    given = change.model_dump(exclude_none=True)
    with deps.archive.database.write() as session:
        row = teaching.change_collection(session, collection_id, given)
        changed = sorted(given)
        _keep(session, deps, actor, "teaching.collection.changed", row, changed=changed)
        return collection_detail(deps, session, row, actor)


def list_teaching_cases(
    collection_id: RowId, actor: Teaching, deps: HasDeps
) -> list[bodies.TeacherCase]:
    """Gives the cases with their studies and what they are judged by, but not what that says."""
    with deps.archive.database.read() as session:
        return teacher_cases(session, teaching.get_collection(session, collection_id), actor)


def add_teaching_cases(
    collection_id: RowId, new: bodies.NewTeachingCases, actor: Teaching, deps: HasDeps
) -> list[bodies.TeacherCase]:
    """Adds studies as cases, each judged by what answers most of what is asked."""
    with deps.archive.database.write() as session:
        added = teaching.add_cases(
            session, collection_id, new.studies, by=actor.user_id, at=deps.now()
        )
        for case in added:
            _keep_of_case(session, deps, actor, "teaching.case.added", case)
        return teacher_cases(session, teaching.get_collection(session, collection_id), actor)


def withdraw_teaching_case(
    case_id: RowId, actor: Teaching, deps: HasDeps
) -> list[bodies.TeacherCase]:
    """Takes a case out of its collection; what was answered stays. Gives those that are left."""
    with deps.archive.database.write() as session:
        case = teaching.withdraw_case(session, case_id)
        _keep_of_case(session, deps, actor, "teaching.case.withdrawn", case)
        collection = teaching.get_collection(session, case.collection_id)
        return teacher_cases(session, collection, actor)


def take_teaching_reference(
    case_id: RowId, choice: bodies.ReferenceChoice, actor: Teaching, deps: HasDeps
) -> list[bodies.TeacherCase]:
    """Says what a case is judged by, as that is now; an earlier reference stays beside it."""
    with deps.archive.database.write() as session:
        case = teaching.get_case(session, case_id)
        collection = teaching.get_collection(session, case.collection_id)
        source = teaching_references.source_named(
            session, case.study_id, teaching.items_in(collection), (choice.kind, choice.source)
        )
        row = teaching_references.take_reference(
            session, case_id, source, by=actor.user_id, at=deps.now()
        )
        told = {"reference": row.id, "kind": row.kind, "source": row.source_id}
        _keep_of_case(session, deps, actor, "teaching.reference.taken", case, **told)
        return teacher_cases(session, collection, actor)


def show_teaching_score(
    collection_id: RowId, actor: Learning, deps: HasDeps
) -> bodies.TeachingScore:
    """Gives one's own score over the cases that one has answered."""
    with deps.archive.database.read() as session:
        return score_body(deps, session, _seen(session, collection_id, actor), actor)


def show_learners(collection_id: RowId, actor: Teaching, deps: HasDeps) -> bodies.LearnersTable:
    """Gives how each learner does, and which cases are hardest."""
    with deps.archive.database.read() as session:
        return learners_body(session, teaching.get_collection(session, collection_id))


def begin_teaching_case(
    case_id: RowId, actor: Learning, deps: HasDeps
) -> bodies.TeachingAttemptEntry:
    """Begins a case and its clock, or gives the reading of it that one began."""
    with deps.archive.database.write() as session:
        before = teaching_attempts.attempts(session, user_id=actor.user_id, case_ids=[case_id])
        row = teaching_attempts.begin(session, case_id, by=actor.user_id, at=deps.now())
        if not before:
            _keep_of_attempt(session, deps, actor, "teaching.begun", row)
        return attempt_entry(deps, session, row, actor)


def show_teaching_attempt(
    attempt_id: RowId, actor: Learning, deps: HasDeps
) -> bodies.TeachingAttemptEntry:
    """Gives one's own reading of a case: images and questions, and nothing that was found."""
    with deps.archive.database.read() as session:
        row = teaching_attempts.own_attempt(session, attempt_id, actor.user_id)
        return attempt_entry(deps, session, row, actor)


def tell_look(
    attempt_id: RowId, told: bodies.Look, actor: Learning, deps: HasDeps
) -> bodies.Looked:
    """Says that the case's page is shown or hidden; keeps the answers so far."""
    with deps.archive.database.write() as session:
        row = teaching_attempts.own_attempt(session, attempt_id, actor.user_id)
        teaching_attempts.look(session, row, shown=told.shown, draft=told.draft, at=deps.now())
        return bodies.Looked(
            looked_s=row.looked_ms / 1000,
            submitted=row.submitted_at is not None,
            aided=bool(aided(session, [row])),
        )


def answer_teaching_case(
    attempt_id: RowId, given: bodies.TeachingAnswers, actor: Learning, deps: HasDeps
) -> bodies.TeachingResult:
    """Keeps one's answers, once and for good, and gives the case's result."""
    with deps.archive.database.write() as session:
        row = teaching_attempts.own_attempt(session, attempt_id, actor.user_id)
        teaching_attempts.submit(session, row, given.answers, at=deps.now())
        _keep_of_attempt(session, deps, actor, "teaching.answered", row)
        return result_body(deps, session, row, actor)


def show_teaching_result(
    attempt_id: RowId, actor: Learning, deps: HasDeps
) -> bodies.TeachingResult:
    """Gives an answered case: own answers beside the reference's and the models'."""
    with deps.archive.database.read() as session:
        row = teaching_attempts.own_attempt(session, attempt_id, actor.user_id)
        if row.submitted_at is None:
            raise Conflict(
                "The result was not given.",
                found="a case that you have not answered",
                needed="your own answers first",
                mend="answer the case; then its result is shown.",
            )
        study = get_study(session, teaching.get_case(session, row.case_id).study_id)
    note_view(deps, actor, study_id=study.id, patient_id=study.patient_id)
    with deps.archive.database.read() as session:
        row = teaching_attempts.own_attempt(session, attempt_id, actor.user_id)
        return result_body(deps, session, row, actor)


def _seen(session: Session, collection_id: int, actor: Actor) -> TeachingCollection:
    """Gives a collection that somebody may see: published, theirs to make, or read by them."""
    row = teaching.get_collection(session, collection_id)
    if row.published or actor.may(Permission.TEACH):
        return row
    cases = [case.id for case in teaching.cases_of(session, row.id, withdrawn=True)]
    if teaching_attempts.attempts(session, user_id=actor.user_id, case_ids=cases):
        return row
    raise absent("teaching collection", collection_id)


def _keep(
    session: Session,
    deps: Deps,
    actor: Actor,
    action: str,
    row: TeachingCollection,
    **details: object,
) -> None:
    """Writes what was done to a collection into the audit log."""
    act = actor.act(
        deps.now(), action, subject="teaching-collection", subject_id=str(row.id), **details
    )
    audit.append(session, act)


def _keep_of_case(
    session: Session, deps: Deps, actor: Actor, action: str, case: TeachingCase, **details: object
) -> None:
    """Writes what was done with a patient's study into the audit log."""
    act = actor.act(
        deps.now(),
        action,
        subject="teaching-case",
        subject_id=str(case.id),
        study=case.study_id,
        collection=case.collection_id,
        **details,
    )
    audit.append(session, act.of_patient(get_study(session, case.study_id).patient_id))


def _keep_of_attempt(
    session: Session, deps: Deps, actor: Actor, action: str, row: TeachingAttempt
) -> None:
    case = teaching.get_case(session, row.case_id)
    _keep_of_case(session, deps, actor, action, case, attempt=row.id)
