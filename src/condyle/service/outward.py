"""What of an error a page is told: a driver's own words name hosts, users and folders."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from condyle.errors import CondyleError, Unavailable
from condyle.service.schemas.base import Problem

FULL = "a full disk"
READ_ONLY = "a database that is read-only now"
LOCKED = "a database that something else keeps locked"
BROKEN = "a disk that cannot be read or written"
LOST = "no connection to the database"
OTHER = "a database that does not do what it is asked"

_NO_CONNECTION = ("08", "28", "3D", "57P")
"""Beginnings of PostgreSQL's codes of a connection that fails, is refused or is ended."""

_READ_ONLY = ("25006", "0A000")


def outward(error: CondyleError) -> Problem:
    """Gives an error's four parts for whoever reads a page, be they logged in or not.

    What a database's driver said stays in the log; a page says which kind of trouble it is, and
    whom to tell.
    """
    cause = error.__cause__
    if isinstance(error, Unavailable) and isinstance(cause, DBAPIError):
        return Problem(
            failed=error.failed,
            found=_kind_of(cause),
            needed=error.needed,
            mend="wait a moment; if it stays, tell whoever looks after this server.",
        )
    return Problem(failed=error.failed, found=error.found, needed=error.needed, mend=error.mend)


def _kind_of(cause: DBAPIError) -> str:
    told = str(cause.orig).lower()
    code = getattr(cause.orig, "sqlstate", None) or ""
    lost = cause.connection_invalidated or code.startswith(_NO_CONNECTION) or "connection" in told
    kinds = (
        (code == "53100" or "is full" in told, FULL),
        (code in _READ_ONLY or "readonly" in told or "read-only" in told, READ_ONLY),
        (code == "55P03" or "is locked" in told, LOCKED),
        ("i/o error" in told or "unable to open" in told, BROKEN),
        (lost, LOST),
    )
    return next((said for fits, said in kinds if fits), OTHER)
