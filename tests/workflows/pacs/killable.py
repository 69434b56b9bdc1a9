"""A receiver in a process of its own that can be killed, and a quick sender."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.dicom.network.node.raw_peer import RawPeer, store_command, value
from tests.workflows.pacs.storing import STUDY, data_set_of, file_of, mr_image

from condyle.archive.spool import Spool
from condyle.dicom.network.node.options import NodeOptions
from condyle.workflows.pacs.receive import receiving

_FORK = multiprocessing.get_context("fork")  # at once, without importing everything anew


class KillableReceiver:
    """Receives into a spool until it is killed, and can be started again.

    Args:
        folder: Of the spool.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = 0
        self._process: multiprocessing.process.BaseProcess | None = None

    def start(self) -> None:
        ours, theirs = _FORK.Pipe()
        self._process = _FORK.Process(target=_receive, args=(self._folder, theirs), daemon=True)
        self._process.start()
        theirs.close()
        with ours:
            assert ours.poll(30)
            self.port = ours.recv()

    @property
    def pid(self) -> int:
        assert self._process is not None and self._process.pid is not None
        return self._process.pid

    def kill(self) -> None:
        """Ends it at this moment, wherever it is."""
        assert self._process is not None
        os.kill(self.pid, signal.SIGKILL)
        self._process.join()


def _receive(folder: Path, told: multiprocessing.connection.Connection) -> None:
    with receiving(Spool(folder), NodeOptions()) as node:
        told.send(node.port)
        signal.pause()


@contextmanager
def killable(folder: Path) -> Iterator[KillableReceiver]:
    """Gives a receiver that runs; it is killed at the end."""
    receiver = KillableReceiver(folder)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.kill()


def contents(count: int) -> dict[str, bytes]:
    """Gives the data sets of so many small images, by their UIDs."""
    template = data_set_of(file_of(mr_image(10_000)))
    uid = f"{STUDY}.1.10000".encode()
    assert template.count(uid) == 1 and len(uid) % 2 == 0
    numbers = range(10_001, 10_001 + count)
    return {
        f"{STUDY}.1.{number}": template.replace(uid, f"{STUDY}.1.{number}".encode())
        for number in numbers
    }


def send_until_lost(port: int, images: Sequence[tuple[str, bytes]]) -> list[str]:
    """Sends images one by one until the receiver is gone; gives those that it answered for."""
    answered: list[str] = []
    try:
        with RawPeer(port) as peer:
            for uid, content in images:
                half = len(content) // 2
                peer.say(value(store_command(uid), control=3), value(content[:half], control=0))
                peer.say(value(content[half:]))
                answer = peer.read()
                if not answer:
                    break
                assert b"\0\0\0\x09\x02\0\0\0\0\0" in answer  # (0000,0900): success
                answered.append(uid)
    except OSError:
        return answered
    return answered
