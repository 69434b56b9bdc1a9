"""The predictions table as CSV, column for column, with its schema in every row."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from condyle.errors import InputError, OutputError
from condyle.evaluation.predictions import (
    PREDICTIONS_SCHEMA,
    PredictionRow,
    Predictions,
    predictions_from_rows,
)
from condyle.reporting.whole_file import write_whole

FIRST = ("schema", "patient", "study", "series", "unit", "task", "fold", "reference", "prediction")
LAST = ("abstained", "bundle")
PROBABILITY = "probability_"
COVARIATE = "covariate_"


def write_predictions(path: Path, table: Predictions) -> None:
    """Writes a predictions table as UTF-8 CSV, whole or not at all; the same gives the same bytes.

    An undefined number is an empty cell. Numbers are written so that reading gives
    them back exactly.

    Raises:
        OutputError: The file cannot be written.
    """
    classes = table.probabilities.shape[1]
    names = sorted(table.covariates)
    header = [
        *FIRST,
        *(f"{PROBABILITY}{position}" for position in range(classes)),
        *LAST,
        *(f"{COVARIATE}{name}" for name in names),
    ]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(_cells(row, classes, names) for row in table.rows())
    try:
        write_whole(path, stream.getvalue().encode("utf-8"))
    except OSError as error:
        raise OutputError(
            "The predictions table could not be written.",
            found=error.strerror or "an error of the file system",
            needed="a folder that can be written to, with room",
            mend="choose another output folder.",
        ) from error


def read_predictions(path: Path) -> Predictions:
    """Reads a predictions table that ``write_predictions`` or another program wrote.

    Raises:
        InputError: The file cannot be read, has another schema, lacks a column or has
            an unknown one, or a cell does not fit; the message names line and column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = list(csv.reader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _refusal(type(error).__name__, "a UTF-8 CSV file that can be read") from error
    if not lines:
        raise _refusal("an empty file", f"a header line of {PREDICTIONS_SCHEMA}")
    header = lines[0]
    classes = _check_header(header)
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(header):
            raise _refusal(f"{len(cells)} cells in line {number}", f"{len(header)} cells")
        rows.append(_row(dict(zip(header, cells, strict=True)), number, classes))
    return predictions_from_rows(rows)


def _cells(row: PredictionRow, classes: int, names: Sequence[str]) -> list[str]:
    stated = [_number(p) for p in row.probabilities]
    return [
        PREDICTIONS_SCHEMA,
        *(row.patient, row.study, row.series, row.unit, row.task, str(row.fold)),
        _number(row.reference),
        _number(row.prediction),
        *stated,
        *([""] * (classes - len(stated))),
        "true" if row.abstained else "false",
        row.bundle,
        *(row.covariates[name] for name in names),
    ]


def _number(value: float) -> str:
    if math.isnan(value):
        return ""
    return str(int(value)) if value == int(value) else repr(float(value))


def _check_header(header: Sequence[str]) -> int:
    probabilities = [name for name in header if name.startswith(PROBABILITY)]
    expected = [f"{PROBABILITY}{position}" for position in range(len(probabilities))]
    covariates = [name for name in header if name.startswith(COVARIATE)]
    known = [*FIRST, *expected, *LAST, *covariates]
    missing = [name for name in known if name not in header]
    unknown = [name for name in header if name not in known]
    if missing or unknown or len(set(header)) != len(header):
        found = [
            "no column " + ", ".join(missing) if missing else "",
            "unknown column " + ", ".join(unknown) if unknown else "",
            "" if len(set(header)) == len(header) else "a column twice",
        ]
        raise _refusal("; ".join(part for part in found if part), ", ".join([*FIRST, *LAST]))
    return len(probabilities)


def _row(cells: Mapping[str, str], line: int, classes: int) -> PredictionRow:
    if cells["schema"] != PREDICTIONS_SCHEMA:
        raise _refusal(f"'{cells['schema']}' in line {line}, column schema", PREDICTIONS_SCHEMA)
    if cells["abstained"] not in ("true", "false"):
        raise _refusal(f"'{cells['abstained']}' in line {line}, column abstained", "true or false")
    stated = [_as_float(cells, f"{PROBABILITY}{at}", line) for at in range(classes)]
    given = [value for value in stated if not math.isnan(value)]
    if any(not math.isnan(value) for value in stated[len(given) :]):
        raise _refusal(f"a gap among the probabilities of line {line}", "no empty cell between")
    for at, value in enumerate(given):
        if not 0.0 <= value <= 1.0:
            where = f"line {line}, column {PROBABILITY}{at}"
            raise _refusal(f"{value:g} in {where}", "a probability from 0 to 1")
    return PredictionRow(
        patient=cells["patient"],
        study=cells["study"],
        series=cells["series"],
        unit=cells["unit"],
        task=cells["task"],
        fold=_as_int(cells, "fold", line),
        reference=_as_float(cells, "reference", line),
        prediction=_as_float(cells, "prediction", line),
        probabilities=tuple(given),
        abstained=cells["abstained"] == "true",
        bundle=cells["bundle"],
        covariates={
            name.removeprefix(COVARIATE): value
            for name, value in cells.items()
            if name.startswith(COVARIATE)
        },
    )


def _as_float(cells: Mapping[str, str], column: str, line: int) -> float:
    if cells[column] == "":
        return math.nan
    try:
        value = float(cells[column])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _refusal(f"'{cells[column]}' in line {line}, column {column}", "a number or nothing")
    return value


def _as_int(cells: Mapping[str, str], column: str, line: int) -> int:
    try:
        return int(cells[column])
    except ValueError:
        needed = "a whole number"
        raise _refusal(f"'{cells[column]}' in line {line}, column {column}", needed) from None


def _refusal(found: str, needed: str) -> InputError:
    return InputError(
        "The predictions table cannot be read.",
        found=found,
        needed=needed,
        mend="write the table anew, or correct the cell that is named.",
    )
