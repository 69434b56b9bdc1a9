"""Annotation as the interface gives it: who sees which cases, drawings and figures."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy.orm import Session

from condyle.archive.annotation import (
    annotators_of,
    cases_of,
    get_list,
    order_for,
    studies_of_cases,
)
from condyle.archive.annotation_tables import AnnotationCase, AnnotationList, AnnotationWork
from condyle.archive.annotation_work import FINISHED, adjudicated, works_of
from condyle.archive.studies import get_study, patients_of, series_of
from condyle.archive.tables import User
from condyle.service.dicomweb.told import drawable
from condyle.service.schemas.annotation import (
    AnnotationCaseEntry,
    AnnotationListDetail,
    AnnotationListEntry,
    Annotator,
    AnnotatorProgress,
    CaseSeries,
    CaseToDraw,
    Figure,
    Label,
    Mark,
    MyCase,
    MyList,
    Work,
    WorkState,
)
from condyle.service.security.actor import Actor
from condyle.service.views.annotation_choice import series_title
from condyle.workflows.clinic.annotation.agreement import AgreementFigure
from condyle.workflows.clinic.annotation.gather import case_name


def labels_of(row: AnnotationList) -> list[Label]:
    """Gives what is to be drawn on the cases of a list."""
    return [Label(**label) for label in row.labels]


def marks_of(marks: Iterable[Mapping[str, Any]]) -> list[Mark]:
    """Gives stored marks as the interface tells them."""
    return [Mark(**mark) for mark in marks]


def annotator_body(user: User) -> Annotator:
    """Gives somebody who may draw."""
    return Annotator(id=user.id, name=user.name, full_name=user.full_name)


def list_entry(session: Session, row: AnnotationList) -> AnnotationListEntry:
    """Gives a list with how far everybody is with it."""
    cases = cases_of(session, row.id)
    works = works_of(session, [case.id for case in cases])
    now = {user.id for user in annotators_of(session, row.id)}
    people = annotators_of(session, row.id, former=True)
    return AnnotationListEntry(
        id=row.id,
        name=row.name,
        labels=labels_of(row),
        cases=len(cases),
        adjudicated=len(adjudicated(session, row.id)),
        closed=row.closed_at is not None,
        created_at=row.created_at,
        annotators=[
            _progress(user, [work for work in works if work.user_id == user.id], user.id in now)
            for user in people
        ],
    )


def _progress(user: User, works: Sequence[AnnotationWork], active: bool) -> AnnotatorProgress:
    return AnnotatorProgress(
        **annotator_body(user).model_dump(),
        active=active,
        done=sum(work.state == "done" for work in works),
        unjudged=sum(work.state == "unjudged" for work in works),
        begun=sum(work.state == "open" for work in works),
        spent_s=sum(work.spent_s for work in works),
    )


def list_detail(session: Session, row: AnnotationList, actor: Actor) -> AnnotationListDetail:
    """Gives a list with its cases and their states; whose drawings look how is not in it."""
    cases = cases_of(session, row.id)
    studies = studies_of_cases(session, cases)
    patients = patients_of(session, list(studies.values()))
    decided = adjudicated(session, row.id)
    states: dict[int, dict[str, WorkState]] = {}
    for work in works_of(session, [case.id for case in cases]):
        states.setdefault(work.case_id, {})[str(work.user_id)] = cast(WorkState, work.state)
    return AnnotationListDetail(
        of_list=list_entry(session, row),
        cases=[
            AnnotationCaseEntry(
                id=case.id,
                name=case_name(case),
                study=case.study_id,
                patient=patients[studies[case.study_id].patient_id].pseudonym,
                title=" · ".join(one.title for one in case_series(session, case, actor))
                if case.series_uid
                else "",
                states=states.get(case.id, {}),
                adjudicated=case.id in decided,
            )
            for case in cases
        ],
    )


def case_series(session: Session, case: AnnotationCase, actor: Actor) -> list[CaseSeries]:
    """Gives the series of a case that have images, counted without what others found in them."""
    images = drawable(session, case.study_id)
    return [
        CaseSeries(
            uid=one.uid,
            title=series_title(one, actor),
            modality=one.modality,
            images=images[one.id],
        )
        for one in series_of(session, case.study_id)
        if case.series_uid in (None, one.uid) and one.id in images
    ]


def my_cases(session: Session, row: AnnotationList, user_id: int) -> list[MyCase]:
    """Gives the cases of a list in somebody's own order, with how they left each."""
    ordered = order_for(cases_of(session, row.id), seed=row.seed, user_id=user_id)
    works = works_of(session, [case.id for case in ordered], user_id=user_id)
    states = {work.case_id: cast(WorkState, work.state) for work in works}
    return [MyCase(id=case.id, name=case_name(case), state=states.get(case.id)) for case in ordered]


