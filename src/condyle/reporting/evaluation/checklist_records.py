"""What a run left behind, from which the items of a checklist are answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from condyle.bundle import Manifest
from condyle.domain.evaluation_report import EvaluationReport
from condyle.evaluation.cohort import Cohort
from condyle.evaluation.participant_flow import Flow
from condyle.evaluation.predictions import Predictions

TABLE, METRICS, MANIFEST = "predictions.csv", "metrics.json", "manifest.json"
COHORT, FLOW = "cohort.csv", "figures/flow.svg"


@dataclass(frozen=True, eq=False)
class Records:
    """The records of one evaluation.

    Attributes:
        table: The predictions table.
        report: What was worked out from it.
        cohort: Who is in it.
        flow: How they came into it.
        manifest: Of the bundle that made the table; ``None`` where it is not known.
    """

    table: Predictions
    report: EvaluationReport
    cohort: Cohort
    flow: Flow
    manifest: Manifest | None = None


@dataclass(frozen=True)
class Answer:
    """What the records say to an item.

    Attributes:
        text: In words.
        where: Files and fields that say it, separated by semicolons.
        left: What of the item is left for the authors; empty where nothing is.
    """

    text: str
    where: str
    left: str = ""


Answerer = Callable[[Records], Answer | None]
"""Gives the answer that the records hold, or nothing where they hold none."""


def listed(names: object, *, most: int = 12) -> str:
    """Gives names in a sentence, the last of many left out and counted."""
    shown = [str(name) for name in names] if isinstance(names, list | tuple) else [str(names)]
    if len(shown) > most:
        return ", ".join(shown[:most]) + f" and {len(shown) - most} more"
    return ", ".join(shown)


def settings(values: object) -> str:
    """Gives a part of a recipe on one line, such as ``"steps 900, batch 32"``."""
    if not isinstance(values, dict):
        return str(values)
    told = [f"{key} {_value(value)}" for key, value in values.items() if value not in (None, {})]
    return ", ".join(told)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "(" + settings(value) + ")"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return str(value)
