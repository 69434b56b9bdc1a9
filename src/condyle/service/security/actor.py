"""Who makes a call, by cookie or by token, and whether they may: the one place that decides."""

from __future__ import annotations

import datetime as dt
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from condyle.archive import accounts
from condyle.archive.audit import Act
from condyle.archive.tables import User
from condyle.errors import NotAllowed, NotLoggedIn, Unavailable
from condyle.service.access import Permission, allows, as_role
from condyle.service.deps import Deps, HasDeps
from condyle.service.problem_words import asked_language
from condyle.service.schemas.base import Role
from condyle.service.security.secrets import fingerprint

COOKIE = "condyle_session"
CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Actor:
    """Who makes a call.

    Attributes:
        user_id: Of the user.
        name: Their log-in name.
        full_name: As reports show it.
        role: Their role now, not when they logged in.
        language: Of the words they get: what the call asks for, else what they have set.
        must_change: Whether they must change their password before anything else.
        chosen_language: What they have set; ``""`` where they have not.
        credential: Names the log-in or the token, without being its secret.
        session_id: Of the browser's session; ``""`` for a token.
        csrf: What the browser must send with each unsafe call; ``""`` for a token.
        read_only: Whether they come with a token that changes nothing.
    """

    user_id: int
    name: str
    full_name: str
    role: Role
    language: str
    must_change: bool
    credential: str
    chosen_language: str = ""
    session_id: str = ""
    csrf: str = ""
    read_only: bool = False

    def may(self, permission: Permission) -> bool:
        """Says whether their role allows it."""
        return allows(self.role, permission)

    @property
    def pseudonymous(self) -> bool:
        """Whether they get pseudonyms in place of names and identifiers."""
        return not self.may(Permission.SEE_IDENTITY)

    def act(
        self, at: dt.datetime, action: str, *, subject: str, subject_id: str = "", **details: Any
    ) -> Act:
        """Gives what they did, for ``audit.append``."""
        return Act(
            at=at,
            user_id=self.user_id,
            user_name=self.name,
            action=action,
            subject=subject,
            subject_id=subject_id,
            details=details,
        )


@dataclass(frozen=True)
class Needs:
    """Gives who makes the call, and refuses it where they may not.

    Attributes:
        permission: What the route asks for.
        browser: Whether an access token is not enough, as for making another one.
    """

    permission: Permission
    browser: bool = False

    def __call__(self, request: Request, deps: HasDeps) -> Actor:
        """Gives who makes the call.

        Raises:
            NotLoggedIn: Nobody is, or the session or token is over.
            NotAllowed: The role or the account does not allow it, or the CSRF value is wrong.
        """
        actor = _token_actor(request, deps) or _session_actor(request, deps)
        if actor is None:
            raise _not_logged_in()
        if actor.read_only and request.method not in _SAFE:
            raise _refused("an access token that may only read", "a token with full rights")
        if self.browser and not actor.session_id:
            raise _refused("an access token", "somebody who is logged in with a browser")
        if actor.must_change and self.permission is not Permission.OWN_ACCOUNT:
            raise _refused("a password that an administrator chose", "a password of one's own")
        if not actor.may(self.permission):
            _log.warning("user %d lacks %s", actor.user_id, self.permission)
            raise _refused(f"the role '{actor.role}'", f"a role that may {self.permission}")
        return actor


def needs(permission: Permission, *, browser: bool = False) -> Any:
    """Gives what a route's parameter is annotated with, to be given who makes the call.

    Each route declares exactly one, as in
    ``actor: Annotated[Actor, needs(Permission.SEE_WORKLIST)]``.

    Args:
        permission: What the route asks for.
        browser: Whether an access token is not enough.
    """
    return Depends(Needs(permission, browser))


def _token_actor(request: Request, deps: Deps) -> Actor | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return None
    if scheme.lower() != "bearer":
        raise _not_logged_in()
    now = deps.now()
    with deps.archive.database.glance() as session:
        found = accounts.live_token(session, fingerprint(secret.strip()), now)
        if found is None:
            raise _not_logged_in()
        token, user = found
        actor = _actor(request, user, credential=f"token {token.id}", read_only=token.read_only)
        token_id, used_at = token.id, token.used_at
    if used_at is None or accounts.is_seen_long_ago(used_at, now):
        _note(deps, lambda session: accounts.note_used(session, token_id, now))
    return actor


def _session_actor(request: Request, deps: Deps) -> Actor | None:
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    now, session_id = deps.now(), fingerprint(cookie)
    idle = dt.timedelta(minutes=deps.settings.idle_minutes)
    with deps.archive.database.glance() as session:
        found = accounts.live_session(session, session_id, now=now, idle=idle)
        if found is None:
            return None
        row, user = found
        actor = _actor(request, user, credential=row.id, session_id=row.id, csrf=row.csrf)
        seen_at = row.seen_at
    if request.method not in _SAFE:
        _check_csrf(request, actor)
    if accounts.is_seen_long_ago(seen_at, now):
        _note(deps, lambda session: accounts.note_seen(session, session_id, now))
    return actor


def _note(deps: Deps, write: Callable[[Session], None]) -> None:
    """Notes a use; with a full disk, what only reads goes on working."""
    try:
        with deps.archive.database.write() as session:
            write(session)
    except Unavailable as error:
        _log.error("that a session or token is used was not noted: %s", error.found)


def _actor(
    request: Request,
    user: User,
    *,
    credential: str,
    session_id: str = "",
    csrf: str = "",
    read_only: bool = False,
) -> Actor:
    request.state.language = user.language  # for what is refused after this
    return Actor(
        user_id=user.id,
        name=user.name,
        full_name=user.full_name,
        role=as_role(user.role),
        language=asked_language(request.headers.get("Accept-Language", ""), user.language),
        must_change=user.must_change,
        chosen_language=user.language,
        credential=credential,
        session_id=session_id,
        csrf=csrf,
        read_only=read_only,
    )


def _check_csrf(request: Request, actor: Actor) -> None:
    sent = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode(), actor.csrf.encode()):
        raise _refused(f"a wrong {CSRF_HEADER}, or none", "the value that the session gave")


def _not_logged_in() -> NotLoggedIn:
    return NotLoggedIn(
        "Nobody is logged in.",
        found="no session or token that is valid now",
        needed="a session or an access token",
        mend="log in again.",
    )


def _refused(found: str, needed: str) -> NotAllowed:
    return NotAllowed(
        "That is not allowed.",
        found=found,
        needed=needed,
        mend="ask an administrator if you should be allowed it.",
    )


AnyUser = Annotated[Actor, needs(Permission.OWN_ACCOUNT)]
"""Type of a route's parameter that takes whoever is logged in."""
