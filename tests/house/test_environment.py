"""What the base installation can do, and what the make targets do with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pydicom import uid
from pydicom.pixels import get_decoder


def make(root: Path, *arguments: str) -> str:
    """Gives what make would do, without doing it."""
    done = subprocess.run(
        ["make", "--dry-run", *arguments],
        cwd=root,
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    return done.stdout


@pytest.fixture
def fresh(root: Path, tmp_path: Path) -> Path:
    """A folder with what the make targets look at, and no environment yet."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).symlink_to(root / name)
    return tmp_path


@pytest.mark.parametrize(
    "syntax",
    [
        uid.JPEGBaseline8Bit,
        uid.JPEGLSLossless,
        uid.JPEGLSNearLossless,
        uid.JPEG2000Lossless,
        uid.JPEG2000,
        uid.HTJ2KLossless,
        uid.RLELossless,
    ],
    ids=lambda syntax: syntax.name,
)
def test_the_base_installation_decodes(syntax: uid.UID) -> None:
    assert get_decoder(syntax).is_available


def test_make_run_without_a_study_makes_the_example(root: Path) -> None:
    text = make(root, "run")
    assert "condyle phantom lumbar" in text
    assert "condyle read" in text


def test_make_run_with_a_study_makes_none(root: Path) -> None:
    text = make(root, "run", "STUDY=my studies/one.zip", "OUT=there")
    assert "phantom" not in text
    assert "read 'my studies/one.zip' --out 'there'" in text


def test_make_run_installs_no_extra(fresh: Path) -> None:
    text = make(fresh, "run")
    installs = [line for line in text.splitlines() if "pip install" in line]
    assert len(installs) == 1
    assert installs[0].rstrip().endswith("-c constraints.txt -e .")
    assert ".venv-run/" in installs[0]


def test_make_test_sets_itself_up_on_a_fresh_machine(fresh: Path) -> None:
    lines = make(fresh, "test").splitlines()
    first_check = next(i for i, line in enumerate(lines) if "ruff check" in line)
    assert any("-m venv .venv" in line for line in lines[:first_check])
    assert any(
        "[train,evaluate,detect,pretrained,ocr,mlflow,clinic,openvino,pacs,viewer,dev]" in line
        for line in lines[:first_check]
    )


def test_make_test_runs_every_check(root: Path) -> None:
    text = make(root, "test")
    checks = ("ruff check", "ruff format --check", "mypy", "lint-imports", "pytest")
    assert not [check for check in checks if check not in text]


def test_an_old_python_is_refused_with_a_way_out(fresh: Path) -> None:
    old = fresh / "old-python"
    old.write_text('#!/bin/sh\ncase "$1" in --version) echo Python 3.8.1;; *) exit 1;; esac\n')
    old.chmod(0o755)
    done = subprocess.run(
        ["make", "install", f"PYTHON={old}"],
        cwd=fresh,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "Python 3.11 or newer" in done.stderr
    assert "Python 3.8.1" in done.stderr
    assert not (fresh / ".venv").exists()


def test_ctrl_c_ends_with_status_130_and_no_traceback() -> None:
    code = (
        "import sys, time; from condyle.cli.boundary import guarded\n"
        "def work():\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
        "sys.exit(guarded(work))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        time.sleep(0.1)
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=30) == 130
        text = process.stderr.read()
    assert "Traceback" not in text
    assert 1 <= len(text.splitlines()) <= 4
