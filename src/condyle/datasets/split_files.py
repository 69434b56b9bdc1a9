"""The files by which a data set gives its own split: lists, or one table of all sides."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from condyle.datasets.archive import Side
from condyle.datasets.words import SIDES, side_of, words_of
from condyle.errors import DatasetError
from condyle.sources import SourceFile

_LISTS = (".txt", ".lst", ".list", ".csv", ".tsv")
_TABLES = (".json", ".csv", ".tsv")
_MOST_BYTES = 64 << 20
_LISTED = """
    list lists file files filename filenames name names id ids index set split splits image images
    img imgs mask masks pairs data dataset patients cases slices
"""
_BESIDE = frozenset(_LISTED.split())
_SPLIT = frozenset(("split", "splits", "subset", "subsets", "partition"))
_COLUMNS = (*sorted(_SPLIT), "set", "side")


@dataclass(frozen=True)
class Line:
    """One line of a split.

    Attributes:
        file: Path of the file in the archive.
        row: Number of the line in it, from 1.
        text: What it names, possibly in several columns.
        side: On which side.
    """

    file: str
    row: int
    text: str
    side: Side


def is_list_name(name: str) -> bool:
    """Says whether a file's name is that of a list of a side, such as ``val_files.txt``."""
    pure = PurePosixPath(name)
    if pure.suffix.lower() not in _LISTS or side_of(pure.stem) is None:
        return False
    return set(words_of(pure.stem)) <= _BESIDE | set(SIDES)


def is_split_name(name: str) -> bool:
    """Says whether a file's name is one of a list or of a table, such as ``split.json``."""
    pure = PurePosixPath(name)
    words = set(words_of(pure.stem))
    of_all = pure.suffix.lower() in _TABLES and bool(words & _SPLIT) and words <= _BESIDE | _SPLIT
    return of_all or is_list_name(name)


def lines_of(file: SourceFile) -> Iterator[Line]:
    """Gives the lines of a file of a split; none where a table holds something else.

    Raises:
        DatasetError: It is no text, or is named after a split and cannot be read.
    """
    text = text_of(file)
    side = side_of(PurePosixPath(file.label).stem)
    if side is not None:
        for row, line in enumerate(text.splitlines(), start=1):
            if line.strip() and not line.strip().startswith("#"):
                yield Line(file.label, row, line.strip(), side)
    elif file.label.lower().endswith(".json"):
        yield from _of_json(file.label, text)
    else:
        yield from _of_table(file.label, text.splitlines())


def _of_json(label: str, text: str) -> Iterator[Line]:
    """Gives the lines of ``{"train": [...], "test": [...]}``."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable(label, "text that is not JSON") from error
    if not isinstance(content, dict):
        return
    for key, listed in content.items():
        side = side_of(key)
        for row, one in enumerate(listed if side and isinstance(listed, list) else (), start=1):
            named = one.values() if isinstance(one, dict) else (one,)
            shown = ",".join(str(value) for value in named if isinstance(value, str | int))
            if side is not None and shown:
                yield Line(f"{label}, {key}", row, shown, side)


def _of_table(label: str, lines: Sequence[str]) -> Iterator[Line]:
    """Gives the rows of a table with a column ``split``."""
    try:
        rows = list(csv.reader(lines, delimiter="\t" if label.lower().endswith(".tsv") else ","))
    except csv.Error as error:
        raise _unreadable(label, "text that is no table") from error
    header = [name.strip().lower() for name in rows[0]] if rows else []
    at = next((header.index(name) for name in _COLUMNS if name in header), None)
    if at is None:
        return
    for number, row in enumerate(rows[1:], start=2):
        side = side_of(row[at]) if len(row) > at else None
        if side is not None:
            rest = ",".join(cell for n, cell in enumerate(row) if n != at)
            yield Line(label, number, rest, side)


def text_of(file: SourceFile) -> str:
    """Gives the text of a file of a split.

    Raises:
        DatasetError: It is no text, or longer than any split.
    """
    if file.size > _MOST_BYTES:
        raise _unreadable(file.label, f"more than {_MOST_BYTES >> 20} MiB")
    with file.open() as stream:
        raw = stream.read(_MOST_BYTES)
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise _unreadable(file.label, "bytes that are no text") from error


def _unreadable(label: str, found: str) -> DatasetError:
    return DatasetError(
        "A list of the data set's own split cannot be read.",
        found=f"{label}: {found}",
        needed="text in UTF-8, one file name a line",
        mend="save the list again as plain text, or take it away.",
    )
