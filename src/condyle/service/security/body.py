"""The most that a call may send, so that none fills the memory."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from condyle.service.problems import problem
from condyle.service.schemas.base import Problem

_MIB = 1 << 20
_STREAMED = (("PUT", "/api/v1/uploads/"), ("POST", "/dicomweb/studies"))
"""What is written to disk as it comes; its own route bounds it."""


class BodyLimit:
    """Refuses a body over the limit, by what it says of its size and by what comes.

    Args:
        app: What answers.
        max_mib: The limit.
    """

    def __init__(self, app: ASGIApp, max_mib: int) -> None:
        self._app = app
        self._most = max_mib * _MIB

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one call."""
        streamed = scope["type"] == "http" and any(
            scope["method"] == method and scope["path"].startswith(start)
            for method, start in _STREAMED
        )
        if scope["type"] != "http" or streamed:
            await self._app(scope, receive, send)
            return
        told = Headers(scope=scope).get("content-length", "0")
        if not told.isdigit() or int(told) > self._most:
            await problem(scope, 413, self._too_large())(scope, receive, send)
            return
        come = 0

        async def receive_counted() -> Message:
            nonlocal come
            message = await receive()
            come += len(message.get("body", b""))
            if come > self._most:
                raise HTTPException(413)
            return message

        await self._app(scope, receive_counted, send)

    def _too_large(self) -> Problem:
        return Problem(
            failed="What was sent is too large.",
            needed=f"at most {self._most // _MIB} MiB",
            mend="send less at once, or raise CONDYLE_MAX_BODY_MIB.",
        )
