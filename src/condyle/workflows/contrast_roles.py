"""Which reading of a study serves as T1 and which as T2, and which numbers the discs."""

from __future__ import annotations

from collections.abc import Sequence

from condyle.domain.messages import Message
from condyle.interpretation.agreement import chain_shift
from condyle.workflows.disc_grading import Roles
from condyle.workflows.series_choice import Choice
from condyle.workflows.study_anatomy import SeriesReading

T2_FAMILY = ("t2", "t2-space")


def choose_roles(readings: Sequence[SeriesReading]) -> Roles | None:
    """Decides which reading serves as T1 and which as T2, and which numbers the discs.

    Plain T2 goes before T2-SPACE, a longer chain before a shorter one. T1 and T2 that
    count their discs differently are not read together: everything is abstained.

    Args:
        readings: Those in which a chain of discs was found.
    """
    if not readings:
        return None
    usable = [r for r in readings if r.choice.abstention is None]
    ages = [r.choice.abstention for r in readings if _is_age(r.choice)]
    found: dict[str, SeriesReading] = {}
    for role, weightings in (("t1", ("t1",)), ("t2", T2_FAMILY)):
        fitting = [r for r in usable if r.series.weighting.value in weightings]
        if fitting:
            found[role] = min(
                fitting,
                key=lambda r: (
                    not r.on_midline,
                    r.series.weighting.value == "t2-space",
                    -len(r.anatomy.chain.discs),
                ),
            )
    if not found:
        primary = max(readings, key=lambda r: len(r.anatomy.chain.discs))
        reason = primary.choice.abstention or Message("no-plain-t2", {}, primary.series.stem)
        return Roles({}, primary, reason)
    primary = found.get("t2") or found["t1"]
    abstention = ages[0] if ages else None
    if not primary.on_midline:
        abstention = Message("slice-off-midline", {}, primary.series.stem)
    if len(found) == 2 and _counts_differ(found["t2"], found["t1"]):
        counts = {f"{role}_count": len(r.anatomy.chain.discs) for role, r in found.items()}
        abstention = Message("series-disagree", counts, "study")
    return Roles(found, primary, abstention)


def _is_age(choice: Choice) -> bool:
    return choice.abstention is not None and choice.abstention.code == "out-of-scope-age"


def _counts_differ(first: SeriesReading, second: SeriesReading) -> bool:
    return chain_shift(first.anatomy, second.anatomy) != 0
