"""Centres of discs that were checked by eye: what a numbering of discs is held against."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from condyle.errors import DatasetError

COLUMNS = ("patient", "series", "disc", "row", "column")

Centres = Mapping[str, tuple[tuple[float, float], ...]]
"""Series to the (row, column) of each of its discs, disc 1, the most caudal, first."""


def read_centres(path: Path) -> Centres:
    """Reads a table of disc centres.

    Args:
        path: CSV with a row a disc: patient, series, disc, row, column.

    Raises:
        DatasetError: There is no such file, a row cannot be used, or the discs of a
            series are not numbered from 1; names the file and the row.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(path.name, type(error).__name__) from error
    found: dict[str, list[tuple[float, float]]] = {}
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        where = f"{path.name}, row {number}"
        try:
            series, disc = row["series"], int(row["disc"])
            centre = (float(row["row"]), float(row["column"]))
        except (KeyError, TypeError, ValueError) as error:
            raise _bad(where, "a value is absent or no number") from error
        mine = found.setdefault(series, [])
        if disc != len(mine) + 1:
            raise _bad(where, f"disc {disc} of {series} where {len(mine) + 1} comes next")
        mine.append(centre)
    if not found:
        raise _bad(path.name, "no row")
    return {series: tuple(points) for series, points in found.items()}


def _bad(where: str, found: str) -> DatasetError:
    return DatasetError(
        "A table of disc centres cannot be used.",
        found=f"{where}: {found}",
        needed=f"columns {', '.join(COLUMNS)}; the discs of a series numbered 1, 2, 3, ...",
        mend="correct that row, or make the table again.",
    )
