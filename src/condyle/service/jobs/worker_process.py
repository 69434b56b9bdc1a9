"""A process beside the server, as its child: started with it, ended with it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from types import TracebackType

from condyle.service.settings import Settings

COMMAND = (sys.executable, "-m", "condyle.service.jobs.worker")
"""What is run; it ends when its standard input ends, which it does with the server."""

_LONGEST_WAIT_S = 60.0
_GRACE_S = 15.0
_log = logging.getLogger(__name__)


class WorkerProcess:
    """Keeps the worker, or what else is named, running while it is entered.

    A worker that ends by itself is started again, after a time that doubles up to a minute.

    Args:
        settings: Of the server; the worker gets the same.
        command: What to run.
        name: What the log calls it.
        first_wait_s: How long to wait before it is started again the first time.
    """

    def __init__(
        self,
        settings: Settings,
        command: Sequence[str] = COMMAND,
        *,
        name: str = "worker",
        first_wait_s: float = 1.0,
    ) -> None:
        self._name = name
        self._command = tuple(command)
        self._environment = {**os.environ, **environment_of(settings)}
        self._first_wait_s = first_wait_s
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher = threading.Thread(target=self._watch, name=name, daemon=True)

    def __enter__(self) -> WorkerProcess:
        self._start()
        self._watcher.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        with self._lock:
            process = self._process
        if process is not None:
            _end(process)
        self._watcher.join()

    @property
    def pid(self) -> int | None:
        """The process' number, while there is one."""
        with self._lock:
            return None if self._process is None else self._process.pid

    def _start(self) -> None:
        with self._lock:
            if self._stop.is_set():
                return
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,  # its end tells the worker that the server is gone
                env=self._environment,
                process_group=0,  # a key that interrupts the server lets the worker finish
            )

    def _watch(self) -> None:
        wait_s = self._first_wait_s
        while not self._stop.is_set():
            with self._lock:
                process = self._process
            if process is None:
                return
            status = process.wait()
            if process.stdin is not None:
                process.stdin.close()
            if self._stop.is_set():
                return
            _log.error("the %s ended with status %d; it is started again", self._name, status)
            self._stop.wait(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
            self._start()


def environment_of(settings: Settings) -> dict[str, str]:
    """Gives the variables that make a child process run with the same archive."""
    given = {"CONDYLE_HOME": str(settings.home), "CONDYLE_DATABASE_URL": settings.database}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if name.startswith("dicom_") and value is not None:
            given[f"CONDYLE_{name.upper()}"] = str(value)
    return given


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
