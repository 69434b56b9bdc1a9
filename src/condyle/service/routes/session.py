"""Logging in and out, who is logged in, and changing one's own password."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, get_args

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.orm import Session

from condyle.archive import accounts, audit
from condyle.archive.absence import absent
from condyle.archive.tables import LoginSession, User
from condyle.errors import NotLoggedIn
from condyle.reporting.wording import LANGUAGES
from condyle.service.access import ALLOWED, Permission, as_role
from condyle.service.deps import Deps, HasDeps
from condyle.service.schemas.base import Language
from condyle.service.schemas.session import (
    BrowserEntry,
    LogIn,
    Me,
    PasswordChange,
    SessionChange,
)
from condyle.service.security.actor import COOKIE, Actor, AnyUser, needs
from condyle.service.security.passwords import check_password
from condyle.service.security.secrets import fingerprint, new_secret

RESEARCH_USE = (
    "Research use. What the models find is a draft for review by a clinician, not a diagnosis."
)
FromBrowser = Annotated[Actor, needs(Permission.OWN_ACCOUNT, browser=True)]
BrowserName = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


def routes() -> APIRouter:
    """Gives the calls under ``/session``."""
    router = APIRouter(prefix="/session", tags=["session"])
    router.add_api_route("", log_in, methods=["POST"])
    router.add_api_route("", who_am_i, methods=["GET"])
    router.add_api_route("", change_session, methods=["PATCH"])
    router.add_api_route("", log_out, methods=["DELETE"], status_code=204)
    router.add_api_route("/browsers", list_browsers, methods=["GET"])
    router.add_api_route("/browsers/{browser}", end_browser, methods=["DELETE"], status_code=204)
    router.add_api_route("/password", change_password, methods=["PUT"], status_code=204)
    return router


def log_in(body: LogIn, request: Request, response: Response, deps: HasDeps) -> Me:
    """Logs in, and gives the browser its session's cookie."""
    address = request.client.host if request.client else ""
    deps.log_ins.count(address, failed="Nobody was logged in.")
    user = _checked_user(deps, body)
    now, secret, csrf = deps.now(), new_secret(), new_secret()
    stay = dt.timedelta(hours=deps.settings.session_hours)
    stored = user.password_hash
    if deps.passwords.is_outdated(stored):
        stored = deps.passwords.hash(body.password)  # at today's cost, while it is known
    new = accounts.NewSession(fingerprint(secret), user.id, csrf, now + stay)
    with deps.archive.database.write() as session:
        fresh = accounts.get_user(session, user.id)
        if fresh.disabled or fresh.password_hash != user.password_hash:
            raise _refused()  # changed while the password was looked at
        accounts.clear_tries(fresh)
        fresh.password_hash = stored
        old = request.cookies.get(COOKIE)
        if old:
            accounts.end_session(session, fingerprint(old))
        accounts.start_session(session, new, now)
        audit.append(session, _act(now, fresh, "session.started"))
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(stay.total_seconds()),
        path="/",
        secure=deps.settings.secure,
        httponly=True,
        samesite="strict",
    )
    return _me(user, csrf)


def who_am_i(actor: AnyUser) -> Me:
    """Says who is logged in, and what they may do."""
    return Me(
        name=actor.name,
        full_name=actor.full_name,
        role=actor.role,
        language=actor.language,
        chosen_language=_chosen(actor.chosen_language),
        must_change=actor.must_change,
        permissions=sorted(ALLOWED[actor.role]),
        csrf=actor.csrf,
        research_use=RESEARCH_USE,
    )


def change_session(body: SessionChange, actor: FromBrowser, deps: HasDeps) -> Me:
    """Keeps the language that one chose, so that it is there on another computer too."""
    user = str(actor.user_id)
    act = actor.act(deps.now(), "user.changed", subject="user", subject_id=user, what="language")
    with deps.archive.database.write() as session:
        accounts.set_language(session, actor.user_id, body.language)
        audit.append(session, act)
        return _me(accounts.get_user(session, actor.user_id), actor.csrf)


