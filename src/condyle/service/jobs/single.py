"""One process at a time does a thing: a lock that ends with its holder, however that dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from condyle.errors import Conflict


@contextmanager
def alone(lock: Path, *, wait_s: float = 0.0) -> Iterator[None]:
    """Holds a lock for as long as it is entered.

    Args:
        lock: A file; it is made where it is not there, and stays.
        wait_s: How long to wait for whoever holds it, such as one that is about to end.

    Raises:
        Conflict: Another process holds it still.
    """
    until = time.monotonic() + wait_s
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _taken(descriptor):
            if time.monotonic() >= until:
                raise Conflict(
                    "The worker was not started.",
                    found="another worker of that name at work on this archive",
                    needed="one worker of a name",
                    mend="stop the other one, or give this one another name with --name.",
                )
            time.sleep(0.1)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
