"""A study's results for a peer: each object once, and what it takes the place of taken back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy.orm import Session

from condyle.archive.archive import Archive
from condyle.archive.network_tables import ResultSent
from condyle.archive.outgoing import NewOutgoing, put_outgoing
from condyle.archive.results_out import Standing, standing_results, withdraw
from condyle.archive.studies import get_study
from condyle.dicom.objects import DicomObject, Kind, SentObject
from condyle.errors import Conflict
from condyle.workflows.clinic.export import Export, export_archived

_TRIES = 5


@dataclass(frozen=True)
class PutUp:
    """What was put up for a peer.

    Attributes:
        objects: All that stands there now or will, with the note of rejection of what does not.
        new: How many of them were not put up for it before.
        replaced: How many objects of before they take the place of.
    """

    objects: tuple[DicomObject, ...]
    new: int
    replaced: int


Note = Callable[[Session, PutUp], None]
"""Called in the transaction that puts results up."""


def put_results(archive: Archive, study_id: int, peer: str, wanted: Export, *, note: Note) -> PutUp:
    """Puts the results of a study up for a peer; doing it again adds only what changed.

    What stands there of the same kinds and says something else now is taken back by a note of
    rejection, and named by the report that takes its place (docs/decisions/0026); signed
    results take every draft back. What nobody has begun to send stays here.

    Args:
        archive: Holds the study.
        study_id: The study.
        peer: Name of the peer.
        wanted: What shall go; what it replaces is found here.
        note: Writes down that it went, in the transaction that puts it up.

    Raises:
        NotThere: There is no such study.
        Conflict: Nothing may go out, as ``export_archived`` says; or it changes all the time.
        MissingExtra: highdicom is not installed.
    """
    replaces: tuple[SentObject, ...] = ()
    for _ in range(_TRIES):
        made = export_archived(archive, study_id, replace(wanted, replaces=replaces))
        with archive.database.read() as session:
            found = _gone(session, study_id, peer, made, wanted.kinds)
            study_uid = get_study(session, study_id).uid
        if _named(found, study_uid) == replaces:
            put = _Put(archive, study_id, study_uid, peer, wanted.kinds)
            done = put(made, replaces, note)
            if done is not None:
                return done
        replaces = _named(found, study_uid)
    raise Conflict(
        "The results were not sent.",
        found="a study or an outbox that changes while its results are made",
        needed="both as they are, for as long as that takes",
        mend="wait a moment and send them again.",
    )


@dataclass(frozen=True)
class _Put:
    archive: Archive
    study_id: int
    study_uid: str
    peer: str
    kinds: Collection[Kind]

    def __call__(
        self, made: Sequence[DicomObject], replaces: tuple[SentObject, ...], note: Note
    ) -> PutUp | None:
        """Puts objects up, unless what they replace is not what stands there any more."""
        archive, at = self.archive, self.archive.clock()
        stored = archive.objects.put_many([one.content for one in made])
        with archive.database.write() as session:
            gone = _gone(session, self.study_id, self.peer, made, self.kinds)
            if _named(gone, self.study_uid) != replaces:
                return None
            standing = standing_results(session, self.study_id, self.peer)
            there = {one.basis for one in standing}
            new = [
                (one, each.sha256)
                for one, each in zip(made, stored, strict=True)
                if one.basis not in there
            ]
            withdraw(session, self.peer, gone, at=at)
            session.add_all(self._row(one) for one, _ in new if one.kind != "ko")
            count = put_outgoing(
                session,
                self.peer,
                [
                    NewOutgoing(one.sop_instance_uid, self.study_uid, one.series_uid, sha256)
                    for one, sha256 in new
                ],
                at=at,
            )
            done = PutUp(tuple(made), count, len(gone))
            note(session, done)
        return done

    def _row(self, one: DicomObject) -> ResultSent:
        return ResultSent(
            study_id=self.study_id,
            peer=self.peer,
            kind=one.kind,
            class_uid=one.sop_class_uid,
            uid=one.sop_instance_uid,
            series_uid=one.series_uid,
            basis=one.basis,
            verified=one.verified,
            put_at=self.archive.clock(),
        )


def _gone(
    session: Session,
    study_id: int,
    peer: str,
    made: Sequence[DicomObject],
    kinds: Collection[Kind],
) -> list[Standing]:
    """Gives what stands at a peer and is not what these objects say."""
    now = {one.basis for one in made}
    signed = any(one.verified for one in made)
    return [
        one
        for one in standing_results(session, study_id, peer)
        if one.basis not in now and (one.kind in kinds or (signed and not one.verified))
    ]


def _named(gone: Sequence[Standing], study_uid: str) -> tuple[SentObject, ...]:
    """Names those that the peer may have, as the objects that take their place do."""
    return tuple(
        SentObject(cast("Kind", one.kind), one.class_uid, one.uid, one.series_uid, study_uid)
        for one in gone
        if one.there
    )
