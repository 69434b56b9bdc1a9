"""Taking instances in: a batch is stored whole in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.archive import Archive
from condyle.archive.incoming import NewInstance, NewPatient, NewSeries, NewStudy, Span
from condyle.archive.objects import Stored
from condyle.archive.store_study import Batch
from condyle.archive.tables import ConflictRow
from condyle.archive.words import clean
from condyle.domain.messages import Message

__all__ = [
    "NewInstance",
    "NewPatient",
    "NewSeries",
    "NewStudy",
    "Outcome",
    "store",
]

State = Literal["stored", "duplicate", "conflict"]


@dataclass(frozen=True)
class Outcome:
    """What became of one instance.

    Attributes:
        state: ``"stored"``; ``"duplicate"``: the same bytes are there under the same UID;
            ``"conflict"``: kept apart, for the reason.
        uid: SOP Instance UID.
        study_id: The row of its study; for a conflict, of the study that it clashes with.
        sha256: The object that holds its bytes.
        reason: Says what it conflicts with.
    """

    state: State
    uid: str
    study_id: int
    sha256: str
    reason: Message | None = None


Also = Callable[[Session, Sequence[Outcome]], None]
"""Called in the transaction of a batch, with what became of it."""


def _nothing(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Does nothing more."""


def store(
    archive: Archive, batch: Sequence[NewInstance], *, also: Also = _nothing
) -> list[Outcome]:
    """Stores instances, durably when it returns; calling it again changes nothing.

    Bytes first, rows after: a process that dies between them leaves objects without rows, which
    a sweep removes, and never a row without its object.

    Args:
        archive: Where to.
        batch: The instances, of any studies; some hundred at once save waiting for the disk.
        also: Done in the same transaction.

    Returns:
        One outcome an instance, in order.

    Raises:
        Unavailable: Nothing of the batch was stored: the disk or the database failed.
    """
    objects = _objects(archive, batch)
    with archive.database.write() as session:
        known = Batch(session, archive.clock(), batch)
        outcomes = [_take(known, new, stored) for new, stored in zip(batch, objects, strict=True)]
        known.finish()
        also(session, outcomes)
    return outcomes


def _objects(archive: Archive, batch: Sequence[NewInstance]) -> list[Stored]:
    raw = [new.content for new in batch if isinstance(new.content, bytes)]
    put = iter(archive.objects.put_many(raw))
    return [new.content if isinstance(new.content, Stored) else next(put) for new in batch]


def _take(known: Batch, new: NewInstance, stored: Stored) -> Outcome:
    there = known.instances.get(new.uid)
    if there is not None:
        if there.object == stored.sha256:
            return Outcome("duplicate", new.uid, there.study_id, stored.sha256)
        return _conflict(known, (new, stored), "same-uid-other-content", there.study_id)
    study = known.study(new)
    if not known.is_of_patient(study, new):
        return _conflict(known, (new, stored), "study-of-other-patient", study.id)
    series = known.series(new, study)
    if series.study_id != study.id:
        return _conflict(known, (new, stored), "series-of-other-study", series.study_id)
    known.complete(study, new)
    row = {
        "study_id": study.id,
        "series_id": series.id,
        "uid": new.uid,
        "class_uid": new.class_uid,
        "transfer_syntax": new.transfer_syntax,
        "number": new.number,
        "frames": new.frames,
        "rows": new.rows,
        "columns": new.columns,
        "object": stored.sha256,
        "size": stored.size,
        "header": new.header,
        "frames_at": _plain(new.frames_at),
        "derived_from": new.derived_from,
        "derived_name": None if new.derived_name is None else clean(new.derived_name),
        "received_at": known.at,
    }
    known.add(row, study, series)
    return Outcome("stored", new.uid, study.id, stored.sha256)


def _conflict(known: Batch, came: tuple[NewInstance, Stored], code: str, study_id: int) -> Outcome:
    """Keeps bytes apart; the same ones that come again are kept once."""
    new, stored = came
    kept = known.session.scalar(
        select(ConflictRow.id).where(
            ConflictRow.uid == new.uid, ConflictRow.object == stored.sha256
        )
    )
    if kept is None:
        row = ConflictRow(
            uid=new.uid,
            study_uid=new.study.uid,
            object=stored.sha256,
            size=stored.size,
            code=code,
            source=new.study.source,
            received_at=known.at,
        )
        known.session.add(row)
        known.session.flush()
    return Outcome("conflict", new.uid, study_id, stored.sha256, Message(code))


def _plain(spans: Sequence[Span | Sequence[Span]]) -> list[list[object]]:
    """Gives nested sequences as the lists that JSON keeps."""
    return [[part if isinstance(part, int) else list(part) for part in frame] for frame in spans]
