"""A test that the machine cannot run is left out with its reason, or fails where required."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_TEST = """
import pytest

@pytest.mark.needs("{name}")
def test_it() -> None:
    pass
"""


@pytest.fixture
def outcome(tmp_path: Path, root: Path):
    """Runs one test that needs something, under an environment, and gives what came of it."""
    shutil.copy(root / "tests" / "conftest.py", tmp_path)
    (tmp_path / "tests").mkdir()
    shutil.copy(root / "tests" / "running_orthanc.py", tmp_path / "tests")

    def run(name: str = "data", **variables: str) -> tuple[int, str]:
        (tmp_path / "test_one.py").write_text(_TEST.format(name=name))
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CONDYLE_")}
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # no plugin's work is looked at
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-c", str(root / "pyproject.toml"), "--rootdir=.",
             "-p", "no:cacheprovider", "-q", "test_one.py"],
            cwd=tmp_path,
            env=environment | variables,
            capture_output=True,
            text=True,
            timeout=120,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    return run


def test_a_test_that_needs_data_runs_where_there_is_data(outcome, tmp_path: Path) -> None:
    status, text = outcome(CONDYLE_TEST_DATA=str(tmp_path))
    assert status == 0
    assert "1 passed" in text


def test_it_is_left_out_with_its_reason_where_there_is_none(outcome) -> None:
    status, text = outcome()
    assert status == 0
    assert "1 skipped" in text
    assert "CONDYLE_TEST_DATA names no folder" in text


def test_it_is_left_out_where_the_folder_does_not_exist(outcome, tmp_path: Path) -> None:
    status, text = outcome(CONDYLE_TEST_DATA=str(tmp_path / "absent"))
    assert (status, "1 skipped" in text) == (0, True)


def test_it_fails_where_data_is_required(outcome) -> None:
    status, text = outcome(CONDYLE_REQUIRE="data")
    assert status == 1
    assert "CONDYLE_REQUIRE names 'data'" in text


def test_a_browser_test_is_left_out_with_what_it_lacks(outcome, tmp_path: Path) -> None:
    status, text = outcome("browser", PATH=str(tmp_path))
    assert (status, "1 skipped" in text) == (0, True)
    assert "chromium is not on the path, or 'make viewer' has not built the viewer" in text


def test_an_unknown_requirement_stops_everything(outcome) -> None:
    status, text = outcome(CONDYLE_REQUIRE="data, pacs-of-mars")
    assert status == pytest.ExitCode.USAGE_ERROR
    assert "pacs-of-mars" in text


def test_an_unknown_need_is_an_error(outcome) -> None:
    status, text = outcome(name="moon")
    assert status != 0
    assert "moon" in text


def test_what_takes_long_is_all_that_make_soak_asks_for_wherever_it_lies(
    outcome, root: Path
) -> None:
    dry = subprocess.run(
        ["make", "--no-print-directory", "-n", "soak"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert dry.stdout.rstrip().endswith("python -m pytest -m soak")
    asked = {"PYTEST_ADDOPTS": "-m soak", "CONDYLE_SOAK": "1", "CONDYLE_REQUIRE": "soak"}
    status, text = outcome("soak", **asked)
    assert (status, "1 passed" in text) == (0, True)
    status, text = outcome("data", **asked)
    assert (status, "1 deselected" in text) == (pytest.ExitCode.NO_TESTS_COLLECTED, True)


def test_ci_requires_the_data_and_calls_make_test(root: Path) -> None:
    script = root / ".ci" / "run"
    text = script.read_text("utf-8")
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in text
    assert "CONDYLE_REQUIRE" in text
    assert text.rstrip().endswith("make test")
