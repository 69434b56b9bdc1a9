"""Which of the lowest discs in view is the last of the lumbar spine, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.interpretation.discs import DISC, VERTEBRA, Disc

LEAST_BODY = 0.6
"""Mean probability of vertebra over a disc under which the body above it is no lumbar one: S1 is
not labelled in the training masks."""

DOUBTFUL = (0.2, 0.8)
"""Probabilities of being lumbar between which a lowest disc is told to be doubtful."""


@dataclass(frozen=True)
class LowestRule:
    """A logistic rule that tells the last lumbar disc from S1-S2.

    Attributes:
        length: Weight of the disc's length over that of the disc above, at most 1.
        certainty: Weight of the mean probability of disc over its pixels.
        turn: Weight of its turn against the disc above, in tens of degrees, -6 to 2; negative
            where it leans further forwards.
        constant: What is added.
    """

    length: float
    certainty: float
    turn: float
    constant: float

    def probability(self, facts: Sequence[float]) -> float:
        """Gives the probability that a disc is one of the lumbar spine.

        Args:
            facts: Its length, certainty and turn; see ``lowest_facts``.
        """
        weights = (self.length, self.certainty, self.turn)
        total = self.constant + sum(w * fact for w, fact in zip(weights, facts, strict=True))
        return 1 / (1 + math.exp(-total))


SHIPPED = LowestRule(length=10.5203, certainty=3.8798, turn=-0.7363, constant=-9.3696)
"""Fitted by ``docs/fit_lowest_disc.py`` on all shared slices; those of each fold lie beside."""


def lowest_facts(
    disc: Disc, above: Disc, probabilities: NDArray[np.float32]
) -> tuple[float, float, float]:
    """Gives what tells S1-S2 from a lumbar disc: length, certainty and turn.

    S1-S2 is shorter than L5-S1 because S1 tapers, and it is turned against L5-S1 by less than
    L5-S1 against L4-L5.

    Args:
        disc: The lowest one.
        above: The next one.
        probabilities: (class, row, column) on the grid of both.
    """
    across = disc.axis[0] * above.axis[1] - disc.axis[1] * above.axis[0]
    turn = math.degrees(math.atan2(across, float(np.dot(disc.axis, above.axis)))) / 10
    certainty = float(probabilities[DISC][disc.pixels[:, 0], disc.pixels[:, 1]].mean())
    return min(disc.length / above.length, 1.0), certainty, min(max(turn, -6.0), 2.0)


def lumbar_probability(
    disc: Disc, above: Disc, probabilities: NDArray[np.float32], *, rule: LowestRule
) -> float:
    """Gives how probable it is that a disc is one of the lumbar spine and not S1-S2.

    Args:
        disc: The lowest one.
        above: The next one.
        probabilities: (class, row, column) on the grid of both.
        rule: Which tells them apart where the body between could be a lumbar one.
    """
    if body_between(disc, above, probabilities) < LEAST_BODY:
        return 0.0
    return rule.probability(lowest_facts(disc, above, probabilities))


def is_doubtful(lowest: float, below: float) -> bool:
    """Says whether the lowest disc could be S1-S2, or the one left out below it the lowest.

    Args:
        lowest: Probability that the lowest disc is lumbar.
        below: Probability that the one below it is; 0 where there is none.
    """
    return lowest < DOUBTFUL[1] or below > DOUBTFUL[0]


def body_between(lower: Disc, upper: Disc, probabilities: NDArray[np.float32]) -> float:
    """Gives the mean probability of vertebra between two discs, their own extent left out."""
    start, end = np.array(lower.centre), np.array(upper.centre)
    along = np.linspace(0.25, 0.75, 9)[:, None, None]
    width = min(lower.length, upper.length) * np.array(lower.axis)
    across = np.linspace(-0.2, 0.2, 5)[None, :, None] * width
    points = (start + along * (end - start) + across).reshape(-1, 2)
    limits = np.array(probabilities.shape[1:]) - 1
    index = np.clip(np.rint(points).astype(int), 0, limits)
    return float(probabilities[VERTEBRA][index[:, 0], index[:, 1]].mean())
