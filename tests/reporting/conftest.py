"""Made-up reports with drawn anatomy, for every room that needs a report to work on."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from condyle.domain import anatomy
from condyle.domain.estimate import Estimate
from condyle.domain.findings import Evidence, Finding, Measurement, OperatingPoint, Site
from condyle.domain.messages import Message
from condyle.domain.report import BundleRef, Report, SeriesSummary, SliceView, StudySummary
from condyle.domain.study import Attribute, Instance

LEVELS = ("L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2", "T12-L1")
ROWS, COLUMNS = 320, 256


def disc_centre(index: int) -> tuple[float, float]:
    """Gives (row, column) of a drawn disc, 0 being the most caudal."""
    row = 250 - 42 * index
    return row, 128 + 14 * math.sin((row - 60) / 70)


def drawn_anatomy(discs: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Draws a midsagittal slice: (image, labelmap), both (row, column) uint8."""
    labelmap = Image.new("L", (COLUMNS, ROWS), 0)
    draw = ImageDraw.Draw(labelmap)
    for row in range(16, 300):
        column = 128 + 14 * math.sin((row - 60) / 70)
        draw.line([(column + 34, row), (column + 50, row)], fill=3)
    for index in range(discs):
        row, column = disc_centre(index)
        draw.rounded_rectangle([column - 27, row - 35, column + 27, row - 7], 4, fill=2)
        draw.ellipse([column - 28, row - 6, column + 29, row + 6], fill=1)
    labels = np.asarray(labelmap).copy()
    grey = np.choose(labels, [60, 150, 110, 230]).astype(np.uint8)
    noise = np.random.default_rng(7).normal(0, 9, grey.shape)
    image = Image.fromarray(np.clip(grey + noise, 0, 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(1))).copy(), labels


def estimate(value: float, spread: float, *, unit: str = "disc") -> Estimate:
    low, high = max(0.0, value - spread), min(1.0, value + spread)
    return Estimate(value, low, high, 214, "bootstrap percentile, by patient", unit)


POINTS = {
    "disc-herniation": OperatingPoint(estimate(0.31, 0.1), estimate(0.98, 0.01), 0.46, False),
    "disc-narrowing": OperatingPoint(estimate(0.78, 0.06), estimate(0.93, 0.03), 0.31, True),
    "disc-bulging": OperatingPoint(estimate(0.74, 0.05), estimate(0.86, 0.04), 0.52, True),
    "spondylolisthesis": OperatingPoint(estimate(0.42, 0.15), estimate(0.99, 0.01), 0.21, False),
    "modic-change": OperatingPoint(estimate(0.71, 0.08), estimate(0.84, 0.05), 0.61, True),
    "endplate-change-above": OperatingPoint(estimate(0.8, 0.05), estimate(0.7, 0.1), 0.7, True),
    "endplate-change-below": OperatingPoint(estimate(0.79, 0.05), estimate(0.7, 0.1), 0.7, True),
}


def evidence(index: int, series: int = 0) -> Evidence:
    row, column = disc_centre(index)
    outline = tuple(
        (row + 6 * math.sin(t / 12 * math.tau), column + 28 * math.cos(t / 12 * math.tau))
        for t in range(12)
    )
    return Evidence(
        series, 0, outline, (row - 6, column - 28, row + 6, column + 28), f"1.2.3.{series}.1"
    )


def graded(index: int, level: str | None) -> list[Finding]:
    """Gives the eight findings of one drawn disc."""
    site = Site("intervertebral-disc", level, index + 1)
    place = level or f"disc-{index + 1}"
    grade = max(2, 5 - index)
    probabilities = tuple(0.68 if g == grade else 0.08 for g in range(1, 6))
    common = {"site": site, "bundle": "lumbar-grading", "evidence": (evidence(index),)}
    findings = [
        Finding(
            f"pfirrmann-grade/{place}",
            "pfirrmann-grade",
            value=grade,
            probability=0.68,
            probabilities=probabilities,
            **common,
        )
    ]
    for number, (name, point) in enumerate(POINTS.items()):
        probability = round(0.93 - 0.17 * index - 0.05 * number, 3)
        probability = max(probability, 0.02)
        abstained = name == "modic-change"
        findings.append(
            Finding(
                f"{name}/{place}",
                name,
                value=None if abstained or not point.shown else probability >= 0.5,
                probability=probability,
                threshold=0.5,
                abstained=abstained,
                abstention=Message("needs-t1-and-t2", {}, place) if abstained else None,
                operating_point=None if abstained else point,
                **common,
            )
        )
    return findings


