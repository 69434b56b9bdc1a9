"""The room's public names, and what it does not bring with it."""

import subprocess
import sys

import pytest

from condyle import bundle

HEAVY = ["onnxruntime", "onnx", "torch", "pydicom", "nibabel", "fastapi"]


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


@pytest.mark.parametrize("name", [name for name in bundle.__all__ if name != "SCHEMA"])
def test_every_public_name_is_there_and_described(name):
    assert getattr(bundle, name).__doc__.strip()


def test_reading_a_manifest_brings_no_runtime_and_no_framework():
    told = run(f"import sys, condyle.bundle; print([n for n in {HEAVY} if n in sys.modules])")
    assert told == "[]"


def test_reading_a_manifest_opens_no_connection(tmp_path):
    code = (
        "import socket, sys\n"
        "def refuse(*args, **kwargs): raise SystemExit('a connection was tried')\n"
        "socket.socket.connect = refuse\n"
        "socket.getaddrinfo = refuse\n"
        "from condyle.bundle import installed_bundles\n"
        "installed_bundles()\n"
        "print('quiet')\n"
    )
    assert run(code) == "quiet"
