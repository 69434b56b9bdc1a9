"""Whether what a bundle says differs from what it said before: the dashboard's warning."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from sqlalchemy.orm import Session

from condyle.archive.dashboard import Periods
from condyle.archive.dashboard_drift import (
    RunEnd,
    Span,
    answers_of,
    bundles_that_ran,
    latest_runs,
)
from condyle.evaluation.drift_shift import Shift, periods_of, shift_of_categories
from condyle.evaluation.multiplicity import holm_of_tested

FALSE_ALARMS = 0.01
"""Chance of a warning on a bundle and period where nothing has changed, over all its tests."""
FEWEST_STUDIES = 30
MOST_NEW, MOST_EARLIER = 500, 1000
"""Runs that are compared, the latest of each time."""
EARLIER_PERIODS = 6
PERMUTATIONS = 1999
ENDS = "run-ends"
"""What the test of refused and broken runs is called."""

Verdict = Literal["changed", "no-change-shown", "too-few"]


@dataclass(frozen=True)
class Drift:
    """One distribution of a bundle's outputs, now and before.

    Attributes:
        subject: A finding's name, or ``"run-ends"``.
        shift: What was found; its gap is at the answer whose share differs most.
        adjusted: P value adjusted by Holm for all tests of the bundle.
        before: Share of that answer before.
        now: Share of it now.
    """

    subject: str
    shift: Shift
    adjusted: float
    before: float
    now: float

    @property
    def changed(self) -> bool:
        """Whether it is warned of."""
        return self.adjusted < FALSE_ALARMS


@dataclass(frozen=True)
class BundleDrift:
    """A bundle in a period, held against the periods before it.

    Attributes:
        bundle: Its name.
        version: Its version; others are not looked at.
        now: The period.
        before: The time that it is held against.
        studies: How many are compared, before and now; of patients who were there before
            none counts as new.
        drifts: Nothing where there are too few.
    """

    bundle: str
    version: str
    now: Span
    before: Span
    studies: tuple[int, int]
    drifts: tuple[Drift, ...]

    @property
    def verdict(self) -> Verdict:
        """What is said of it."""
        if min(self.studies) < FEWEST_STUDIES:
            return "too-few"
        return "changed" if any(one.changed for one in self.drifts) else "no-change-shown"


def look_for_drift(session: Session, periods: Periods, *, silent: bool) -> list[BundleDrift]:
    """Holds each bundle that ran in the last period, or the one before, against earlier ones.

    Of the two it takes the last that has studies enough, for a month that began yesterday says
    little. The distributions are compared as ``condyle drift`` does: by chi-square, with the
    patients dealt at random, so that several discs of a patient are not several patients.

    Args:
        session: A transaction.
        periods: Months or weeks.
        silent: Whether silent runs count also.
    """
    spans = periods.spans
    made: dict[tuple[str, str], BundleDrift] = {}
    for at in (len(spans) - 1, len(spans) - 2):
        before = (spans[max(0, at - EARLIER_PERIODS)][0], spans[at][0])
        for of in bundles_that_ran(session, spans[at], silent=silent):
            known = made.get(of)
            if known is not None and known.verdict != "too-few":
                continue
            found = _compared(session, of, (before, spans[at]), silent=silent)
            if known is None or found.verdict != "too-few":
                made[of] = found
    return [made[of] for of in sorted(made)]


def _compared(
    session: Session, of: tuple[str, str], times: tuple[Span, Span], *, silent: bool
) -> BundleDrift:
    earlier = latest_runs(session, of, times[0], silent=silent, most=MOST_EARLIER)
    latest = latest_runs(session, of, times[1], silent=silent, most=MOST_NEW)
    there = {run.patient for run in earlier}
    new = [run for run in latest if run.patient not in there]
    studies = (len({run.study for run in earlier}), len({run.study for run in new}))
    drifts: tuple[Drift, ...] = ()
    if min(studies) >= FEWEST_STUDIES:
        drifts = _tested(session, earlier, new)
    return BundleDrift(*of, now=times[1], before=times[0], studies=studies, drifts=drifts)


def _tested(
    session: Session, earlier: Sequence[RunEnd], new: Sequence[RunEnd]
) -> tuple[Drift, ...]:
    patients = {run.id: run.patient for run in (*earlier, *new)}
    is_new = {run.id for run in new}
    answers: dict[str, list[tuple[str, str]]] = defaultdict(list)
    answers[ENDS] = [(run.id, run.end) for run in (*earlier, *new)]
    for given in answers_of(session, list(patients)):
        answers[given.name].append((given.run, given.answer))
    tested = [
        found
        for subject, rows in sorted(answers.items())
        if (found := _shift(subject, rows, patients, is_new)) is not None
    ]
    adjusted = holm_of_tested([shift.p_value for _, shift, _, _ in tested])
    return tuple(
        Drift(subject, shift, p, before, now)
        for (subject, shift, before, now), p in zip(tested, adjusted, strict=True)
    )


def _shift(
    subject: str,
    rows: Iterable[tuple[str, str]],
    patients: Mapping[str, int],
    is_new: set[str],
) -> tuple[str, Shift, float, float] | None:
    """Gives the shift of one distribution; nothing where there is one answer, or one period."""
    sides: tuple[list[tuple[int, str]], list[tuple[int, str]]] = ([], [])
    for run, answer in rows:
        sides[run in is_new].append((patients[run], answer))
    earlier, new = sides
    if not earlier or not new or len({answer for _, answer in (*earlier, *new)}) < 2:
        return None
    shift = shift_of_categories(
        [answer for _, answer in (*earlier, *new)],
        periods_of([str(one) for one, _ in earlier], [str(one) for one, _ in new]),
        rng=np.random.default_rng(zlib.crc32(subject.encode())),
        permutations=PERMUTATIONS,
    )
    shares = [sum(answer == shift.at for _, answer in side) / len(side) for side in sides]
    return subject, shift, shares[0], shares[1]