def log_out(actor: FromBrowser, response: Response, deps: HasDeps) -> None:
    """Ends the session and takes the cookie back."""
    act = actor.act(deps.now(), "session.ended", subject="user", subject_id=str(actor.user_id))
    with deps.archive.database.write() as session:
        accounts.end_session(session, actor.session_id)
        audit.append(session, act)
    response.delete_cookie(
        COOKIE, path="/", secure=deps.settings.secure, httponly=True, samesite="strict"
    )


def list_browsers(actor: FromBrowser, deps: HasDeps) -> list[BrowserEntry]:
    """Gives the browsers in which one is logged in, the one used last first."""
    with deps.archive.database.read() as session:
        return [_browser(row, actor) for row in _own_sessions(session, actor, deps)]


def end_browser(browser: BrowserName, actor: FromBrowser, deps: HasDeps) -> None:
    """Logs oneself out in one of one's browsers."""
    user = str(actor.user_id)
    with deps.archive.database.write() as session:
        rows = [row for row in _own_sessions(session, actor, deps) if _name_of(row) == browser]
        if not rows:
            raise absent("browser", browser)
        accounts.end_session(session, rows[0].id)
        act = actor.act(deps.now(), "session.ended", subject="user", subject_id=user)
        audit.append(session, act)


def _own_sessions(session: Session, actor: Actor, deps: Deps) -> list[LoginSession]:
    idle = dt.timedelta(minutes=deps.settings.idle_minutes)
    return accounts.sessions_of(session, actor.user_id, now=deps.now(), idle=idle)


def _browser(row: LoginSession, actor: Actor) -> BrowserEntry:
    return BrowserEntry(
        id=_name_of(row),
        started_at=row.created_at,
        used_at=row.seen_at,
        ends_at=row.expires_at,
        this=row.id == actor.session_id,
    )


def _name_of(row: LoginSession) -> str:
    """Names a session without what it is kept by: of that, nothing leaves the server."""
    return fingerprint(row.id)[:16]


def change_password(body: PasswordChange, actor: FromBrowser, deps: HasDeps) -> None:
    """Changes one's own password, and ends one's other sessions."""
    user = _checked_user(deps, LogIn(name=actor.name, password=body.password))
    check_password(body.new_password, name=actor.name)
    stored = deps.passwords.hash(body.new_password)
    act = actor.act(
        deps.now(), "user.changed", subject="user", subject_id=str(user.id), what="own-password"
    )
    with deps.archive.database.write() as session:
        fresh = accounts.get_user(session, user.id)
        accounts.set_password(session, fresh, stored, keep=actor.session_id)
        audit.append(session, act)


def _checked_user(deps: Deps, given: LogIn) -> User:
    """Gives the user whose name and password these are.

    Raises:
        NotLoggedIn: They do not fit, or the account is locked or disabled; it does not say
            which, so that nobody learns whose names there are.
    """
    now = deps.now()
    with deps.archive.database.write() as session:
        user = accounts.count_try(session, given.name, now)
    fits = deps.passwords.fits(given.password, user.password_hash if user else None)
    if user is None or not fits:
        with deps.archive.database.write() as session:
            known = accounts.find_user(session, given.name)
            audit.append(session, _act(now, known, "session.refused"))
        raise _refused()
    return user


def _act(now: dt.datetime, user: User | None, action: str) -> audit.Act:
    """Names nobody where the name is not known: it may be a password in the wrong field."""
    return audit.Act(
        at=now,
        user_id=user.id if user else None,
        user_name=user.name if user else "unknown",
        action=action,
        subject="user",
        subject_id=str(user.id) if user else "",
    )


def _me(user: User, csrf: str) -> Me:
    role = as_role(user.role)
    return Me(
        name=user.name,
        full_name=user.full_name,
        role=role,
        language=user.language or LANGUAGES[0],
        chosen_language=_chosen(user.language),
        must_change=user.must_change,
        permissions=sorted(ALLOWED[role]),
        csrf=csrf,
        research_use=RESEARCH_USE,
    )


def _chosen(language: str) -> Language | None:
    return next((name for name in get_args(Language) if name == language), None)


def _refused() -> NotLoggedIn:
    return NotLoggedIn(
        "Nobody was logged in.",
        found="a name and a password that do not fit, or an account that is locked or disabled",
        needed="the name and password of an account",
        mend="try again; after five failures an account rests for a time that grows.",
    )
