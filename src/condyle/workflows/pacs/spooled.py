"""From the spool into the archive: headers are read and rows written after the sender's answer."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.archive import Archive
from condyle.archive.arrivals import Came, note_arrival
from condyle.archive.incoming import NewInstance
from condyle.archive.objects import digest
from condyle.archive.spool import Spool, Spooled
from condyle.archive.store import Outcome, store
from condyle.archive.tables import InstanceRow
from condyle.dicom.facts_reader import FactsReader
from condyle.dicom.frame_bytes import is_same_data_set
from condyle.errors import BadImage
from condyle.workflows.clinic.received import Asked, new_instance

SOURCE = "pacs"
"""What the worklist calls this way of coming."""

BATCH = 300
_BATCH_BYTES = 256 << 20
_ROUTINE = 2
_log = logging.getLogger(__name__)


def take_spooled(archive: Archive, spool: Spool) -> int:
    """Takes the earliest objects of the spool into the archive; gives how many it dealt with.

    It may be killed at any moment and called again: files are moved, then rows written, then
    the spool's rows forgotten, and each of these is harmless a second time.

    Args:
        archive: Where to.
        spool: Where from.

    Raises:
        Unavailable: Disk or database failed; call it again once they work.
    """
    batch = _portion(spool.waiting(BATCH))
    read: list[tuple[Spooled, NewInstance]] = []
    reader = FactsReader()
    for one in batch:
        try:
            read.append((one, _read(archive, reader, one)))
        except BadImage as error:
            _log.warning("a received object cannot be read and is kept apart: %s", error.found)
            spool.refuse(one, error.found)
    here = _here_already(archive, read)
    read = [(one, new) for one, new in read if one.id not in here]
    archive.objects.adopt({one.path: one.stored for one, _ in read})
    if read:
        senders = [(one.calling, one.called) for one, _ in read]

        def also(session: Session, outcomes: Sequence[Outcome]) -> None:
            _note(session, senders, outcomes, at=archive.clock())

        store(archive, [new for _, new in read], also=also)
        spool.forget([one.id for one, _ in read])
    spool.forget(list(here))
    for path in here.values():
        path.unlink(missing_ok=True)
    return len(batch)


def _here_already(archive: Archive, read: Sequence[tuple[Spooled, NewInstance]]) -> dict[int, Path]:
    """Gives those whose data set is there already in a file with another head.

    Somebody uploaded it, or fetched it: who wrote the file meta group is no difference of the
    instance, and must not make a conflict.
    """
    uids = {new.uid for _, new in read}
    with archive.database.read() as session:
        query = select(InstanceRow.uid, InstanceRow.object).where(InstanceRow.uid.in_(uids))
        held = {row.uid: row.object for row in session.execute(query)}
    return {
        one.id: one.path
        for one, new in read
        if held.get(new.uid, one.stored.sha256) != one.stored.sha256
        and one.path.is_file()
        and is_same_data_set(one.path, archive.objects.path(held[new.uid]))
    }


def _portion(waiting: Sequence[Spooled]) -> list[Spooled]:
    """Gives as many as do not fill the memory or the time of one transaction."""
    taken: list[Spooled] = []
    size = 0
    for one in waiting:
        size += one.stored.size
        if taken and size > _BATCH_BYTES:
            break
        taken.append(one)
    return taken


def _read(archive: Archive, reader: FactsReader, one: Spooled) -> NewInstance:
    path = one.path if one.path.is_file() else archive.objects.path(one.stored.sha256)
    if path.stat().st_size != one.stored.size or digest(path) != one.stored.sha256:
        # It was never promised: the power failed before its bytes were on the disk.
        raise BadImage("The image was not read.", found="a file that did not come whole")
    asked = Asked(_ROUTINE, None, SOURCE)
    return new_instance(reader.read(path), one.stored, asked)


def _note(
    session: Session,
    senders: Sequence[tuple[str, str]],
    outcomes: Sequence[Outcome],
    *,
    at: dt.datetime,
) -> None:
    counts = Counter(
        (outcome.study_id, *sender)
        for sender, outcome in zip(senders, outcomes, strict=True)
        if outcome.state == "stored"
    )
    for (study_id, calling, called), count in counts.items():
        note_arrival(session, Came(study_id, calling, called, count), at=at)
