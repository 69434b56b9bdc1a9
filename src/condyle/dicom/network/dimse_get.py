"""Retrieving instances by C-GET, and having them sent by C-MOVE (PS3.4 C.4.2 and C.4.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import evt
from pynetdicom.presentation import build_context

from condyle.dicom.network.association import associated, lost
from condyle.dicom.network.contexts import CLASSES, NATIVE, portions, taking
from condyle.dicom.network.found import FoundInstance
from condyle.dicom.network.part10 import Received, as_file
from condyle.dicom.network.peer import DimsePeer
from condyle.dicom.network.status import PENDING, is_done, status_error

GET = "1.2.840.10008.5.1.4.1.2.2.3"
MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
_AT_ONCE = 200
_NO_ROOM = 0xA700
_SOME_FAILED = 0xB000

Take = Callable[[Received], None]
"""Called with each instance as it comes; it stops the retrieval by raising."""


def get_instances(peer: DimsePeer, wanted: Sequence[FoundInstance], take: Take) -> None:
    """Has instances sent over the association that asks for them.

    What comes is given to ``take``; what does not, the caller sees by what is missing.

    Args:
        peer: Who has them.
        wanted: Which.
        take: Takes each, in the thread of the association; when it returns, the peer is told
            of success.

    Raises:
        PeerError: The peer cannot be reached, or answers with a failure.
    """
    classes = sorted({one.class_uid for one in wanted if one.class_uid})
    if any(not one.class_uid for one in wanted):
        classes = sorted({*classes, *CLASSES})
    for some in portions(classes):
        chosen = [one for one in wanted if not one.class_uid or one.class_uid in some]
        _get(peer, some, chosen, take)


def move_instances(
    peer: DimsePeer,
    wanted: Sequence[FoundInstance],
    title: str,
    moved: Callable[[int], None] = lambda done: None,
) -> int:
    """Has instances sent to a node that the peer knows by its AE title.

    Args:
        peer: Who has them.
        wanted: Which.
        title: AE title of where they go.
        moved: Told how many went, now and then.

    Returns:
        How many the peer says it sent.

    Raises:
        PeerError: The peer cannot be reached, does not know the title, or fails.
    """
    failed = f"Nothing was sent by '{peer.name}'."
    done = 0
    contexts = [build_context(MOVE, list(NATIVE))]
    with associated(peer, contexts, failed=failed) as association:
        for asked, count in _asked(wanted):
            for answer, _ in association.send_c_move(asked, title, MOVE):
                code = _code(peer, answer, failed)
                went = int(answer.get("NumberOfCompletedSuboperations") or 0)
                if code in PENDING:
                    moved(done + went)
                elif not is_done(code):
                    raise status_error(code, failed=failed, peer=peer.name)
                else:
                    done += went if code == _SOME_FAILED else max(went, count)
                    moved(done)
    return done


def _get(
    peer: DimsePeer, classes: Sequence[str], wanted: Sequence[FoundInstance], take: Take
) -> None:
    failed = f"Nothing was fetched from '{peer.name}'."
    broke: list[Exception] = []

    def store(event: Any) -> int:
        if broke:
            return _NO_ROOM
        try:
            take(_received(event, peer))
        except Exception as error:  # noqa: BLE001 - raised again below, in the caller's thread
            broke.append(error)
            return _NO_ROOM
        return 0

    contexts, roles = taking(GET, classes)
    handlers = [(evt.EVT_C_STORE, store)]
    with associated(peer, contexts, failed=failed, handlers=handlers, roles=roles) as association:
        for asked, _ in _asked(wanted):
            for answer, _ in association.send_c_get(asked, GET):
                if broke:
                    raise broke[0]
                code = _code(peer, answer, failed)
                if code not in PENDING and not is_done(code):
                    raise status_error(code, failed=failed, peer=peer.name)


def _received(event: Any, peer: DimsePeer) -> Received:
    request = event.request
    content = as_file(
        str(request.AffectedSOPClassUID),
        str(request.AffectedSOPInstanceUID),
        str(event.context.transfer_syntax),
        request.DataSet.getvalue(),
        sender=peer.title,
    )
    return Received(str(request.AffectedSOPInstanceUID), content)


def _asked(wanted: Iterable[FoundInstance]) -> Iterator[tuple[Dataset, int]]:
    """Gives identifiers of the image level, each for some instances of one series."""
    series: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in wanted:
        series[one.study, one.series].append(one.uid)
    for (study, uid), instances in series.items():
        for start in range(0, len(instances), _AT_ONCE):
            some = instances[start : start + _AT_ONCE]
            asked = Dataset()
            asked.QueryRetrieveLevel = "IMAGE"
            asked.StudyInstanceUID = study
            asked.SeriesInstanceUID = uid
            asked.SOPInstanceUID = some
            yield asked, len(some)


def _code(peer: DimsePeer, answer: Any, failed: str) -> int:
    if answer is None or "Status" not in answer:
        raise lost(peer, failed)
    return int(answer.Status)
