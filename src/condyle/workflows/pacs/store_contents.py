"""Storing DICOM files that came over the network as bytes, and saying what became of each."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from condyle.archive.archive import Archive
from condyle.archive.incoming import NewInstance
from condyle.archive.objects import Stored
from condyle.archive.store import Outcome, store
from condyle.dicom.facts_reader import FactsReader
from condyle.dicom.instance_facts import InstanceFacts
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


Also = Callable[[Session, Sequence[ContentOutcome]], None]
"""Called in the transaction that stores, with what became of each instance."""


def _nothing(session: Session, outcomes: Sequence[ContentOutcome]) -> None:
    """Does nothing more."""


def store_contents(
    archive: Archive,
    contents: Sequence[bytes | bytearray | Stored],
    *,
    source: str,
    study: str = "",
    also: Also = _nothing,
) -> list[ContentOutcome]:
    """Stores files, durably when it returns; storing the same ones again changes nothing.

    Args:
        archive: Where to.
        contents: Their bytes, or the objects that hold them already.
        source: What the worklist calls this way of coming.
        study: Study Instance UID that all must have; empty for any.
        also: Done in the same transaction; not at all where none of them is an instance.

    Returns:
        One outcome a file, in order.

    Raises:
        Unavailable: Nothing of it was stored: the disk or the database failed.
    """
    reader, facts = FactsReader(), dict[int, InstanceFacts]()
    raw = {at: one for at, one in enumerate(contents) if not isinstance(one, Stored)}

    def read_meanwhile() -> None:
        for at, content in raw.items():
            with contextlib.suppress(BadImage):  # as the reading of the stored file tells again
                if (found := reader.read_bytes(content)) is not None:
                    facts[at] = found

    put = iter(archive.objects.put_many(list(raw.values()), read_meanwhile))
    objects = [one if isinstance(one, Stored) else next(put) for one in contents]
    asked = Asked(_ROUTINE, None, source)
    read: list[NewInstance | ContentOutcome] = []
    for at, one in enumerate(objects):
        try:
            path = archive.objects.path
            found = facts[at] if at in facts else reader.read(path(one.sha256))
            read.append(_checked(new_instance(found, one, asked), study))
        except BadImage:
            read.append(ContentOutcome("broken"))
    return _stored(archive, read, also)


def _checked(new: NewInstance, study: str) -> NewInstance | ContentOutcome:
    if study and new.study.uid != study:
        return ContentOutcome("other-study", new.uid, new.class_uid, new.study.uid, new.series.uid)
    return new


def _stored(
    archive: Archive, read: Sequence[NewInstance | ContentOutcome], also: Also
) -> list[ContentOutcome]:
    new = [one for one in read if isinstance(one, NewInstance)]
    told: list[ContentOutcome] = []

    def and_also(session: Session, outcomes: Sequence[Outcome]) -> None:
        told.extend(_told(one, outcome) for one, outcome in zip(new, outcomes, strict=True))
        also(session, told)

    if new:
        store(archive, new, also=and_also)
    stored = iter(told)
    return [one if isinstance(one, ContentOutcome) else next(stored) for one in read]


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
