"""No failure shows a traceback, and each has its exit status."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import warnings
from collections.abc import Callable

import pytest
import typer

from condyle.cli.boundary import guarded, quiet_libraries
from condyle.errors import (
    BundleError,
    Cancelled,
    CondyleError,
    DatasetError,
    MissingExtra,
    OutputError,
    UnknownName,
)


def raising(error: BaseException) -> Callable[[], object]:
    def work() -> object:
        raise error

    return work


def told(error: BaseException) -> tuple[int, list[str]]:
    stream = io.StringIO()
    status = guarded(raising(error), stream=stream)
    return status, stream.getvalue().splitlines()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CondyleError("It failed."), 1),
        (BundleError("It failed."), 2),
        (DatasetError("It failed."), 2),
        (OutputError("It failed."), 2),
        (UnknownName("recipe", "x", ["y"]), 2),
        (MissingExtra("train", "Training"), 2),
        (Cancelled("Stopped."), 130),
        (KeyboardInterrupt(), 130),
        (typer.Abort(), 130),
        (ValueError("secret"), 1),
        (RuntimeError("secret"), 1),
        (MemoryError(), 1),
        (RecursionError(), 1),
        (typer.BadParameter("no"), 2),
    ],
)
def test_every_error_has_its_status_and_at_most_four_lines(error, status) -> None:
    got, lines = told(error)
    assert got == status
    assert 1 <= len(lines) <= 4
    assert not any("Traceback" in line for line in lines)


def test_an_error_of_ours_is_told_in_its_own_lines() -> None:
    error = BundleError("No bundle.", found="none", needed="one", mend="get one.")
    assert told(error)[1] == error.lines()


def test_an_unexpected_error_is_our_fault_and_keeps_its_values_to_itself() -> None:
    status, lines = told(ValueError("Doe^Jane 1970"))
    assert status == 1
    assert "the fault is Condyle's" in lines[0]
    assert "ValueError" in lines[1]
    assert "Doe" not in "\n".join(lines)


def test_a_debugging_run_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDYLE_DEBUG", "1")
    assert any("Traceback" in line for line in told(ValueError("details"))[1])


def test_a_message_over_several_lines_is_told_on_one() -> None:
    lines = told(CondyleError("First\nsecond\nthird", found="a\nb"))[1]
    assert lines == ["First second third", "  found:  a b"]


def test_an_endless_message_is_cut() -> None:
    assert len(told(CondyleError("x" * 10_000))[1][0]) == 400


def test_work_that_ends_well_gives_status_0() -> None:
    assert guarded(lambda: None) == 0


def test_work_may_choose_its_status() -> None:
    assert guarded(lambda: 2) == 2
    assert guarded(raising(typer.Exit(3))) == 3


def test_the_warnings_of_libraries_are_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with quiet_libraries():
        warnings.warn("a library complains", stacklevel=1)
        logging.getLogger("some.library").error("a library logs")
    assert capsys.readouterr().err == ""


def test_the_process_is_left_as_it_was() -> None:
    before = list(logging.getLogger().handlers), list(warnings.filters)
    with quiet_libraries():
        pass
    assert (list(logging.getLogger().handlers), list(warnings.filters)) == before


def test_a_debugging_run_shows_the_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDYLE_DEBUG", "1")
    with quiet_libraries(), pytest.warns(UserWarning, match="complains"):
        warnings.warn("a library complains", stacklevel=1)


def test_a_reader_of_the_output_that_goes_away_is_no_error() -> None:
    code = (
        "import sys; from condyle.cli.boundary import guarded\n"
        "def work():\n"
        "    for _ in range(100_000): print('x' * 100)\n"
        "sys.exit(guarded(work))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 0
