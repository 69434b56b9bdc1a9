"""Teaching in the archive, on SQLite and on PostgreSQL: what was given stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from condyle.archive import teaching, teaching_attempts
from condyle.archive.archive import Archive
from condyle.archive.store import NewInstance, store
from condyle.archive.teaching_questions import (
    QUESTIONS,
    check_questions,
    form_answers,
    items_of,
)
from condyle.archive.teaching_references import Source, sources_of, take_reference
from condyle.archive.teaching_tables import TeachingAttempt, TeachingReference
from condyle.errors import CondyleError, Conflict, NotThere, UsageError

NOW = dt.datetime(2030, 1, 7, 12, 0, tzinfo=dt.UTC)
ASKED = [{"name": "pfirrmann-grade", "levels": ["L5-S1", "L4-L5"]}]
KEYS = ["pfirrmann-grade@L4-L5", "pfirrmann-grade@L5-S1"]


@pytest.fixture
def case(
    archive: Archive,
    instance: Callable[..., NewInstance],
    make_user: Callable[[Session], int],
) -> tuple[int, int]:
    """A published case, and somebody who may read it."""
    (stored,) = store(archive, [instance()])
    assert stored.study_id is not None
    with archive.database.write() as session:
        user = make_user(session)
        new = teaching.NewCollection(
            title=" Discs ", description="", anatomy="lumbar-spine", questions=ASKED
        )
        row = teaching.make_collection(session, new, by=user, at=NOW)
        assert row.title == "Discs"
        teaching.change_collection(session, row.id, {"published": True, "title": None})
        (added,) = teaching.add_cases(session, row.id, [stored.study_id], by=user, at=NOW)
        assert teaching.add_cases(session, row.id, [stored.study_id], by=user, at=NOW) == []
        return added.id, user


def reference(session: Session, case_id: int, by: int, **answers: int) -> TeachingReference:
    source = Source(
        kind="findings",
        source_id=None,
        answers={key: {"value": value, "places": []} for key, value in answers.items()},
        readers=(by,),
        model_seen=True,
        said_at=NOW,
    )
    return take_reference(session, case_id, source, by=by, at=NOW)


def test_what_was_answered_is_read_back_and_the_database_refuses_to_change_it(
    archive: Archive, case: tuple[int, int]
) -> None:
    case_id, user = case
    given = {KEYS[0]: 4, KEYS[1]: None}
    with archive.database.write() as session:
        wanted = reference(session, case_id, user, **{KEYS[0]: 3})
        row = teaching_attempts.begin(session, case_id, by=user, at=NOW)
        assert teaching_attempts.begin(session, case_id, by=user, at=NOW) is row
        later = NOW + dt.timedelta(seconds=9)
        teaching_attempts.submit(session, row, given, at=later)
        number = row.id
    with archive.database.read() as session:
        kept = teaching_attempts.own_attempt(session, number, user)
        assert (kept.answers, kept.looked_ms, kept.reference_id) == (given, 9000, wanted.id)
        assert kept.submitted_at == later
    for statement in (
        "UPDATE teaching_attempts SET answers = '{}'",
        "UPDATE teaching_attempts SET looked_ms = 1",
        "DELETE FROM teaching_attempts",
        "UPDATE teaching_references SET answers = '{}'",
        "DELETE FROM teaching_references",
    ):
        with pytest.raises((IntegrityError, CondyleError)), archive.database.write() as session:
            session.execute(text(statement))
    with archive.database.read() as session:
        assert teaching_attempts.own_attempt(session, number, user).answers == given


def test_the_latest_reference_counts_and_the_earlier_stays(
    archive: Archive, case: tuple[int, int]
) -> None:
    case_id, user = case
    with archive.database.write() as session:
        assert teaching.reference_of(session, case_id) is None
        for grade in (2, 5):
            reference(session, case_id, user, **{KEYS[0]: grade})
    with archive.database.read() as session:
        latest = teaching.reference_of(session, case_id)
        assert latest is not None and latest.answers[KEYS[0]]["value"] == 5
        assert len(list(session.query(TeachingReference))) == 2


def test_a_case_is_begun_once_a_learner(archive: Archive, case: tuple[int, int]) -> None:
    case_id, user = case
    bare = {"case_id": case_id, "user_id": user, "started_at": NOW, "draft": {}}
    with pytest.raises(IntegrityError), archive.database.write() as session:
        session.add_all([TeachingAttempt(**bare), TeachingAttempt(**bare)])


def test_anothers_attempt_is_as_absent_as_one_that_is_not(
    archive: Archive, case: tuple[int, int]
) -> None:
    case_id, user = case
    with archive.database.write() as session:
        row = teaching_attempts.begin(session, case_id, by=user, at=NOW)
        for number, who in ((row.id, user + 1), (row.id + 1, user)):
            with pytest.raises(NotThere):
                teaching_attempts.own_attempt(session, number, who)


def test_a_case_that_was_taken_out_comes_back_with_its_answers(
    archive: Archive, case: tuple[int, int]
) -> None:
    case_id, user = case
    with archive.database.write() as session:
        row = teaching_attempts.begin(session, case_id, by=user, at=NOW)
        left = teaching.withdraw_case(session, case_id)
        assert teaching.cases_of(session, left.collection_id) == []
        again = teaching.add_cases(session, left.collection_id, [left.study_id], by=user, at=NOW)
        assert [one.id for one in again] == [case_id]
        assert teaching_attempts.attempts(session, case_ids=[case_id]) == [row]


def test_a_hidden_page_counts_nothing_and_no_clock_goes_back(
    archive: Archive, case: tuple[int, int]
) -> None:
    case_id, user = case
    with archive.database.write() as session:
        row = teaching_attempts.begin(session, case_id, by=user, at=NOW)
        for seconds, shown in ((5, False), (4000, True), (3990, True), (4010, False)):
            at = NOW + dt.timedelta(seconds=seconds)
            teaching_attempts.look(session, row, shown=shown, draft=None, at=at)
        assert row.looked_ms == 25_000


def test_what_is_asked_stays_once_somebody_has_begun(
    archive: Archive, case: tuple[int, int]
) -> None:
    case_id, user = case
    other = {"questions": [{"name": "disc-bulging", "levels": ["L4-L5"]}]}
    with archive.database.write() as session:
        number = teaching.get_case(session, case_id).collection_id
        teaching_attempts.begin(session, case_id, by=user, at=NOW)
        with pytest.raises(Conflict):
            teaching.change_collection(session, number, other)
        teaching.change_collection(session, number, {"questions": ASKED})


def test_a_study_of_which_nobody_spoke_has_no_reference(
    archive: Archive, case: tuple[int, int]
) -> None:
    with archive.database.read() as session:
        study = teaching.get_case(session, case[0]).study_id
        assert sources_of(session, study, items_of(ASKED)) == []


def test_items_go_from_cranial_to_caudal_level_by_level() -> None:
    both = [*ASKED, {"name": "disc-herniation", "levels": ["L4-L5"]}]
    keys = [item.key for item in items_of(both)]
    assert keys == [KEYS[0], "disc-herniation@L4-L5", KEYS[1]]
    assert [item.key for item in items_of([{"name": "acl", "levels": []}])] == ["acl"]


def test_a_surgeons_form_answers_what_was_inspected() -> None:
    values: dict[str, Any] = {
        "acl": "partial",
        "pcl": "not-inspected",
        "medial-meniscus": "tear",
        "lateral-meniscus": "intact",
        "cartilage-medial": "4",
        "herniation-l4-l5": "extrusion",
        "herniation-l5-s1": "none",
        "herniation-l1-l2": "not-inspected",
        "found": "words",
    }
    assert form_answers(values) == {
        "acl": 1,
        "medial-meniscus": True,
        "lateral-meniscus": False,
        "cartilage-medial": 4,
        "disc-herniation@L4-L5": True,
        "disc-herniation@L5-S1": False,
    }


@pytest.mark.parametrize("anatomy", ["lumbar-spine", "knee", "ankle"])
def test_each_anatomy_has_questions_that_may_all_be_asked(anatomy: str) -> None:
    fitting = [one for one in QUESTIONS.values() if one.anatomy == anatomy]
    check_questions(anatomy, [{"name": q.name, "levels": list(q.levels[:1])} for q in fitting])
    with pytest.raises(UsageError):
        check_questions(anatomy, [])
