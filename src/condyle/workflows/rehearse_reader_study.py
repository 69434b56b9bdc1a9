"""Rehearses a planned reader study with made-up readings, before anybody reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from condyle.domain.anatomy import USUAL_LEVELS
from condyle.domain.reader_study import REFERENCE_ARM, ReaderPlan, ReadingSession
from condyle.errors import InputError
from condyle.evaluation.inputs import BoolArray
from condyle.evaluation.reader_simulation import (
    ReaderModel,
    SimulatedReadings,
    simulate_readings,
)
from condyle.workflows.readers.folder import (
    GUIDE,
    READERS,
    ReaderStudy,
    open_reader_study,
    require_new,
    write_key,
    write_plan,
    write_sheet,
)
from condyle.workflows.readers.guide import guide_text
from condyle.workflows.readers.spreadsheet import write_lines, write_text

FIRST_DAY = date(2030, 1, 7)
JUDGE = ReaderModel(areas=(0.97,), minutes=(6.0,), skill_sd=0.05, threshold=1.3)


def rehearse_reader_study(
    folder: Path, out: Path, *, model: ReaderModel | None = None, seed: int = 1
) -> Path:
    """Writes a copy of a planned study whose sheets are filled in with made-up readings.

    The copy says in its plan that it is simulated, and every page made from it says so.
    Cases whose reference is not known are given one at random.

    Args:
        folder: The planned study.
        out: Folder that is new or empty.
        model: How the made-up readers read.
        seed: Of the readings.

    Raises:
        InputError: The study cannot be read, or the model has another number of arms.
        OutputError: The folder is in use or cannot be written.
    """
    study = open_reader_study(folder)
    how = model or _model_of(study.plan)
    if len(how.areas) != len(study.plan.arms):
        raise InputError(
            "The reader study cannot be rehearsed.",
            found=f"{len(how.areas)} areas for {len(study.plan.arms)} arms",
            needed="one area an arm",
            mend="give --area once for each arm.",
        )
    rng = np.random.default_rng(seed)
    drawn = rng.permutation(np.arange(len(study.cases)) % 2) == 0
    known = np.array([case.reference for case in study.cases])
    truth = np.where(np.isnan(known), drawn, known == 1.0)
    plan = replace(study.plan, simulated=True)
    made = simulate_readings(how, truth, readers=len(plan.readers), rng=rng)
    judges = max(len(plan.reference_readers), 1)
    judged = simulate_readings(JUDGE, truth, readers=judges, rng=rng)
    require_new(out, "The rehearsal")
    write_key(out, study.cases, seed)
    for session in plan.sessions:
        is_judge = session.rows[0][1] == REFERENCE_ARM
        write_sheet(out, session, _filled(study, session, judged if is_judge else made, rng))
    names = (*plan.readers, *plan.reference_readers)
    years = np.round(np.sort(rng.uniform(1.0, 25.0, len(names))))
    write_lines(out / READERS, ("reader", "years"), zip(names, years.astype(int), strict=True))
    write_text(out / GUIDE, guide_text(plan))
    write_plan(out, plan, None)
    return out


def _model_of(plan: ReaderPlan) -> ReaderModel:
    arms = len(plan.arms)
    areas = (0.80, *([0.88] * (arms - 1)))
    return ReaderModel(areas=areas, minutes=(4.0, *([3.2] * (arms - 1))))


def _filled(
    study: ReaderStudy, session: ReadingSession, made: SimulatedReadings, rng: np.random.Generator
) -> list[tuple[str, str, str, str, str]]:
    plan = study.plan
    places = {case.code: at for at, case in enumerate(study.cases)}
    truth: BoolArray = made.reference
    begun = session.not_before or FIRST_DAY + timedelta(
        days=(session.number - 1) * (plan.washout_days + 14)
    )
    cells = []
    for order, (code, arm) in enumerate(session.rows):
        at = places[code]
        judge = arm == REFERENCE_ARM
        people = plan.reference_readers if judge else plan.readers
        place = (0 if judge else plan.arms.index(arm), people.index(session.reader), at)
        called = bool(made.calls[place])
        confidence = float(made.confidence[place])
        if plan.confidence_of == "call":
            confidence = abs(confidence - 50.0) * 2.0
        level = _level(study, at, bool(truth[at]), rng) if called else ""
        day = begun + timedelta(days=min(order // 12, 13))
        cells.append(
            (
                "yes" if called else "no",
                f"{confidence:.0f}",
                level,
                f"{made.minutes[place]:.1f}",
                day.isoformat(),
            )
        )
    return cells


def _level(study: ReaderStudy, at: int, true: bool, rng: np.random.Generator) -> str:
    """Names the case's own level nine times out of ten, where there is one."""
    own = study.cases[at].level
    if not own:
        return ""
    levels = study.plan.levels or USUAL_LEVELS
    return own if true and rng.uniform() < 0.9 else str(rng.choice(np.array(levels)))
