"""The password again: a failure is counted, kept and told alike, whatever was wrong."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.service.conftest import PASSWORD

from condyle.archive.accounts import find_user
from condyle.archive.archive import Archive
from condyle.archive.tables import AuditEntry, User
from condyle.errors import NotAllowed
from condyle.service.deps import Deps
from condyle.service.security.actor import Actor
from condyle.service.security.again import check_again


def user_of(archive: Archive) -> User:
    with archive.database.read() as session:
        found = find_user(session, "clinician")
        assert found is not None
        return found


@pytest.fixture
def actor(archive: Archive) -> Actor:
    user = user_of(archive)
    return Actor(
        user_id=user.id,
        name=user.name,
        full_name=user.full_name,
        role="clinician",
        language="en",
        must_change=False,
        credential="x",
    )


def kept(archive: Archive) -> list[str]:
    with archive.database.read() as session:
        return list(session.scalars(select(AuditEntry.action)))


def test_the_right_password_passes_and_leaves_no_failure(
    archive: Archive, deps: Deps, actor: Actor
) -> None:
    check_again(deps, actor, PASSWORD)
    assert user_of(archive).failed_logins == 0
    assert kept(archive) == []


def test_a_wrong_one_is_counted_and_kept(archive: Archive, deps: Deps, actor: Actor) -> None:
    with pytest.raises(NotAllowed, match="password that does not fit"):
        check_again(deps, actor, "wrong")
    assert user_of(archive).failed_logins == 1
    assert kept(archive) == ["signature.refused"]


def test_who_was_disabled_meanwhile_signs_nothing(
    archive: Archive, deps: Deps, actor: Actor
) -> None:
    with archive.database.write() as session:
        session.get_one(User, actor.user_id).disabled = True
    with pytest.raises(NotAllowed):
        check_again(deps, actor, PASSWORD)
    assert kept(archive) == ["signature.refused"]


def test_a_locked_account_and_a_wrong_password_are_told_alike(
    archive: Archive, deps: Deps, actor: Actor
) -> None:
    said = []
    for password in (*["wrong"] * 5, PASSWORD):
        with pytest.raises(NotAllowed) as refused:
            check_again(deps, actor, password)
        said.append(str(refused.value))
    assert len(set(said)) == 1
    assert user_of(archive).locked_until is not None
