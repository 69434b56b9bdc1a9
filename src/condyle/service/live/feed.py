"""Tells every page that is open which studies changed, with one look at the database for all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence

from condyle.archive.database import Database
from condyle.archive.studies import Change, changes_since, last_revision
from condyle.errors import Unavailable

INTERVAL_S = 0.5
"""How often the database is looked at, while anybody listens."""

BEAT_S = 15.0
"""A listener hears something at least so often, so that a dead connection is noticed."""

LOST_AFTER = 4
"""Looks in a row that fail before the listeners are let go, to hear why when they ask again."""

BACKLOG = 500
"""Changes that are read at once, and that a slow listener may be behind."""

_log = logging.getLogger(__name__)

Changes = Sequence[Change]


class Feed:
    """The changes of one archive's studies, for any number of listeners of one event loop.

    Args:
        interval_s: How often the database is looked at.
        beat_s: How often a listener hears something where nothing changes.
    """

    def __init__(self, interval_s: float = INTERVAL_S, beat_s: float = BEAT_S) -> None:
        self._interval_s = interval_s
        self._beat_s = beat_s
        self._listeners: set[asyncio.Queue[Changes | None]] = set()
        self._poller: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._seen = 0

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    async def listen(self, database: Database, since: int | None) -> AsyncGenerator[Changes]:
        """Gives changes as they are made, and nothing at all from time to time.

        The first is what changed ``since`` a revision that was heard before, or one entry for
        study 0 that says which revision there is. It ends where a listener is too slow to
        follow, or the database stays away; who listened then asks again from where it stopped.

        Args:
            database: The archive's.
            since: The last revision that was heard, or ``None``.
        """
        queue: asyncio.Queue[Changes | None] = asyncio.Queue(maxsize=BACKLOG)
        try:
            async with self._starting:
                await self._start(database)
                self._listeners.add(queue)
            heard = self._seen if since is None else min(since, self._seen)
            yield [Change(0, heard)]
            while since is not None:
                missed = await asyncio.to_thread(_read, database, heard)
                if not missed:
                    break
                heard = missed[-1].revision
                yield missed
            while True:
                fresh = await self._next(queue)
                if fresh is None:
                    return
                new = [change for change in fresh if change.revision > heard]
                heard = max([heard, *(change.revision for change in new)])
                yield new
        finally:
            self._listeners.discard(queue)
            if not self._listeners and self._poller is not None:
                self._poller.cancel()
                self._poller = None

    async def _next(self, queue: asyncio.Queue[Changes | None]) -> Changes | None:
        try:
            return await asyncio.wait_for(queue.get(), self._beat_s)
        except TimeoutError:
            return []

    async def _start(self, database: Database) -> None:
        """Starts looking, from the revision that there is now."""
        if self._poller is None:
            self._seen = await asyncio.to_thread(_last, database)
            self._poller = asyncio.create_task(self._poll(database))

    async def _poll(self, database: Database) -> None:
        failed = 0
        while True:
            await asyncio.sleep(self._interval_s)
            try:
                found = await asyncio.to_thread(_read, database, self._seen)
            except Unavailable as error:
                _log.warning("changes of studies cannot be read: %s", error.found)
                failed += 1
                if failed == LOST_AFTER:
                    self._let_go(tuple(self._listeners))
                continue
            failed = 0
            if found:
                self._seen = found[-1].revision
                self._tell(found)

    def _tell(self, found: Changes) -> None:
        for queue in tuple(self._listeners):
            try:
                queue.put_nowait(found)
            except asyncio.QueueFull:
                self._let_go((queue,))

    def _let_go(self, queues: Sequence[asyncio.Queue[Changes | None]]) -> None:
        for queue in queues:
            self._listeners.discard(queue)
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)


def _read(database: Database, since: int) -> list[Change]:
    with database.read() as session:
        return changes_since(session, since, BACKLOG)


def _last(database: Database) -> int:
    with database.read() as session:
        return last_revision(session)
