"""Receiving over the network: where the DICOM node meets the spool."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from condyle.archive.archive import now
from condyle.archive.spool import Incoming, Spool, SpoolWriter
from condyle.dicom.network.node.listen import Node
from condyle.dicom.network.node.options import NodeOptions
from condyle.dicom.network.node.receiving import Received


class SpoolShelf:
    """Puts what a node receives into the spool."""

    def __init__(self, writer: SpoolWriter, clock: Callable[[], dt.datetime] = now) -> None:
        self._writer = writer
        self._clock = clock

    def begin(self) -> SpoolTaking:
        """Opens an object; raises ``Unavailable`` where there is no room."""
        return SpoolTaking(self._writer.begin(), self._clock)


class SpoolTaking:
    """One object on its way into the spool."""

    def __init__(self, incoming: Incoming, clock: Callable[[], dt.datetime]) -> None:
        self._incoming = incoming
        self._clock = clock
        self.write = incoming.write
        self.abandon = incoming.abandon

    def content(self) -> AbstractContextManager[bytes | memoryview]:
        """Opens all that was written."""
        return self._incoming.content()

    def keep(self, of: Received) -> None:
        """Keeps it: durable when it returns."""
        self._incoming.keep(calling=of.calling, called=of.called, at=self._clock())


@contextmanager
def receiving(spool: Spool, options: NodeOptions) -> Iterator[Node]:
    """Receives into a spool while it is entered.

    Args:
        spool: Where to; no other process may receive into it.
        options: Of the node; port 0 takes any, which the node that is given tells.
    """
    with SpoolWriter(spool) as writer, Node(options, SpoolShelf(writer)) as node:
        yield node
