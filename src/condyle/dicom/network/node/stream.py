"""PDUs from a socket (DICOM PS3.8 9.3), with a bound on their length and on the wait for them."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections.abc import Iterator

MOST_PDU = 1 << 17
"""Longest P-DATA-TF that a peer is told it may send."""

MOST_REQUEST = 1 << 18
"""Longest A-ASSOCIATE-RQ; 128 contexts with every transfer syntax need half of it."""

REQUEST, ACCEPT, REJECT, DATA, RELEASE, RELEASED, ABORT = range(1, 8)

_HEAD = struct.Struct(">BxI")
_VALUE = struct.Struct(">IBB")
_QUICK_ACK = getattr(socket, "TCP_QUICKACK", None)


class PeerGone(Exception):
    """The peer closed, or the connection broke."""


class PeerSilent(Exception):
    """The peer sent nothing, or not enough, for too long."""


class PeerWrong(Exception):
    """The peer sent what is no PDU that may come now; ``args[0]`` says it without its values."""


class PduStream:
    """PDUs over a connection.

    Args:
        connection: A socket, of TLS or not.
        timeout_s: Longest wait for anything, and twice that for one whole PDU.
    """

    def __init__(self, connection: socket.socket, timeout_s: float) -> None:
        self._connection = connection
        self._timeout_s = timeout_s
        self._buffer = bytearray(2 * (MOST_REQUEST + _HEAD.size))
        self._view = memoryview(self._buffer)
        self._start = 0
        self._end = 0
        connection.settimeout(timeout_s)  # once: it costs a call of the system each time
        self._quick = _QUICK_ACK is not None and connection.family != socket.AF_UNIX
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def next(self) -> tuple[int, memoryview]:
        """Gives the next PDU's type and what follows its head, which holds until the next call.

        Raises:
            PeerGone: There is none.
            PeerSilent: It did not come in time.
            PeerWrong: It is longer than it may be, or of no known type.
        """
        until = time.monotonic() + self._timeout_s
        self._need(_HEAD.size, until)
        kind, length = _HEAD.unpack_from(self._buffer, self._start)
        if not REQUEST <= kind <= ABORT:
            raise PeerWrong("a PDU of no known type")
        most = {DATA: MOST_PDU, REQUEST: MOST_REQUEST}.get(kind, 64)
        if length > most:
            raise PeerWrong("a PDU longer than was agreed")
        self._need(_HEAD.size + length, until)
        begin = self._start + _HEAD.size
        self._start = begin + length
        return kind, self._view[begin : self._start]

    def send(self, content: bytes) -> None:
        """Sends bytes.

        Raises:
            PeerGone: The connection broke.
            PeerSilent: The peer takes nothing.
        """
        try:
            self._connection.sendall(content)
        except TimeoutError:
            raise PeerSilent from None
        except OSError:
            raise PeerGone from None

    def _need(self, length: int, until: float) -> None:
        """Waits until so many bytes are there."""
        if len(self._buffer) - self._start < length:
            rest = bytes(self._view[self._start : self._end])
            self._view[: len(rest)] = rest
            self._start, self._end = 0, len(rest)
        while self._end - self._start < length:
            if self._start == self._end:
                self._start = self._end = 0
            self._end += self._receive()
            if time.monotonic() > until:
                raise PeerSilent

    def _receive(self) -> int:
        try:
            count = self._connection.recv_into(self._view[self._end :])
            if self._quick and _QUICK_ACK is not None:
                # Many senders hold a small last piece back until what came before it is
                # acknowledged, which the system would put off for 40 ms.
                self._connection.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)
        except TimeoutError:
            raise PeerSilent from None
        except OSError:
            raise PeerGone from None
        if not count:
            raise PeerGone
        return count


def values_in(payload: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """Gives the presentation data values of a P-DATA-TF: context, control header, fragment.

    Raises:
        PeerWrong: Their lengths do not fit.
    """
    at = 0
    while at < len(payload):
        if len(payload) - at < _VALUE.size:
            raise PeerWrong("a data value that ends early")
        length, context, control = _VALUE.unpack_from(payload, at)
        if length < 2 or at + 4 + length > len(payload):
            raise PeerWrong("a data value with a wrong length")
        yield context, control, payload[at + 6 : at + 4 + length]
        at += 4 + length


def data_pdu(context: int, content: bytes, *, command: bool) -> bytes:
    """Gives one P-DATA-TF with one last fragment."""
    value = _VALUE.pack(len(content) + 2, context, 3 if command else 2) + content
    return _HEAD.pack(DATA, len(value)) + value


def short_pdu(kind: int, *values: int) -> bytes:
    """Gives a PDU of four bytes: A-ASSOCIATE-RJ, A-RELEASE-RQ and -RP, A-ABORT."""
    return _HEAD.pack(kind, 4) + bytes([0, *values, 0, 0, 0][:4])
