"""Reads the sheets that readers filled in, and says by file and row what cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from condyle.domain.reader_study import REFERENCE_ARM, Reading, ReadingSession
from condyle.errors import InputError
from condyle.workflows.readers.folder import (
    FILLED,
    FIXED,
    SHEETS,
    ReaderStudy,
    open_reader_study,
    sheet_name,
)
from condyle.workflows.readers.spreadsheet import (
    DateOrder,
    Line,
    as_day,
    as_number,
    read_lines,
    write_lines,
)

YES = frozenset({"1", "yes", "y", "true", "present", "positive", "pos", "+", "sí", "si"})
NO = frozenset({"0", "no", "n", "false", "absent", "negative", "neg", "-"})
LONGEST_MINUTES = 600.0
Whose = Literal["all", "readers", "reference"]
SHOWN = 3
PROBLEMS, READINGS = "problems.csv", "readings.csv"


@dataclass(frozen=True)
class SheetProblem:
    """Something in a sheet that cannot be.

    Attributes:
        file: Name of the sheet.
        row: Line in it, the header being 1; 0 for the file as a whole.
        what: What is wrong.
    """

    file: str
    row: int
    what: str

    def text(self) -> str:
        """Gives it in a few words."""
        return (
            f"{self.file}, row {self.row}: {self.what}" if self.row else f"{self.file}: {self.what}"
        )


@dataclass(frozen=True)
class Sheets:
    """All that was filled in.

    Attributes:
        readings: In the order of the plan's sessions, and within each of the plan.
        unread: (reader, session, code) of rows that are empty.
        problems: What cannot be.
    """

    readings: tuple[Reading, ...]
    unread: tuple[tuple[str, int, str], ...]
    problems: tuple[SheetProblem, ...]

    def in_arms(self) -> tuple[Reading, ...]:
        """Gives the readings of the study's readers."""
        return tuple(reading for reading in self.readings if reading.arm != REFERENCE_ARM)

    def of_reference(self, readers: Sequence[str] = ()) -> tuple[Reading, ...]:
        """Gives the readings for the reference, of all or of the named readers."""
        found = [reading for reading in self.readings if reading.arm == REFERENCE_ARM]
        return tuple(r for r in found if not readers or r.reader in readers)


@dataclass(frozen=True)
class _Found:
    reading: Reading
    file: str
    row: int


def read_sheets(study: ReaderStudy, *, of: Whose = "all", dates: DateOrder = "iso") -> Sheets:
    """Reads the sheets of a study without stopping at what is wrong.

    Args:
        study: Whose sheets.
        of: Of whom; the others' are not opened.
        dates: How days with slashes are meant.

    Raises:
        InputError: A sheet is missing, or is no table with the right columns.
    """
    found: list[_Found] = []
    problems: list[SheetProblem] = []
    unread: list[tuple[str, int, str]] = []
    for session in study.plan.sessions:
        if of != "all" and (of == "readers") != (session.reader in study.plan.readers):
            continue
        path = study.folder / SHEETS / sheet_name(session)
        lines = read_lines(path, required=(*FIXED, *FILLED))
        in_sheet, empty, wrong = _sheet(path.name, lines, session, (study, dates))
        found += in_sheet
        unread += [(session.reader, session.number, code) for code in empty]
        problems += wrong
    problems += _too_soon(found, study.plan.washout_days)
    return Sheets(tuple(each.reading for each in found), tuple(unread), tuple(problems))


def import_readings(folder: Path, *, dates: DateOrder = "iso") -> Sheets:
    """Checks every sheet of a study's folder and joins them into ``readings.csv``.

    Sheets that are not finished are joined as far as they are. What is wrong is written to
    ``problems.csv``, which is taken away once nothing is.

    Raises:
        InputError: A row is wrong.
    """
    sheets = read_sheets(open_reader_study(folder), dates=dates)
    listed = folder / PROBLEMS
    if sheets.problems:
        write_problems(listed, sheets.problems)
    else:
        listed.unlink(missing_ok=True)
    require_readings(sheets, unread_allowed=True)
    write_readings(folder / READINGS, sheets)
    return sheets


def require_readings(sheets: Sheets, *, unread_allowed: bool = False) -> None:
    """Refuses sheets that are wrong or not finished, with the first places.

    Raises:
        InputError: There is a problem, or an unread case where none is allowed.
    """
    problems = [problem.text() for problem in sheets.problems]
    if problems:
        more = f"; and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise InputError(
            f"The reading sheets cannot be used: {len(problems)} rows are wrong.",
            found="; ".join(problems[:SHOWN]) + more,
            needed="what HOW-TO-FILL-IN.txt says",
            mend="correct these rows; 'condyle readers import' lists all in problems.csv.",
        )
    if sheets.unread and not unread_allowed:
        reader, session, code = sheets.unread[0]
        raise InputError(
            f"The reading sheets are not finished: {len(sheets.unread)} readings are missing.",
            found=f"{reader}, session {session}, case {code} is not filled in",
            needed="every case by every reader in every session",
            mend="fill them in, or leave such cases out for all with --complete-cases.",
        )


