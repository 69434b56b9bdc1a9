"""Users, their browsers' sessions and their access tokens, as rows.

Nothing here knows a password, a cookie or a token: only their hashes come in.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from condyle.archive.tables import AccessToken, LoginSession, User
from condyle.errors import Conflict, NotThere

FAILURES_TO_LOCK = 5
"""So many failures in a row lock an account; each one more doubles the time."""

FIRST_LOCK = dt.timedelta(minutes=1)
LONGEST_LOCK = dt.timedelta(minutes=30)
_SEEN_EVERY = dt.timedelta(minutes=1)

# Asked at every call, so made once: each anew costs as much as its query.
_LIVE_SESSION = (
    select(LoginSession, User)
    .join(User, User.id == LoginSession.user_id)
    .where(
        LoginSession.id == bindparam("session_id"),
        LoginSession.expires_at > bindparam("now"),
        LoginSession.seen_at > bindparam("seen_since"),
        User.disabled.is_(False),
    )
)
_LIVE_TOKEN = (
    select(AccessToken, User)
    .join(User, User.id == AccessToken.user_id)
    .where(
        AccessToken.secret_hash == bindparam("secret_hash"),
        AccessToken.revoked_at.is_(None),
        User.disabled.is_(False),
    )
)


@dataclass(frozen=True)
class NewAccount:
    """Somebody who shall be able to log in, the password hashed already."""

    name: str
    full_name: str
    role: str
    password_hash: str
    must_change: bool = False


def add_user(session: Session, account: NewAccount, now: dt.datetime) -> User:
    """Adds a user.

    Raises:
        Conflict: The name is taken, in whatever case.
    """
    if find_user(session, account.name) is not None:
        raise Conflict(
            "The user was not added.",
            found="a user of that name, perhaps a disabled one",
            needed="a name that nobody has had",
            mend="choose another name; what the log says of one must stay theirs.",
        )
    user = User(
        name=account.name,
        full_name=account.full_name,
        role=account.role,
        password_hash=account.password_hash,
        must_change=account.must_change,
        language="",
        disabled=False,
        failed_logins=0,
        locked_until=None,
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user


def find_user(session: Session, name: str) -> User | None:
    """Gives the user of a name, whatever its case, or ``None``."""
    return session.scalars(select(User).where(func.lower(User.name) == name.lower())).first()


def get_user(session: Session, user_id: int) -> User:
    """Gives a user.

    Raises:
        NotThere: Nobody has that identifier.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotThere("There is no such user.", needed="the identifier of a user")
    return user


def list_users(session: Session) -> list[User]:
    """Gives all users by name, the disabled ones too."""
    return list(session.scalars(select(User).order_by(User.name)))


def has_administrator(session: Session) -> bool:
    """Says whether there is an administrator who may log in."""
    row = select(User.id).where(User.role == "administrator", User.disabled.is_(False)).limit(1)
    return session.scalar(row) is not None


def count_try(session: Session, name: str, now: dt.datetime) -> User | None:
    """Counts a try to log in before its password is looked at, and locks the account if need be.

    Counting first keeps many tries at once from being looked at together.

    Returns:
        The user whose password may now be looked at; ``None`` where nobody has that name, or
        they are locked or disabled.
    """
    found = find_user(session, name)
    if found is None or found.disabled:
        return None
    if found.locked_until is not None and now < found.locked_until:
        return None
    found.failed_logins += 1
    over = found.failed_logins - FAILURES_TO_LOCK
    if over >= 0:
        # 2 ** 6 minutes is over the longest time already.
        found.locked_until = now + min(FIRST_LOCK * 2 ** min(over, 6), LONGEST_LOCK)
    session.flush()
    return found


def clear_tries(user: User) -> None:
    """Forgets the failures before: the password did fit, or was set anew."""
    user.failed_logins = 0
    user.locked_until = None


def set_language(session: Session, user_id: int, language: str) -> None:
    """Keeps the language that a user chose; ``""`` stands until they choose one."""
    session.execute(update(User).where(User.id == user_id).values(language=language))


def set_password(session: Session, user: User, password_hash: str, *, keep: str = "") -> None:
    """Changes the password's hash, and ends the user's sessions but the one named ``keep``."""
    user.password_hash = password_hash
    user.must_change = False
    clear_tries(user)
    end_sessions(session, user.id, keep=keep)


