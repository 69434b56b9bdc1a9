"""Live updates: which studies changed, as server-sent events."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from condyle.archive.database import Database
from condyle.service.access import Permission
from condyle.service.deps import HasDeps
from condyle.service.live.feed import Feed
from condyle.service.security.actor import Actor, needs

LONGEST_S = 300.0
"""A stream ends after so long; the browser asks again at once, and is looked at anew."""

_RETRY_MS = 1000
_LAST_REVISION = 2**53


def routes() -> APIRouter:
    """Gives the call under ``/events``; its feed lives as long as the app."""
    feed = Feed()

    async def events(
        actor: Annotated[Actor, needs(Permission.SEE_WORKLIST)],
        deps: HasDeps,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> StreamingResponse:
        """Says which studies change, as they do.

        An event ``study`` holds ``{"id", "revision"}``; ``ready`` comes first and says from
        which revision on. A browser that was cut off goes on with ``Last-Event-ID``.
        """
        return StreamingResponse(
            written_events(feed, deps.archive.database, _since(last_event_id)),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    router = APIRouter(prefix="/events", tags=["events"])
    router.add_api_route(
        "",
        events,
        methods=["GET"],
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    )
    return router


async def written_events(
    feed: Feed, database: Database, since: int | None, *, longest_s: float = LONGEST_S
) -> AsyncIterator[str]:
    """Gives a feed as the text of server-sent events (HTML Standard 9.2).

    Args:
        feed: Where changes come from.
        database: The archive's.
        since: The last revision that was heard, or ``None``.
        longest_s: It ends after so long.
    """
    end = time.monotonic() + longest_s
    yield f"retry: {_RETRY_MS}\n\n"
    async with aclosing(feed.listen(database, since)) as heard:
        async for changes in heard:
            yield "".join(_event(one.study_id, one.revision) for one in changes) or ": here\n\n"
            if time.monotonic() >= end:
                return


def _event(study_id: int, revision: int) -> str:
    if study_id == 0:
        return f"id: {revision}\nevent: ready\ndata: {json.dumps({'revision': revision})}\n\n"
    data = json.dumps({"id": study_id, "revision": revision})
    return f"id: {revision}\nevent: study\ndata: {data}\n\n"


def _since(told: str | None) -> int | None:
    """Gives the revision that a browser heard last; anything else counts as none."""
    if told is None or not told.isascii() or not told.isdigit() or len(told) > 16:
        return None
    return min(int(told), _LAST_REVISION)
