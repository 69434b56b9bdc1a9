"""Sections that stand after the tasks of an evaluation: one line here adds another."""

from __future__ import annotations

from collections.abc import Callable

from condyle.domain.evaluation_report import Section
from condyle.evaluation.predictions import Predictions

EXTRAS: tuple[Callable[[Predictions], tuple[Section, ...]], ...] = ()
"""Each takes the whole predictions table and gives its sections, or none."""


def extra_sections(table: Predictions) -> tuple[Section, ...]:
    """Gives the sections of every entry in turn.

    Args:
        table: The predictions, patients that were learned from among them.
    """
    return tuple(section for extra in EXTRAS for section in extra(table))
