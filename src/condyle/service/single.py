"""One process at a time does a thing: a lock that ends with its holder, however that dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from condyle.errors import Conflict


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Holds a lock for as long as it is entered.

    Args:
        lock: A file; it is made where it is not there, and stays.

    Raises:
        Conflict: Another process holds it.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                "The worker was not started.",
                found="another worker of that name at work on this archive",
                needed="one worker of a name",
                mend="stop the other one, or give this one another name with --name.",
            ) from None
        yield
    finally:
        os.close(descriptor)
