"""Fetching a study from another system into the archive, where the bundles read it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from condyle.archive.archive import Archive
from condyle.archive.arrivals import BY_RETRIEVAL, Came, complete_arrival, note_arrival
from condyle.archive.audit import append, system_act
from condyle.dicom.network.found import Filters
from condyle.dicom.network.peer import Peer
from condyle.domain.progress import ProgressCallback, ignore_progress
from condyle.workflows.clinic.queueing import queue_for_study
from condyle.workflows.pacs.destination import ArchiveDestination
from condyle.workflows.pacs.retrieve import Retrieved, retrieve


def fetch_study(
    archive: Archive,
    peer: Peer,
    filters: Filters,
    *,
    work: Path,
    progress: ProgressCallback = ignore_progress,
    completed: Callable[[Archive, int], None] | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Retrieved:
    """Fetches a study into the archive, and has what came read once it is all there.

    Args:
        archive: Where to.
        peer: Who has it.
        filters: Its ``study``, and its ``series`` where only one is wanted.
        work: A folder for what is read before it is stored.
        progress: Told of the stage ``"fetch"``.
        completed: Called for each study that grew, once nothing more comes of it; the bundles
            that fit are queued where it is ``None``.
        wait: Waits between tries.

    Raises:
        NotThere: The peer has no such study or series.
        PeerError: It cannot be reached, or refuses; what came is kept, and a later call goes on.
    """
    destination = ArchiveDestination(archive, work)
    done = retrieve(peer, filters, destination, progress=progress, wait=wait)
    act = system_act("retrieval")
    for study in sorted(destination.studies):
        with archive.database.write() as session:
            append(
                session,
                act(
                    archive.clock(),
                    "study.fetched",
                    subject="study",
                    subject_id=str(study),
                    peer=peer.name,
                    fetched=done.fetched,
                    missing=len(done.missing),
                ),
            )
            came = Came(study, calling="", called=BY_RETRIEVAL, count=done.fetched)
            arrival = note_arrival(session, came, at=archive.clock())
        (completed or queue_bundles)(archive, study)
        with archive.database.write() as session:
            complete_arrival(session, arrival, at=archive.clock())
    return done


def queue_bundles(archive: Archive, study: int) -> None:
    """Queues the bundles of a study that is complete."""
    queue_for_study(archive, study)
