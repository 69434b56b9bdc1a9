"""Tables as spreadsheets save them: comma, semicolon or tab, with or without a byte mark."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from condyle.errors import InputError, OutputError
from condyle.reporting.whole_file import write_whole

DateOrder = Literal["iso", "dmy", "mdy"]
"""How days are written where slashes part them; ``"iso"`` refuses such days."""

MOST_BYTES = 20 * 2**20

_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+) ?%?", re.ASCII)


@dataclass(frozen=True)
class Line:
    """A row of a table.

    Attributes:
        number: Its line in the file, the header being 1.
        cells: Column to text, without blanks at the ends.
    """

    number: int
    cells: Mapping[str, str]


def read_lines(
    path: Path, *, required: Sequence[str], optional: Sequence[str] | None = ()
) -> tuple[Line, ...]:
    """Reads a table; rows with nothing in them are passed over.

    Args:
        path: The file.
        required: Columns that must be there; their case does not matter.
        optional: Columns that may be there; any where it is ``None``.

    Raises:
        InputError: It cannot be read as UTF-8 text, or its columns do not fit.
    """
    text = _text(path)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _refusal(path, str(error), "a table in which quotes are closed") from error
    header = [name.strip().casefold() for name in rows[0]] if rows else []
    _check_header(path, header, required, optional)
    lines = []
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        surplus = [cell for cell in cells[len(header) :] if cell.strip()]
        if surplus:
            found = f"{len(cells)} cells in row {number}"
            raise _refusal(path, found, f"{len(header)} cells, as in the header")
        filled = [*cells, *([""] * (len(header) - len(cells)))][: len(header)]
        named = {n: c.strip() for n, c in zip(header, filled, strict=True) if n}
        lines.append(Line(number, named))
    return tuple(lines)


def write_lines(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Writes a table that spreadsheets open: UTF-8 with a byte mark, commas, whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_text(path, "\ufeff" + stream.getvalue())


def write_text(path: Path, text: str) -> None:
    """Writes a text file as UTF-8; see ``write_bytes``."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all, making its folder where there is none.

    Raises:
        OutputError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise OutputError(
            "A file of the reader study could not be written.",
            found=f"{path.name}: {error.strerror or type(error).__name__}",
            needed="a folder that can be written to, with room",
            mend="close the file in the spreadsheet, or choose another folder with --out.",
        ) from error


def as_number(text: str) -> float | None:
    """Gives a number written in digits, with a decimal point or comma; else ``None``."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text.replace(",", ".").removesuffix("%"))
    return value if abs(value) < float("inf") else None


def as_day(text: str, order: DateOrder) -> date | None:
    """Gives a day: 2030-01-31, 31.01.2030, or with slashes in the order that is told.

    Returns:
        ``None`` where it is no day, or could be two.
    """
    plain = text.split(" ")[0].split("T")[0]
    try:
        if "/" not in plain and "." not in plain:
            return date.fromisoformat(plain)
        if "." in plain or order == "dmy":
            day, month, year = (int(part) for part in plain.replace(".", "/").split("/"))
        elif order == "mdy":
            month, day, year = (int(part) for part in plain.split("/"))
        else:
            return None
        return date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return None


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _refusal(path, "more than 20 MiB", "a table of readings")
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        needed = "UTF-8; in a spreadsheet, save as 'CSV UTF-8'"
        raise _refusal(path, "text in another encoding", needed) from error
    except OSError as error:
        raise _refusal(path, error.strerror or "nothing", "a CSV file that can be read") from error


def _check_header(
    path: Path, header: Sequence[str], required: Sequence[str], optional: Sequence[str] | None
) -> None:
    named = [name for name in header if name]
    missing = [name for name in required if name not in named]
    known = {*required, *(optional or ())}
    unknown = [] if optional is None else [name for name in named if name not in known]
    twice = sorted({name for name in named if named.count(name) > 1})
    parts = [
        f"no column {', '.join(missing)}" if missing else "",
        f"unknown column {', '.join(unknown)}" if unknown else "",
        f"column {', '.join(twice)} twice" if twice else "",
    ]
    if any(parts):
        needed = "the columns " + ", ".join([*required, *(optional or ())])
        raise _refusal(path, "; ".join(part for part in parts if part), needed)


def _refusal(path: Path, found: str, needed: str) -> InputError:
    return InputError(
        f"The table {path.name} cannot be read.",
        found=found,
        needed=needed,
        mend="correct the file, or save it again from the spreadsheet.",
    )
