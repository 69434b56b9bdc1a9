"""Where an error becomes at most four lines and an exit status."""

from __future__ import annotations

import logging
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO, runtime_checkable

import typer

from condyle.errors import Cancelled, CondyleError

DEBUG_VARIABLE = "CONDYLE_DEBUG"
"""Environment variable that, set to ``1``, shows tracebacks and library warnings."""

_WIDTH = 400
_OUR_FAULT = 1
_WRONG_USAGE = 2
_INTERRUPTED = 130


@runtime_checkable
class _CommandLineError(Protocol):
    """What the command-line parser raises for a wrong option or argument."""

    exit_code: int

    def format_message(self) -> str:
        """Gives what is wrong, in a sentence."""


def guarded(work: Callable[[], object], *, stream: TextIO | None = None) -> int:
    """Does the work of a verb and gives its exit status.

    Args:
        work: What to do; an integer that it gives is taken as the exit status.
        stream: Where errors are told; standard error by default.
    """
    out = sys.stderr if stream is None else stream
    try:
        status = work()
        sys.stdout.flush()
    except typer.Exit as stop:
        return int(stop.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _tell(out, Cancelled("Stopped before the work was done.").lines(), _INTERRUPTED)
    except CondyleError as error:
        return _tell(out, error.lines(), error.exit_status)
    except BrokenPipeError:
        # The reader of our output has gone, as with "condyle bundles list | head".
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last place where it can be told
        if isinstance(error, _CommandLineError):
            return _wrong_usage(out, error)
        return _tell(out, _fault_lines(error), _OUR_FAULT)
    return status if isinstance(status, int) else 0


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keeps the warnings and logs of libraries off the terminal while it is entered.

    What a user must know is a message of the report or an error of ours; with
    ``CONDYLE_DEBUG=1`` everything is shown.
    """
    if _debugging():
        yield
        return
    handler = logging.NullHandler()
    logging.getLogger().addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.getLogger().removeHandler(handler)


def _tell(out: TextIO, lines: list[str], status: int) -> int:
    if _debugging() and sys.exc_info()[0] is not None:
        traceback.print_exc(file=out)
    for line in lines[:4]:
        flat = " ".join(line.splitlines())
        print(flat if len(flat) <= _WIDTH else flat[: _WIDTH - 3] + "...", file=out)
    return status


def _wrong_usage(out: TextIO, error: _CommandLineError) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":  # a verb was left out: show which there are
        print(error.format_message())
        return _WRONG_USAGE
    return _tell(out, _usage_lines(error), _WRONG_USAGE)


def _usage_lines(error: _CommandLineError) -> list[str]:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "condyle"
    return [
        "The command was not understood.",
        f"  found:  {error.format_message()}",
        f"  needed: {_usage_of(context)}",
        f"  mend:   run '{command} --help' for the options and examples.",
    ]


def _usage_of(context: object) -> str:
    usage = context.get_usage() if hasattr(context, "get_usage") else "condyle VERB ..."
    return " ".join(usage.removeprefix("Usage:").split())


def _fault_lines(error: Exception) -> list[str]:
    """Says that it is our fault, with the place but not the values, which may identify."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "condyle" in frame.filename]
    where = f" at {os.path.basename(ours[-1].filename)}:{ours[-1].lineno}" if ours else ""
    return [
        "Condyle failed, and the fault is Condyle's, not yours.",
        f"  found:  {type(error).__name__}{where}",
        "  needed: a report of this fault to Condyle's maintainers",
        f"  mend:   run it again with {DEBUG_VARIABLE}=1 for the details, and send them"
        " without patient data.",
    ]


def _debugging() -> bool:
    return os.environ.get(DEBUG_VARIABLE) == "1"
