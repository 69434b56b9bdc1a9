"""Notes beside the database of how far its audit log has come.

A chain of hashes shows a change within it, but not that its end was cut off, nor that all of
it was written anew. What was noted here shows both; so keep copies of this file elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from condyle.archive import audit
from condyle.archive.archive import Archive
from condyle.errors import ArchiveDamaged, CondyleError
from condyle.service.deps import Deps
from condyle.service.settings import Settings

INTERVAL_S = 600.0
_log = logging.getLogger(__name__)


def heads_file(settings: Settings) -> Path:
    """Gives where the heads are noted."""
    return settings.home / "audit-heads.txt"


def note_head(archive: Archive, path: Path) -> None:
    """Adds the newest entry's number and hash to the file, where it is new."""
    with archive.database.read() as session:
        head = audit.head(session)
    last = noted_heads(path)[-1:]
    if not head.number or last == (head,):
        return
    line = f"{head.number} {head.hash} {archive.clock().isoformat(timespec='seconds')}\n"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        # A line that a crash cut short is written over.
        file.seek(file.read().rfind(b"\n") + 1)
        file.write(line.encode("ascii"))
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def noted_heads(path: Path) -> tuple[audit.Head, ...]:
    """Gives the heads that a file notes, the oldest first; none where there is no file.

    Raises:
        ArchiveDamaged: A whole line of it is no head; a last one that is cut short is left out.
    """
    if not path.exists():
        return ()
    heads = []
    for number, line in enumerate(path.read_text("ascii", errors="replace").splitlines(True), 1):
        words = line.split()
        if len(words) == 3 and words[0].isdigit() and len(words[1]) == 64:
            heads.append(audit.Head(int(words[0]), words[1]))
        elif line.endswith("\n"):
            raise ArchiveDamaged(
                "The notes of the audit log's heads cannot be read.",
                found=f"line {number} of {path.name} is no head",
                needed="number, hash and time in each line",
                mend="take the copy of the file that is kept elsewhere.",
            )
    return tuple(heads)


@asynccontextmanager
async def noting_heads(deps: Deps) -> AsyncIterator[None]:
    """Notes the head every ten minutes while it is entered, and when it is left."""
    path = heads_file(deps.settings)

    async def note_often() -> None:
        while True:
            await asyncio.sleep(INTERVAL_S)
            await asyncio.to_thread(_try_to_note, deps.archive, path)

    task = asyncio.create_task(note_often())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await asyncio.to_thread(_try_to_note, deps.archive, path)


def _try_to_note(archive: Archive, path: Path) -> None:
    """A note that fails must not end the server; the next one says as much."""
    try:
        note_head(archive, path)
    except (CondyleError, OSError) as error:
        _log.error("the audit log's head was not noted: %s", type(error).__name__)
