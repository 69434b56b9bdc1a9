"""The system's own record of what was synced before a STOW-RS sender was answered."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from tests.dicom.network.made import as_bytes, instance
from tests.service.conftest import Client
from tests.sync_trace import synced_before

from condyle.service.settings import Settings

SERVER = """
import sys
from pathlib import Path
from tests.service.served import served
from condyle.service.app import create_app
from condyle.service.deps import make_deps
from condyle.service.opening import open_archive
from condyle.service.settings import Settings
settings = Settings(home=Path(sys.argv[1]), worker=False)
with served(create_app(make_deps(settings, open_archive(settings)))) as address:
    print(address, flush=True)
    sys.stdin.read()
"""
EDGE = "between-the-parts"


@pytest.mark.needs("strace")
def test_file_folder_and_commit_are_synced_before_success_is_sent(
    clinician: Client, settings: Settings, tmp_path: Path
) -> None:
    token = clinician.post("/api/v1/tokens", json={"name": "sender"}).json()["secret"]
    record = tmp_path / "record"
    traced = ["strace", "-f", "--seccomp-bpf", "-y", "-s", "16", "-o", str(record)]
    calls = ["-e", "trace=fsync,fdatasync,sendto"]
    process = subprocess.Popen(
        [*traced, *calls, sys.executable, "-c", SERVER, str(settings.home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    images = [as_bytes(instance(number)) for number in range(1, 5)]
    with process:
        address = process.stdout.readline().decode().strip()
        for one in images:
            store(address, str(token), one)
        process.stdin.close()
    answers = answers_of(record.read_text("utf-8", "replace").splitlines(), settings)
    assert [status for status, _ in answers] == ["200"] * len(images)
    for _, synced in answers:
        assert {"file", "folder", "commit"} <= synced


def store(address: str, token: str, content: bytes) -> None:
    head = f"--{EDGE}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    asked = urllib.request.Request(
        f"{address}/dicomweb/studies",
        data=head + content + f"\r\n--{EDGE}--".encode(),
        headers={
            "Content-Type": f'multipart/related; type="application/dicom"; boundary={EDGE}',
            "Authorization": f"Bearer {token}",
        },
    )
    with urllib.request.urlopen(asked, timeout=300) as answer:
        assert answer.status == 200


def answers_of(lines: list[str], settings: Settings) -> list[tuple[str, set[str]]]:
    """Gives the status of each answer, and what was synced since the one before."""
    objects = re.escape(str(settings.objects))
    places = {
        objects + r"/[^/>]+/[0-9a-f]{32}": "file",
        objects + r"/[0-9a-f]{2}": "folder",
        re.escape(str(settings.home)) + r"/condyle\.sqlite-wal": "commit",
    }
    return synced_before(lines, answer=r'sendto\(.*"HTTP/1\.1 (\d+)', places=places)
