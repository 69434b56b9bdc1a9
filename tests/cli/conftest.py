"""Running the command in-process, with fakes in place of the work."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from condyle.cli import main


@dataclass(frozen=True)
class Outcome:
    """What a command gave: its exit status and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def error_lines(self) -> list[str]:
        return self.err.splitlines()


Command = Callable[..., Outcome]
Fake = Callable[..., None]


@pytest.fixture
def condyle(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs ``condyle`` with arguments and gives what came out."""

    def run(*arguments: object) -> Outcome:
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(status, captured.out, captured.err)

    return run


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Puts a module with the given functions in place of a real one."""

    def replace(module: str, **functions: object) -> None:
        stand_in = types.ModuleType(module)
        for name, function in functions.items():
            setattr(stand_in, name, function)
        monkeypatch.setitem(sys.modules, module, stand_in)
        parent, _, child = module.rpartition(".")
        if parent in sys.modules:
            monkeypatch.setattr(sys.modules[parent], child, stand_in, raising=False)

    return replace
