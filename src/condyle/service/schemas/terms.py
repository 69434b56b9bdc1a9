"""The names that findings, grades and levels have, for whoever says something of them."""

from __future__ import annotations

from typing import Literal

from condyle.service.schemas.base import Body


class GradeTerm(Body):
    """A grade of a scale, and what it means."""

    grade: int
    text: str


class FindingTerm(Body):
    """A finding that may be said: ``grades`` from least to most, none for yes or no."""

    name: str
    title: str
    kind: Literal["grade", "presence"]
    structure: str
    grades: list[GradeTerm]


class LevelTerm(Body):
    """A level between two vertebrae; ``usual`` in a spine with five lumbar vertebrae."""

    name: str
    above: str
    below: str
    usual: bool


class Terms(Body):
    """Findings as reports print them, and levels from caudal to cranial."""

    findings: list[FindingTerm]
    levels: list[LevelTerm]
