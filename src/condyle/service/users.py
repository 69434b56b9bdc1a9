"""Adding and changing those who may log in, by an administrator or on the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy.orm import Session

from condyle.archive import accounts, audit
from condyle.archive.archive import Archive
from condyle.archive.tables import User
from condyle.errors import Conflict, NotThere, UsageError
from condyle.service.access import as_role
from condyle.service.schemas.base import Body
from condyle.service.schemas.session import NewUser, UserChange, UserEntry
from condyle.service.security.passwords import Passwords, check_password

Given = TypeVar("Given", bound=Body)

Acting = Callable[..., audit.Act]
"""Gives an act of whoever does it: ``Actor.act``, or ``audit.system_act`` of a name."""


@dataclass(frozen=True)
class UserAdministration:
    """Adds and changes users, each with its line in the audit log.

    Attributes:
        archive: Holds them.
        passwords: Hashes their passwords.
        by: Who does it.
    """

    archive: Archive
    passwords: Passwords
    by: Acting

    def add(self, new: NewUser) -> UserEntry:
        """Adds a user, who must change the password when they first log in.

        Raises:
            UsageError: The password is not strong enough.
            Conflict: The name is taken.
        """
        check_password(new.password, name=new.name)
        account = accounts.NewAccount(
            name=new.name,
            full_name=new.full_name,
            role=new.role,
            password_hash=self.passwords.hash(new.password),
            must_change=True,
        )
        now = self.archive.clock()
        with self.archive.database.write() as session:
            user = accounts.add_user(session, account, now)
            self._tell(session, user, "user.added", role=user.role)
            return entry(user)

    def change(self, user_id: int, change: UserChange) -> UserEntry:
        """Changes a user; whoever is disabled or gets a new password is logged out.

        Raises:
            NotThere: There is no such user.
            UsageError: The password is not strong enough.
            Conflict: No administrator would be left.
        """
        stored = None
        if change.password is not None:
            with self.archive.database.read() as session:
                check_password(change.password, name=accounts.get_user(session, user_id).name)
            stored = self.passwords.hash(change.password)
        with self.archive.database.write() as session:
            user = accounts.get_user(session, user_id)
            _apply(session, user, change)
            if stored is not None:
                accounts.set_password(session, user, stored)
                user.must_change = True
            if not accounts.has_administrator(session):
                raise _nobody_left()
            what = sorted(change.model_dump(exclude_none=True))
            self._tell(session, user, "user.changed", what=what, role=user.role)
            return entry(user)

    def change_named(self, name: str, **change: Any) -> UserEntry:
        """Changes the user of a name; see ``change``.

        Raises:
            NotThere: Nobody has the name.
            UsageError: The change does not fit.
        """
        with self.archive.database.read() as session:
            user = accounts.find_user(session, name)
            if user is None:
                raise NotThere(
                    "The user was not changed.",
                    found=f"nobody called '{name}'",
                    needed="the name of a user",
                    mend="'condyle user list' shows them.",
                )
            user_id = user.id
        return self.change(user_id, _checked(UserChange, change))

    def _tell(self, session: Session, user: User, action: str, **details: object) -> None:
        now = self.archive.clock()
        act = self.by(now, action, subject="user", subject_id=str(user.id), **details)
        audit.append(session, act)


def checked_user(**given: Any) -> NewUser:
    """Gives a user to be added.

    Raises:
        UsageError: A value does not fit; a password is not repeated.
    """
    return _checked(NewUser, given)


def entry(user: User) -> UserEntry:
    """Gives a user as an administrator sees them."""
    return UserEntry(
        id=user.id,
        name=user.name,
        full_name=user.full_name,
        role=as_role(user.role),
        disabled=user.disabled,
        locked_until=user.locked_until,
        created_at=user.created_at,
    )


def _checked(body: type[Given], given: dict[str, Any]) -> Given:
    try:
        return body.model_validate(given)
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise UsageError(
            "What was given of the user does not fit.",
            found="; ".join(wrong),
            needed="a name of small letters, digits, '.', '_' and '-'; 12 characters of password",
            mend="correct it and run the command again.",
        ) from None


def _apply(session: Session, user: User, change: UserChange) -> None:
    if change.full_name is not None:
        user.full_name = change.full_name
    if change.role is not None:
        user.role = change.role
    if change.disabled is not None:
        user.disabled = change.disabled
        accounts.clear_tries(user)
        if change.disabled:
            accounts.end_sessions(session, user.id)
    session.flush()


def _nobody_left() -> Conflict:
    return Conflict(
        "The user was not changed.",
        found="no administrator who can log in would be left",
        needed="one at least",
        mend="make another user an administrator first.",
    )
