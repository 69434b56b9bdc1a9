"""Which way a sagittal picture lies: upright and facing left, or turned, told by its spine.

A lumbar spine is not alike from both ends nor from both sides: its lowest discs lean steeply
forwards and its uppermost hardly, it bows forwards, pictures of it leave the sacrum below the
lowest disc and little above the uppermost, and its canal lies behind its discs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.interpretation.anatomy import SliceAnatomy

TURNS = ("upright", "upside-down", "mirrored", "half-turn")
"""Upside-down: top and bottom exchanged; mirrored: left and right; half-turn: both."""

UPRIGHT = TURNS[0]

FEWEST = 3
"""Discs under which nothing is said."""

LEAST_UPRIGHT = 0.2
"""Probability of lying upright under which a picture is taken to be turned."""

MOST_BOW, MOST_BEYOND, MOST_LEAN = 1.0, 3.0, 6.0
"""Where facts are cut off, so that one that is far out does not decide alone."""

FACTS = ("lean", "change", "bow", "below", "above", "canal")


@dataclass(frozen=True)
class TurnRule:
    """A multinomial logistic rule of six facts.

    Attributes:
        weights: By turn, in the order of ``TURNS``: one a fact, then what is added.
    """

    weights: tuple[tuple[float, ...], ...]

    def probabilities(self, facts: Sequence[float]) -> tuple[float, ...]:
        """Gives the probability of each of ``TURNS``.

        Args:
            facts: As ``turn_facts`` gives them.
        """
        sums = [
            sum(w * fact for w, fact in zip(one, (*facts, 1.0), strict=True))
            for one in self.weights
        ]
        powers = [math.exp(one - max(sums)) for one in sums]
        return tuple(power / sum(powers) for power in powers)


SHIPPED = TurnRule(
    (
        (-0.7685, 1.3053, -1.8109, 1.3509, -1.6085, 2.5222, -2.8734),
        (0.3664, 2.6977, -3.6279, -1.7333, 0.9106, 1.582, 0.5087),
        (0.3376, -1.1398, 2.7011, 2.0636, -1.4043, -1.6451, 1.2756),
        (0.0646, -2.8632, 2.7378, -1.6812, 2.1021, -2.4591, 1.0891),
    )
)
"""Fitted by ``docs/fit_turn.py`` on all shared slices and their turns; those of each fold lie
beside the table."""


def turn_facts(anatomy: SliceAnatomy) -> tuple[float, ...] | None:
    """Gives what tells a picture's turn, or ``None`` with fewer than ``FEWEST`` discs.

    Args:
        anatomy: Of one slice.

    Returns:
        ``FACTS``. The lean of the lowest disc on the picture, in tens of degrees, negative where
        its left end is the lower one; the change of lean from a disc to the next one up; how far
        the discs between the ends lie to the right of the straight line between those, in disc
        lengths; how far the picture goes on below the lowest disc and above the uppermost, in
        steps between discs; and the share of discs with canal to their right.
    """
    discs = anatomy.chain.discs
    if len(discs) < FEWEST:
        return None
    centres = np.array([disc.centre for disc in discs])
    leans = np.degrees([math.atan2(disc.axis[0], disc.axis[1]) for disc in discs]) / 10
    step = float(np.median(np.hypot(*np.diff(centres, axis=0).T)))
    rows = np.flatnonzero(anatomy.inside.any(axis=1))
    line = np.interp(centres[1:-1, 0], centres[[-1, 0], 0], centres[[-1, 0], 1])
    length = float(np.median([disc.length for disc in discs]))
    return (
        _held(float(leans[0]), MOST_LEAN),
        float(np.polyfit(np.arange(len(leans)), leans, 1)[0]),
        _held(float(np.mean(centres[1:-1, 1] - line)) / length, MOST_BOW),
        _beyond(rows, centres[0, 0], step, below=True),
        _beyond(rows, centres[-1, 0], step, below=False),
        anatomy.chain.canal_share,
    )


def turn_of(anatomy: SliceAnatomy, *, rule: TurnRule = SHIPPED) -> str:
    """Gives which of ``TURNS`` a picture shows; upright where nothing tells.

    Args:
        anatomy: Of one slice.
        rule: Which tells it.
    """
    facts = turn_facts(anatomy)
    if facts is None:
        return UPRIGHT
    told = rule.probabilities(facts)
    if told[0] >= LEAST_UPRIGHT:
        return UPRIGHT
    return TURNS[1 + int(np.argmax(told[1:]))]


def _held(value: float, most: float) -> float:
    return min(max(value, -most), most)


def _beyond(rows: NDArray[np.intp], row: float, step: float, *, below: bool) -> float:
    """Gives how far the picture goes on beyond a row, in steps."""
    if not len(rows):
        return 0.0
    away = rows[-1] - row if below else row - rows[0]
    return min(max(float(away) / step, 0.0), MOST_BEYOND)
