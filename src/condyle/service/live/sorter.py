"""Sorting uploads beside the routes, one after another; a restart goes on where it stopped."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING

from condyle.archive.archive import Archive
from condyle.archive.uploads import uploads_in
from condyle.domain.progress import Progress
from condyle.errors import Cancelled, CondyleError, Unavailable
from condyle.workflows.clinic.queueing import queue_for_study
from condyle.workflows.clinic.receive import give_up, sort_upload

if TYPE_CHECKING:
    from condyle.service.deps import Deps

_AGAIN_S = 2.0
_GRACE_S = 3.0
_log = logging.getLogger(__name__)


class Sorter:
    """A thread that sorts uploads; it begins with the first one."""

    def __init__(self, again_s: float = _AGAIN_S) -> None:
        self._again_s = again_s
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._waiting: SimpleQueue[tuple[Archive, str] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def submit(self, archive: Archive, upload_id: str) -> None:
        """Has an upload sorted as soon as those before it are."""
        with self._lock:
            if self._thread is None:
                # It may be cut off at any time: whatever it does is done again after a restart.
                self._thread = threading.Thread(target=self._run, name="sorter", daemon=True)
                self._thread.start()
        self._waiting.put((archive, upload_id))

    def close(self) -> None:
        """Ends the sorting after the file that is being read."""
        self._stopping.set()
        self._waiting.put(None)
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(_GRACE_S)

    def _run(self) -> None:
        while (one := self._waiting.get()) is not None and not self._stopping.is_set():
            self._sort(*one)

    def _sort(self, archive: Archive, upload_id: str) -> None:
        try:
            sort_upload(
                archive, upload_id, on_studies_received=queue_all, progress=self._stop_if_asked
            )
        except Cancelled:
            return
        except Unavailable:
            # A full disk or a lost database mends; the files are here, and so is their state.
            _log.error("an upload waits, since disk or database cannot be used")
            if not self._stopping.wait(self._again_s):
                self._waiting.put((archive, upload_id))
        except Exception as error:  # noqa: BLE001 - the last place where it can be told
            _log.error("an upload was not sorted: %s", type(error).__name__)
            self._give_up(archive, upload_id)

    def _give_up(self, archive: Archive, upload_id: str) -> None:
        try:
            give_up(archive, upload_id)
        except CondyleError as error:
            _log.error("an upload stays unsorted: %s", type(error).__name__)

    def _stop_if_asked(self, step: Progress) -> None:
        if self._stopping.is_set():
            raise Cancelled("The server ends.")


def queue_all(archive: Archive, studies: Sequence[int]) -> None:
    """Queues the bundles for studies that something was added to."""
    for study_id in studies:
        queue_for_study(archive, study_id)


@asynccontextmanager
async def sorting_uploads(deps: Deps) -> AsyncIterator[None]:
    """Goes on with what an earlier process left unsorted, and ends the sorting on leaving."""
    for upload_id in await asyncio.to_thread(_left, deps.archive):
        deps.sorter.submit(deps.archive, upload_id)
    try:
        yield
    finally:
        await asyncio.to_thread(deps.sorter.close)


def _left(archive: Archive) -> list[str]:
    with archive.database.read() as session:
        return [row.id for row in uploads_in(session, "sorting")]
