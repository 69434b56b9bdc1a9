"""Heights of a disc and slip of the vertebra above it, from the bodies beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.interpretation.bodies import BAND, FRACTIONS, Body

Floats = NDArray[np.float64]
Line = tuple[tuple[float, float], tuple[float, float]]

REACH = 0.45
"""How far from the middle of a disc, as a share of the endplate, its edges are looked for."""


@dataclass(frozen=True)
class Gap:
    """A height of a disc or a body.

    Attributes:
        height: In units of the scale.
        line: Its two ends, in scaled coordinates.
    """

    height: float
    line: Line


@dataclass(frozen=True)
class Slip:
    """How far the vertebra above lies before (positive) or behind the one below.

    Attributes:
        distance: Along the upper endplate of the vertebra below, in units of the scale.
        share: Of that endplate's length.
        line: From that endplate's back corner to the foot of the lower back corner above.
    """

    distance: float
    share: float
    line: Line


def disc_gaps(upper: Body, lower: Body) -> tuple[Gap, ...] | None:
    """Gives the front, middle and back height of a disc.

    Heights stand at right angles to the line that halves the angle of the two endplates,
    as in Frobin et al. 1997 (doi 10.1016/S0268-0033(96)00067-8), over the depth that both
    endplates share, so that a slip does not add to them.

    Args:
        upper: Body above the disc.
        lower: Body below.

    Returns:
        One a place of ``FRACTIONS``, or ``None`` where an edge was not found.
    """
    along = _unit(_direction(upper.lower) + _direction(lower.upper))
    down = np.array([along[1], -along[0]])
    front = max(float(upper.lower[0] @ along), float(lower.upper[0] @ along))
    back = min(float(upper.lower[1] @ along), float(lower.upper[1] @ along))
    if back - front < 0.4 * _length(lower.upper):
        return None
    middle = (upper.lower.mean(axis=0) + lower.upper.mean(axis=0)) / 2
    found = []
    for fraction in FRACTIONS:
        places = front + np.linspace(fraction - BAND, fraction + BAND, 5) * (back - front)
        starts = middle + (places - float(middle @ along))[:, None] * along
        edges = [_across(start, down, upper, lower, reach=back - front) for start in starts]
        if any(edge is None for edge in edges):
            return None
        ends = np.array(edges).mean(axis=0)
        start = starts[len(starts) // 2]
        found.append(Gap(float(ends[1] - ends[0]), _line(start, down, ends)))
    return tuple(found)


def body_height(body: Body) -> Gap | None:
    """Gives a body's mean height over the places of ``FRACTIONS``, and its middle line."""
    along = _unit(_direction(body.upper) + _direction(body.lower))
    down = np.array([along[1], -along[0]])
    front = float(np.mean([body.upper[0] @ along, body.lower[0] @ along]))
    back = float(np.mean([body.upper[1] @ along, body.lower[1] @ along]))
    heights, lines = [], []
    for fraction in FRACTIONS:
        start = body.middle + (front + fraction * (back - front) - body.middle @ along) * along
        reach = 0.9 * _length(body.corners[[0, 3]])
        steps = np.arange(-reach, reach, 0.1 * min(body.scale))
        values = body.along(start + steps[:, None] * down)
        inside = np.flatnonzero(values >= 0.5)
        if not len(inside):
            return None
        ends = np.array(
            [_crossing(steps, values, inside[0], -1), _crossing(steps, values, inside[-1], 1)]
        )
        heights.append(float(ends[1] - ends[0]))
        lines.append(_line(start, down, ends))
    return Gap(float(np.mean(heights)), lines[1])


def slip(upper: Body, lower: Body) -> Slip:
    """Gives the slip of the vertebra above a disc over the one below.

    The back corner of its lower endplate is dropped on the line of the upper endplate
    below, and its distance from that endplate's back corner is taken along the line.

    Args:
        upper: Body above the disc.
        lower: Body below.
    """
    along = _direction(lower.upper)
    corner, edge = upper.lower[1], lower.upper[1]
    behind = float((corner - edge) @ along)
    foot = edge + behind * along
    return Slip(-behind, -behind / _length(lower.upper), (_pair(edge), _pair(foot)))


def _across(
    start: Floats, down: Floats, upper: Body, lower: Body, *, reach: float
) -> tuple[float, float] | None:
    """Gives where, along ``down`` from a start, the body above ends and the one below begins."""
    steps = np.arange(-REACH * reach, REACH * reach, 0.1 * min(upper.scale))
    points = start + steps[:, None] * down
    high, low = upper.along(points), lower.along(points)
    over, under = np.flatnonzero(high >= 0.5), np.flatnonzero(low >= 0.5)
    if not len(over) or not len(under):
        return None
    ends = _crossing(steps, high, over[-1], 1), _crossing(steps, low, under[0], -1)
    return ends if ends[1] > ends[0] else None


def _crossing(steps: Floats, values: Floats, last: int, way: int) -> float:
    """Gives where the values fall through 0.5 beyond the last place that reaches it."""
    after = last + way
    if not 0 <= after < len(steps):
        return float(steps[last])
    share = (values[last] - 0.5) / (values[last] - values[after])
    return float(steps[last] + share * (steps[after] - steps[last]))


def _direction(endplate: Floats) -> Floats:
    return _unit(endplate[1] - endplate[0])


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float64)


def _length(line: Floats) -> float:
    return float(np.linalg.norm(line[1] - line[0]))


def _pair(point: Floats) -> tuple[float, float]:
    return (float(point[0]), float(point[1]))


def _line(start: Floats, down: Floats, ends: Floats) -> Line:
    return _pair(start + ends[0] * down), _pair(start + ends[1] * down)