def my_list(row: AnnotationList, cases: Sequence[MyCase]) -> MyList:
    """Gives a list that somebody draws on."""
    left = [case for case in cases if case.state not in FINISHED]
    return MyList(
        id=row.id,
        name=row.name,
        labels=labels_of(row),
        cases=len(cases),
        done=len(cases) - len(left),
        next=left[0].id if left else None,
    )


def case_to_draw(
    session: Session, case: AnnotationCase, work: AnnotationWork | None, actor: Actor
) -> CaseToDraw:
    """Gives a case to one who draws on it: its images and their own drawing, and no more."""
    row = get_list(session, case.list_id)
    mine = my_cases(session, row, actor.user_id)
    at = next(number for number, one in enumerate(mine) if one.id == case.id)
    return CaseToDraw(
        id=case.id,
        name=case_name(case),
        of_list=my_list(row, mine),
        study_uid=get_study(session, case.study_id).uid,
        series=case_series(session, case, actor),
        position=at + 1,
        previous=mine[at - 1].id if at else None,
        following=mine[at + 1].id if at + 1 < len(mine) else None,
        work=work_body(work),
    )


def work_body(work: AnnotationWork | None) -> Work:
    """Gives what somebody saved last of a case; edition 0 where nothing was."""
    if work is None:
        return Work(edition=0, state="open", marks=[], at=None)
    return Work(
        edition=work.edition,
        state=cast(WorkState, work.state),
        reason=work.reason,
        marks=marks_of(work.marks),
        spent_s=work.spent_s,
        at=work.at,
    )


def letters_of(session: Session, row: AnnotationList, case: AnnotationCase) -> dict[int, str]:
    """Gives each annotator of a case a letter, another one in each case.

    So whoever adjudicates cannot come to know an annotator by a letter. All who were ever asked
    have one, so that it does not change when one more is done.
    """
    users = [user.id for user in annotators_of(session, row.id, former=True)]

    def place(user_id: int) -> bytes:
        return hashlib.sha256(f"{row.seed}:{case.id}:{user_id}".encode()).digest()

    ordered = sorted(users, key=place)
    return {user_id: _letter(number) for number, user_id in enumerate(ordered)}


def _letter(number: int) -> str:
    first, last = divmod(number, 26)
    return (chr(64 + first) if first else "") + chr(65 + last)


def figures_body(figures: Iterable[AgreementFigure]) -> list[Figure]:
    """Gives figures of agreement, with nothing where they are not defined."""
    return [
        Figure(
            label=one.label,
            measure=one.measure,
            value=None if one.estimate is None else _number(one.estimate.value),
            low=None if one.estimate is None or one.too_few else _number(one.estimate.low),
            high=None if one.estimate is None or one.too_few else _number(one.estimate.high),
            n=0 if one.estimate is None else one.estimate.n,
            unit="" if one.estimate is None else one.estimate.unit,
            cases=one.cases,
            too_few=one.estimate is not None and one.too_few,
        )
        for one in figures
    ]


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
