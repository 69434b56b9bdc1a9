"""WADO-RS of another system (PS3.18 10.4), each instance with the bytes that it is stored in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import requests

from condyle.dicom.network.found import FoundInstance, FoundSeries
from condyle.dicom.network.multipart import MultipartReader, Parts, boundary_of, media_of
from condyle.dicom.network.part10 import Received
from condyle.dicom.network.peer import WebPeer
from condyle.dicom.network.web_session import check, web_session
from condyle.errors import PeerError

ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=*'
_CHUNK = 1 << 18


def get_instances(
    peer: WebPeer, wanted: Sequence[FoundInstance], take: Callable[[Received], None]
) -> None:
    """Fetches instances; a series of which all but a few are wanted in one answer.

    Args:
        peer: Who has them.
        wanted: Which.
        take: Takes each, in turn; it stops the retrieval by raising.

    Raises:
        PeerError: The peer cannot be reached, or answers with a failure.
    """
    failed = f"Nothing was fetched from '{peer.name}'."
    by_series: dict[tuple[str, str], list[FoundInstance]] = defaultdict(list)
    for one in wanted:
        by_series[one.study, one.series].append(one)
    with web_session(peer, failed) as session:
        for (study, series), instances in by_series.items():
            for one in instances:
                path = f"studies/{study}/series/{series}/instances/{one.uid}"
                _fetch(session, peer, path, {one.uid}, take)


def get_series(
    peer: WebPeer, series: FoundSeries, wanted: set[str], take: Callable[[Received], None]
) -> None:
    """Fetches a whole series in one answer; of what comes, only what is wanted is taken."""
    with web_session(peer, f"Nothing was fetched from '{peer.name}'.") as session:
        _fetch(session, peer, f"studies/{series.study}/series/{series.uid}", wanted, take)


def _fetch(
    session: requests.Session,
    peer: WebPeer,
    path: str,
    wanted: set[str],
    take: Callable[[Received], None],
) -> None:
    timeout = (10.0, peer.timeout_s)
    url = f"{peer.url}/{path}"
    with session.get(url, headers={"Accept": ACCEPT}, stream=True, timeout=timeout) as answer:
        media = media_of(check(answer).headers.get("Content-Type", ""))
        if media.type == "application/dicom":
            (uid,) = wanted if len(wanted) == 1 else ("",)
            take(Received(uid, answer.content))
            return
        if media.type != "multipart/related":
            raise PeerError(
                f"Nothing was fetched from '{peer.name}'.",
                found="an answer that holds no DICOM",
                needed="multipart/related of application/dicom (PS3.18 10.4)",
                mend="check the peer's 'url': it ends where '/studies' begins.",
            )
        parts = _Collected(take)
        reader = MultipartReader(boundary_of(media), Parts(parts.begin, parts.data, parts.end))
        for chunk in answer.iter_content(_CHUNK):
            reader.feed(chunk)
        reader.finish()


class _Collected:
    """Puts the bytes of a part together; one instance at a time is in memory."""

    def __init__(self, take: Callable[[Received], None]) -> None:
        self._take = take
        self._content = bytearray()

    def begin(self, headers: Mapping[str, str]) -> None:
        self._content = bytearray()

    def data(self, some: memoryview) -> None:
        self._content += some

    def end(self) -> None:
        self._take(Received("", bytes(self._content)))
