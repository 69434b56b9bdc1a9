"""Collections of teaching cases: made, changed until somebody has answered, and published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from condyle.archive.absence import absent
from condyle.archive.studies import get_study
from condyle.archive.teaching_questions import Item, check_questions, items_of, unfit
from condyle.archive.teaching_references import (
    Kind,
    Source,
    references_of,
    sources_of,
    take_reference,
)
from condyle.archive.teaching_tables import (
    TeachingAttempt,
    TeachingCase,
    TeachingCollection,
    TeachingReference,
)
from condyle.errors import Conflict


@dataclass(frozen=True, kw_only=True)
class NewCollection:
    """A collection that shall be made.

    Attributes:
        title: As learners see it.
        description: What it is about.
        anatomy: Of its studies.
        questions: {name, levels} of each question.
    """

    title: str
    description: str
    anatomy: str
    questions: Sequence[Mapping[str, Any]]


def make_collection(
    session: Session, new: NewCollection, *, by: int, at: dt.datetime
) -> TeachingCollection:
    """Makes a collection that only teachers see until it is published.

    Raises:
        UsageError: It has no title, or asks what cannot be asked.
    """
    _check_title(new.title)
    check_questions(new.anatomy, new.questions)
    row = TeachingCollection(
        title=new.title.strip(),
        description=new.description.strip(),
        anatomy=new.anatomy,
        questions=[dict(one) for one in new.questions],
        created_by=by,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row


def change_collection(
    session: Session, collection_id: int, change: Mapping[str, Any]
) -> TeachingCollection:
    """Changes what a collection is called, what it asks, or whether learners see it.

    Args:
        session: A writer's transaction.
        collection_id: The collection.
        change: Any of title, description, questions, published; ``None`` stays as it is.

    Raises:
        NotThere: There is no such collection.
        UsageError: It would have no title, or ask what cannot be asked.
        Conflict: Another thing would be asked than what learners have answered already.
    """
    row = get_collection(session, collection_id)
    given = {name: value for name, value in change.items() if value is not None}
    if "title" in given:
        _check_title(given["title"])
    if "questions" in given:
        questions = [dict(one) for one in given["questions"]]
        if questions != row.questions:
            check_questions(row.anatomy, questions)
            _refuse_begun(session, row)
            _let_references_go(session, row, questions)
        given["questions"] = questions
    for name, value in given.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    session.flush()
    return row


def add_cases(
    session: Session, collection_id: int, studies: Sequence[int], *, by: int, at: dt.datetime
) -> list[TeachingCase]:
    """Adds studies as cases, each with the reference that answers most; gives those added.

    One that was withdrawn comes back; one that is there already stays as it is.

    Raises:
        NotThere: There is no such collection or study.
        UsageError: A study is of another anatomy.
    """
    collection = get_collection(session, collection_id)
    known = {row.study_id: row for row in cases_of(session, collection_id, withdrawn=True)}
    added = []
    for study_id in dict.fromkeys(studies):
        study = get_study(session, study_id)
        if study.anatomy is not None and study.anatomy != collection.anatomy:
            raise unfit(f"study {study_id} of the anatomy {study.anatomy}", collection.anatomy)
        row = known.get(study_id)
        if row is not None and not row.withdrawn:
            continue
        if row is None:
            row = TeachingCase(
                collection_id=collection_id, study_id=study_id, added_by=by, added_at=at
            )
            session.add(row)
        row.withdrawn = False
        session.flush()
        if not references_of(session, [row.id]):
            for source in sources_of(session, study_id, items_in(collection))[:1]:
                take_reference(session, row.id, source, by=by, at=at)
        added.append(row)
    return added


def withdraw_case(session: Session, case_id: int) -> TeachingCase:
    """Takes a case out; what learners answered stays theirs.

    Raises:
        NotThere: There is no such case.
    """
    row = get_case(session, case_id)
    row.withdrawn = True
    session.flush()
    return row


def get_collection(session: Session, collection_id: int) -> TeachingCollection:
    """Gives a collection.

    Raises:
        NotThere: There is none with that number.
    """
    row = session.get(TeachingCollection, collection_id)
    if row is None:
        raise absent("teaching collection", collection_id)
    return row


def get_case(session: Session, case_id: int) -> TeachingCase:
    """Gives a case.

    Raises:
        NotThere: There is none with that number.
    """
    row = session.get(TeachingCase, case_id)
    if row is None:
        raise absent("teaching case", case_id)
    return row


def collections(session: Session, *, published: bool) -> list[TeachingCollection]:
    """Gives collections, the latest first; all of them, or those that learners see."""
    query = select(TeachingCollection).order_by(TeachingCollection.id.desc())
    if published:
        query = query.where(TeachingCollection.published)
    return list(session.scalars(query))


def cases_of(
    session: Session, collection_id: int, *, withdrawn: bool = False
) -> list[TeachingCase]:
    """Gives the cases of a collection in the order in which they were added.

    Args:
        session: A transaction.
        collection_id: The collection.
        withdrawn: With those that were taken out.
    """
    query = select(TeachingCase).where(TeachingCase.collection_id == collection_id)
    if not withdrawn:
        query = query.where(TeachingCase.withdrawn.is_(False))
    return list(session.scalars(query.order_by(TeachingCase.id)))


def case_counts(session: Session, collection_ids: Collection[int]) -> dict[int, int]:
    """Gives how many cases each collection has."""
    query = (
        select(TeachingCase.collection_id, func.count())
        .where(TeachingCase.collection_id.in_(collection_ids), TeachingCase.withdrawn.is_(False))
        .group_by(TeachingCase.collection_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def items_in(collection: TeachingCollection) -> list[Item]:
    """Gives what a collection asks of each case, question by place."""
    return items_of(collection.questions)


def reference_of(session: Session, case_id: int) -> TeachingReference | None:
    """Gives what a case is judged by now, ``None`` where it has nothing."""
    return references_of(session, [case_id]).get(case_id)


def has_answers(session: Session, collection_id: int) -> bool:
    """Says whether somebody has begun a case of a collection."""
    query = (
        select(TeachingAttempt.id)
        .join(TeachingCase, TeachingCase.id == TeachingAttempt.case_id)
        .where(TeachingCase.collection_id == collection_id)
        .limit(1)
    )
    return session.scalar(query) is not None


def _refuse_begun(session: Session, row: TeachingCollection) -> None:
    if has_answers(session, row.id):
        raise Conflict(
            "What the collection asks was not changed.",
            found="a learner who has begun one of its cases",
            needed="a collection that nobody has begun",
            mend="make another collection that asks it; cases may be in several.",
        )


def _let_references_go(
    session: Session, row: TeachingCollection, questions: Sequence[Mapping[str, Any]]
) -> None:
    """Takes the references anew, which hold answers only to what was asked."""
    items = items_of(questions)
    for case in cases_of(session, row.id, withdrawn=True):
        before = reference_of(session, case.id)
        if before is None:
            continue
        found = sources_of(session, case.study_id, items)
        same = [
            one for one in found if (one.kind, one.source_id) == (before.kind, before.source_id)
        ]
        # What nothing answers any more is kept of the earlier one, so far as it is still asked.
        for source in (same or found or [_narrowed(before, items)])[:1]:
            take_reference(session, case.id, source, by=before.set_by, at=before.set_at)


def _narrowed(before: TeachingReference, items: Sequence[Item]) -> Source:
    asked = {item.key for item in items}
    return Source(
        kind=cast(Kind, before.kind),
        source_id=before.source_id,
        answers={key: value for key, value in before.answers.items() if key in asked},
        readers=tuple(before.readers),
        model_seen=before.model_seen,
        said_at=before.said_at,
    )


def _check_title(title: str) -> None:
    if not title.strip():
        raise unfit("a collection without a title", "what it shall be called")
