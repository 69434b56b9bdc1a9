"""A clinic that runs as it does for its users: ``condyle serve`` with its worker, as processes."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from condyle.archive.archive import Archive
from condyle.service.opening import open_archive
from condyle.service.settings import Settings

WAIT_S = 60.0
"""The longest that anything may take; a machine that is busy with other things is no failure."""

READ_S = 300.0
"""The longest that reading a study may take there; on a quiet machine it takes 10 s."""

FIRST_USER = "admin"
_BUILT = {k: v for k, v in os.environ.items() if k == "CONDYLE_VIEWER"}
"""A viewer that was built elsewhere, as by somebody who works on it."""


class RunningClinic:
    """A server on a folder of its own, at one address however often it is started.

    Args:
        folder: Holds the archive in ``home``, and what the server said in ``told.txt``.
        settings: More of the server's settings, as variables of its environment.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.home = folder / "home"
        self.told_in = folder / "told.txt"
        self.log = folder / "log.txt"
        self.port = free_port()
        self._settings = dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def told(self) -> str:
        """What all of its starts printed."""
        return self.told_in.read_text("utf-8")

    @property
    def first_password(self) -> str:
        found = re.search(rf"Log in as '{FIRST_USER}' with the password (\S+)", self.told)
        assert found, self.told
        return found[1]

    def start(self) -> None:
        mine = {k: v for k, v in os.environ.items() if not k.startswith("CONDYLE_")}
        environment = mine | {"CONDYLE_HOME": str(self.home), "CONDYLE_PORT": str(self.port)}
        environment |= _BUILT | self._settings
        before = self.told.count("Condyle is at") if self.told_in.exists() else 0
        with self.told_in.open("ab") as told, self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "condyle", "serve"],
                env=environment,
                stdout=told,
                stderr=log,
            )
        end = time.monotonic() + WAIT_S
        while self.told.count("Condyle is at") == before:
            assert self._process.poll() is None and time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        """Ends the server as a power cut would; its worker ends by itself."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def kill_worker(self) -> None:
        """Ends the process that runs the bundles, which the server starts again."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        end = time.monotonic() + WAIT_S
        while not (found := children.read_text().split()):
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)
        for child in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)

    def stop(self) -> int:
        """Ends it as Ctrl-C does, and gives its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(WAIT_S)


@contextlib.contextmanager
def filled_clinic(
    folder: Path, fill: Callable[[Archive], None], settings: Mapping[str, str] | None = None
) -> Iterator[RunningClinic]:
    """Runs a clinic whose archive was filled before its first start, and that runs no bundle.

    Args:
        folder: As of ``RunningClinic``.
        fill: Puts into the archive what it shall hold.
        settings: As of ``RunningClinic``.
    """
    running = RunningClinic(folder, {"CONDYLE_WORKER": "false", **(settings or {})})
    running.home.mkdir(mode=0o700)
    archive = open_archive(Settings(home=running.home, worker=False))
    fill(archive)
    archive.database.close()
    running.start()
    yield running
    assert running.stop() == 0, running.log.read_text()


def free_port() -> int:
    """Gives a port that nothing uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
