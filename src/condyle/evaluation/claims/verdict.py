"""What is said of a printed figure, with the arithmetic that says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Judgement = Literal["impossible", "doubtful", "untold", "not shown", "consistent"]
"""From worst to best.

``"impossible"``: cannot be true as printed. ``"doubtful"``: may be true, but was found
or named in a way that does not support it. ``"untold"``: what is printed does not
suffice to tell. ``"not shown"``: a claim of superiority that may well be false.
``"consistent"``: agrees with everything that it can be held against.
"""


@dataclass(frozen=True)
class Verdict:
    """What is said of one printed figure.

    Attributes:
        claim: Id of the claim in its file.
        figure: Which figure of the claim.
        judgement: See ``Judgement``.
        statement: One sentence for a reader.
        arithmetic: The sum that shows it; empty where there is none.
    """

    claim: str
    figure: str
    judgement: Judgement
    statement: str
    arithmetic: str = ""


@dataclass(frozen=True)
class ClaimsReport:
    """All verdicts on one file of claims.

    Attributes:
        title: What the claims are of.
        verdicts: In the order of the file.
    """

    title: str
    verdicts: tuple[Verdict, ...]

    def of(self, claim: str) -> tuple[Verdict, ...]:
        """Gives the verdicts on one claim."""
        return tuple(verdict for verdict in self.verdicts if verdict.claim == claim)


def plural(unit: str) -> str:
    """Gives the plural of the English name of a unit, such as ``"studies"`` of ``"study"``."""
    if unit.endswith("y") and unit[-2:-1] not in tuple("aeiou"):
        return unit[:-1] + "ies"
    return unit + ("es" if unit.endswith(("s", "x", "ch", "sh")) else "s")
