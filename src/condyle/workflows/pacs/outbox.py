"""Sending what waits in the archive's outbox: it survives a PACS that is down, and goes once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from condyle.archive.archive import Archive
from condyle.archive.network_tables import Outgoing as OutgoingRow
from condyle.archive.outgoing import (
    NewOutgoing,
    Waiting,
    due_peers,
    note_outgoing,
    put_off,
    put_outgoing,
    take_outgoing,
)
from condyle.archive.tables import InstanceRow, SeriesRow, StudyRow
from condyle.dicom.network.client import find_instances, send_instances
from condyle.dicom.network.found import Filters
from condyle.dicom.network.outgoing import Outgoing, Sent, outgoing_of
from condyle.dicom.network.peer import Peer
from condyle.errors import BadImage, NotThere, PeerError, PeerUnreachable

_log = logging.getLogger(__name__)


def put_study(archive: Archive, study_id: int, peer: str) -> int:
    """Puts the instances of a study up for a peer; doing it again adds only new ones.

    Returns:
        How many are new.
    """
    query = (
        select(InstanceRow.uid, StudyRow.uid, SeriesRow.uid, InstanceRow.object)
        .join(SeriesRow, SeriesRow.id == InstanceRow.series_id)
        .join(StudyRow, StudyRow.id == InstanceRow.study_id)
        .where(InstanceRow.study_id == study_id, InstanceRow.derived_from.is_(None))
        .order_by(InstanceRow.id)
    )
    with archive.database.write() as session:
        found = [NewOutgoing(*row) for row in session.execute(query)]
        return put_outgoing(session, peer, found, at=archive.clock())


def deliver(archive: Archive, peers: Mapping[str, Peer]) -> int:
    """Sends what is due, a portion a peer; call it again and again.

    Args:
        archive: Whose outbox.
        peers: By name. What waits for one that is not listed any more goes on waiting.

    Returns:
        How many instances the peers took.
    """
    with archive.database.read() as session:
        due = due_peers(session, at=archive.clock())
    return sum(_deliver(archive, peers[name]) for name in due if name in peers)


def _deliver(archive: Archive, peer: Peer) -> int:
    with archive.database.write() as session:
        waiting = take_outgoing(session, peer.name, at=archive.clock())
    stored = 0

    def told(one: Waiting, sent: Sent) -> None:
        nonlocal stored
        if sent.state == "later":
            return
        with archive.database.write() as session:
            note_outgoing(session, one.id, sent.state, said=sent.said, at=archive.clock())
        stored += sent.state == "stored"

    said = "it may take them later"
    try:
        there = _there(peer, waiting)
        for one in waiting:
            if one.uid in there:
                told(one, Sent(one.uid, "stored", "it was there already"))
        left = {one.uid: one for one in waiting if one.uid not in there}
        files = _files(archive, left)
        send_instances(peer, files, lambda sent: told(left[sent.uid], sent))
    except PeerUnreachable as error:
        said = error.found
    except PeerError as error:
        said = error.found
        _log.warning("peer '%s': %s", peer.name, error.found)
    with archive.database.write() as session:
        put_off(session, [one.id for one in waiting], said=said, at=archive.clock())
    return stored


def _there(peer: Peer, waiting: Sequence[Waiting]) -> set[str]:
    """Gives those of which it is not sure whether they went, and that the peer holds."""
    unsure = [one for one in waiting if one.unsure]
    found: set[str] = set()
    for study, series in sorted({(one.study_uid, one.series_uid) for one in unsure}):
        held = find_instances(peer, Filters(study=study, series=series))
        found |= {one.uid for one in held}
    return found & {one.uid for one in unsure}


def _files(archive: Archive, left: Mapping[str, Waiting]) -> list[Outgoing]:
    files = []
    for one in left.values():
        try:
            files.append(outgoing_of(archive.objects.path(one.object)))
        except (BadImage, NotThere):
            _note_unreadable(archive, one)
    return files


def _note_unreadable(archive: Archive, one: Waiting) -> None:
    with archive.database.write() as session:
        note_outgoing(
            session, one.id, "refused", said="its stored file cannot be read", at=archive.clock()
        )


def refused(archive: Archive) -> list[tuple[str, str, str]]:
    """Gives (peer, SOP Instance UID, what was said) of what peers refused."""
    query = select(OutgoingRow.peer, OutgoingRow.uid, OutgoingRow.said).where(
        OutgoingRow.state == "refused"
    )
    with archive.database.read() as session:
        return [(peer, uid, said) for peer, uid, said in session.execute(query)]
