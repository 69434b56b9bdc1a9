"""Logging in, and who is logged in."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from condyle.service.schemas.base import Body, Language, Role

UserName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{1,63}$")]
"""What one logs in with."""

Password = Annotated[str, Field(min_length=12, max_length=256)]
"""A password that is set; what else is asked of it, the answer says."""

Title = Annotated[str, Field(min_length=1, max_length=120)]
"""A name as people write it."""


class LogIn(Body):
    """Name and password."""

    name: str
    password: str


class Me(Body):
    """Who is logged in, and the value that the ``X-CSRF-Token`` header must carry.

    ``language`` is that of this answer; ``chosen_language`` is the one they chose, ``None`` as
    long as they chose none.
    """

    name: str
    full_name: str
    role: Role
    language: str
    chosen_language: Language | None
    must_change: bool
    permissions: list[str]
    csrf: str
    research_use: str


class SessionChange(Body):
    """What of one's own account one sets oneself: the language of the pages, wherever one is."""

    language: Language


class PasswordChange(Body):
    """The password that is, and the one that shall be."""

    password: str
    new_password: Password


class NewUser(Body):
    """Somebody who shall be able to log in."""

    name: UserName
    full_name: Title
    role: Role
    password: Password


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

    full_name: Title | None = None
    role: Role | None = None
    disabled: bool | None = None
    password: Password | None = None


class NewToken(Body):
    """A personal access token to be made."""

    name: Title
    days: int = Field(default=90, ge=1, le=366)
    read_only: bool = False


class TokenEntry(Body):
    """A personal access token; ``secret`` is there once, when it is made.

    A ``read_only`` one is refused by every call that changes something.
    """

    id: int
    name: str
    created_at: dt.datetime
    expires_at: dt.datetime | None
    used_at: dt.datetime | None
    revoked: bool
    read_only: bool
    secret: str | None = None


class BrowserEntry(Body):
    """A browser in which one is logged in; ``this`` is the one that asks.

    ``used_at`` may be a minute late.
    """

    id: str
    started_at: dt.datetime
    used_at: dt.datetime
    ends_at: dt.datetime
    this: bool
