"""The system's own record of what was synced before a sender was answered."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.sync_trace import synced_before
from tests.workflows.pacs.killable import contents, send_until_lost

RECEIVER = """
import sys
from pathlib import Path
from condyle.archive.spool import Spool
from condyle.dicom.network.node.options import NodeOptions
from condyle.workflows.pacs.receive import receiving
with receiving(Spool(Path(sys.argv[1])), NodeOptions()) as node:
    print(node.port, flush=True)
    sys.stdin.read()
"""
CALLS = "fsync,fdatasync,sendto"


@pytest.mark.needs("strace")
def test_file_folder_and_commit_are_synced_before_each_success_is_sent(tmp_path: Path) -> None:
    spool, record = tmp_path / "spool", tmp_path / "record"
    traced = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-y",
        "-s",
        "4",
        "-e",
        f"trace={CALLS}",
        "-o",
        str(record),
    ]
    process = subprocess.Popen(
        [*traced, sys.executable, "-c", RECEIVER, str(spool)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    with process:
        port = int(process.stdout.readline())
        images = list(contents(5).items())
        assert len(send_until_lost(port, images)) == len(images)
        process.stdin.close()
    answers = _answers(record.read_text().splitlines(), spool)
    assert len(answers) == len(images)
    for synced in answers:
        assert {"file", "folder", "commit"} <= synced


def _answers(lines: list[str], spool: Path) -> list[set[str]]:
    """Gives for each answer what was synced since the one before it."""
    places = {
        re.escape(str(spool / "files")) + r"/[0-9a-f]{32}": "file",
        re.escape(str(spool / "files")): "folder",
        re.escape(str(spool)) + r"/spool-\d.sqlite-wal": "commit",
    }
    answer = r'^sendto\(.*("\\4)'  # a P-DATA-TF
    return [synced for _, synced in synced_before(lines, answer=answer, places=places)]
