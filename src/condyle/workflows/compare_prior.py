"""What changed since a prior study of the same patient, by the measurements of both."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from statistics import median

from condyle.domain.findings import Measurement
from condyle.domain.messages import Message
from condyle.domain.report import Report
from condyle.errors import InputError
from condyle.interpretation.disc_measures import HEIGHTS, INDEX, SLIP, SLIP_PERCENT
from condyle.workflows.reading.measuring import SAME

RATIOS = (INDEX, SLIP_PERCENT)

COMPARED = (*HEIGHTS, SLIP, *RATIOS)
"""Measures that are followed from study to study."""

LEAST_COMPARED = 2
"""Levels that are needed to tell one scale from another."""


NO_CHANGE = "no-change-since-prior"


def read_prior(path: Path, read: Callable[[Path], Report]) -> Report:
    """Reads the prior study, so that an error says that it is the prior's.

    Args:
        path: What was named as the prior study.
        read: From a path to its report.

    Raises:
        InputError: It cannot be read as one study.
    """
    try:
        return read(path)
    except InputError as error:
        raise InputError(
            f"The prior study cannot be read: {error.failed}",
            found=error.found,
            needed=error.needed or "one earlier study of the same patient",
            mend="name another path with --prior, or leave it out.",
        ) from error


def with_prior(report: Report, prior: Report, *, other_patient: bool = False) -> Report:
    """Gives a report that also says what changed since a prior study.

    That nothing changed beyond the repeatability stands among the assumptions, not among the
    warnings.

    Args:
        report: Of the study that is read.
        prior: Of an earlier one of the same patient, read by the same bundles.
        other_patient: Whether the headers of the two name different patients.
    """
    told = changes(report.measurements, prior.measurements)
    if not told:  # nothing was measured: also that is said
        told = (Message("not-comparable-with-prior", {}, "study"),)
    same = tuple(message for message in told if message.code == NO_CHANGE)
    changed = tuple(message for message in told if message.code != NO_CHANGE)
    if other_patient:
        changed = (Message("prior-other-patient", {}, "study"), *changed)
    return replace(
        report,
        assumptions=(*report.assumptions, Message("prior-same-patient", {}, "study"), *same),
        warnings=(*report.warnings, *changed),
    )


def changes(now: Sequence[Measurement], before: Sequence[Measurement]) -> tuple[Message, ...]:
    """Says, level by level, which measures differ by more than their repeatability.

    A level is compared by its name, so that one without a name is not. Each level of
    ``now`` gets a message at least.

    Args:
        now: Those of one level beside each other.
        before: Of the prior study.
    """
    earlier: dict[tuple[str, str | None], float | None] = {}
    earlier |= {(m.name, m.site.level): m.value for m in before if m.site.level is not None}
    found: list[Message] = []
    followed: tuple[str, ...] = COMPARED
    if _other_scale(now, earlier):
        found.append(Message("scale-differs-from-prior", {}, "study"))
        followed = RATIOS
    for site, group in groupby(now, key=lambda one: one.site):
        subject = site.level or f"disc-{site.index_from_caudal}"
        compared, changed = 0, []
        for one in group:
            old = earlier.get((one.name, site.level))
            if one.name not in followed or None in (one.value, old, one.repeatability):
                continue
            compared += 1
            message = _change(one, old, subject)
            changed += [] if message is None else [message]
        if not compared:
            changed = [Message("not-comparable-with-prior", {}, subject)]
        elif not changed:
            changed = [Message(NO_CHANGE, {"count": compared}, subject)]
        found += changed
    return tuple(found)


def _other_scale(
    now: Sequence[Measurement], earlier: Mapping[tuple[str, str | None], float | None]
) -> bool:
    """Says whether lengths differ by a factor that the height index does not.

    An adult's bodies keep their size, so that heights and index change alike; where they do
    not, one of the two spacings is wrong.
    """
    factors = []
    for names in (HEIGHTS, (INDEX,)):
        logs = [
            math.log(one.value / old)
            for one in now
            if one.name in names
            and one.value is not None
            and (old := earlier.get((one.name, one.site.level))) is not None
            and min(one.value, old) > 0
        ]
        if len(logs) < LEAST_COMPARED:
            return False
        factors.append(median(logs))
    return abs(factors[0] - factors[1]) > math.log(SAME)


def _change(one: Measurement, old: float | None, subject: str) -> Message | None:
    if one.value is None or old is None or one.repeatability is None:
        return None
    if abs(one.value - old) <= one.repeatability:
        return None
    told: dict[str, str | int | float] = {
        "measure": one.name,
        "before": round(old, 2),
        "now": round(one.value, 2),
        "repeatability": round(one.repeatability, 2),
    }
    return Message("change-since-prior", told, subject)
