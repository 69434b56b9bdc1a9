"""A peer that says exactly what a test has it say, and a shelf in memory."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage
from pynetdicom.pdu import A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import (
    A_ASSOCIATE,
    ImplementationClassUIDNotification,
    MaximumLengthNotification,
)
from pynetdicom.presentation import build_context

from condyle.dicom.network.node.listen import Node
from condyle.dicom.network.node.options import NodeOptions
from condyle.dicom.network.node.receiving import Received
from condyle.errors import Unavailable

VERIFICATION = "1.2.840.10008.1.1"


class MemoryTaking:
    """An object in memory."""

    def __init__(self, shelf: MemoryShelf) -> None:
        self._shelf = shelf
        self._content = bytearray()

    def write(self, part: bytes | memoryview) -> None:
        if self._shelf.full_after is not None and len(self._content) >= self._shelf.full_after:
            raise Unavailable("The shelf is full.")
        self._content += part

    @contextmanager
    def content(self) -> Iterator[bytes]:
        yield bytes(self._content)

    def keep(self, of: Received) -> None:
        self._shelf.kept.append((of, bytes(self._content)))

    def abandon(self) -> None:
        self._shelf.abandoned += 1


@dataclass
class MemoryShelf:
    """Keeps what a node receives; full once an object has so many bytes, if that is said."""

    full_after: int | None = None
    kept: list[tuple[Received, bytes]] = field(default_factory=list)
    abandoned: int = 0

    def begin(self) -> MemoryTaking:
        return MemoryTaking(self)


@contextmanager
def node(shelf: MemoryShelf, **options: object) -> Iterator[Node]:
    """Runs a node on a shelf in memory."""
    values = {"timeout_s": 5.0, **options}
    with Node(NodeOptions(**values), shelf) as listening:  # type: ignore[arg-type]
        yield listening


def request(
    contexts: Sequence[tuple[str, Sequence[str]]], calling: str = "RAW", called: str = "CONDYLE"
) -> bytes:
    """Gives an A-ASSOCIATE-RQ; contexts are numbered 1, 3, 5 and so on."""
    proposed = []
    for number, (class_uid, syntaxes) in enumerate(contexts):
        context = build_context(class_uid, list(syntaxes))
        context.context_id = 2 * number + 1
        proposed.append(context)
    most, implementation = MaximumLengthNotification(), ImplementationClassUIDNotification()
    most.maximum_length_received = 16384
    implementation.implementation_class_uid = UID("1.2.3")
    primitive = A_ASSOCIATE()
    primitive.application_context_name = UID("1.2.840.10008.3.1.1.1")
    primitive.calling_ae_title, primitive.called_ae_title = calling, called
    primitive.presentation_context_definition_list = proposed
    primitive.user_information = [most, implementation]
    return A_ASSOCIATE_RQ(primitive).encode()


MR = request([(MRImageStorage, [ExplicitVRLittleEndian]), (VERIFICATION, ["1.2.840.10008.1.2"])])


class RawPeer:
    """A connection on which anything can be said."""

    def __init__(self, port: int, opening: bytes | None = MR) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.answer = b""
        if opening is not None:
            self.socket.sendall(opening)
            self.answer = self.read()

    def __enter__(self) -> RawPeer:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def read(self) -> bytes:
        """Gives one whole PDU; empty where the node closed."""
        head = self._exactly(6)
        return head + self._exactly(int.from_bytes(head[2:6], "big")) if head else b""

    def _exactly(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            try:
                part = self.socket.recv(count - len(found))
            except ConnectionError:
                return b""
            if not part:
                return b""
            found += part
        return found

    def say(self, *pdus: bytes) -> None:
        self.socket.sendall(b"".join(pdus))

    def status(self) -> int:
        """Gives the status of the answer that comes next."""
        command = self.read()[12:]
        at = 0
        while at < len(command):
            element, length = struct.unpack_from("<2xHI", command, at)
            if element == 0x0900:
                return int.from_bytes(command[at + 8 : at + 10], "little")
            at += 8 + length
        raise AssertionError("an answer without a status")


def pdu(kind: int, content: bytes) -> bytes:
    return struct.pack(">BxI", kind, len(content)) + content


def value(content: bytes, *, context: int = 1, control: int = 2) -> bytes:
    """Gives a P-DATA-TF of one value; control 3 is a last command, 2 last data, 0 more data."""
    return pdu(4, struct.pack(">IBB", len(content) + 2, context, control) + content)


def element(number: int, content: bytes) -> bytes:
    content += b"\0" * (len(content) % 2)
    return struct.pack("<HHI", 0, number, len(content)) + content


def store_command(uid: str, class_uid: str = MRImageStorage, *, message: int = 1) -> bytes:
    """Gives the command set of a C-STORE-RQ."""
    body = (
        element(0x0002, class_uid.encode())
        + element(0x0100, struct.pack("<H", 1))
        + element(0x0110, struct.pack("<H", message))
        + element(0x0700, struct.pack("<H", 0))
        + element(0x0800, struct.pack("<H", 1))
        + element(0x1000, uid.encode())
    )
    return element(0, struct.pack("<I", len(body))) + body
