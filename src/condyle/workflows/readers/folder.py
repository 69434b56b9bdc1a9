"""The folder of a reader study: plan, sheets, and the key that is kept apart."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from condyle.domain.reader_study import (
    REFERENCE_ARM,
    ConfidenceOf,
    Crossing,
    ListedCase,
    ReaderPlan,
    ReadingSession,
)
from condyle.errors import InputError, OutputError
from condyle.workflows.readers.spreadsheet import as_number, read_lines, write_lines, write_text

SCHEMA: Final = "condyle.reader-study/1"
PLAN, READERS, GUIDE = "plan.json", "readers.csv", "HOW-TO-FILL-IN.txt"
SHEETS, KEY, SEED = "sheets", "key/key.csv", "key/seed.txt"
REFERENCE, ADJUDICATION = "reference.csv", "adjudication.csv"
FIXED = ("reader", "session", "order", "case", "arm")
FILLED = ("call", "confidence", "level", "minutes", "date")
KEY_COLUMNS = ("code", "case", "unit", "patient", "reference", "level")


@dataclass(frozen=True)
class ReaderStudy:
    """A study as its folder holds it.

    Attributes:
        folder: Where.
        plan: How it is done.
        cases: What each code stands for, in the order of the list.
        years: Reader to years of experience, where they are filled in.
    """

    folder: Path
    plan: ReaderPlan
    cases: tuple[ListedCase, ...]
    years: dict[str, float]


class _Session(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reader: str
    session: int
    sheet: str
    not_before: date | None
    rows: list[tuple[str, str]]


class _Plan(BaseModel):
    model_config = ConfigDict(extra="forbid")

    schema_: Literal["condyle.reader-study/1"]
    title: str
    arms: tuple[str, ...]
    readers: tuple[str, ...]
    reference_readers: tuple[str, ...]
    washout_days: int
    crossing: Crossing
    confidence_of: ConfidenceOf
    levels: tuple[str, ...]
    cases: int
    patients: int
    simulated: bool
    size: dict[str, Any] | None
    sessions: list[_Session]


_SAME = tuple(field.name for field in fields(ReaderPlan) if field.name != "sessions")
"""Fields that the plan has in memory and on disk alike."""


def sheet_name(session: ReadingSession) -> str:
    """Gives the file name of a session's sheet."""
    if session.rows and session.rows[0][1] == REFERENCE_ARM:
        return f"{session.reader}.csv"
    return f"{session.reader}-session-{session.number}.csv"


def write_plan(folder: Path, plan: ReaderPlan, size: dict[str, Any] | None) -> None:
    """Writes ``plan.json``, in which no case can be told."""
    sessions = [
        _Session(
            reader=each.reader,
            session=each.number,
            sheet=f"{SHEETS}/{sheet_name(each)}",
            not_before=each.not_before,
            rows=list(each.rows),
        )
        for each in plan.sessions
    ]
    same: dict[str, Any] = {name: getattr(plan, name) for name in _SAME}
    made = _Plan(schema_=SCHEMA, size=size, sessions=sessions, **same)
    document = made.model_dump(mode="json")
    document["schema"] = document.pop("schema_")
    write_text(folder / PLAN, json.dumps(document, indent=1, sort_keys=True) + "\n")


def write_sheet(folder: Path, session: ReadingSession, filled: Sequence[Sequence[str]]) -> None:
    """Writes a session's sheet; a row of ``filled`` has the cells that a reader fills in."""
    fixed = [
        (session.reader, session.number, order, code, arm)
        for order, (code, arm) in enumerate(session.rows, start=1)
    ]
    rows = [(*left, *right) for left, right in zip(fixed, filled, strict=True)]
    write_lines(folder / SHEETS / sheet_name(session), (*FIXED, *FILLED), rows)


def write_key(folder: Path, cases: Sequence[ListedCase], seed: int) -> None:
    """Writes what each code stands for, and the seed that could give it away, apart."""
    names = sorted({name for case in cases for name in case.covariates})
    rows = [
        (
            *(case.code, case.case, case.unit, case.patient),
            "" if math.isnan(case.reference) else f"{case.reference:g}",
            case.level,
            *(case.covariates.get(name, "") for name in names),
        )
        for case in cases
    ]
    write_lines(folder / KEY, (*KEY_COLUMNS, *names), rows)
    write_text(folder / SEED, f"{seed}\n")