def write_readings(path: Path, sheets: Sheets) -> None:
    """Writes all readings as one table."""
    rows = [
        (
            *(each.reader, each.session, each.arm, each.code, int(each.called)),
            f"{each.confidence:g}",
            each.level,
            "" if each.minutes != each.minutes else f"{each.minutes:g}",
            each.read_on.isoformat() if each.read_on else "",
        )
        for each in sheets.readings
    ]
    write_lines(path, ("reader", "session", "arm", "code", *FILLED), rows)


def write_problems(path: Path, problems: Sequence[SheetProblem]) -> None:
    """Writes every problem as a table."""
    write_lines(path, ("file", "row", "problem"), [(p.file, p.row, p.what) for p in problems])


def _sheet(
    name: str, lines: Sequence[Line], session: ReadingSession, how: tuple[ReaderStudy, DateOrder]
) -> tuple[list[_Found], list[str], list[SheetProblem]]:
    planned = dict(session.rows)
    seen: dict[str, _Found | None] = {}
    at: dict[str, int] = {}
    problems: list[SheetProblem] = []
    for line in lines:
        code = line.cells["case"]
        wrong = list(_misplaced(line, session, planned))
        if code in at:
            wrong.append(f"case {code} again, as in row {at[code]}")
        if not wrong:
            at[code] = line.number
            if not any(line.cells[column] for column in FILLED):
                seen[code] = None
                continue
            reading, wrong = _reading(line, session, how)
            seen[code] = _Found(reading, name, line.number) if reading else None
            if reading is None and not wrong:
                wrong = ["not filled in"]
            if wrong:
                del seen[code]
        problems += [SheetProblem(name, line.number, what) for what in wrong]
    lost = [code for code in planned if code not in at]
    problems += [SheetProblem(name, 0, f"case {code} is missing") for code in lost]
    found = [each for code in planned if (each := seen.get(code)) is not None]
    empty = [code for code in planned if code in seen and seen[code] is None]
    return found, empty, problems


def _misplaced(line: Line, session: ReadingSession, planned: dict[str, str]) -> Iterator[str]:
    cells = line.cells
    if cells["reader"] != session.reader or as_number(cells["session"]) != session.number:
        yield (
            f"reader '{cells['reader']}', session '{cells['session']}' in the sheet of "
            f"{session.reader}, session {session.number}"
        )
    elif cells["case"] not in planned:
        yield f"unknown case '{cells['case']}'"
    elif cells["arm"] != planned[cells["case"]]:
        yield f"arm '{cells['arm']}', planned '{planned[cells['case']]}'"


def _reading(
    line: Line, session: ReadingSession, how: tuple[ReaderStudy, DateOrder]
) -> tuple[Reading | None, list[str]]:
    (study, dates), cells = how, line.cells
    wrong = []
    call = cells["call"].casefold()
    if call not in YES | NO:
        wrong.append(f"call '{cells['call']}', not yes or no")
    confidence = as_number(cells["confidence"]) if cells["confidence"] else None
    if confidence is None or not 0.0 <= confidence <= 100.0:
        wrong.append(f"confidence '{cells['confidence']}', not 0 to 100")
    level = cells["level"].upper() if study.plan.levels else cells["level"]
    if level and study.plan.levels and level not in study.plan.levels:
        wrong.append(f"level '{cells['level']}', not one of the plan's")
    minutes = as_number(cells["minutes"]) if cells["minutes"] else float("nan")
    if minutes is None or minutes <= 0.0 or minutes > LONGEST_MINUTES:
        wrong.append(f"minutes '{cells['minutes']}', not over 0 to {LONGEST_MINUTES:g}")
    day = as_day(cells["date"], dates) if cells["date"] else None
    needs_day = len(study.plan.arms) > 1 and study.plan.washout_days > 0
    if day is None and (cells["date"] or (needs_day and cells["arm"] != REFERENCE_ARM)):
        slashes = "; tell the order with --dates" if "/" in cells["date"] else ""
        wrong.append(f"date '{cells['date']}', not as 2030-01-31{slashes}")
    elif day is not None and session.not_before is not None and day < session.not_before:
        wrong.append(f"read on {day}, not before {session.not_before} by the plan")
    if wrong or confidence is None or minutes is None:
        return None, wrong
    return (
        Reading(
            reader=session.reader,
            session=session.number,
            arm=cells["arm"],
            code=cells["case"],
            called=call in YES,
            confidence=confidence,
            level=level,
            minutes=minutes,
            read_on=day,
        ),
        [],
    )


def _too_soon(found: Sequence[_Found], washout_days: int) -> list[SheetProblem]:
    """Finds cases that a reader saw again before the washout was over."""
    earlier: dict[tuple[str, str], list[_Found]] = {}
    problems = []
    for each in sorted(found, key=lambda e: (e.reading.session, e.file, e.row)):
        reading = each.reading
        if reading.read_on is None or reading.arm == REFERENCE_ARM:
            continue
        before = earlier.setdefault((reading.reader, reading.code), [])
        for other in before:
            first = other.reading.read_on
            apart = abs(reading.read_on - first) if first else timedelta.max
            if apart < timedelta(days=washout_days):
                what = (
                    f"case {reading.code} read {apart.days} days from the reading of session "
                    f"{other.reading.session}, washout is {washout_days}"
                )
                problems.append(SheetProblem(each.file, each.row, what))
        before.append(each)
    return problems
