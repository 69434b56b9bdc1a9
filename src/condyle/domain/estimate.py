"""A figure with its uncertainty, which is the only way that Condyle states one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A value with its interval, its number of units and how both were found.

    Attributes:
        value: The point estimate; NaN where it is undefined.
        low: Lower limit of the interval; NaN where it is undefined.
        high: Upper limit of the interval; NaN where it is undefined.
        n: Number of units of analysis that it rests on.
        method: Name of the interval, such as ``"bootstrap percentile, by patient"``.
        unit: Unit of analysis counted by ``n``, such as ``"patient"`` or ``"disc"``.
        level: Confidence level of the interval, 0 to 1.
    """

    value: float
    low: float
    high: float
    n: int
    method: str
    unit: str = "patient"
    level: float = 0.95
