"""A process that ends with the one that started it."""

from __future__ import annotations

import os
import stat
import sys
import threading


def stop_with_parent(stop: threading.Event) -> None:
    """Stops when standard input ends, where it is a pipe: its other end is the server's.

    Args:
        stop: Set then.
    """
    if sys.stdin is None or not stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        return

    def wait() -> None:
        while os.read(0, 1024):
            pass
        stop.set()

    threading.Thread(target=wait, name="parent", daemon=True).start()
