"""Teaching in the archive: what is refused, with what words, and what then stays as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from condyle.archive import teaching, teaching_attempts
from condyle.archive.archive import Archive
from condyle.archive.database import open_database
from condyle.archive.objects import ObjectStore
from condyle.archive.store import NewStudy, store
from condyle.archive.tables import User
from condyle.archive.teaching_questions import (
    QUESTIONS,
    Question,
    check_answers,
    check_questions,
    form_answers,
    items_of,
)
from condyle.archive.teaching_references import Source, take_reference
from condyle.archive.teaching_tables import TeachingAttempt, TeachingCollection
from condyle.errors import CondyleError, Conflict, NotThere, UsageError

from .conftest import make_instance

NOW = dt.datetime(2030, 1, 7, 12, 0, tzinfo=dt.UTC)
ASKED: list[dict[str, Any]] = [
    {"name": "pfirrmann-grade", "levels": ["L4-L5"]},
    {"name": "disc-herniation", "levels": ["L4-L5"]},
]
GRADE, CALL = "pfirrmann-grade@L4-L5", "disc-herniation@L4-L5"
GIVEN: dict[str, Any] = {GRADE: 4, CALL: False}


@pytest.fixture(scope="module")
def filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """Three studies, made once: two whose anatomy nobody knows, and a knee.

    On SQLite alone, for nothing here is told in SQL of its own.
    """
    path = tmp_path_factory.mktemp("filled") / "condyle.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    database = open_database(f"sqlite:///{path}")
    archive = Archive(database, ObjectStore(path.parent / "objects"), lambda: NOW)
    studies = []
    for number, anatomy in ((1, None), (2, None), (3, "knee")):
        study = NewStudy(uid=f"1.2.{number}", source="upload", anatomy=anatomy)
        (stored,) = store(archive, [make_instance(of=f"1.2.{number}", study=study)])
        studies.append(stored.study_id)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path, studies


@pytest.fixture
def studies(filled: tuple[Path, Any]) -> list[int]:
    found: list[int] = filled[1]
    return found


@pytest.fixture
def session(filled: tuple[Path, Any], tmp_path: Path) -> Iterator[Session]:
    path = tmp_path / "condyle.sqlite"
    path.write_bytes(filled[0].read_bytes())
    database = open_database(f"sqlite:///{path}")
    with database.write() as session:
        yield session
    database.close()


@pytest.fixture
def user(session: Session) -> int:
    return add_user(session, "one")


@pytest.fixture
def collection(session: Session, user: int) -> TeachingCollection:
    new = teaching.NewCollection(
        title="Discs", description="", anatomy="lumbar-spine", questions=ASKED
    )
    row = teaching.make_collection(session, new, by=user, at=NOW)
    teaching.change_collection(session, row.id, {"published": True})
    return row


@pytest.fixture
def case(session: Session, collection: TeachingCollection, studies: list[int], user: int) -> int:
    (row,) = teaching.add_cases(session, collection.id, studies[:1], by=user, at=NOW)
    return row.id


@pytest.fixture
def attempt(session: Session, case: int, user: int) -> TeachingAttempt:
    return teaching_attempts.begin(session, case, by=user, at=NOW)


def add_user(session: Session, name: str) -> int:
    row = User(name=name, full_name=name, role="viewer", password_hash="x", created_at=NOW)
    session.add(row)
    session.flush()
    return row.id


def judge(session: Session, case_id: int, by: int, answers: Mapping[str, Any]) -> int:
    told = {key: {"value": value, "places": []} for key, value in answers.items()}
    source = Source(
        kind="findings", source_id=None, answers=told, readers=(by,), model_seen=None, said_at=NOW
    )
    return take_reference(session, case_id, source, by=by, at=NOW).id


def later(**by: float) -> dt.datetime:
    return NOW + dt.timedelta(**by)


def said(error: CondyleError) -> tuple[str, str, str, str]:
    return error.failed, error.found, error.needed, error.mend


def test_a_title_of_blanks_is_refused_and_the_old_one_stays(
    session: Session, collection: TeachingCollection
) -> None:
    with pytest.raises(UsageError) as caught:
        teaching.change_collection(session, collection.id, {"title": " \t\n"})
    assert said(caught.value) == (
        "It does not fit what is asked.",
        "a collection without a title",
        "what it shall be called",
        "correct it and send it again.",
    )
    assert collection.title == "Discs"


def test_what_is_not_changed_stays_and_words_lose_the_blanks_around_them(
    session: Session, collection: TeachingCollection
) -> None:
    change = {"title": None, "description": "  of the back \n", "published": None}
    row = teaching.change_collection(session, collection.id, change)
    assert (row.title, row.description, row.published) == ("Discs", "of the back", True)
    assert row.questions == ASKED


@pytest.mark.parametrize("what", ["teaching collection", "teaching case", "attempt of yours"])
def test_what_is_not_there_is_named_with_its_number_and_nothing_else(
    what: str, session: Session, user: int
) -> None:
    calls: dict[str, Callable[[], object]] = {
        "teaching collection": lambda: teaching.get_collection(session, 77),
        "teaching case": lambda: teaching.withdraw_case(session, 77),
        "attempt of yours": lambda: teaching_attempts.own_attempt(session, 77, user),
    }
    with pytest.raises(NotThere) as caught:
        calls[what]()
    assert said(caught.value) == (
        f"The archive holds no such {what}.",
        f"no {what} '77'",
        f"a {what} that the archive holds",
        "look it up again; it may have been withdrawn.",
    )


@pytest.mark.parametrize("state", ["hidden", "withdrawn"])
def test_a_case_that_nobody_may_begin_is_said_to_be_absent_and_leaves_no_attempt(
    state: str, session: Session, collection: TeachingCollection, case: int, user: int
) -> None:
    if state == "hidden":
        teaching.change_collection(session, collection.id, {"published": False})
    else:
        teaching.withdraw_case(session, case)
    with pytest.raises(NotThere) as caught:
        teaching_attempts.begin(session, case, by=user, at=NOW)
    assert caught.value.found == f"no teaching case '{case}'"
    assert teaching_attempts.attempts(session) == []
    assert not teaching.has_answers(session, collection.id)


@pytest.mark.parametrize("state", ["hidden", "withdrawn"])
def test_who_had_begun_a_case_goes_on_with_it_and_answers_it(
    state: str, session: Session, collection: TeachingCollection, attempt: TeachingAttempt
) -> None:
    if state == "hidden":
        teaching.change_collection(session, collection.id, {"published": False})
    else:
        teaching.withdraw_case(session, attempt.case_id)
    again = teaching_attempts.begin(session, attempt.case_id, by=attempt.user_id, at=NOW)
    assert again is attempt
    teaching_attempts.submit(session, again, GIVEN, at=later(seconds=3))
    assert attempt.submitted_at == later(seconds=3)


def test_answers_that_were_given_are_refused_a_second_time_in_four_parts(
    session: Session, attempt: TeachingAttempt
) -> None:
    teaching_attempts.submit(session, attempt, GIVEN, at=later(seconds=5))
    with pytest.raises(Conflict) as caught:
        teaching_attempts.submit(session, attempt, {GRADE: 1, CALL: True}, at=later(seconds=9))
    assert said(caught.value) == (
        "The answers were not kept.",
        "a case that you have answered already",
        "a case that you have not answered",
        "look at its result; what was answered stays as it is.",
    )
    assert (attempt.answers, attempt.submitted_at) == (GIVEN, later(seconds=5))
    assert attempt.looked_ms == 5000


def test_an_answer_that_is_missing_is_named_and_the_clock_is_not_counted(
    session: Session, attempt: TeachingAttempt
) -> None:
    with pytest.raises(UsageError) as caught:
        teaching_attempts.submit(session, attempt, {GRADE: 4}, at=later(seconds=5))
    assert caught.value.found == "1 without an answer"
    assert caught.value.needed == f"each answered: {CALL}"
    assert (attempt.submitted_at, attempt.answers, attempt.looked_ms) == (None, None, 0)


@pytest.mark.parametrize(
    ("given", "found", "needed"),
    [
        ({"acl": 1}, "an answer to what is not asked", f"{GRADE}, {CALL}"),
        ({GRADE: 0}, "pfirrmann-grade that is off its scale", "(1, 2, 3, 4, 5)"),
        ({GRADE: 6}, "pfirrmann-grade that is off its scale", "(1, 2, 3, 4, 5)"),
        ({GRADE: True}, "pfirrmann-grade that is off its scale", "(1, 2, 3, 4, 5)"),
        ({GRADE: "4"}, "pfirrmann-grade that is off its scale", "(1, 2, 3, 4, 5)"),
        ({CALL: 1}, "disc-herniation that is off its scale", "('true', 'false')"),
        ({CALL: "<b>"}, "disc-herniation that is off its scale", "('true', 'false')"),
    ],
)
def test_a_draft_that_does_not_fit_is_refused_with_its_scale_and_the_old_one_stays(
    given: dict[str, Any], found: str, needed: str, session: Session, attempt: TeachingAttempt
) -> None:
    teaching_attempts.look(session, attempt, shown=True, draft={GRADE: 2}, at=NOW)
    with pytest.raises(UsageError) as caught:
        teaching_attempts.look(session, attempt, shown=True, draft=given, at=later(seconds=1))
    assert found in caught.value.found and needed in caught.value.needed
    assert "<b>" not in "".join(said(caught.value))
    assert attempt.draft == {GRADE: 2}


def test_a_draft_is_replaced_as_a_whole_and_stays_where_none_is_told(
    session: Session, attempt: TeachingAttempt
) -> None:
    drafts: list[tuple[dict[str, Any] | None, dict[str, Any]]] = [
        ({GRADE: 2}, {GRADE: 2}),
        (None, {GRADE: 2}),
        ({CALL: None}, {CALL: None}),
        ({}, {}),
    ]
    for told, kept in drafts:
        teaching_attempts.look(session, attempt, shown=False, draft=told, at=NOW)
        assert attempt.draft == kept
    assert attempt.submitted_at is None


@pytest.mark.parametrize(
    ("seconds", "counted"),
    [(0, 0), (0.0004, 0), (0.5, 500), (44.999, 44_999), (45, 45_000), (45.001, 45_000), (-9, 0)],
)
def test_a_silence_counts_up_to_its_longest_and_never_backwards(
    seconds: float, counted: int, session: Session, attempt: TeachingAttempt
) -> None:
    teaching_attempts.look(session, attempt, shown=True, draft=None, at=later(seconds=seconds))
    assert attempt.looked_ms == counted


def test_a_page_that_is_hidden_when_it_is_answered_counts_nothing_more(
    session: Session, attempt: TeachingAttempt
) -> None:
    teaching_attempts.look(session, attempt, shown=False, draft=None, at=later(seconds=7))
    teaching_attempts.look(session, attempt, shown=False, draft=None, at=later(seconds=30))
    teaching_attempts.submit(session, attempt, GIVEN, at=later(seconds=40))
    assert (attempt.looked_ms, attempt.shown_at) == (7000, None)


def test_of_an_answered_attempt_a_late_word_changes_nothing(
    session: Session, attempt: TeachingAttempt
) -> None:
    teaching_attempts.submit(session, attempt, GIVEN, at=later(seconds=5))
    at = later(seconds=20)
    teaching_attempts.look(session, attempt, shown=True, draft={"nonsense": 9}, at=at)
    assert (attempt.looked_ms, attempt.shown_at, attempt.draft) == (5000, None, GIVEN)


def test_an_attempt_keeps_the_reference_that_stood_when_it_was_answered(
    session: Session, attempt: TeachingAttempt, case: int, user: int
) -> None:
    other = teaching_attempts.begin(session, case, by=add_user(session, "two"), at=NOW)
    teaching_attempts.submit(session, attempt, GIVEN, at=NOW)
    first = judge(session, case, user, {GRADE: 3})
    teaching_attempts.submit(session, other, GIVEN, at=NOW)
    judge(session, case, user, {GRADE: 5})
    assert (attempt.reference_id, other.reference_id) == (None, first)


def test_attempts_are_given_in_the_order_in_which_they_were_answered(
    session: Session, collection: TeachingCollection, studies: list[int], user: int
) -> None:
    rows = teaching.add_cases(session, collection.id, studies[:2], by=user, at=NOW)
    first, second = (teaching_attempts.begin(session, one.id, by=user, at=NOW) for one in rows)
    teaching_attempts.submit(session, second, GIVEN, at=later(seconds=1))
    assert teaching_attempts.attempts(session, user_id=user, submitted=True) == [second]
    teaching_attempts.submit(session, first, GIVEN, at=later(seconds=2))
    assert teaching_attempts.attempts(session, submitted=True) == [second, first]
    assert teaching_attempts.attempts(session) == [first, second]
    assert teaching_attempts.attempts(session, user_id=user + 9) == []
    assert teaching_attempts.attempts(session, case_ids=[]) == []


def test_who_read_a_study_as_a_case_has_seen_it_and_another_has_not(
    session: Session, attempt: TeachingAttempt, studies: list[int]
) -> None:
    other = add_user(session, "two")
    assert teaching_attempts.has_seen(session, studies[0], attempt.user_id)
    assert not teaching_attempts.has_seen(session, studies[0], other)
    assert not teaching_attempts.has_seen(session, studies[1], attempt.user_id)


def test_a_study_of_another_anatomy_is_refused_and_one_that_is_absent_as_well(
    session: Session, collection: TeachingCollection, studies: list[int], user: int
) -> None:
    with pytest.raises(UsageError) as caught:
        teaching.add_cases(session, collection.id, studies[2:], by=user, at=NOW)
    assert caught.value.found == f"study {studies[2]} of the anatomy knee"
    assert caught.value.needed == "lumbar-spine"
    with pytest.raises(NotThere):
        teaching.add_cases(session, collection.id, [999], by=user, at=NOW)
    assert teaching.cases_of(session, collection.id) == []


def test_a_study_that_is_named_twice_is_one_case_and_withdrawn_ones_are_not_counted(
    session: Session, collection: TeachingCollection, studies: list[int], user: int
) -> None:
    named = [studies[1], studies[0], studies[1]]
    rows = teaching.add_cases(session, collection.id, named, by=user, at=NOW)
    assert [one.study_id for one in rows] == [studies[1], studies[0]]
    assert teaching.case_counts(session, [collection.id]) == {collection.id: 2}
    teaching.withdraw_case(session, rows[0].id)
    teaching.withdraw_case(session, rows[0].id)
    assert teaching.case_counts(session, [collection.id]) == {collection.id: 1}
    assert len(teaching.cases_of(session, collection.id, withdrawn=True)) == 2


def test_learners_are_given_only_what_is_published_and_the_latest_first(
    session: Session, collection: TeachingCollection, user: int
) -> None:
    new = teaching.NewCollection(
        title="Knees", description="", anatomy="knee", questions=[{"name": "acl", "levels": []}]
    )
    hidden = teaching.make_collection(session, new, by=user, at=NOW)
    assert teaching.collections(session, published=True) == [collection]
    assert teaching.collections(session, published=False) == [hidden, collection]


@pytest.mark.parametrize(
    ("anatomy", "questions", "needed"),
    [
        ("knee", ASKED, "acl, pcl, medial-meniscus"),
        ("lumbar-spine", [ASKED[0], ASKED[0]], "pfirrmann-grade"),
        ("lumbar-spine", [{"name": "acl", "levels": []}], "pfirrmann-grade"),
        ("lumbar-spine", [{"name": "pfirrmann-grade", "levels": []}], "L4-L5"),
        ("lumbar-spine", [{"name": "pfirrmann-grade", "levels": ["'; --"]}], "L4-L5"),
        ("knee", [{"name": "acl", "levels": ["L4-L5"]}], ""),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_those_that_can(
    anatomy: str, questions: list[dict[str, Any]], needed: str
) -> None:
    with pytest.raises(UsageError) as caught:
        check_questions(anatomy, questions)
    assert needed in caught.value.needed
    assert "'; --" not in "".join(said(caught.value))


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda one: one.name)
def test_each_question_takes_its_scale_and_silence_and_nothing_beside_it(
    question: Question,
) -> None:
    fitting: tuple[object, ...] = question.grades or (False, True)
    assert all(question.fits(one) for one in (*fitting, None))
    beside: tuple[object, ...] = ("", "1", [], -1, 11)
    assert not any(question.fits(one) for one in beside)
    assert not any(question.fits(one) for one in ((0, 1) if not question.grades else (False, True)))


def test_no_answer_at_all_fits_and_is_found_missing_only_when_it_is_given() -> None:
    check_answers(items_of(ASKED), {})
    check_answers(items_of(ASKED), dict.fromkeys((GRADE, CALL)))


def test_a_form_that_says_what_is_in_no_table_answers_nothing() -> None:
    assert form_answers({"acl": "torn?", "cartilage-medial": 4, "herniation-l9-l9": "none"}) == {}
    assert form_answers({"acl": "intact", "cartilage-medial": "0"}) == {
        "acl": 0,
        "cartilage-medial": 0,
    }
