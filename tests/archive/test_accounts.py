"""Users, sessions and tokens as rows, on both databases."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from condyle.archive import accounts
from condyle.archive.database import Database
from condyle.errors import Conflict, NotThere

NOW = dt.datetime(2030, 1, 7, 8, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


def add(database: Database, name: str = "jdoe", **changed: Any) -> int:
    values = {"full_name": "Jane Doe", "role": "viewer", "password_hash": "hash"} | changed
    with database.write() as session:
        return accounts.add_user(session, accounts.NewAccount(name, **values), NOW).id


def log_in(database: Database, user_id: int, name: str, *, until: dt.datetime = NOW + HOUR) -> None:
    with database.write() as session:
        new = accounts.NewSession(name, user_id, "csrf", until)
        accounts.start_session(session, new, NOW)


def is_live(database: Database, name: str, now: dt.datetime = NOW) -> bool:
    with database.read() as session:
        return accounts.live_session(session, name, now=now, idle=HOUR / 2) is not None


def try_once(database: Database, now: dt.datetime = NOW, name: str = "jdoe") -> bool:
    with database.write() as session:
        return accounts.count_try(session, name, now) is not None


@pytest.mark.parametrize("again", ["jdoe", "JDoe"])
def test_a_name_is_given_once(database: Database, again: str) -> None:
    add(database)
    with pytest.raises(Conflict, match="not added"):
        add(database, again)


def test_nobody_has_a_number_that_was_not_given(database: Database) -> None:
    with pytest.raises(NotThere), database.read() as session:
        accounts.get_user(session, 1)


def test_users_are_listed_by_name(database: Database) -> None:
    for name in ("zoe", "adam"):
        add(database, name)
    with database.read() as session:
        assert [user.name for user in accounts.list_users(session)] == ["adam", "zoe"]


def test_an_administrator_counts_only_while_they_may_log_in(database: Database) -> None:
    user_id = add(database, role="administrator")
    with database.write() as session:
        assert accounts.has_administrator(session)
        accounts.get_user(session, user_id).disabled = True
        session.flush()
        assert not accounts.has_administrator(session)


def test_the_fifth_try_that_is_not_cleared_locks(database: Database) -> None:
    add(database)
    assert [try_once(database) for _ in range(6)] == [True] * 5 + [False]
    assert not try_once(database, NOW + MINUTE - dt.timedelta(seconds=1))
    assert try_once(database, NOW + MINUTE)
    assert not try_once(database, NOW + 2 * MINUTE), "the sixth locks for two minutes"
    assert try_once(database, NOW + 3 * MINUTE)


def test_many_tries_at_once_are_not_looked_at_together(database: Database) -> None:
    add(database)
    with ThreadPoolExecutor(8) as pool:
        looked_at = list(pool.map(lambda _: try_once(database), range(24)))
    assert sum(looked_at) == 5


def test_who_is_disabled_or_unknown_is_not_looked_at(database: Database) -> None:
    user_id = add(database)
    with database.write() as session:
        accounts.get_user(session, user_id).disabled = True
    assert not try_once(database)
    assert not try_once(database, name="nobody")


def test_a_session_lives_until_it_runs_out_or_is_not_used(database: Database) -> None:
    log_in(database, add(database), "a")
    assert is_live(database, "a")
    assert not is_live(database, "b")
    assert not is_live(database, "a", NOW + HOUR / 2)
    with database.write() as session:
        accounts.note_seen(session, "a", NOW + HOUR * 0.9)
    assert is_live(database, "a", NOW + HOUR * 0.99)
    assert not is_live(database, "a", NOW + HOUR)


def test_the_session_of_a_disabled_user_is_over(database: Database) -> None:
    user_id = add(database)
    log_in(database, user_id, "a")
    with database.write() as session:
        accounts.get_user(session, user_id).disabled = True
    assert not is_live(database, "a")


def test_a_new_password_ends_every_session_but_one_and_forgets_failures(
    database: Database,
) -> None:
    user_id, other = add(database), add(database, "other")
    for name, owner in (("a", user_id), ("b", user_id), ("c", other)):
        log_in(database, owner, name)
    for _ in range(5):
        try_once(database)
    with database.write() as session:
        accounts.set_password(session, accounts.get_user(session, user_id), "new", keep="b")
    assert [is_live(database, name) for name in "abc"] == [False, True, True]
    assert try_once(database)


def test_a_session_is_noted_as_used_once_a_minute(database: Database) -> None:
    assert not accounts.is_seen_long_ago(NOW, NOW + MINUTE - dt.timedelta(seconds=1))
    assert accounts.is_seen_long_ago(NOW, NOW + MINUTE)


def make_token(database: Database, user_id: int, *, expires: dt.datetime | None) -> int:
    with database.write() as session:
        new = accounts.NewAccessToken(user_id, "script", f"hash {expires}", expires)
        return accounts.add_token(session, new, NOW).id


def token_lives(database: Database, expires: dt.datetime | None, now: dt.datetime = NOW) -> bool:
    with database.read() as session:
        return accounts.live_token(session, f"hash {expires}", now) is not None


def test_a_token_lives_until_it_runs_out(database: Database) -> None:
    user_id = add(database)
    for expires in (NOW + HOUR, None):
        make_token(database, user_id, expires=expires)
        assert token_lives(database, expires)
    assert not token_lives(database, NOW + HOUR, NOW + HOUR)
    assert token_lives(database, None, NOW + 10_000 * HOUR)


def test_a_token_is_revoked_by_its_owner_only_and_for_good(database: Database) -> None:
    owner, other = add(database), add(database, "other")
    token_id = make_token(database, owner, expires=None)
    with pytest.raises(NotThere, match="no such token"), database.write() as session:
        accounts.revoke_token(session, other, token_id, now=NOW)
    assert token_lives(database, None)
    for later in (NOW, NOW + HOUR):
        with database.write() as session:
            row = accounts.revoke_token(session, owner, token_id, now=later)
            assert row.revoked_at == NOW
    assert not token_lives(database, None)


def test_tokens_are_listed_newest_first_with_when_they_were_used(database: Database) -> None:
    owner = add(database)
    first = make_token(database, owner, expires=NOW)
    second = make_token(database, owner, expires=None)
    with database.write() as session:
        accounts.note_used(session, first, NOW + HOUR)
    with database.read() as session:
        found = [(row.id, row.used_at) for row in accounts.list_tokens(session, owner)]
        assert accounts.list_tokens(session, owner + 1) == []
    assert found == [(second, None), (first, NOW + HOUR)]
