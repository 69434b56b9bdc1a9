"""Who may log in, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from condyle.archive import accounts
from condyle.errors import NotAllowed
from condyle.service.access import Permission
from condyle.service.deps import HasDeps
from condyle.service.ids import RowId
from condyle.service.schemas.session import NewUser, UserChange, UserEntry
from condyle.service.security.actor import Actor, needs
from condyle.service.users import UserAdministration, entry

Administrator = Annotated[Actor, needs(Permission.MANAGE_USERS)]


def routes() -> APIRouter:
    """Gives the calls under ``/users``."""
    router = APIRouter(prefix="/users", tags=["users"])
    router.add_api_route("", list_users, methods=["GET"])
    router.add_api_route("", add_user, methods=["POST"], status_code=201)
    router.add_api_route("/{user_id}", change_user, methods=["PATCH"])
    return router


def list_users(actor: Administrator, deps: HasDeps) -> list[UserEntry]:
    """Gives all users, the disabled ones too."""
    with deps.archive.database.read() as session:
        return [entry(user) for user in accounts.list_users(session)]


def add_user(body: NewUser, actor: Administrator, deps: HasDeps) -> UserEntry:
    """Adds a user, who must change the password when they first log in."""
    return UserAdministration(deps.archive, deps.passwords, actor.act).add(body)


def change_user(user_id: RowId, body: UserChange, actor: Administrator, deps: HasDeps) -> UserEntry:
    """Changes a user; whoever is disabled or gets a new password is logged out."""
    if user_id == actor.user_id and body.password is not None:
        raise NotAllowed(
            "The password was not changed.",
            found="a password for oneself, without the one that is",
            needed="the password that is, too",
            mend="change it under your own name.",
        )
    return UserAdministration(deps.archive, deps.passwords, actor.act).change(user_id, body)
