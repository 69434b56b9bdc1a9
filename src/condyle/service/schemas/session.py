"""Logging in, and who is logged in."""

from __future__ import annotations

import datetime as dt

from condyle.service.schemas.base import Body, Role


class LogIn(Body):
    """Name and password."""

    name: str
    password: str


class Me(Body):
    """Who is logged in, and the value that the ``X-CSRF-Token`` header must carry."""

    name: str
    full_name: str
    role: Role
    language: str
    must_change: bool
    permissions: list[str]
    csrf: str
    research_use: str


class PasswordChange(Body):
    """The password that is, and the one that shall be."""

    password: str
    new_password: str


class NewUser(Body):
    """Somebody who shall be able to log in."""

    name: str
    full_name: str
    role: Role
    password: str


class UserEntry(Body):
    """Somebody who may log in, as an administrator sees it."""

    id: int
    name: str
    full_name: str
    role: Role
    disabled: bool
    locked_until: dt.datetime | None
    created_at: dt.datetime


class UserChange(Body):
    """What of a user changes; what is left out stays."""

    full_name: str | None = None
    role: Role | None = None
    disabled: bool | None = None
    password: str | None = None


class NewToken(Body):
    """A personal access token to be made."""

    name: str
    days: int = 90


class TokenEntry(Body):
    """A personal access token; ``secret`` is there once, when it is made."""

    id: int
    name: str
    created_at: dt.datetime
    expires_at: dt.datetime | None
    used_at: dt.datetime | None
    revoked: bool
    secret: str | None = None
