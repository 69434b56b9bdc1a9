"""A page of sections, ready to be set as HTML or PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from condyle.domain.evaluation_report import (
    GOOD_OVERLAP,
    Drawing,
    EvaluationReport,
    Example,
    Section,
)
from condyle.reporting.evaluation.sections import evaluation_sections

RESEARCH_USE = "Research use. These figures hold for the cases of this table."
EXAMPLES_NOTE = (
    "The cases with the greatest and with the smallest share of right statements. Green frame: "
    f"among the most right. Red frame: among the most wrong. A mask counts as right from an "
    f"overlap of {GOOD_OVERLAP:g}."
)
WIDE_FROM = 900
"""Pixels across from which a figure wants more than a third of the width."""


@dataclass(frozen=True)
class SectionsPage:
    """All the text and pictures of an evaluation or a comparison.

    Attributes:
        title: Heading.
        facts: (label, value) pairs beside it.
        banners: What must be seen before anything else.
        sections: In order.
        examples: Cases with their pictures, set after the first section.
        foot: What stands at the foot of every page.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    banners: tuple[str, ...]
    sections: tuple[Section, ...]
    examples: tuple[Example, ...] = ()
    foot: str = RESEARCH_USE


def evaluation_page(report: EvaluationReport) -> SectionsPage:
    """Gives the page of an evaluation, its figures drawn.

    Args:
        report: What to set.
    """
    return SectionsPage(
        title=report.title,
        facts=report.facts,
        banners=report.banners,
        sections=evaluation_sections(report),
        examples=report.examples,
    )


def is_wide(figure: Drawing) -> bool:
    """Tells by the PNG's own header whether a figure wants more than a third of the width.

    Args:
        figure: Which one.
    """
    return int.from_bytes(figure.png[16:20], "big") > WIDE_FROM


def figures_of(sections: Sequence[Section]) -> dict[str, Drawing]:
    """Gives every drawing by the stem of its files, each stem once.

    Args:
        sections: Whose drawings.
    """
    found: dict[str, Drawing] = {}
    for section in sections:
        for figure in section.figures:
            stem, count = figure.name, 1
            while stem in found:
                count += 1
                stem = f"{figure.name}-{count}"
            found[stem] = figure
    return found
