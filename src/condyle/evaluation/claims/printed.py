"""A number as it is printed: its digits say how finely it was rounded."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"^([-+]?)(\d+)(?:\.(\d*))?\s*(.*)$")
SLACK = 1e-9


@dataclass(frozen=True)
class Printed:
    """A printed number.

    Attributes:
        value: As a number; percentages stay as they are printed.
        step: One unit of its last digit.
        unit: What follows it, such as ``"%"`` or ``"min"``; may be empty.
        text: As it was printed.
    """

    value: float
    step: float
    unit: str
    text: str

    def as_share(self) -> Printed:
        """Gives the number as a share of one: a percentage, or anything over 1, over 100."""
        if self.unit != "%" and self.value <= 1.0:
            return self
        return Printed(self.value / 100.0, self.step / 100.0, "", self.text)

    @property
    def low(self) -> float:
        """Gives the least number that rounds to it."""
        return self.value - self.step / 2.0

    @property
    def high(self) -> float:
        """Gives the greatest number that rounds to it."""
        return self.value + self.step / 2.0

    def rounds_from(self, number: float) -> bool:
        """Tells whether a number rounds to it."""
        return self.low - SLACK <= number <= self.high + SLACK

    def stands_for(self, number: float) -> bool:
        """Tells whether a number gives it by rounding or by cutting off digits."""
        cut = self.value - SLACK <= number < self.value + self.step
        return cut or self.rounds_from(number)


def parse_printed(source: object) -> Printed:
    """Reads a printed number; text keeps its last zeros, a bare number may lose them.

    Raises:
        ValueError: It does not begin with a number.
    """
    if isinstance(source, Printed):
        return source
    if isinstance(source, bool) or not isinstance(source, (str, int, float)):
        raise ValueError("a printed number is text such as '72.5 %', or a number")
    text = str(source).strip()
    found = _FORM.match(text)
    if found is None:
        raise ValueError(f"'{text}' does not begin with a plain number")
    sign, whole, decimals, unit = found.groups()
    number = float(f"{sign}{whole}.{decimals or '0'}")
    return Printed(number, 10.0 ** -len(decimals or ""), unit.strip(), text)


def percent(share: float, decimals: int = 1) -> str:
    """Words a share as a percentage."""
    return f"{100.0 * share:.{decimals}f} %"
