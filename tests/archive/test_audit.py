"""The audit log shows every change that is made to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import text

from condyle.archive import audit
from condyle.archive.database import Database
from condyle.errors import UsageError

NOON = dt.datetime(2030, 1, 7, 12, 0, 0, 250_000, tzinfo=dt.UTC)
ACT = audit.system_act("tests")


def act(number: int = 1, **details: Any) -> audit.Act:
    at = NOON + dt.timedelta(seconds=number)
    return ACT(at, "study.viewed", subject="study", subject_id=str(number), **details)


@pytest.fixture
def log(database: Database) -> Database:
    """A database whose log has five acts."""
    with database.write() as session:
        for number in range(1, 6):
            audit.append(session, act(number, what=["a", "ü"], count=number, share=0.1))
    return database


def broken(database: Database, *noted: audit.Head) -> audit.Broken | None:
    with database.read() as session:
        return audit.verify(session, noted)


def tamper(database: Database, *statements: str) -> None:
    with database.write() as session:
        for statement in statements:
            session.execute(text(statement))


def head_of(database: Database) -> audit.Head:
    with database.read() as session:
        return audit.head(session)


def test_a_log_as_it_was_written_is_whole(log: Database) -> None:
    assert broken(log) is None
    assert head_of(log).number == 5


def test_an_empty_log_is_whole_and_has_no_head(database: Database) -> None:
    assert broken(database) is None
    assert head_of(database) == audit.Head(0, "0" * 64)


def test_each_act_names_the_hash_of_the_one_before(log: Database) -> None:
    with log.read() as session:
        rows = audit.newest(session, audit.Query())[::-1]
    assert [row.id for row in rows] == [1, 2, 3, 4, 5]
    assert [row.previous for row in rows] == ["0" * 64, *(row.hash for row in rows[:-1])]
    assert len({row.hash for row in rows}) == 5


CHANGES = (
    "at = '2030-01-07 12:00:04.250000'",
    "user_id = 1",
    "user_name = 'somebody else'",
    "action = 'study.changed'",
    "subject = 'patient'",
    "subject_id = '9'",
    "patient_id = 7",
    """details = '{"what": ["a", "ü"], "count": 4, "share": 0.1}'""",
    "details = '{}'",
    "hash = 'fff'",
)


def test_a_changed_act_is_found_whatever_was_changed(log: Database) -> None:
    tamper(
        log,
        "INSERT INTO users (id, name, full_name, role, password_hash, language, disabled,"
        " must_change, failed_logins, created_at) VALUES (1, 'a', 'a', 'viewer', '', 'en',"
        " false, false, 0, '2030-01-01 00:00:00')",
    )
    for change in CHANGES:
        with log.write() as session:
            session.execute(text(f"UPDATE audit_entries SET {change} WHERE id = 3"))
            found = audit.verify(session)
            session.rollback()
        assert found == audit.Broken(3, "it was changed after it was written"), change
    assert broken(log) is None


def test_an_act_that_was_changed_and_hashed_anew_breaks_the_one_after(log: Database) -> None:
    with log.write() as session:
        row = next(it for it in audit.newest(session, audit.Query()) if it.id == 3)
        row.user_name = "somebody else"
        row.hash = audit._hash(row)
    assert broken(log) == audit.Broken(4, "it does not follow the entry before it")


def test_a_deleted_act_is_found(log: Database) -> None:
    for number in (1, 3, 4):
        with log.write() as session:
            session.execute(text(f"DELETE FROM audit_entries WHERE id = {number}"))
            found = audit.verify(session)
            session.rollback()
        assert found == audit.Broken(number + 1, "1 entries before it are gone")


def test_a_long_log_is_walked_to_its_end(log: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_PAGE", 2)
    assert broken(log) is None
    tamper(log, "UPDATE audit_entries SET subject = 'patient' WHERE id = 5")
    assert broken(log) == audit.Broken(5, "it was changed after it was written")


def test_a_deleted_act_whose_gap_was_closed_is_found(log: Database) -> None:
    tamper(
        log,
        "DELETE FROM audit_entries WHERE id = 3",
        "UPDATE audit_entries SET id = 3 WHERE id = 4",
        "UPDATE audit_entries SET id = 4 WHERE id = 5",
    )
    assert broken(log) == audit.Broken(3, "it does not follow the entry before it")


def test_two_acts_that_changed_places_are_found(log: Database) -> None:
    tamper(
        log,
        "UPDATE audit_entries SET id = 99 WHERE id = 2",
        "UPDATE audit_entries SET id = 2 WHERE id = 3",
        "UPDATE audit_entries SET id = 3 WHERE id = 99",
    )
    found = broken(log)
    assert found is not None and found.number == 2


def test_an_act_put_in_between_is_found(log: Database) -> None:
    tamper(log, "UPDATE audit_entries SET id = 6 WHERE id = 5")
    with log.write() as session:
        audit.append(session, act(9))
    found = broken(log)
    assert found is not None and found.number == 6


def test_a_log_whose_end_was_cut_off_is_found_by_a_noted_head(log: Database) -> None:
    noted = head_of(log)
    tamper(log, "DELETE FROM audit_entries WHERE id > 3")
    assert broken(log) is None, "a chain alone cannot show it"
    found = broken(log, noted)
    assert found == audit.Broken(5, "the log once held this entry and does so no more")


def test_a_log_that_was_written_anew_is_found_by_a_noted_head(log: Database) -> None:
    noted = head_of(log)
    tamper(log, "DELETE FROM audit_entries")
    with log.write() as session:
        for number in range(1, 7):
            audit.append(session, act(number, forged=True))
    assert broken(log) is None, "a chain alone cannot show it"
    assert broken(log, noted) == audit.Broken(5, "it is another than the one that was noted")


def test_noted_heads_that_are_in_the_log_do_no_harm(log: Database) -> None:
    first = head_of(log)
    with log.write() as session:
        audit.append(session, act(6))
    assert broken(log, audit.Head(0, audit.GENESIS), first, head_of(log)) is None


def test_an_act_that_is_undone_leaves_nothing(log: Database) -> None:
    with log.write() as session:
        audit.append(session, act(6))
        session.rollback()
    assert head_of(log).number == 5
    with log.write() as session:
        audit.append(session, act(6))
    assert broken(log) is None


def test_many_at_once_make_one_chain(database: Database) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def write(number: int) -> None:
        with database.write() as session:
            audit.append(session, act(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    assert head_of(database).number == 40
    assert broken(database) is None


@pytest.mark.parametrize("name", ["password", "new_password", "Token", "client_secret", "csrf"])
def test_a_detail_that_is_called_a_secret_is_refused(database: Database, name: str) -> None:
    with pytest.raises(UsageError, match="audit log"), database.write() as session:
        audit.append(session, act(1, **{name: "x"}))


@pytest.mark.parametrize("value", [object(), float("nan"), {1, 2}])
def test_a_detail_that_is_no_json_is_refused(database: Database, value: object) -> None:
    with pytest.raises(UsageError, match="no JSON"), database.write() as session:
        audit.append(session, act(1, value=value))


def test_an_act_without_a_zone_is_not_guessed(database: Database) -> None:
    naive = ACT(dt.datetime(2030, 1, 1), "x", subject="y")
    with pytest.raises(UsageError, match="zone"), database.write() as session:
        audit.append(session, naive)


def test_acts_are_given_newest_first_by_user_patient_and_page(log: Database) -> None:
    with log.write() as session:
        audit.append(session, act(6).of_patient(7))

    def numbers(**query: Any) -> list[int]:
        with log.read() as session:
            return [row.id for row in audit.newest(session, audit.Query(**query))]

    assert numbers() == [6, 5, 4, 3, 2, 1]
    assert numbers(limit=2, before=5) == [4, 3]
    assert numbers(patient_id=7) == [6]
    assert numbers(user_id=1) == []


def test_a_walk_in_steps_comes_to_the_same_head_as_one_in_one_go(log: Database) -> None:
    steps = []
    before = audit.START
    with log.read() as session:
        while not steps or not steps[-1].done:
            steps.append(audit.verify_step(session, before, limit=2))
            before = steps[-1].head
    assert [step.head.number for step in steps] == [2, 4, 5]
    assert before == head_of(log) and not any(step.broken for step in steps)


@pytest.mark.parametrize(
    ("statement", "number", "code"),
    [
        ("UPDATE audit_entries SET action = 'x' WHERE id = 3", 3, "changed"),
        ("UPDATE audit_entries SET previous = 'x' WHERE id = 4", 4, "moved"),
        ("DELETE FROM audit_entries WHERE id = 2", 3, "gone"),
        ("DELETE FROM audit_entries WHERE id = 5", 5, "cut"),
    ],
)
def test_a_step_names_what_is_wrong_and_goes_no_further(
    log: Database, statement: str, number: int, code: str
) -> None:
    noted = (head_of(log),)
    tamper(log, statement)
    with log.read() as session:
        step = audit.verify_step(session, audit.START, noted)
    assert step.broken is not None and (step.broken.number, step.broken.code) == (number, code)
    assert step.head.number == min(number - 1, 4) - (code == "gone")


def test_a_step_after_another_log_than_the_one_before_is_broken(log: Database) -> None:
    with log.read() as session:
        step = audit.verify_step(session, audit.Head(2, "f" * 64))
    assert step.broken is not None and step.broken.code == "moved"


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({"action": "study.viewed"}, [5, 4, 3, 2, 1]),
        ({"action": "study."}, [5, 4, 3, 2, 1]),
        ({"action": "study"}, []),
        ({"action": "stud_."}, []),
        ({"study_id": 3}, [3]),
        ({"study_id": 33}, []),
        ({"since": NOON + dt.timedelta(seconds=3)}, [5, 4, 3]),
        ({"until": NOON + dt.timedelta(seconds=3)}, [2, 1]),
        ({"since": NOON, "until": NOON + dt.timedelta(seconds=2), "before": 2}, [1]),
    ],
)
def test_acts_are_found_by_what_was_done_to_which_study_and_when(
    log: Database, asked: dict[str, Any], numbers: list[int]
) -> None:
    with log.read() as session:
        assert [row.id for row in audit.newest(session, audit.Query(**asked))] == numbers
