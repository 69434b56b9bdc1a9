"""Every call in the log by its route, and a fault in none of them told to the outside."""

from __future__ import annotations

import logging
import time

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from condyle.service.problems import fault, route_of

_log = logging.getLogger(__name__)


class Calls:
    """Logs each call, and answers one that fails for a reason that nobody foresaw.

    The log has the route's pattern and never the address itself: what was searched for is in
    it, and names patients.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0
        began = time.monotonic()

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception as error:  # noqa: BLE001 - the last place where it can be answered
            answer = fault(Request(scope), error)
            if not status:
                await answer(scope, receive, send_noted)
        spent_ms = (time.monotonic() - began) * 1000
        _log.info("%s %s %d %.0f ms", scope["method"], route_of(scope), status, spent_ms)
