"""Where retrieved instances go: a folder, or the archive. What is there is not fetched again."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from sqlalchemy import select

from condyle.archive.archive import Archive
from condyle.archive.store import NewInstance, store
from condyle.archive.tables import InstanceRow
from condyle.dicom.instance_facts import InstanceFacts, instance_facts
from condyle.dicom.network.found import FoundInstance
from condyle.dicom.network.part10 import Received
from condyle.errors import OutputError, UnsafeInput
from condyle.workflows.clinic.received import Asked, new_instance

SOURCE = "pacs"
"""What the worklist calls this way of coming."""

ROUTINE = 2
_BATCH = 100
_BATCH_BYTES = 64 << 20
_AT_ONCE = 500
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")


class Destination(Protocol):
    """Where instances go."""

    def there(self, wanted: Sequence[FoundInstance]) -> set[str]:
        """Gives the UIDs of those that are there already."""

    def take(self, received: Received) -> str:
        """Takes one, and gives its UID; it need not be durable before ``flush``."""

    def flush(self) -> None:
        """Makes durable what was taken."""


@dataclass(frozen=True)
class FolderDestination:
    """A folder of ``STUDY/SERIES/INSTANCE.dcm``, named by their UIDs.

    Attributes:
        root: The folder; it is made where it is not there.
    """

    root: Path

    def there(self, wanted: Sequence[FoundInstance]) -> set[str]:
        """Gives the UIDs of those whose file is there, which is only ever a whole one."""
        return {one.uid for one in wanted if self._place(one.study, one.series, one.uid).is_file()}

    def take(self, received: Received) -> str:
        """Writes a file under another name, and gives it its own once it is on the disk."""
        part = self.root / f".{secrets.token_hex(8)}.part"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            _write(part, received.content)
            facts = instance_facts(part)
            place = self._place(facts.study.uid, facts.series.uid, facts.uid)
            place.parent.mkdir(parents=True, exist_ok=True)
            part.replace(place)
            return facts.uid
        except OSError as error:
            raise OutputError(
                "The study was not written.",
                found=error.strerror or type(error).__name__,
                needed="a folder that this user may write, with room",
                mend="choose another folder, or free some of the disk; then run it again.",
            ) from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def flush(self) -> None:
        """Has nothing left to do."""

    def _place(self, study: str, series: str, instance: str) -> Path:
        for uid in (study, series, instance):
            if not _UID.fullmatch(uid):
                raise UnsafeInput(
                    "The study was not written.",
                    found="a UID that is none, and could be a path",
                    needed="digits and dots",
                    mend="fetch it into the archive, which names files itself.",
                )
        return self.root / study / series / f"{instance}.dcm"


@dataclass
class ArchiveDestination:
    """The archive, in batches that each wait for the disk once.

    Attributes:
        archive: Where to.
        work: A folder for what is read before it is stored.
        studies: Rows of the studies that grew.
        refused: How many were kept apart, as another patient's under the same UID.
        stored: Told how many are durable, after each batch.
    """

    archive: Archive
    work: Path
    studies: set[int] = field(default_factory=set)
    refused: int = 0
    stored: Callable[[int], None] = lambda count: None
    _batch: list[NewInstance] = field(default_factory=list)
    _bytes: int = 0

    def there(self, wanted: Sequence[FoundInstance]) -> set[str]:
        """Gives the UIDs of those that the archive holds."""
        uids = sorted({one.uid for one in wanted})
        found: set[str] = set()
        with self.archive.database.read() as session:
            for at in range(0, len(uids), _AT_ONCE):
                some = uids[at : at + _AT_ONCE]
                query = select(InstanceRow.uid).where(InstanceRow.uid.in_(some))
                found.update(session.scalars(query))
        return found

    def take(self, received: Received) -> str:
        """Puts one into the batch, which is stored once it is large."""
        facts = self._facts(received.content)
        new = new_instance(facts, received.content, Asked(ROUTINE, ()))
        self._batch.append(replace(new, study=replace(new.study, source=SOURCE, exclusions=None)))
        self._bytes += len(received.content)
        if len(self._batch) >= _BATCH or self._bytes >= _BATCH_BYTES:
            self.flush()
        return facts.uid

    def flush(self) -> None:
        """Stores the batch."""
        batch, self._batch, self._bytes = self._batch, [], 0
        if not batch:
            return
        for outcome in store(self.archive, batch):
            if outcome.state == "stored":
                self.studies.add(outcome.study_id)
            self.refused += outcome.state == "conflict"
        self.stored(len(batch))

    def _facts(self, content: bytes) -> InstanceFacts:
        self.work.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self.work / f"{secrets.token_hex(8)}.part"
        try:
            part.write_bytes(content)
            return instance_facts(part)
        finally:
            part.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
