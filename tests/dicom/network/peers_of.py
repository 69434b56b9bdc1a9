"""A node of pynetdicom's own on the loopback, that answers as a test says and keeps what came."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.presentation import build_context

from condyle.dicom.network.contexts import CLASSES, NATIVE, SYNTAXES
from condyle.dicom.network.peer import DimsePeer

_QUERY = (
    "1.2.840.10008.1.1",
    "1.2.840.10008.5.1.4.1.2.2.1",
    "1.2.840.10008.5.1.4.1.2.2.2",
    "1.2.840.10008.5.1.4.1.2.2.3",
)


@dataclass
class FakePeer:
    """A peer, and what it was given.

    Attributes:
        port: Where it listens.
        came: The data sets of what was stored, as they came.
        syntaxes: Transfer syntax of each.
        asked: The identifiers of searches.
    """

    port: int = 0
    came: dict[str, bytes] = field(default_factory=dict)
    syntaxes: dict[str, str] = field(default_factory=dict)
    asked: list[Dataset] = field(default_factory=list)

    def peer(self, **more: Any) -> DimsePeer:
        """Gives how it is reached."""
        told = {"title": "FAKE", "host": "127.0.0.1", "timeout_s": 10} | more
        return DimsePeer("fake", port=self.port, **told)


@contextlib.contextmanager
def fake_peer(
    *,
    stores: Callable[[int], int] = lambda count: 0x0000,
    finds: Sequence[tuple[int, Dataset | None]] = (),
    syntaxes: Sequence[str] = SYNTAXES,
    title: str = "",
    tls: Any = None,
) -> Iterator[FakePeer]:
    """Runs a peer while it is entered.

    Args:
        stores: Status of the n-th C-STORE.
        finds: What each search is answered.
        syntaxes: Transfer syntaxes that it takes.
        title: By which it must be called; empty for any.
        tls: Its context.
    """
    fake = FakePeer()

    def store(event: Any) -> int:
        status = stores(len(fake.came))
        if status in (0x0000, 0xB000):
            uid = str(event.request.AffectedSOPInstanceUID)
            fake.came[uid] = event.request.DataSet.getvalue()
            fake.syntaxes[uid] = str(event.context.transfer_syntax)
        return status

    def find(event: Any) -> Iterator[tuple[int, Dataset | None]]:
        fake.asked.append(event.identifier)
        yield from finds

    node = AE(ae_title="FAKE")
    node.require_called_aet = bool(title)
    node.supported_contexts = [
        *(build_context(one, list(NATIVE)) for one in _QUERY),
        *(build_context(one, list(syntaxes)) for one in CLASSES),
    ]
    handlers = [(evt.EVT_C_STORE, store), (evt.EVT_C_FIND, find)]
    server = node.start_server(
        ("127.0.0.1", 0), block=False, evt_handlers=handlers, ssl_context=tls
    )
    fake.port = server.server_address[1]
    try:
        yield fake
    finally:
        server.shutdown()
