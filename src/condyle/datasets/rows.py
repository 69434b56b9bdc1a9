"""The rows of a table as text, whatever program wrote it: CSV, Excel or Parquet."""

from __future__ import annotations

import csv
import datetime
import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from condyle.errors import DatasetError, MissingExtra

EXTRAS = {".xlsx": "openpyxl", ".parquet": "pyarrow"}
"""Ending of a table to the package that reads it; both come with the ``train`` extra."""

TABLE_SUFFIXES = (".csv", ".tsv", *EXTRAS)
"""Endings of the tables that can be read."""


@dataclass(frozen=True)
class Rows:
    """A table.

    Attributes:
        file: Its path relative to the archive, for messages.
        columns: Names of its columns, in order; each once and none empty.
        rows: (number in the file, column to text). The header is row 1; a cell that is
            empty is an empty text.
    """

    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]


def read_rows(root: Path, file: str) -> Rows:
    """Reads a table.

    Args:
        root: Folder of the archive.
        file: Path of the table, relative to it.

    Raises:
        DatasetError: There is no such table, or it cannot be read; names file and row.
        MissingExtra: What reads such a file is not installed.
    """
    path = root / file
    suffix = path.suffix.lower()
    outside = Path(file).is_absolute() or ".." in Path(file).parts
    if suffix not in TABLE_SUFFIXES or outside or not path.is_file():
        raise DatasetError(
            "A table of the data cannot be read.",
            found=f"no such file in the archive: {file}" if suffix in TABLE_SUFFIXES else file,
            needed="a table that ends in " + ", ".join(TABLE_SUFFIXES),
            mend="correct data.options.table, or save the table in one of these forms.",
        )
    if (package := EXTRAS.get(suffix)) and find_spec(package) is None:
        raise MissingExtra("train", f"Reading the table {file}")
    lines = {".xlsx": _excel, ".parquet": _parquet}.get(suffix, _csv)(path, file)
    if not lines:
        raise bad_row(file, 1, "nothing", "the names of the columns")
    header = [name.strip() for name in lines[0][1]]
    _check_header(file, header)
    rows = []
    for number, cells in lines[1:]:
        if len(cells) > len(header):
            raise bad_row(
                file, number, f"{len(cells)} values", f"{len(header)}, one for each column"
            )
        if any(cells):
            filled = [*cells, *[""] * (len(header) - len(cells))]
            rows.append((number, dict(zip(header, filled, strict=True))))
    return Rows(file, tuple(header), tuple(rows))


def bad_row(
    file: str, number: int, found: str, needed: str, *, mend: str = "correct that row."
) -> DatasetError:
    """Gives the error for one row of a table.

    Args:
        file: The table.
        number: The row's number in the file.
        found: What stands there.
        needed: What should.
        mend: What to do.
    """
    return DatasetError(
        f"A row of {file} cannot be used.",
        found=f"{file}, row {number}: {found}",
        needed=needed,
        mend=mend,
    )


def _check_header(file: str, header: Sequence[str]) -> None:
    twice = sorted({name for name in header if header.count(name) > 1})
    if "" in header or twice:
        found = "a column without a name" if "" in header else f"'{twice[0]}' twice"
        raise bad_row(file, 1, found, "the name of every column, each once")


def _csv(path: Path, file: str) -> list[tuple[int, list[str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            first = stream.readline()
            stream.seek(0)
            # Spreadsheets set to a language with a decimal comma write semicolons.
            marks = {mark: first.count(mark) for mark in ",;\t"}
            reader = csv.reader(stream, delimiter=max(marks, key=lambda mark: marks[mark]))
            lines = []
            for cells in reader:
                lines.append((reader.line_num, [cell.strip() for cell in cells]))
            return lines
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(file, error, "comma-separated text in UTF-8") from error


def _excel(path: Path, file: str) -> list[tuple[int, list[str]]]:
    openpyxl: Any = importlib.import_module("openpyxl")
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            rows = list(book.worksheets[0].iter_rows(values_only=True))
        finally:
            book.close()
    except Exception as error:
        raise _unreadable(
            file, error, "an Excel workbook whose first sheet is the table"
        ) from error
    # A sheet ends where its last value does; columns that only look empty are cut off.
    width = max((n for n, cell in enumerate(rows[0], start=1) if cell is not None), default=0)
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = [_text(cell) for cell in row]
        lines.append((number, cells if any(cells[width:]) else cells[:width]))
    return lines


def _parquet(path: Path, file: str) -> list[tuple[int, list[str]]]:
    parquet: Any = importlib.import_module("pyarrow.parquet")
    try:
        table = parquet.read_table(path)
        columns = [table.column(number).to_pylist() for number in range(table.num_columns)]
        header = [str(name) for name in table.column_names]
    except Exception as error:
        raise _unreadable(file, error, "a Parquet table") from error
    return [(1, header), *_numbered(zip(*columns, strict=True))]


def _numbered(rows: Iterable[Sequence[object]]) -> list[tuple[int, list[str]]]:
    return [(number, [_text(cell) for cell in row]) for number, row in enumerate(rows, start=2)]


def _text(cell: object) -> str:
    """Gives a cell as a CSV file would hold it; a whole number has no point."""
    if cell is None or (isinstance(cell, float) and cell != cell):
        return ""
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime | datetime.date):
        return cell.isoformat()
    return str(cell).strip()


def _unreadable(file: str, error: Exception, needed: str) -> DatasetError:
    return DatasetError(
        "A table of the data cannot be read.",
        found=f"{file}: {type(error).__name__}",
        needed=needed,
        mend="save the table again.",
    )
