"""Teaching collections, cases and readings as the interface gives them.

Before a learner has answered a case, nothing here says more of it than its images do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.studies import get_patient, get_study, instances_of, series_of
from condyle.archive.tables import User
from condyle.archive.teaching import (
    case_counts,
    cases_of,
    get_case,
    get_collection,
    has_answers,
    items_in,
    reference_of,
)
from condyle.archive.teaching_aid import aided
from condyle.archive.teaching_attempts import attempts
from condyle.archive.teaching_questions import QUESTIONS
from condyle.archive.teaching_references import Source, references_of, sources_of
from condyle.archive.teaching_tables import (
    TeachingAttempt,
    TeachingCase,
    TeachingCollection,
    TeachingReference,
)
from condyle.service.deps import Deps
from condyle.service.schemas import teaching as bodies
from condyle.service.security.actor import Actor
from condyle.service.views.study import series_entries, worklist_entries
from condyle.service.views.teaching_words import item_entries, question_entries
from condyle.workflows.clinic.teaching_score import verdict


def names_of_users(session: Session, wanted: Collection[int]) -> dict[int, str]:
    """Gives the full names of users."""
    found = session.execute(select(User.id, User.full_name).where(User.id.in_(wanted)))
    return {row.id: row.full_name for row in found}


def collection_entries(
    session: Session, rows: Sequence[TeachingCollection], actor: Actor
) -> list[bodies.TeachingCollectionEntry]:
    """Gives collections with how far whoever asks has come."""
    counts = case_counts(session, [row.id for row in rows])
    names = names_of_users(session, {row.created_by for row in rows})
    entries = []
    for row in rows:
        cases = [case.id for case in cases_of(session, row.id)]
        own = attempts(session, user_id=actor.user_id, case_ids=cases)
        answered = sum(one.submitted_at is not None for one in own)
        entries.append(
            bodies.TeachingCollectionEntry(
                id=row.id,
                title=row.title,
                description=row.description,
                anatomy=row.anatomy,
                published=row.published,
                by=names[row.created_by],
                created_at=row.created_at,
                cases=counts.get(row.id, 0),
                answered=answered,
                begun=len(own) - answered,
            )
        )
    return entries


def collection_detail(
    deps: Deps, session: Session, row: TeachingCollection, actor: Actor
) -> bodies.TeachingCollectionDetail:
    """Gives a collection with what it asks, and its cases as a learner sees them."""
    names = [one["name"] for one in row.questions]
    cases = cases_of(session, row.id)
    references = references_of(session, [case.id for case in cases])
    own = attempts(session, user_id=actor.user_id, case_ids=[case.id for case in cases])
    of_case = {one.case_id: one for one in own}
    numbers = numbers_of(session, row.id)
    return bodies.TeachingCollectionDetail(
        collection=collection_entries(session, [row], actor)[0],
        asked=[bodies.AskedQuestion(**one) for one in row.questions],
        questions=question_entries(deps, actor.language, names),
        items=item_entries(items_in(row)),
        cases=[
            _learner_case(case, numbers[case.id], of_case.get(case.id), references.get(case.id))
            for case in cases
        ],
        begun_by_somebody=has_answers(session, row.id),
    )


def numbers_of(session: Session, collection_id: int) -> dict[int, int]:
    """Gives the number of each case within its collection; one that was withdrawn keeps its."""
    rows = cases_of(session, collection_id, withdrawn=True)
    return {row.id: place for place, row in enumerate(rows, start=1)}


def _learner_case(
    case: TeachingCase,
    number: int,
    own: TeachingAttempt | None,
    reference: TeachingReference | None,
) -> bodies.LearnerCase:
    answered = own is not None and own.submitted_at is not None
    right, scored = counted(own, reference) if own is not None and answered else (None, None)
    return bodies.LearnerCase(
        id=case.id,
        number=number,
        attempt=None if own is None else own.id,
        state="unread" if own is None else "answered" if answered else "begun",
        scorable=reference is not None and bool(reference.answers),
        submitted_at=None if own is None else own.submitted_at,
        looked_s=None if own is None else own.looked_ms / 1000,
        right=right,
        scored=scored,
    )


def counted(own: TeachingAttempt, reference: TeachingReference | None) -> tuple[int, int]:
    """Gives how many answers of an attempt are right, of how many that are scored."""
    if reference is None:
        return 0, 0
    said = own.answers or {}
    verdicts = [
        verdict(QUESTIONS[key.partition("@")[0]], answer["value"], said.get(key))
        for key, answer in reference.answers.items()
    ]
    return verdicts.count("right"), len(verdicts) - verdicts.count("unscored")


def teacher_cases(
    session: Session, row: TeachingCollection, actor: Actor
) -> list[bodies.TeacherCase]:
    """Gives the cases of a collection with their studies, and what they are judged by."""
    cases = cases_of(session, row.id)
    ids = [case.id for case in cases]
    references, items = references_of(session, ids), items_in(row)
    studies = [get_study(session, case.study_id) for case in cases]
    entries = {one.id: one for one in worklist_entries(session, studies, actor)}
    sources = {case.id: sources_of(session, case.study_id, items) for case in cases}
    wanted = {user for found in sources.values() for one in found for user in one.readers}
    for reference in references.values():
        wanted |= {*reference.readers, reference.set_by}
    names = names_of_users(session, wanted)
    answered = [one.case_id for one in attempts(session, case_ids=ids, submitted=True)]
    numbers = numbers_of(session, row.id)
    return [
        bodies.TeacherCase(
            id=case.id,
            number=numbers[case.id],
            study=entries[case.study_id],
            reference=reference_entry(references.get(case.id), names),
            sources=[_source_entry(one, names) for one in sources[case.id]],
            answered=answered.count(case.id),
        )
        for case in cases
    ]


def reference_entry(
    row: TeachingReference | None, names: Mapping[int, str]
) -> bodies.ReferenceEntry | None:
    """Gives what a case is judged by, without what it says."""
    if row is None:
        return None
    return bodies.ReferenceEntry(
        kind=cast(bodies.ReferenceKind, row.kind),
        source=row.source_id,
        items=len(row.answers),
        readers=_names(row.readers, names),
        model_seen=row.model_seen,
        said_at=row.said_at,
        set_by=names.get(row.set_by, ""),
        set_at=row.set_at,
    )


def _source_entry(one: Source, names: Mapping[int, str]) -> bodies.ReferenceEntry:
    return bodies.ReferenceEntry(
        kind=one.kind,
        source=one.source_id,
        items=len(one.answers),
        readers=_names(one.readers, names),
        model_seen=one.model_seen,
        said_at=one.said_at,
        set_by=None,
        set_at=None,
    )


def _names(users: Iterable[Any], names: Mapping[int, str]) -> list[str]:
    return [names.get(user, "") for user in users]


def attempt_entry(
    deps: Deps, session: Session, own: TeachingAttempt, actor: Actor
) -> bodies.TeachingAttemptEntry:
    """Gives a learner's reading: the images under a pseudonym, and what is asked."""
    case = get_case(session, own.case_id)
    collection = get_collection(session, case.collection_id)
    study = get_study(session, case.study_id)
    names = [one["name"] for one in collection.questions]
    series = series_of(session, study.id)
    reference = reference_of(session, case.id)
    return bodies.TeachingAttemptEntry(
        id=own.id,
        case=case.id,
        number=numbers_of(session, collection.id)[case.id],
        collection=collection.id,
        title=collection.title,
        patient=get_patient(session, study.patient_id).pseudonym,
        study_uid=study.uid,
        series=[
            # The name of a file may be the patient's, or say what is to be seen.
            one.model_copy(update={"original": None})
            for one in series_entries(series, instances_of(session, study.id), actor)
        ],
        simulated=study.simulated,
        questions=question_entries(deps, actor.language, names),
        items=item_entries(items_in(collection)),
        scorable=reference is not None and bool(reference.answers),
        seen_before=own.seen_before,
        aided=bool(aided(session, [own])),
        started_at=own.started_at,
        looked_s=own.looked_ms / 1000,
        draft=own.draft,
        submitted_at=own.submitted_at,
    )
