"""Long work shows how far it has come, how fast it goes and what is left."""

from __future__ import annotations

import io
import sys

import pytest

from condyle.cli.progress import PlainProgress, duration, plain_line, shown_progress
from condyle.domain.progress import Progress


class Clock:
    """Tells the time that it was set to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def shown(steps: list[tuple[float, Progress]], interval_s: float = 5.0) -> list[str]:
    clock, stream = Clock(), io.StringIO()
    progress = PlainProgress(stream, clock=clock, interval_s=interval_s)
    for moment, step in steps:
        clock.now = moment
        progress(step)
    return stream.getvalue().splitlines()


def test_work_that_is_over_soon_shows_nothing() -> None:
    assert shown([(float(i), Progress("read", i, 4)) for i in range(5)]) == []


def test_a_line_comes_every_few_seconds() -> None:
    lines = shown([(float(i), Progress("read", i, 30)) for i in range(31)])
    assert len(lines) == 6


def test_a_line_has_the_rate_and_the_time_left() -> None:
    lines = shown([(0.0, Progress("fold-1", 0, 100)), (10.0, Progress("fold-1", 20, 100))])
    assert lines == ["fold-1: 20 of 100, 2 a second, 40 s left"]


def test_the_rate_is_that_of_the_stage() -> None:
    steps = [
        (0.0, Progress("slow", 0, 10)),
        (100.0, Progress("fast", 0, 100)),
        (110.0, Progress("fast", 50, 100)),
    ]
    assert shown(steps)[-1] == "fast: 50 of 100, 5 a second, 10 s left"


def test_work_of_unknown_length_shows_no_time_left() -> None:
    line = plain_line(Progress("discover", 40, 0), elapsed_s=4.0)
    assert line == "discover: 40 done, 10 a second"


def test_a_detail_is_shown_last() -> None:
    line = plain_line(Progress("fold-2", 1, 2, detail="loss 0.31"), elapsed_s=0.0)
    assert line == "fold-2: 1 of 2, loss 0.31"


def test_more_done_than_was_foreseen_leaves_no_negative_time() -> None:
    assert "0 s left" in plain_line(Progress("x", 12, 10), elapsed_s=1.0)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.4, "59 s"), (60, "1 min 00 s"), (125, "2 min 05 s"), (3900, "1 h 05 min")],
)
def test_a_duration_is_worded(seconds: float, words: str) -> None:
    assert duration(seconds) == words


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with shown_progress() as progress:
        for done in range(4):
            progress(Progress("anatomy", done, 3, detail="[slice]"))
        progress(Progress("grading", 0, 0))
    assert "anatomy" in terminal.getvalue()
    assert "[slice]" in terminal.getvalue()
    assert capsys.readouterr().out == ""


def test_elsewhere_standard_error_stays_clean(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_progress() as progress:
        progress(Progress("anatomy", 1, 3))
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_quiet_shows_nothing_on_a_terminal_either(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with shown_progress(quiet=True) as progress:
        progress(Progress("anatomy", 1, 3))
    assert terminal.getvalue() == ""
