"""Whole readings with the bundles that come with Condyle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from condyle.domain.findings import Finding
from condyle.domain.report import Report
from condyle.phantoms import lumbar_phantom
from condyle.workflows.read_study import read_study
from condyle.workflows.simulate import simulate_lumbar

Hits = tuple[int, int]


def numbered_rightly(report: Report, seed: int) -> bool:
    """Whether every true disc lies in the outline of its level, and none is further down."""
    truth = lumbar_phantom(seed)
    graded = {f.site.level: f for f in report.findings if f.name == "pfirrmann-grade"}
    lowest = min((f for f in graded.values()), key=lambda f: f.site.index_from_caudal or 99)
    if lowest.site.level != truth.levels[0]:
        return False
    return all(
        level in graded and holds(graded[level], truth.disc_centres[level])
        for level in truth.levels
    )


def holds(finding: Finding, centre: tuple[float, float, float]) -> bool:
    """Whether a (slice, row, column) point lies in one of a finding's outlines."""
    for evidence in finding.evidence:
        picture = Image.new("1", (1024, 1024))
        points = [(column, row) for row, column in evidence.outline]
        if len(points) > 2:
            ImageDraw.Draw(picture).polygon(points, fill=1, outline=1)
        row, column = round(centre[1]), round(centre[2])
        if np.asarray(picture)[row, column]:
            return True
    return False


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Makes a simulated study once a session and seed."""
    made: dict[int, Path] = {}

    def make(seed: int) -> Path:
        if seed not in made:
            made[seed] = simulate_lumbar(tmp_path_factory.mktemp(f"seed-{seed}"), seed=seed)
        return made[seed]

    return make


@pytest.fixture(scope="session")
def example(simulated: Callable[[int], Path]) -> Report:
    """The reading of the example study."""
    return read_study(simulated(1))
