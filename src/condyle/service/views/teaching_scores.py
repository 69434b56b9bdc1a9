"""Scores over teaching cases: a learner's own, and the teacher's table of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from statistics import median

from sqlalchemy.orm import Session

from condyle.archive.studies import get_study
from condyle.archive.teaching import cases_of, get_case, items_in
from condyle.archive.teaching_aid import aided
from condyle.archive.teaching_attempts import attempts
from condyle.archive.teaching_models import model_answers
from condyle.archive.teaching_questions import QUESTIONS, Value
from condyle.archive.teaching_references import references_of
from condyle.archive.teaching_tables import TeachingAttempt, TeachingCollection, TeachingReference
from condyle.service.deps import Deps
from condyle.service.schemas import teaching as bodies
from condyle.service.security.actor import Actor
from condyle.service.views.teaching import collection_entries, names_of_users, numbers_of
from condyle.service.views.teaching_words import question_entries
from condyle.workflows.clinic.teaching_score import (
    FEWEST_PATIENTS,
    Answered,
    Figure,
    figures,
    learning_curve,
    own_answer,
    share_right,
    verdict,
)


def score_body(
    deps: Deps, session: Session, row: TeachingCollection, actor: Actor
) -> bodies.TeachingScore:
    """Gives a learner's score over the cases that they have answered.

    Cases whose study they had opened before, or elsewhere meanwhile, are shown, and count for
    no figure.
    """
    ids = [case.id for case in cases_of(session, row.id, withdrawn=True)]
    own = attempts(session, user_id=actor.user_id, case_ids=ids, submitted=True)
    rows = answered_rows(session, row, own, models=True)
    helped = aided(session, own)
    counting = {one.id for one in own if not one.seen_before and one.id not in helped}
    scored = {one.attempt for one in rows if one.truth is not None}
    kept = [one for one in rows if one.attempt in counting]
    numbers = numbers_of(session, row.id)
    order = [one.id for one in own if one.id in counting & scored]
    return bodies.TeachingScore(
        collection=collection_entries(session, [row], actor)[0],
        needed=FEWEST_PATIENTS,
        overall=figure_entry(share_right(kept, own_answer)),
        questions=_questions(deps, row, kept, actor.language),
        cases=[
            _case(
                one,
                numbers[one.case_id],
                [r for r in rows if r.attempt == one.id],
                helped=one.id in helped,
            )
            for one in own
        ],
        curve=[
            bodies.CurveBlock(first=each.first, last=each.last, right=figure_entry(each.right))
            for each in learning_curve(kept, order)
        ],
        left_out_seen=sum(one.seen_before for one in own),
        left_out_aided=sum(one.id in helped and not one.seen_before for one in own),
        left_out_unscorable=sum(one.id not in scored for one in own),
    )


def learners_body(session: Session, row: TeachingCollection) -> bodies.LearnersTable:
    """Gives every learner of a collection, and its cases, the hardest first."""
    ids = [case.id for case in cases_of(session, row.id, withdrawn=True)]
    given = attempts(session, case_ids=ids, submitted=True)
    rows = answered_rows(session, row, given, models=False)
    names = names_of_users(session, {one.user_id for one in given})
    uncounted = aided(session, given) | {one.id for one in given if one.seen_before}
    counted = [one for one in given if one.id not in uncounted]
    learners = []
    for user_id in sorted(names, key=lambda each: names[each].casefold()):
        own = [one for one in given if one.user_id == user_id]
        counting = {one.id for one in own} - uncounted
        kept = [one for one in rows if one.attempt in counting]
        learners.append(
            bodies.LearnerScore(
                name=names[user_id],
                answered=len(own),
                counted=len({one.attempt for one in kept if one.truth is not None}),
                right=figure_entry(share_right(kept, own_answer)),
                median_looked_s=_median_s(own),
            )
        )
    return bodies.LearnersTable(
        needed=FEWEST_PATIENTS, learners=learners, cases=_difficulties(session, row, counted, rows)
    )


def answered_rows(
    session: Session,
    collection: TeachingCollection,
    given: Sequence[TeachingAttempt],
    *,
    models: bool,
) -> list[Answered]:
    """Gives each item of answered cases with what was said of it.

    Args:
        session: A transaction.
        collection: Whose cases they are.
        given: Attempts that were submitted.
        models: With what the models said.
    """
    items = items_in(collection)
    references = references_of(session, {one.case_id for one in given})
    patients: dict[int, int] = {}
    said: dict[int, dict[str, dict[str, Value]]] = {}
    for case_id in dict.fromkeys(one.case_id for one in given):
        study = get_study(session, get_case(session, case_id).study_id)
        patients[case_id] = study.patient_id
        asked = {item.key for item in items} if models else set()
        found = model_answers(session, study.id, asked, silent=True) if models else []
        said[case_id] = {
            item.key: {
                one.run.bundle: one.said[item.key].value for one in found if item.key in one.said
            }
            for item in items
        }
    return [
        Answered(
            attempt=one.id,
            case=one.case_id,
            patient=patients[one.case_id],
            question=item.question.name,
            truth=_truth(references, one, item.key),
            own=(one.answers or {}).get(item.key),
            models=said[one.case_id][item.key],
        )
        for one in given
        for item in items
    ]


def figure_entry(figure: Figure) -> bodies.ScoreFigure:
    """Gives a figure as the interface does."""
    found = figure.estimate
    return bodies.ScoreFigure(
        name=figure.name,
        value=None if found is None else found.value,
        low=None if found is None else found.low,
        high=None if found is None else found.high,
        rows=figure.rows,
        patients=figure.patients,
        too_few=figure.too_few,
        method="" if found is None else found.method,
    )


def _truth(references: Mapping[int, TeachingReference], one: TeachingAttempt, key: str) -> Value:
    reference = references.get(one.case_id)
    value: Value = None if reference is None else reference.answers.get(key, {}).get("value")
    return value


def _questions(
    deps: Deps, row: TeachingCollection, rows: Sequence[Answered], language: str
) -> list[bodies.QuestionScore]:
    names = [one["name"] for one in row.questions]
    bundles = sorted({bundle for one in rows for bundle in one.models})
    scores = []
    for entry in question_entries(deps, language, names):
        of_models = [
            _reader(rows, entry.name, bundle)
            for bundle in bundles
            if any(bundle in one.models for one in rows if one.question == entry.name)
        ]
        scores.append(
            bodies.QuestionScore(
                question=entry.name,
                title=entry.title,
                kind=entry.kind,
                readers=[_reader(rows, entry.name, None), *of_models],
            )
        )
    return scores


def _reader(rows: Sequence[Answered], question: str, bundle: str | None) -> bodies.ScoredReader:
    said = own_answer if bundle is None else partial(_of_model, bundle)
    found = figures(rows, question, said)
    return bodies.ScoredReader(bundle=bundle, figures=[figure_entry(one) for one in found])


def _of_model(bundle: str, row: Answered) -> Value:
    return row.models.get(bundle)


def _case(
    one: TeachingAttempt, number: int, rows: Sequence[Answered], *, helped: bool
) -> bodies.CaseScore:
    told = [verdict(QUESTIONS[row.question], row.truth, row.own) for row in rows]
    ended = one.submitted_at or one.started_at
    return bodies.CaseScore(
        attempt=one.id,
        case=one.case_id,
        number=number,
        submitted_at=ended,
        looked_s=one.looked_ms / 1000,
        wall_s=(ended - one.started_at).total_seconds(),
        right=told.count("right"),
        near=told.count("near"),
        wrong=told.count("wrong"),
        unscored=told.count("unscored"),
        aided=helped,
        counts=not (one.seen_before or helped) and any(row.truth is not None for row in rows),
    )


def _difficulties(
    session: Session,
    row: TeachingCollection,
    given: Sequence[TeachingAttempt],
    rows: Sequence[Answered],
) -> list[bodies.CaseDifficulty]:
    numbers = numbers_of(session, row.id)
    found = []
    for case in cases_of(session, row.id):
        own = [one for one in given if one.case_id == case.id]
        ids = {one.id for one in own}
        told = [
            verdict(QUESTIONS[each.question], each.truth, each.own)
            for each in rows
            if each.attempt in ids
        ]
        found.append(
            bodies.CaseDifficulty(
                case=case.id,
                number=numbers[case.id],
                learners=len(own),
                right=told.count("right"),
                scored=len(told) - told.count("unscored"),
                median_looked_s=_median_s(own),
            )
        )
    return sorted(found, key=lambda one: (one.right / one.scored if one.scored else 2, one.number))


def _median_s(given: Sequence[TeachingAttempt]) -> float | None:
    return median(one.looked_ms for one in given) / 1000 if given else None