@dataclass(frozen=True)
class NewSession:
    """A browser that has just logged in: the hash of its cookie, and its CSRF value."""

    id: str
    user_id: int
    csrf: str
    expires_at: dt.datetime


def start_session(session: Session, new: NewSession, now: dt.datetime) -> LoginSession:
    """Keeps a new session, and drops those of anybody that have run out."""
    session.execute(delete(LoginSession).where(LoginSession.expires_at <= now))
    row = LoginSession(
        id=new.id,
        user_id=new.user_id,
        csrf=new.csrf,
        created_at=now,
        seen_at=now,
        expires_at=new.expires_at,
    )
    session.add(row)
    session.flush()
    return row


def live_session(
    session: Session, session_id: str, *, now: dt.datetime, idle: dt.timedelta
) -> tuple[LoginSession, User] | None:
    """Gives a session with its user; ``None`` where it is over or the user is disabled."""
    asked = {"session_id": session_id, "now": now, "seen_since": now - idle}
    row = session.execute(_LIVE_SESSION, asked).first()
    return None if row is None else (row[0], row[1])


def is_seen_long_ago(seen_at: dt.datetime, now: dt.datetime) -> bool:
    """Says whether it is worth a write to note that a session is used still."""
    return now - seen_at >= _SEEN_EVERY


def note_seen(session: Session, session_id: str, now: dt.datetime) -> None:
    """Notes that a session is used still."""
    session.execute(update(LoginSession).where(LoginSession.id == session_id).values(seen_at=now))


def sessions_of(
    session: Session, user_id: int, *, now: dt.datetime, idle: dt.timedelta
) -> list[LoginSession]:
    """Gives the browsers in which a user is logged in, the one used last first."""
    rows = select(LoginSession).where(
        LoginSession.user_id == user_id,
        LoginSession.expires_at > now,
        LoginSession.seen_at > now - idle,
    )
    return list(session.scalars(rows.order_by(LoginSession.seen_at.desc(), LoginSession.id)))


def end_session(session: Session, session_id: str) -> None:
    """Ends one session."""
    session.execute(delete(LoginSession).where(LoginSession.id == session_id))


def end_sessions(session: Session, user_id: int, *, keep: str = "") -> None:
    """Ends all sessions of a user but the one named ``keep``."""
    session.execute(
        delete(LoginSession).where(LoginSession.user_id == user_id, LoginSession.id != keep)
    )


@dataclass(frozen=True)
class NewAccessToken:
    """A token that its owner has just made."""

    user_id: int
    name: str
    secret_hash: str
    expires_at: dt.datetime | None
    read_only: bool = False


def add_token(session: Session, new: NewAccessToken, now: dt.datetime) -> AccessToken:
    """Keeps a new token."""
    row = AccessToken(
        user_id=new.user_id,
        name=new.name,
        secret_hash=new.secret_hash,
        created_at=now,
        expires_at=new.expires_at,
        revoked_at=None,
        used_at=None,
        read_only=new.read_only,
    )
    session.add(row)
    session.flush()
    return row


def list_tokens(session: Session, user_id: int) -> list[AccessToken]:
    """Gives the tokens of a user, the newest first."""
    rows = select(AccessToken).where(AccessToken.user_id == user_id)
    return list(session.scalars(rows.order_by(AccessToken.id.desc())))


def live_token(
    session: Session, secret_hash: str, now: dt.datetime
) -> tuple[AccessToken, User] | None:
    """Gives a token with its owner; ``None`` where it is over, revoked or the owner disabled."""
    row = session.execute(_LIVE_TOKEN, {"secret_hash": secret_hash}).first()
    if row is None or (row[0].expires_at is not None and row[0].expires_at <= now):
        return None
    return row[0], row[1]


def note_used(session: Session, token_id: int, now: dt.datetime) -> None:
    """Notes that a token was used."""
    session.execute(update(AccessToken).where(AccessToken.id == token_id).values(used_at=now))


def revoke_token(session: Session, user_id: int, token_id: int, *, now: dt.datetime) -> AccessToken:
    """Revokes a token of a user; one that is revoked stays so.

    Raises:
        NotThere: The user has no such token, be it another user's.
    """
    row = session.get(AccessToken, token_id)
    if row is None or row.user_id != user_id:
        raise NotThere("There is no such token.", needed="the identifier of a token of yours")
    row.revoked_at = row.revoked_at or now
    session.flush()
    return row