def summary(index: int, weighting: str, labelmap: np.ndarray | None, **changes) -> SeriesSummary:
    """Gives a series of one drawn slice."""
    affine = np.array(
        [[4.0, 0, 0, -20], [0, 0, 0.9, -110], [0, -0.9, 0, 140], [0, 0, 0, 1]], dtype=float
    )
    series = SeriesSummary(
        index=index,
        stem=f"series-{index + 1}",
        uid=f"1.2.3.{index}",
        instances=(Instance(f"1.2.3.{index}.1", 0, "1.2.840.10008.5.1.4.1.1.4"),),
        frame_of_reference="1.2.3.99",
        plane=Attribute("sagittal", False),
        weighting=Attribute(weighting, weighting == "t1"),
        spacing=(4.0, 0.9, 0.9),
        shape=(1, ROWS, COLUMNS),
        used=labelmap is not None,
        labelmap=None if labelmap is None else labelmap[None],
        affine=affine,
        kind="dicom",
    )
    return replace(series, **changes)


BUNDLES = (
    BundleRef(
        name="lumbar-anatomy",
        version="1.0.0",
        sha256="a" * 64,
        intended_use="Outlines discs, vertebrae and the thecal sac on sagittal lumbar MRI of "
        "adults, for research.",
        exclusions=("age-under-18", "surgery", "implant", "tumour", "infection", "trauma"),
        attribution="SPIDER, van der Graaf et al. 2024, CC BY 4.0.",
    ),
    BundleRef(
        name="lumbar-grading",
        version="1.0.0",
        sha256="b" * 64,
        intended_use="Grades lumbar discs on sagittal MRI of adults, for research.",
        exclusions=("age-under-18", "surgery", "implant"),
        attribution="SPIDER, van der Graaf et al. 2024, CC BY 4.0.",
        thresholds=tuple((name, 0.5) for name in POINTS),
    ),
)


def a_report(*, simulated: bool = True, named: bool = True, discs: int = 6) -> Report:
    """Makes a report of drawn anatomy with every kind of statement in it.

    Args:
        simulated: Whether the study says that it is simulated.
        named: Whether levels have names, or only numbers.
        discs: Number of discs in view, 0 to 6.
    """
    image, labelmap = drawn_anatomy(discs)
    levels = [LEVELS[i] if named else None for i in range(discs)]
    labels = tuple((levels[i] or f"{i + 1}", *disc_centre(i)) for i in range(discs))
    warnings = (Message("weighting-estimated", {}, "series-2"),)
    if simulated:
        warnings = (Message("simulated-study"), *warnings)
    if not named:
        warnings = (*warnings, Message("sacrum-out-of-view"))
    return Report(
        study=StudySummary("1.2.3", "lumbar-spine", "MR", simulated),
        series=(summary(0, "t2", labelmap), summary(1, "t1", None)),
        bundles=BUNDLES,
        findings=tuple(f for i, level in enumerate(levels) for f in graded(i, level)),
        measurements=tuple(
            Measurement(
                "disc-height-middle",
                9.1234 - i,
                "mm",
                Site("intervertebral-disc", level, i + 1),
                0,
                0,
                "mean of the middle half",
            )
            for i, level in enumerate(levels[:2])
        ),
        assumptions=(Message("counted-from-last-disc"),),
        warnings=warnings,
        refused=(Message("needs-t1-and-t2", {}, "modic-change"),),
        left_out=(Message("wrong-plane", {}, "series-3"),),
        not_assessed=anatomy.not_assessed(),
        views=(SliceView(0, 0, image, labelmap, labels),),
        software_version="0.1.0",
    )


@pytest.fixture(scope="session")
def made_up() -> Report:
    """A simulated study with six named discs; reports are frozen, so tests share it."""
    return a_report()


@pytest.fixture
def report(made_up) -> Report:
    """The same."""
    return made_up


@pytest.fixture
def make_report():
    """The factory itself: ``make_report(simulated=False, named=False, discs=3)``."""
    return a_report
