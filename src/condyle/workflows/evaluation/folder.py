"""The folder that a use case of evaluation writes anew: what is its own goes, all else stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from condyle.errors import OutputError, UsageError
from condyle.evaluation.predictions import Predictions
from condyle.reporting.evaluation.checklist_records import TABLE
from condyle.reporting.predictions import write_predictions
from condyle.reporting.whole_file import UNFINISHED, write_whole

_FIGURE = re.compile(r"[A-Za-z0-9-]+\.(svg|png)")
_FIGURES_FOLDER = "figures"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Contents:
    """What a use case writes, which it may take out again.

    Attributes:
        name: What all of it is, such as ``"evaluation"``.
        files: Matches the whole name of each of its files.
    """

    name: str
    files: re.Pattern[str]


EVALUATION = Contents(
    "evaluation",
    re.compile(
        r"predictions\.csv|metrics\.(json|csv)|report\.(html|pdf)|cohort\.csv"
        r"|(overlay-[A-Za-z0-9._-]+\.png)|(checklist-[A-Za-z0-9._-]+\.md)"
    ),
)
COMPARISON = Contents("comparison", re.compile(r"comparison\.(json|csv)|report\.(html|pdf)"))
DRIFT = Contents("drift report", re.compile(r"drift\.(json|html|pdf)"))


class OutputFolder:
    """Writes what a use case makes, each file whole or not at all.

    Args:
        path: The folder.
        contents: What an earlier run may have left in it.
    """

    def __init__(self, path: Path, contents: Contents) -> None:
        self._path = path
        self._contents = contents

    def refuse_inside(self, *tables: Path) -> None:
        """Refuses tables that lie in the folder, which would be taken out with it.

        Raises:
            UsageError: One does.
        """
        for table in tables:
            if self._path.resolve() in table.resolve().parents:
                raise UsageError(
                    "The table lies in the folder that would be written anew.",
                    found=f"{table.name} inside the folder of --out",
                    needed="a folder of its own for what comes out",
                    mend="name another folder with --out.",
                )

    def prepare(self) -> None:
        """Makes the folder, and takes what an earlier run left out of it.

        Raises:
            OutputError: It holds anything else, or cannot be written.
        """
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            entries = sorted(self._path.iterdir())
            others = [entry for entry in entries if not self._is_ours(entry)]
            if others:
                raise self._refusal(f"{len(others)} files or folders that are no part of one")
            for entry in entries:
                _take_out(entry)
        except FileExistsError as error:
            raise self._refusal("a file of that name") from error
        except OSError as error:
            raise self._unwritten(error) from error

    def content(self, name: str) -> bytes | None:
        """Gives a file that was written, or nothing where there is none."""
        path = self._path / name
        return path.read_bytes() if path.is_file() else None

    def write_files(self, files: Mapping[str, bytes]) -> None:
        """Writes files by name; a name may stand in the folder ``figures``.

        Raises:
            OutputError: The folder cannot be written.
        """
        for name, content in files.items():
            target = self._path / name
            try:
                target.parent.mkdir(exist_ok=True)
                write_whole(target, content)
            except OSError as error:
                raise self._unwritten(error) from error

    def write_table(self, table: Predictions) -> None:
        """Writes ``predictions.csv``.

        Raises:
            OutputError: The folder cannot be written.
        """
        write_predictions(self._path / TABLE, table)

    def _is_ours(self, entry: Path) -> bool:
        if entry.is_dir() and not entry.is_symlink():
            return entry.name == _FIGURES_FOLDER and all(
                _is_one_of(inner, _FIGURE) for inner in entry.iterdir()
            )
        return _is_one_of(entry, self._contents.files)

    def _refusal(self, found: str) -> OutputError:
        return OutputError(
            f"The {self._contents.name} was not started, so that nothing of yours is lost.",
            found=found,
            needed=f"a new or empty folder, or an earlier {self._contents.name}",
            mend="name another folder with --out, or empty this one.",
        )

    def _unwritten(self, error: OSError) -> OutputError:
        return OutputError(
            f"The {self._contents.name} could not be written.",
            found=error.strerror or type(error).__name__,
            needed="a folder that can be written to, with room",
            mend="name another folder with --out.",
        )


def picture_name(case: str) -> str:
    """Gives the file name of a case's picture."""
    return f"overlay-{_UNSAFE.sub('-', case)}.png"


def _is_one_of(entry: Path, files: re.Pattern[str]) -> bool:
    return entry.name == UNFINISHED or bool(files.fullmatch(entry.name))


def _take_out(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        for inner in entry.iterdir():
            inner.unlink()
        entry.rmdir()
    else:
        entry.unlink()
