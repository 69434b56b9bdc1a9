"""Plans a reader study: its size, blinded list, orders, dates, and sheets to fill in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from condyle.domain.reader_study import ConfidenceOf, Crossing, ListedCase, ReaderPlan
from condyle.errors import InputError
from condyle.evaluation.reader_design import (
    blind_codes,
    cross_over,
    reference_sessions,
    with_dates,
)
from condyle.workflows.readers.folder import (
    FILLED,
    GUIDE,
    READERS,
    reference_of,
    require_new,
    sheet_name,
    write_key,
    write_plan,
    write_sheet,
)
from condyle.workflows.readers.guide import guide_text
from condyle.workflows.readers.spreadsheet import read_lines, write_lines, write_text
from condyle.workflows.readers.study_size import SizeQuestion, StudySize, size_of_study

CASE_COLUMNS = ("unit", "patient", "reference", "level")


@dataclass(frozen=True)
class StudyDesign:
    """How the study is to be done.

    Attributes:
        title: Of the study.
        readers: How many.
        arms: Names, the one without the model first.
        reference_readers: How many set the reference; 0 where the list holds it.
        washout_days: Least days between two readings of a case by one reader.
        crossing: How arms and sessions go together.
        confidence_of: What the confidence is about.
        levels: Levels that may be named; any where there are none.
        start: First day of the first session, or ``None``.
        session_days: Days that a session may take.
    """

    title: str
    readers: int
    arms: tuple[str, ...] = ("without", "with")
    reference_readers: int = 0
    washout_days: int = 28
    crossing: Crossing = "sessions"
    confidence_of: ConfidenceOf = "presence"
    levels: tuple[str, ...] = ()
    start: date | None = None
    session_days: int = 14


@dataclass(frozen=True)
class PlannedStudy:
    """A study that is ready to be read.

    Attributes:
        folder: Where it was written.
        plan: How it is done.
        size: What its size is good for, or ``None`` where nothing was asked.
        sheets: Names of the sheets.
    """

    folder: Path
    plan: ReaderPlan
    size: StudySize | None
    sheets: tuple[str, ...]


def plan_reader_study(
    cases: Path, out: Path, design: StudyDesign, *, seed: int, question: SizeQuestion | None = None
) -> PlannedStudy:
    """Writes a new folder with everything that a reader study needs to begin.

    The same list, design and seed give the same bytes. Codes and orders come from the
    seed, which is therefore kept with the key and not in the plan.

    Args:
        cases: Table with a column ``case``, and if known ``unit``, ``patient``,
            ``reference``, ``level`` and anything else.
        out: Folder that is new or empty.
        design: How it is to be done.
        seed: Of codes and orders.
        question: What the study is to find.

    Raises:
        InputError: The list or the design does not fit.
        OutputError: The folder is in use or cannot be written.
    """
    _check(design)
    rng = np.random.default_rng(seed)
    listed = read_case_list(cases)
    coded = [
        replace(case, code=code)
        for case, code in zip(listed, blind_codes(len(listed), rng), strict=True)
    ]
    plan = _plan(design, coded, rng)
    size = None
    if question is not None:
        known = np.array([case.reference for case in coded])
        size = size_of_study(
            question, design.readers, listed=(len(coded), float(known.mean())), rng=rng
        )
    require_new(out, "The reader study")
    write_key(out, coded, seed)
    for session in plan.sessions:
        write_sheet(out, session, [[""] * len(FILLED)] * len(session.rows))
    everybody = (*plan.readers, *plan.reference_readers)
    write_lines(out / READERS, ("reader", "years"), [(name, "") for name in everybody])
    write_text(out / GUIDE, guide_text(plan))
    write_plan(out, plan, None if size is None else asdict(size))
    sheets = tuple(sheet_name(session) for session in plan.sessions)
    return PlannedStudy(out, plan, size, sheets)


def read_case_list(path: Path) -> tuple[ListedCase, ...]:
    """Reads a list of cases, whose codes are still empty.

    Raises:
        InputError: It is empty, or names a case twice.
    """
    cases: dict[tuple[str, str], ListedCase] = {}
    for line in read_lines(path, required=("case",), optional=None):
        cells = line.cells
        case, unit = cells["case"], cells.get("unit", "")
        if not case or (case, unit) in cases:
            found = "no case" if not case else "a case that stands there before"
            raise _refusal(
                f"{found} in {path.name}, row {line.number}",
                "each case once; several parts of one with a column 'unit'",
            )
        cases[case, unit] = ListedCase(
            code="",
            case=case,
            unit=unit,
            patient=cells.get("patient", "") or case,
            reference=reference_of(path, line.number, cells.get("reference", "")),
            level=cells.get("level", ""),
            covariates={n: v for n, v in cells.items() if n not in ("case", *CASE_COLUMNS)},
        )
    if len(cases) < 2:
        raise _refusal(f"{len(cases)} cases in {path.name}", "at least two cases")
    return tuple(cases.values())


def _plan(design: StudyDesign, cases: Sequence[ListedCase], rng: np.random.Generator) -> ReaderPlan:
    # The list is read in the order of its codes, so that no sheet shows the list's own.
    codes = sorted(case.code for case in cases)
    readers = tuple(f"reader-{at}" for at in range(1, design.readers + 1))
    judges = tuple(f"reference-{at}" for at in range(1, design.reference_readers + 1))
    sessions = cross_over(codes, readers, design.arms, crossing=design.crossing, rng=rng)
    sessions += reference_sessions(codes, judges, rng)
    if design.start is not None:
        sessions = with_dates(
            sessions,
            design.start,
            session_days=design.session_days,
            washout_days=design.washout_days,
        )
    return ReaderPlan(
        title=design.title,
        arms=design.arms,
        readers=readers,
        reference_readers=judges,
        washout_days=design.washout_days,
        crossing=design.crossing,
        confidence_of=design.confidence_of,
        levels=design.levels,
        sessions=sessions,
        cases=len(cases),
        patients=len({case.patient for case in cases}),
    )


def _check(design: StudyDesign) -> None:
    if not 1 <= design.readers <= 200 or not 0 <= design.reference_readers <= 20:
        raise _refusal(
            f"{design.readers} readers, {design.reference_readers} reference readers",
            "1 to 200 readers, 0 to 20 reference readers",
        )
    reserved = [arm for arm in design.arms if arm in ("", "reference")]
    if reserved or design.washout_days < 0:
        raise _refusal(
            f"arms {', '.join(design.arms)}, washout of {design.washout_days} days",
            "named arms, none of them 'reference', and no negative washout",
        )


def _refusal(found: str, needed: str) -> InputError:
    return InputError(
        "The reader study cannot be planned.",
        found=found,
        needed=needed,
        mend="correct the list or the options, and plan again.",
    )
