"""A real PACS for tests: Orthanc on this machine's loopback, with a storage of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_START_S = 30.0


def orthanc_dicomweb() -> Path | None:
    """Gives Orthanc's DICOMweb plugin; ``None`` where it is not installed."""
    found = sorted(Path("/usr/share/orthanc/plugins").glob("libOrthancDicomWeb.so"))
    return found[0] if found else None


def free_ports(count: int) -> list[int]:
    """Gives ports of the loopback that nobody listens on now, all different."""
    with contextlib.ExitStack() as held:
        taken = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in taken]


@dataclass
class RunningOrthanc:
    """An Orthanc with its DICOMweb plugin.

    Attributes:
        folder: Its configuration, log and storage; removed by whoever made it.
        title: Its AE title.
        port: Where it takes DIMSE associations.
        http_port: Where it answers REST and DICOMweb.
        settings: Further settings, over those that every test has.
    """

    folder: Path
    title: str = "ORTHANC"
    port: int = 0
    http_port: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of its REST interface."""
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def web(self) -> str:
        """Address of its DICOMweb."""
        return f"{self.url}/dicom-web"

    @property
    def pid(self) -> int:
        """Its process; raises where it is not running."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Starts it and waits until it answers; what it held before is there again."""
        if not self.port:
            self.port, self.http_port = free_ports(2)
        config = self.folder / "orthanc.json"
        config.write_text(json.dumps(self._settings()))
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [shutil.which("Orthanc") or "Orthanc", str(config)],
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        self._wait()

    def stop(self) -> None:
        """Ends it; ``start`` brings it back with what it holds, on the same ports."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def know(self, title: str, port: int, host: str = "127.0.0.1") -> None:
        """Tells it of another node, so that it may C-MOVE to it."""
        self.rest(f"/modalities/{title}", method="PUT", body=[title, host, port])

    def store(self, content: bytes) -> dict[str, Any]:
        """Gives it one instance by REST."""
        given: dict[str, Any] = self.rest("/instances", method="POST", body=content)
        return given

    def instances(self) -> list[str]:
        """Gives Orthanc's own names of all instances that it holds."""
        found: list[str] = self.rest("/instances")
        return found

    def file(self, name: str) -> bytes:
        """Gives an instance's file as Orthanc stored it."""
        with urllib.request.urlopen(f"{self.url}/instances/{name}/file", timeout=30) as answer:
            content: bytes = answer.read()
        return content

    def empty(self) -> None:
        """Forgets every patient."""
        for patient in self.rest("/patients"):
            self.rest(f"/patients/{patient}", method="DELETE")

    def rest(self, path: str, *, method: str = "GET", body: object = None) -> Any:
        """Calls its REST interface; a body that is not bytes goes as JSON.

        Raises:
            urllib.error.URLError: It refused or does not answer.
        """
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{self.url}{path}", data=content, method=method)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            raw = answer.read()
        return json.loads(raw) if raw else None

    def _settings(self) -> dict[str, Any]:
        plugin = orthanc_dicomweb()
        assert plugin is not None
        return {
            "Name": self.title,
            "StorageDirectory": str(self.folder / "storage"),
            "IndexDirectory": str(self.folder / "storage"),
            "Plugins": [str(plugin)],
            "DicomAet": self.title,
            "DicomPort": self.port,
            "HttpPort": self.http_port,
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": False,
            "SslEnabled": False,
            "DicomAlwaysAllowEcho": True,
            "DicomAlwaysAllowStore": True,
            "DicomAlwaysAllowFind": True,
            "DicomAlwaysAllowGet": True,
            "DicomAlwaysAllowMove": True,
            "DicomCheckCalledAet": False,
            "UnknownSopClassAccepted": True,
            "OverwriteInstances": False,
            "StableAge": 1,
            "DefaultEncoding": "Utf8",  # else it answers in Latin 1, whatever a name is in
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/", "EnableWado": True, "Ssl": False},
            **self.settings,
        }

    def _wait(self) -> None:
        until = time.monotonic() + _START_S
        while True:
            try:
                self.rest("/system")
                return
            except (urllib.error.URLError, ConnectionError):
                assert self._process is not None
                if time.monotonic() > until or self._process.poll() is not None:
                    log = (self.folder / "log").read_text(errors="replace")[-2000:]
                    raise RuntimeError(f"Orthanc did not start: {log}") from None
                time.sleep(0.05)


@contextlib.contextmanager
def running_orthanc(**settings: Any) -> Iterator[RunningOrthanc]:
    """Gives a running Orthanc in a folder of its own, in memory where there is room for it.

    Args:
        **settings: Settings of Orthanc's configuration over those of every test.
    """
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="condyle-orthanc-", dir=memory))
    pacs = RunningOrthanc(folder, settings=settings)
    try:
        pacs.start()
        yield pacs
    finally:
        pacs.stop()
        shutil.rmtree(folder, ignore_errors=True)
