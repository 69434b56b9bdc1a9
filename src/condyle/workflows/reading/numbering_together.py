"""Numbering the discs of a study once, on all its contrasts together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from condyle.domain.messages import Message
from condyle.interpretation.anatomy import SliceAnatomy
from condyle.interpretation.contrasts import contrast_of
from condyle.interpretation.lowest_disc import is_doubtful
from condyle.interpretation.midline import disc_slices
from condyle.interpretation.together import Together, read_together
from condyle.workflows.reading.study_anatomy import SeriesReading


@dataclass(frozen=True)
class Numbered:
    """The readings of a study after their discs were numbered together.

    Attributes:
        readings: As given, in their order.
        joined: Stems of the series that carry one numbering.
        disagree: Whether two contrasts, laid on each other, each take another disc for the last
            one above the sacrum; they are then left as they were read alone.
        warnings: What to bear in mind of the numbers.
    """

    readings: tuple[SeriesReading, ...]
    joined: frozenset[str] = frozenset()
    disagree: bool = False
    warnings: tuple[Message, ...] = ()


def number_together(readings: Sequence[SeriesReading]) -> Numbered:
    """Numbers the discs of all plausible readings by one chain.

    Args:
        readings: Of one study; those of a weighting that is not graded are left alone.
    """
    taken = [r for r in readings if r.plausible and contrast_of(r.series.weighting.value)]
    if len(taken) < 2:
        return Numbered(tuple(readings), warnings=tuple(_doubts(taken)))
    seen = read_together([reading.anatomy for reading in taken])
    if disagrees(seen, [reading.anatomy for reading in taken]):
        return Numbered(tuple(readings), disagree=True, warnings=tuple(_doubts(taken)))
    made, joined, warnings = {}, [], []
    for reading, anatomy, start in zip(taken, seen.slices, seen.starts, strict=True):
        stem = reading.series.stem
        if start is None:
            continue
        joined.append(stem)
        made[stem] = _renumbered(reading, anatomy)
        if start > 1:
            told: dict[str, str | int | float] = {"series": stem, "count": start - 1}
            warnings.append(Message("levels-from-other-series", told, stem))
    if is_doubtful(seen.chain.lowest, seen.chain.below):
        warnings.append(_doubt(seen.chain.lowest, seen.chain.below))
    after = tuple(made.get(reading.series.stem, reading) for reading in readings)
    return Numbered(after, frozenset(joined), warnings=tuple(warnings))


def disagrees(seen: Together, alone: Sequence[SliceAnatomy]) -> bool:
    """Says whether two slices take different discs for the last above the sacrum.

    One that itself shows a body below its last disc, or the image's border, has missed some and
    says nothing against the others.

    Args:
        seen: The slices laid on each other.
        alone: The same slices, each with the chain that it gave alone.
    """
    sure = {
        start
        for start, one in zip(seen.starts, alone, strict=True)
        if start is not None and one.chain.sacrum_in_view
    }
    return len(sure) > 1


def _doubts(readings: Sequence[SeriesReading]) -> list[Message]:
    chains = [reading.anatomy.chain for reading in readings]
    doubtful = [chain for chain in chains if is_doubtful(chain.lowest, chain.below)]
    return [_doubt(chain.lowest, chain.below) for chain in doubtful[:1]]


def _doubt(lowest: float, below: float) -> Message:
    """Tells both ways to count, and how probable the rule takes the one that was not taken."""
    higher = lowest < 1 - below
    other = 1 - lowest if higher else below
    code = "lowest-disc-may-be-sacral" if higher else "disc-below-may-be-lumbar"
    return Message(code, {"probability": round(float(other), 2)}, "study")


def _renumbered(reading: SeriesReading, anatomy: SliceAnatomy) -> SeriesReading:
    slices = list(reading.slices)
    slices[reading.middle] = anatomy
    return replace(
        reading,
        slices=tuple(slices),
        disc_slices=disc_slices(slices, reading.middle),
    )
