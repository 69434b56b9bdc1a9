"""Sending files from the disk to a client without their passing through this process.

A server that knows the extension ``EXTENSION`` has the kernel copy them from its cache to the
socket (``sendfile``); any other one, and a connection over TLS, sends what is read into memory.
"""

from __future__ import annotations

import asyncio
import logging
import os
import select
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import h11
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

EXTENSION = "condyle.files"
"""Name of the extension, and type of the message; its ``files`` is a list of ``FilePart``."""

_log = logging.getLogger(__name__)
_CHUNK = 1 << 21  # smaller pieces were slower
_LOOK_S = 0.005
_PATIENCE_MS = 50  # a thread waits so long for a client before it does something else


@dataclass(frozen=True)
class FilePart:
    """Bytes, then those of a file.

    Attributes:
        head: Sent before the file.
        path: Of the file.
        size: Bytes of the file that are sent; it must have as many.
    """

    head: bytes
    path: Path
    size: int


class FilesResponse(Response):
    """Files one after the other, each behind a head, and a tail.

    Args:
        files: In their order.
        tail: Sent after the last one.
        status_code: Of the answer.
        media_type: Its ``Content-Type``.
    """

    def __init__(
        self,
        files: Sequence[FilePart],
        tail: bytes,
        *,
        status_code: int,
        media_type: str,
    ) -> None:
        length = sum(len(one.head) + one.size for one in files) + len(tail)
        super().__init__(
            status_code=status_code,
            media_type=media_type,
            headers={"Content-Length": str(length)},
        )
        self._files = files
        self._tail = tail

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one call."""
        if EXTENSION not in scope.get("extensions", {}):
            streamed = StreamingResponse(
                _pieces(self._files, self._tail), self.status_code, dict(self.headers)
            )
            await streamed(scope, receive, send)
            return
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        await send({"type": EXTENSION, "files": self._files})
        await send({"type": "http.response.body", "body": self._tail, "more_body": False})


def _pieces(files: Sequence[FilePart], tail: bytes) -> Iterator[bytes | memoryview]:
    """Gives the bytes in few large pieces: each costs a turn of the event loop.

    A piece is written into until it is full, then given on, and a new one begun.
    """
    piece, at = bytearray(_CHUNK), 0
    for one in files:
        with one.path.open("rb", buffering=0) as stream:
            if at + len(one.head) > _CHUNK:
                yield memoryview(piece)[:at]
                piece, at = bytearray(_CHUNK), 0
            piece[at : at + len(one.head)] = one.head
            at, left = at + len(one.head), one.size
            while left:
                if at == _CHUNK:
                    yield bytes(piece)
                    piece, at = bytearray(_CHUNK), 0
                room = memoryview(piece)[at : at + left]
                got = stream.readinto(room)
                if not got:
                    return  # the object is shorter than its row says: the answer breaks off
                at, left = at + got, left - got
    yield bytes(memoryview(piece)[:at]) + tail


class FileProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with ``EXTENSION`` on connections without TLS."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.app = self._offering(self.app)

    def _offering(self, app: Any) -> Any:
        async def with_files(scope: Scope, receive: Receive, send: Send) -> None:
            async def send_also(message: Message) -> None:
                if message["type"] == EXTENSION:
                    await self._send_files(message["files"])
                else:
                    await send(message)

            if scope["scheme"] == "http" and sys.platform == "linux":
                scope.setdefault("extensions", {})[EXTENSION] = {}
            await app(scope, receive, send_also)

        return with_files

    async def _send_files(self, files: Sequence[FilePart]) -> None:
        """Sends files between what was written before and what is written after."""
        cycle = self.cycle
        while self.transport.get_write_buffer_size() and not cycle.disconnected:
            await asyncio.sleep(_LOOK_S)  # the answer's head; most sockets take it at once
        if cycle.disconnected:
            return
        size = sum(len(one.head) + one.size for one in files)
        # h11 holds the body to the length that was told. It gives back what it is given and asks
        # of it nothing but its length, which is what its passthrough is for.
        self.conn.send_with_data_passthrough(h11.Data(data=cast(bytes, _Counted(size))))
        try:
            with _own(self.transport.get_extra_info("socket")) as connection:
                await _sent(self.loop, connection, files)
        except OSError as error:
            if not isinstance(error, ConnectionError):  # the client went, which is no fault
                _log.error("an answer breaks off: %s", type(error).__name__)
            self.transport.abort()
            cycle.disconnected = True


class _Counted:
    """Stands for bytes that are sent elsewhere."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __len__(self) -> int:
        return self._size


@contextmanager
def _own(connection: socket.socket) -> Iterator[socket.socket]:
    """Gives the same connection under a number of its own, which the event loop can watch."""
    copied = socket.socket(fileno=os.dup(connection.fileno()))
    copied.setblocking(False)
    try:
        yield copied
    finally:
        copied.close()


async def _sent(
    loop: asyncio.AbstractEventLoop, connection: socket.socket, files: Sequence[FilePart]
) -> None:
    sending = _Sending(connection, files)
    ready = asyncio.Event()
    while not await run_in_threadpool(sending.go_on):
        ready.clear()
        loop.add_writer(connection, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_writer(connection)


class _Sending:
    """Files on their way; goes on where it stopped."""

    def __init__(self, connection: socket.socket, files: Sequence[FilePart]) -> None:
        self._connection = connection
        self._steps = self._all(files)

    def go_on(self) -> bool:
        """Sends what the client takes without a long wait; tells whether all of it is sent."""
        writable = select.poll()
        writable.register(self._connection, select.POLLOUT)
        return all(writable.poll(_PATIENCE_MS) for _ in self._steps)

    def _all(self, files: Sequence[FilePart]) -> Iterator[None]:
        """Sends; stops whenever the client's buffer is full."""
        for one in files:
            head = one.head
            while head:
                try:
                    head = head[self._connection.send(head, socket.MSG_MORE) :]
                except BlockingIOError:
                    yield
            descriptor = os.open(one.path, os.O_RDONLY)
            try:
                yield from self._file(descriptor, one.size)
            finally:
                os.close(descriptor)

    def _file(self, descriptor: int, size: int) -> Iterator[None]:
        at = 0
        while at < size:
            try:
                sent = os.sendfile(self._connection.fileno(), descriptor, at, size - at)
            except BlockingIOError:
                yield
                continue
            if not sent:
                raise OSError("a file is shorter than its row says")
            at += sent
