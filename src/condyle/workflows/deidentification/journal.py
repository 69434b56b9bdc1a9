"""What was done to each file, so that it is not done again; holds no identity."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from condyle.errors import Conflict, OutputError

NAME = "journal.jsonl"
"""Name of the journal in the folder of the report."""

WRITTEN, QUARANTINED, LEFT_OUT = "written", "quarantined", "left-out"
"""What becomes of a file."""


@dataclass(frozen=True)
class Entry:
    """What became of one file.

    Attributes:
        mark: Of its content, made with the project's secret.
        outcome: ``WRITTEN``, ``QUARANTINED`` or ``LEFT_OUT``.
        name: Where it lies below the output or the quarantine; empty where left out.
        reasons: Codes, why it is in quarantine or was left out.
        changes: How often each letter of the standard was carried out on each tag, such as
            ``{"X 0010,1040": 1}``.
        blanked: Places of its pixels that were blanked.
        frames: Of its pixels that were searched for text.
    """

    mark: str
    outcome: str
    name: str = ""
    reasons: tuple[str, ...] = ()
    changes: Mapping[str, int] = field(default_factory=dict)
    blanked: int = 0
    frames: int = 0


class Journal:
    """Appends a line a file, and knows those of an earlier run.

    Args:
        folder: Of the report.
        settings: Words for the profile and all else by which an output comes out otherwise.

    Raises:
        Conflict: An earlier run in this folder had other settings.
        OutputError: It cannot be read or written.
    """

    def __init__(self, folder: Path, settings: str) -> None:
        self._path = folder / NAME
        self._known: dict[str, Entry] = {}
        self._names: dict[str, str] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not self._path.exists():
                self._write(json.dumps({"settings": settings}))
            written = self._path.read_text("utf-8")
            if not written.endswith("\n"):
                self._write("")  # an earlier run was killed in the middle of a line
            lines = written.splitlines()
        except (OSError, ValueError) as error:
            raise _unwritable() from error
        if _settings(lines) != settings:
            raise Conflict(
                "Nothing was de-identified.",
                found="an earlier run with another key or profile into the same folders",
                needed="one key and one profile for all that lies together",
                mend="name another folder, or give the key and profile of the earlier run.",
            )
        for line in lines[1:]:
            entry = _entry(line)
            if entry is not None:
                self._keep(entry)

    def known(self, mark: str) -> Entry | None:
        """Gives what became of a file in an earlier run, ``None`` where it was not reached."""
        return self._known.get(mark)

    def is_taken(self, name: str, mark: str) -> bool:
        """Tells whether another file has this name already: two contents under one UID."""
        return self._names.get(name, mark) != mark

    def add(self, entry: Entry) -> None:
        """Writes down one file, once where the same became of it before.

        Raises:
            OutputError: The disk does not take it.
        """
        if self._known.get(entry.mark) == entry:
            return
        self._keep(entry)
        try:
            self._write(json.dumps(asdict(entry), sort_keys=True))
        except OSError as error:
            raise _unwritable() from error

    def _keep(self, entry: Entry) -> None:
        self._known[entry.mark] = entry
        if entry.name:
            self._names[entry.name] = entry.mark

    def _write(self, line: str) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _settings(lines: list[str]) -> str | None:
    try:
        first = json.loads(lines[0])
        return str(first["settings"])
    except (LookupError, TypeError, ValueError):
        return None


def _entry(line: str) -> Entry | None:
    """Reads a line; the last one may be half, where a run was killed."""
    try:
        stated = json.loads(line)
        return Entry(**{**stated, "reasons": tuple(stated["reasons"])})
    except (LookupError, TypeError, ValueError):
        return None


def _unwritable() -> OutputError:
    return OutputError(
        "The journal of the run was not written.",
        found="a folder or disk that does not take it",
        needed="a folder for the report that can be written",
        mend="name another with --report, or make room.",
    )
