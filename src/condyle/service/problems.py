"""Errors as answers: each becomes a ``Problem`` with a status, and none tells of our insides."""

from __future__ import annotations

import errno
import logging
import traceback
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from condyle import errors
from condyle.service.outward import outward
from condyle.service.problem_words import faults_of, in_language, language_of
from condyle.service.schemas.base import Problem

_log = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[errors.CondyleError], int], ...] = (
    (errors.NotLoggedIn, 401),
    (errors.TooManyTries, 429),
    (errors.AccessError, 403),
    (errors.NotThere, 404),
    (errors.UnknownName, 404),
    (errors.Conflict, 409),
    (errors.InputError, 422),
    (errors.UsageError, 422),
    (errors.BundleError, 422),
    (errors.DatasetError, 422),
    (errors.PeerError, 502),
    (errors.Unavailable, 503),
    (errors.OutputError, 507),
    (errors.ArchiveDamaged, 500),
    (errors.CondyleError, 500),
)
"""The first that fits counts."""

_TRY_AGAIN_S = 5
"""When to ask again while the database or the disk cannot be used (RFC 9110, 10.2.3)."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)

RESPONSES: Mapping[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": described}
    for status, described in (
        (400, "It was not understood"),
        (401, "Nobody is logged in"),
        (403, "It is not allowed"),
        (404, "It is not there"),
        (409, "It exists already, or has changed meanwhile"),
        (413, "It is too large"),
        (422, "What was sent does not fit"),
        (429, "It was tried too often"),
        (500, "The fault is the server's"),
        (503, "The database or the disk cannot be used now"),
        (507, "There is no room to write"),
    )
}
"""What each route may answer besides what it gives."""


def add_problems(app: FastAPI) -> None:
    """Makes every error of the app's routes a ``Problem``."""
    app.add_exception_handler(errors.CondyleError, _condyle)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OSError, _system)
    app.add_exception_handler(DataError, _unholdable)


def problem(
    scope: Scope, status: int, said: Problem, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Gives the answer that tells a problem, in the language of who called."""
    told = in_language(said, language_of(scope))
    return JSONResponse(told.model_dump(), status, headers=dict(headers or {}))


def status_of(error: errors.CondyleError) -> int:
    """Gives the status that tells of an error."""
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def _condyle(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, errors.CondyleError):
        return fault(request, error)
    status = status_of(error)
    if status >= 500:
        _log.error("%s %s: %s", request.method, route_of(request.scope), _place(error))
    said = outward(error)
    headers = {}
    if isinstance(error, errors.TooManyTries):
        headers["Retry-After"] = str(error.wait_s)
    if isinstance(error, errors.Unavailable):
        _log.error("what cannot be used: %s", error.found)
        headers["Retry-After"] = str(_TRY_AGAIN_S)
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="condyle"'
    return problem(request.scope, status, said, headers)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    """Says which fields do not fit; their values are not repeated, for they may identify."""
    if not isinstance(error, RequestValidationError):
        return fault(request, error)
    wrong = faults_of(list(error.errors()), language_of(request.scope))
    return problem(
        request.scope,
        422,
        Problem(
            failed="What was sent does not fit.",
            found="; ".join(wrong[:20]),
            needed="a call as the interface's description has it",
            mend="correct it and send it again.",
        ),
    )


def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        return fault(request, error)
    said = Problem(failed=_SAID.get(error.status_code, "That cannot be done."))
    return problem(request.scope, error.status_code, said, error.headers)


_SAID = {
    400: "The call was not understood.",
    404: "There is nothing at this address.",
    413: "What was sent is too large.",
    405: "That cannot be done with this address.",
}


def _system(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, OSError) or error.errno not in _NO_ROOM:
        return fault(request, error)
    _log.error("%s %s: %s", request.method, route_of(request.scope), _place(error))
    return problem(
        request.scope,
        507,
        Problem(
            failed="It could not be written.",
            found="a disk that is full or read-only",
            needed="a disk with room that can be written",
            mend="tell whoever looks after this server; then do the same again.",
        ),
    )


def _unholdable(request: Request, error: Exception) -> JSONResponse:
    """A value that no database row can hold, such as a text with a zero in it."""
    _log.warning("%s %s: %s", request.method, route_of(request.scope), _place(error))
    return problem(
        request.scope,
        422,
        Problem(
            failed="What was sent does not fit.",
            found="a value that the database cannot hold",
            needed="text without control characters, and numbers that are not too large",
            mend="correct it and send it again.",
        ),
    )


def fault(request: Request, error: Exception) -> JSONResponse:
    """Gives the answer to an error that nobody foresaw, and logs where it was raised."""
    _log.error("%s %s: %s", request.method, route_of(request.scope), _place(error))
    return problem(
        request.scope,
        500,
        Problem(
            failed="Condyle failed, and the fault is Condyle's, not yours.",
            found=type(error).__name__,
            needed="a report of this fault to whoever looks after this server",
            mend="try again; if it stays, its time helps to find it in the server's log.",
        ),
    )


def route_of(scope: Scope) -> str:
    """Gives the route's pattern: the address itself may hold names that identify."""
    return getattr(scope.get("route"), "path", "?")


def _place(error: Exception) -> str:
    """Gives kind and place of an error, not its words, which may identify."""
    frames = [
        f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno}"
        for f in traceback.extract_tb(error.__traceback__)
    ]
    return f"{type(error).__name__} at {' > '.join(frames[-3:]) or '?'}"
