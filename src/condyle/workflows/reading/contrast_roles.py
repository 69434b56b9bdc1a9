"""Which reading of a study serves as T1 and which as T2, and which numbers the discs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from condyle.domain.messages import Message
from condyle.interpretation.agreement import chain_shift
from condyle.interpretation.contrasts import CONTRASTS
from condyle.workflows.reading.disc_grading import Roles
from condyle.workflows.reading.series_choice import Choice
from condyle.workflows.reading.study_anatomy import SeriesReading


def choose_roles(
    readings: Sequence[SeriesReading],
    *,
    joined: frozenset[str] = frozenset(),
    disagree: bool = False,
) -> Roles | None:
    """Decides which reading serves as T1 and which as T2, and which numbers the discs.

    Plain T2 goes before T2-SPACE, a longer chain before a shorter one. T1 and T2 that
    count their discs differently are not read together, and everything is abstained,
    unless one of them shows itself that it has missed the last disc.

    Args:
        readings: Those in which a chain of discs was found.
        joined: Stems of the series that were numbered by one chain.
        disagree: Whether they were laid on each other and are known to count differently.
    """
    if not readings:
        return None
    usable = [r for r in readings if r.choice.abstention is None]
    ages = [r.choice.abstention for r in readings if _is_age(r.choice)]
    found: dict[str, SeriesReading] = {}
    for role, weightings in CONTRASTS.items():
        fitting = [r for r in usable if r.series.weighting.value in weightings]
        if fitting:
            found[role] = min(
                fitting,
                key=lambda r: (
                    not r.on_midline,
                    r.series.weighting.value != weightings[0],
                    -len(r.anatomy.chain.discs),
                ),
            )
    if not found:
        primary = max(readings, key=lambda r: len(r.anatomy.chain.discs))
        reason = primary.choice.abstention or Message("no-plain-t2", {}, primary.series.stem)
        return Roles({}, primary, reason)
    primary, lowest, differ = _numbering(found)
    if all(reading.series.stem in joined for reading in found.values()):
        primary, lowest, differ = _longest(found), {}, False
    differ = differ or (disagree and len(found) > 1)
    abstention = ages[0] if ages else None
    if primary.anatomy.chain.canal_share == 0:
        abstention = Message("slice-off-midline", {}, primary.series.stem)
    if differ:
        counts = {f"{role}_count": len(r.anatomy.chain.discs) for role, r in found.items()}
        abstention = Message("series-disagree", counts, "study")
    return Roles(found, primary, abstention, lowest)


def _numbering(
    found: Mapping[str, SeriesReading],
) -> tuple[SeriesReading, Mapping[str, int], bool]:
    """Decides which reading numbers the discs, and whether the two cannot be brought together.

    Where one contrast starts further cranial than the other and itself shows that its
    last disc is not above the sacrum, the other numbers the discs of both.
    """
    primary = found.get("t2") or found["t1"]
    shift = chain_shift(found["t2"].anatomy, found["t1"].anatomy) if len(found) == 2 else 0
    if shift == 0:
        return primary, {}, False
    higher, lower = ("t1", "t2") if shift > 0 else ("t2", "t1")
    unsure, sure = found[higher].anatomy.chain, found[lower].anatomy.chain
    if unsure.sacrum_in_view or not sure.sacrum_in_view:
        return primary, {}, True
    return found[lower], {higher: abs(shift)}, False


def _longest(found: Mapping[str, SeriesReading]) -> SeriesReading:
    """Gives the reading of one numbering that shows the most discs, T2 where they are equal."""
    return max(found.values(), key=lambda r: (len(r.anatomy.chain.discs), r is found.get("t2")))


def _is_age(choice: Choice) -> bool:
    return choice.abstention is not None and choice.abstention.code == "out-of-scope-age"
