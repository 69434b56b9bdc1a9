"""Retrieving a study from another system: what is there is left, what breaks is gone on with."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from condyle.dicom.network.client import find_instances, get_instances
from condyle.dicom.network.dimse_get import move_instances
from condyle.dicom.network.found import Filters, FoundInstance
from condyle.dicom.network.part10 import Received
from condyle.dicom.network.peer import DimsePeer, Peer
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.errors import BadImage, NotThere, PeerError, PeerUnreachable
from condyle.workflows.pacs.destination import Destination

STAGE = "fetch"
TRIES = 4
"""Times that an association without any new instance is tried, before it is given up."""

_WAITS_S = (0.5, 2.0, 5.0)


@dataclass(frozen=True)
class Retrieved:
    """What became of a retrieval.

    Attributes:
        wanted: Instances that the peer listed.
        there: Of these, how many were there before.
        fetched: How many came.
        broken: How many came and could not be read.
        missing: UIDs of those that the peer listed and did not send.
    """

    wanted: int
    there: int
    fetched: int
    broken: int
    missing: tuple[str, ...]


def retrieve(
    peer: Peer,
    filters: Filters,
    destination: Destination,
    *,
    progress: ProgressCallback = ignore_progress,
    wait: Callable[[float], None] = time.sleep,
) -> Retrieved:
    """Retrieves a study, or one series of it.

    Args:
        peer: Who has it.
        filters: Its ``study``, and its ``series`` where only one is wanted.
        destination: Where it goes.
        progress: Told of the stage ``"fetch"``, instance by instance.
        wait: Waits between tries.

    Raises:
        NotThere: The peer has no such study or series.
        PeerError: It cannot be reached, or refuses; what came is kept, and a later call goes on.
    """
    wanted = find_instances(peer, filters)
    if not wanted:
        raise _no_such(peer)
    there = destination.there(wanted)
    taking = _Taking(destination, {one.uid for one in wanted} - there, progress, len(wanted))
    taking.tell()
    _fetch(peer, wanted, taking, wait)
    return Retrieved(
        len(wanted), len(there), taking.fetched, taking.broken, tuple(sorted(taking.left))
    )


def _fetch(
    peer: Peer,
    wanted: Sequence[FoundInstance],
    taking: _Taking,
    wait: Callable[[float], None],
) -> None:
    tried = 0
    while True:
        left = [one for one in wanted if one.uid in taking.left]
        if not left:
            return
        before = len(taking.left)
        broke: PeerError | None = None
        try:
            get_instances(peer, left, taking.take)
        except PeerUnreachable as error:
            broke = error
        finally:
            taking.destination.flush()
        tried = 1 if len(taking.left) < before else tried + 1
        if tried >= TRIES or (broke is None and tried > 1):
            if broke is not None:
                raise broke
            return  # it answers, and does not send them: asking more often changes nothing
        if taking.left and broke is not None:
            wait(_WAITS_S[min(tried, len(_WAITS_S)) - 1])


class _Taking:
    """What is still to come, as it comes."""

    def __init__(
        self, destination: Destination, left: set[str], progress: ProgressCallback, total: int
    ) -> None:
        self.destination = destination
        self.left = left
        self.fetched = 0
        self._broken: set[str] = set()
        self._progress = progress
        self._total = total

    @property
    def broken(self) -> int:
        """How many came and could not be read."""
        return len(self._broken)

    def take(self, received: Received) -> None:
        """Takes what came; what nobody asked for is left."""
        if received.uid and received.uid not in self.left:
            return
        try:
            uid = self.destination.take(received)
        except BadImage:
            # What comes without its UID is asked for, and comes, again: it is still one.
            self._broken.add(received.uid or hashlib.sha256(received.content).hexdigest())
            self.left.discard(received.uid)
            return
        if uid in self.left:
            self.left.discard(uid)
            self.fetched += 1
            self.tell()

    def tell(self) -> None:
        """Says how far it has come."""
        self._progress(Progress(STAGE, self._total - len(self.left), self._total))


def move(
    peer: DimsePeer, filters: Filters, title: str, *, progress: ProgressCallback = ignore_progress
) -> int:
    """Has a peer send a study, or one series of it, to a node that it knows (C-MOVE).

    Returns:
        How many instances it says it sent.

    Raises:
        NotThere: The peer has no such study or series.
        PeerError: It cannot be reached, does not know the title, or fails.
    """
    wanted = find_instances(peer, filters)
    if not wanted:
        raise _no_such(peer)
    total = len(wanted)
    return move_instances(
        peer, wanted, title, lambda done: progress(Progress(STAGE, min(done, total), total))
    )


def _no_such(peer: Peer) -> NotThere:
    return NotThere(
        f"Nothing was fetched from '{peer.name}'.",
        found="no instance of that study or series",
        needed="a Study Instance UID that it holds",
        mend=f"look for it with 'condyle pacs find {peer.name}'.",
    )
