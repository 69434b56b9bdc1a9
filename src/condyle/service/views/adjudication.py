"""Cases as several drew them, for whoever decides: under letters, with what was decided so far."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.annotation import all_lists, annotators_of, cases_of, get_list
from condyle.archive.annotation_tables import Adjudication, AnnotationCase, AnnotationList
from condyle.archive.annotation_work import (
    FINISHED,
    adjudicated,
    adjudications_of,
    works_of,
    works_of_case,
)
from condyle.archive.studies import get_study
from condyle.archive.tables import User
from condyle.errors import InputError
from condyle.service.schemas.annotation import (
    AnonymousWork,
    CaseOfMany,
    CaseToAdjudicate,
    Decision,
    ToAdjudicate,
    WorkState,
)
from condyle.service.security.actor import Actor
from condyle.service.views.annotation import (
    case_series,
    figures_body,
    labels_of,
    letters_of,
    marks_of,
)
from condyle.workflows.clinic.annotation.agreement import agreement
from condyle.workflows.clinic.annotation.gather import case_name, readings_of


def lists_to_adjudicate(session: Session) -> list[ToAdjudicate]:
    """Gives every list, with how many of its cases somebody finished."""
    return [_to_adjudicate(session, row) for row in all_lists(session)]


def _to_adjudicate(session: Session, row: AnnotationList) -> ToAdjudicate:
    cases = cases_to_adjudicate(session, row.id)
    return ToAdjudicate(
        id=row.id,
        name=row.name,
        labels=labels_of(row),
        cases=len(cases),
        ready=sum(case.finished >= case.annotators for case in cases),
        adjudicated=sum(case.adjudicated for case in cases),
    )


def cases_to_adjudicate(session: Session, list_id: int) -> list[CaseToAdjudicate]:
    """Gives the cases of a list, with how many annotators finished each."""
    get_list(session, list_id)
    cases = cases_of(session, list_id)
    people = len(annotators_of(session, list_id))
    decided = adjudicated(session, list_id)
    finished: dict[int, int] = {}
    for work in works_of(session, [case.id for case in cases]):
        finished[work.case_id] = finished.get(work.case_id, 0) + (work.state in FINISHED)
    return [
        CaseToAdjudicate(
            id=case.id,
            name=case_name(case),
            finished=finished.get(case.id, 0),
            annotators=people,
            adjudicated=case.id in decided,
        )
        for case in cases
    ]


def case_of_many(session: Session, case: AnnotationCase, actor: Actor) -> CaseOfMany:
    """Gives a case with the drawings of those who finished it; drafts are nobody's to see."""
    row = get_list(session, case.list_id)
    works = [work for work in works_of_case(session, case.id) if work.state in FINISHED]
    letters = letters_of(session, row, case)
    order = cases_of(session, row.id)
    at = next(number for number, one in enumerate(order) if one.id == case.id)
    figures = agreement(row.labels, readings_of(session, [case]))
    decisions = adjudications_of(session, case.id)
    return CaseOfMany(
        id=case.id,
        name=case_name(case),
        list_id=row.id,
        list_name=row.name,
        labels=labels_of(row),
        study_uid=get_study(session, case.study_id).uid,
        series=case_series(session, case, actor),
        works=sorted(
            (
                AnonymousWork(
                    reader=letters[work.user_id],
                    state=cast(WorkState, work.state),
                    reason=work.reason,
                    marks=marks_of(work.marks),
                )
                for work in works
            ),
            key=lambda work: (len(work.reader), work.reader),
        ),
        waiting=len(
            {user.id for user in annotators_of(session, row.id)} - {work.user_id for work in works}
        ),
        agreement=figures_body(figures),
        decisions=[_decision(one, letters, _names(session, decisions)) for one in decisions],
        previous=order[at - 1].id if at else None,
        following=order[at + 1].id if at + 1 < len(order) else None,
    )


def behind(session: Session, case: AnnotationCase, letter: str | None) -> int | None:
    """Gives the annotator behind a letter of a case.

    Raises:
        InputError: Nobody who finished the case has it.
    """
    if letter is None:
        return None
    letters = letters_of(session, get_list(session, case.list_id), case)
    finished = {
        letters[work.user_id]: work.user_id
        for work in works_of_case(session, case.id)
        if work.state in FINISHED
    }
    if letter in finished:
        return finished[letter]
    raise InputError(
        "The case was not adjudicated.",
        found=f"the drawing '{letter}', which the case does not have",
        needed=" or ".join(sorted(finished)) or "a drawing that is finished",
        mend="load the case again.",
    )


def _decision(row: Adjudication, letters: dict[int, str], names: dict[int, str]) -> Decision:
    return Decision(
        edition=row.edition,
        taken_from=letters.get(row.taken_from or 0),
        state=cast(WorkState, row.state),
        note=row.note,
        marks=marks_of(row.marks),
        by=names[row.user_id],
        at=row.at,
    )


def _names(session: Session, rows: Iterable[Adjudication]) -> dict[int, str]:
    wanted = {row.user_id for row in rows}
    found = session.execute(select(User.id, User.full_name).where(User.id.in_(wanted)))
    return {user.id: user.full_name for user in found}
