"""Whether the clinic works: for who looks after it, without logging in."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter

from condyle.archive.migrations import is_current
from condyle.errors import Unavailable
from condyle.service.deps import HasDeps
from condyle.service.schemas.health import Health


def routes() -> APIRouter:
    """Gives the call under ``/health``."""
    router = APIRouter(prefix="/health", tags=["health"])
    router.add_api_route("", health, methods=["GET"])
    return router


def health(deps: HasDeps) -> Health:
    """Says that the database answers and is of this version; a problem says otherwise."""
    if not is_current(deps.archive.database):
        raise Unavailable(
            "The clinic is not ready.",
            found="a database of another version",
            needed="the tables of this version",
            mend="stop the server, make a backup, and run 'condyle db upgrade'.",
        )
    return Health(state="ok", version=version("condyle"))
