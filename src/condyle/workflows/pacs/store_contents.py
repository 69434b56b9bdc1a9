"""Storing DICOM files that came over the network as bytes, and saying what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from condyle.archive.archive import Archive
from condyle.archive.incoming import NewInstance
from condyle.archive.objects import Stored
from condyle.archive.store import Outcome, store
from condyle.dicom.instance_facts import instance_facts
from condyle.errors import BadImage
from condyle.workflows.clinic.received import Asked, new_instance

_ROUTINE = 2
State = Literal["stored", "duplicate", "conflict", "broken", "other-study"]


@dataclass(frozen=True)
class ContentOutcome:
    """What became of one file.

    Attributes:
        state: As in ``Outcome``; ``"broken"``: it could not be read; ``"other-study"``: it is
            of another study than the one that it was sent for.
        uid: SOP Instance UID; empty where it could not be read.
        class_uid: SOP Class UID.
        study: Study Instance UID.
        series: Series Instance UID.
        study_id: Row of its study; 0 where it is of none.
        said: Code of a conflict.
    """

    state: State
    uid: str = ""
    class_uid: str = ""
    study: str = ""
    series: str = ""
    study_id: int = 0
    said: str = ""


def store_contents(
    archive: Archive,
    contents: Sequence[bytes | Stored],
    *,
    source: str,
    study: str = "",
) -> list[ContentOutcome]:
    """Stores files, durably when it returns; storing the same ones again changes nothing.

    Args:
        archive: Where to.
        contents: Their bytes, or the objects that hold them already.
        source: What the worklist calls this way of coming.
        study: Study Instance UID that all must have; empty for any.

    Returns:
        One outcome a file, in order.

    Raises:
        Unavailable: Nothing of it was stored: the disk or the database failed.
    """
    # Bytes first: a header is then read from the file that stays, not from a copy of it.
    put = iter(archive.objects.put_many([one for one in contents if isinstance(one, bytes)]))
    objects = [next(put) if isinstance(one, bytes) else one for one in contents]
    asked = Asked(_ROUTINE, None, source)
    read = [_read(archive, one, asked, study) for one in objects]
    new = [one for one in read if isinstance(one, NewInstance)]
    outcomes = iter(store(archive, new) if new else ())
    return [one if isinstance(one, ContentOutcome) else _told(one, next(outcomes)) for one in read]


def _read(
    archive: Archive, stored: Stored, asked: Asked, study: str
) -> NewInstance | ContentOutcome:
    try:
        new = new_instance(instance_facts(archive.objects.path(stored.sha256)), stored, asked)
    except BadImage:
        return ContentOutcome("broken")
    if study and new.study.uid != study:
        return ContentOutcome("other-study", new.uid, new.class_uid, new.study.uid, new.series.uid)
    return new


def _told(new: NewInstance, outcome: Outcome) -> ContentOutcome:
    return ContentOutcome(
        outcome.state,
        outcome.uid,
        new.class_uid,
        new.study.uid,
        new.series.uid,
        outcome.study_id,
        "" if outcome.reason is None else outcome.reason.code,
    )