def open_reader_study(folder: Path) -> ReaderStudy:
    """Opens the folder that ``condyle readers plan`` wrote.

    Raises:
        InputError: A file of it is missing or does not fit; the message names it.
    """
    plan = _read_plan(folder)
    cases = read_key(folder / KEY)
    planned = {code for session in plan.sessions for code, _ in session.rows}
    if planned != {case.code for case in cases}:
        raise _refusal(
            f"{len(planned)} codes in {PLAN}, {len(cases)} in {KEY}, not the same",
            "the key that was written with the plan",
            "put back the study's own key folder.",
        )
    return ReaderStudy(folder, plan, cases, _read_years(folder, plan))


def read_key(path: Path) -> tuple[ListedCase, ...]:
    """Reads what each code stands for."""
    cases = []
    for line in read_lines(path, required=KEY_COLUMNS, optional=None):
        cells = line.cells
        covariates = {name: value for name, value in cells.items() if name not in KEY_COLUMNS}
        cases.append(
            ListedCase(
                code=cells["code"],
                case=cells["case"],
                unit=cells["unit"],
                patient=cells["patient"],
                reference=reference_of(path, line.number, cells["reference"]),
                level=cells["level"],
                covariates=covariates,
            )
        )
    return tuple(cases)


def reference_of(path: Path, row: int, text: str) -> float:
    """Gives a reference of 0 or 1, NaN where the cell is empty.

    Raises:
        InputError: It is anything else.
    """
    value = float("nan") if text == "" else as_number(text)
    if value is None or not (math.isnan(value) or value in (0.0, 1.0)):
        raise _refusal(
            f"reference '{text}' in {path.name}, row {row}",
            "1 with the finding, 0 without, or nothing where it is not known",
            "correct the cell.",
        )
    return value


def require_new(folder: Path, what: str) -> None:
    """Makes a folder, or refuses one with anything in it.

    Raises:
        OutputError: It holds something, or cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        used = any(folder.iterdir())
    except OSError as error:
        raise _taken(what, error.strerror or "an error of the file system") from error
    if used:
        raise _taken(what, "a folder that is not empty")


def _taken(what: str, found: str) -> OutputError:
    return OutputError(
        f"{what} was not written, so that nothing of yours is lost.",
        found=found,
        needed="a new or empty folder",
        mend="name another folder with --out.",
    )


def _read_plan(folder: Path) -> ReaderPlan:
    needed = "the folder that 'condyle readers plan' wrote"
    try:
        values = json.loads((folder / PLAN).read_text("utf-8"))
        values["schema_"] = values.pop("schema", None)
        found = _Plan.model_validate(values)
    except (OSError, UnicodeDecodeError) as error:
        raise _refusal(f"no {PLAN} that can be read", needed, "name that folder.") from error
    except (ValueError, AttributeError, TypeError) as error:
        where = ""
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            where = f": {'.'.join(str(part) for part in first['loc'])}, {first['msg']}"
        raise _refusal(f"a {PLAN} that does not fit{where}", needed, "put it back.") from error
    sessions = tuple(
        ReadingSession(each.reader, each.session, tuple(each.rows), each.not_before)
        for each in found.sessions
    )
    return ReaderPlan(sessions=sessions, **{name: getattr(found, name) for name in _SAME})


def _read_years(folder: Path, plan: ReaderPlan) -> dict[str, float]:
    path = folder / READERS
    if not path.exists():
        return {}
    years: dict[str, float] = {}
    for line in read_lines(path, required=("reader", "years"), optional=None):
        reader, text = line.cells["reader"], line.cells["years"]
        known = reader in (*plan.readers, *plan.reference_readers)
        value = as_number(text) if text else None
        if not known or reader in years or (text and (value is None or not 0 <= value <= 80)):
            raise _refusal(
                f"reader '{reader}' with years '{text}' in {READERS}, row {line.number}",
                "each reader of the plan once, with years from 0 to 80 or nothing",
                "correct the row.",
            )
        if value is not None:
            years[reader] = value
    return years


def _refusal(found: str, needed: str, mend: str) -> InputError:
    return InputError("The reader study cannot be read.", found=found, needed=needed, mend=mend)
