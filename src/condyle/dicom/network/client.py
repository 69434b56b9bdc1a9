"""What is asked of another system, whichever way it is reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from condyle.dicom.network import (
    dimse_get,
    dimse_query,
    dimse_send,
    web_get,
    web_query,
    web_send,
)
from condyle.dicom.network.found import Filters, FoundInstance, FoundSeries, FoundStudy
from condyle.dicom.network.outgoing import Outgoing, Tell
from condyle.dicom.network.part10 import Received
from condyle.dicom.network.peer import Peer, WebPeer

_MOST_SINGLE = 4


def echo(peer: Peer) -> None:
    """Asks whether a peer is there.

    Raises:
        PeerError: It is not, or refuses.
    """
    if isinstance(peer, WebPeer):
        web_query.echo(peer)
    else:
        dimse_query.echo(peer)


def find_studies(peer: Peer, filters: Filters, limit: int) -> list[FoundStudy]:
    """Finds studies, at most ``limit``."""
    if isinstance(peer, WebPeer):
        return web_query.find_studies(peer, filters, limit)
    return dimse_query.find_studies(peer, filters, limit)


def find_series(peer: Peer, filters: Filters, limit: int) -> list[FoundSeries]:
    """Finds the series of the study that ``filters.study`` names."""
    if isinstance(peer, WebPeer):
        return web_query.find_series(peer, filters, limit)
    return dimse_query.find_series(peer, filters, limit)


def find_instances(peer: Peer, filters: Filters) -> list[FoundInstance]:
    """Finds the instances of a study, or of one series of it."""
    if isinstance(peer, WebPeer):
        return web_query.find_instances(peer, filters)
    return dimse_query.find_instances(peer, filters)


def get_instances(
    peer: Peer, wanted: Sequence[FoundInstance], take: Callable[[Received], None]
) -> None:
    """Fetches instances; what does not come, the caller sees by what is missing."""
    if not isinstance(peer, WebPeer):
        dimse_get.get_instances(peer, wanted, take)
        return
    by_series: dict[tuple[str, str], list[FoundInstance]] = defaultdict(list)
    for one in wanted:
        by_series[one.study, one.series].append(one)
    for (study, uid), some in by_series.items():
        if len(some) <= _MOST_SINGLE:
            web_get.get_instances(peer, some, take)
        else:
            series = FoundSeries(study, uid, None, "", "", "", None)
            web_get.get_series(peer, series, {one.uid for one in some}, take)


def send_instances(peer: Peer, files: Sequence[Outgoing], tell: Tell) -> None:
    """Stores instances at a peer, and tells what became of each."""
    if isinstance(peer, WebPeer):
        web_send.send_instances(peer, files, tell)
    else:
        dimse_send.send_instances(peer, files, tell)
