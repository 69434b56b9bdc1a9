"""What is written into the audit log, who reads it, and that no secret is in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from condyle.archive import audit
from condyle.archive.tables import AuditEntry, User
from condyle.errors import Unavailable
from condyle.service.auditing.seen import SeenOnce, note_view
from condyle.service.deps import Deps
from condyle.service.security.actor import Actor

from .conftest import PASSWORD, Client, LogIn

AUDIT = "/api/v1/audit"
Browser = Callable[[], Client]
ACTOR = Actor(
    user_id=2,
    name="clinician",
    full_name="The clinician",
    role="clinician",
    language="en",
    must_change=False,
    credential="a session",
)


def acts(deps: Deps) -> list[tuple[str, str, str]]:
    with deps.archive.database.read() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert audit.verify(session) is None
    return [(row.user_name, row.action, row.subject_id) for row in rows]


def test_each_act_of_an_account_is_written_down(
    browser: Browser, administrator: Client, deps: Deps
) -> None:
    client = browser()
    client.log_in("viewer", "not the password")
    client.log_in("viewer")
    body = {"password": PASSWORD, "new_password": "quite another few words"}
    client.put("/api/v1/session/password", json=body)
    token = client.post("/api/v1/tokens", json={"name": "script"}).json()
    client.delete(f"/api/v1/tokens/{token['id']}")
    client.delete("/api/v1/session")
    new = {"name": "jdoe", "full_name": "Jane", "role": "viewer", "password": "correct horses"}
    user = administrator.post("/api/v1/users", json=new).json()
    administrator.patch(f"/api/v1/users/{user['id']}", json={"role": "researcher"})
    assert acts(deps) == [
        ("administrator", "session.started", "5"),
        ("viewer", "session.refused", "1"),
        ("viewer", "session.started", "1"),
        ("viewer", "user.changed", "1"),
        ("viewer", "credential.added", "1"),
        ("viewer", "credential.revoked", "1"),
        ("viewer", "session.ended", "1"),
        ("administrator", "user.added", "6"),
        ("administrator", "user.changed", "6"),
    ]


def test_what_of_a_user_changed_is_written_down_but_no_value_of_a_password(
    administrator: Client, deps: Deps
) -> None:
    body = {"role": "researcher", "password": "given by another"}
    administrator.patch("/api/v1/users/1", json=body)
    with deps.archive.database.read() as session:
        newest = audit.newest(session, audit.Query(limit=1))[0]
    assert newest.details == {"role": "researcher", "what": ["password", "role"]}


def test_no_password_cookie_or_token_is_in_the_log(
    clinician: Client, browser: Browser, deps: Deps
) -> None:
    secret = clinician.post("/api/v1/tokens", json={"name": "script"}).json()["secret"]
    browser().log_in(PASSWORD, "typed into the wrong field")
    with deps.archive.database.read() as session:
        rows = session.scalars(select(AuditEntry)).all()
        told = json.dumps(
            [[row.user_name, row.action, row.subject_id, row.details] for row in rows]
        )
        stored = session.scalars(select(User.password_hash)).first()
    assert stored is not None and len(rows) == 3
    kept = (PASSWORD, secret, stored, clinician.headers["X-CSRF-Token"], "wrong field")
    assert not [it for it in (*kept, clinician.cookies["condyle_session"]) if it in told]


def test_an_act_that_fails_is_not_written_down(administrator: Client, deps: Deps) -> None:
    before = acts(deps)
    assert administrator.patch("/api/v1/users/5", json={"disabled": True}).status_code == 409
    assert acts(deps) == before


def test_an_administrator_reads_the_log_page_by_page(
    administrator: Client, browser: Browser
) -> None:
    for _ in range(4):
        browser().log_in("viewer")
    first = administrator.get(AUDIT, params={"limit": 3}).json()
    assert [act["id"] for act in first["acts"]] == [5, 4, 3] and first["next"] == 3
    second = administrator.get(AUDIT, params={"limit": 3, "before": first["next"]}).json()
    assert [act["id"] for act in second["acts"]] == [2, 1] and second["next"] is None
    of_viewer = administrator.get(AUDIT, params={"user": 1}).json()["acts"]
    assert {act["user_name"] for act in of_viewer} == {"viewer"} and len(of_viewer) == 4
    assert administrator.get(AUDIT, params={"patient": 7}).json()["acts"] == []


def test_a_query_out_of_bounds_is_a_problem(administrator: Client) -> None:
    wrong: list[dict[str, Any]] = [{"limit": 0}, {"limit": 501}, {"before": 2**31}, {"user": "x"}]
    for query in wrong:
        assert administrator.get(AUDIT, params=query).status_code == 422, query


def test_a_view_of_a_study_is_written_down_once_a_log_in(deps: Deps) -> None:
    for _ in range(3):
        note_view(deps, ACTOR, study_id=4, patient_id=7)
    note_view(deps, ACTOR, study_id=5, patient_id=7)
    assert acts(deps) == [
        ("clinician", "study.viewed", "4"),
        ("clinician", "study.viewed", "5"),
    ]
    with deps.archive.database.read() as session:
        assert len(audit.newest(session, audit.Query(patient_id=7))) == 2


def test_a_view_in_another_log_in_is_written_down_again(log_in: LogIn, deps: Deps) -> None:
    other = Actor(**(vars(ACTOR) | {"credential": "another session"}))
    for actor in (ACTOR, other):
        note_view(deps, actor, study_id=4, patient_id=7)
    assert len(acts(deps)) == 2


def test_a_view_that_could_not_be_written_down_is_not_given_and_tried_again(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(session: object, act: object) -> None:
        raise Unavailable("The database is full.")

    with monkeypatch.context() as patch:
        patch.setattr(audit, "append", full)
        with pytest.raises(Unavailable):
            note_view(deps, ACTOR, study_id=4, patient_id=7)
    note_view(deps, ACTOR, study_id=4, patient_id=7)
    assert len(acts(deps)) == 1


def test_what_was_seen_is_forgotten_oldest_first() -> None:
    seen = SeenOnce(most=2)
    assert [seen.is_new(key) for key in "abab"] == [True, True, False, False]
    assert seen.is_new("c") and seen.is_new("a") and not seen.is_new("c")
