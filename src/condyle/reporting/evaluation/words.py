"""What figures and tasks are called on the pages of an evaluation, and how numbers look."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Callable

from condyle.domain.estimate import Estimate
from condyle.reporting.wording import catalogue, readable

FIGURES: dict[str, str] = {
    "auc": "ROC area",
    "average-precision": "average precision",
    "ppv": "PPV",
    "npv": "NPV",
    "f1": "F1",
    "matthews": "Matthews correlation",
    "brier": "Brier score",
    "log-loss": "log loss",
    "coverage": "share answered",
    "exact": "same grade",
    "within-one": "within one grade",
    "quadratic-kappa": "quadratic kappa",
    "linear-kappa": "linear kappa",
    "macro-f1": "macro F1",
    "macro-auc": "macro ROC area",
    "micro-auc": "micro ROC area",
    "dice": "Dice",
    "iou": "IoU",
    "dice-over-cases": "Dice, mean over cases",
    "iou-over-cases": "IoU, mean over cases",
    "froc-score": "FROC score",
}
"""Words of the figures whose name is not already their word."""

COVARIATES: dict[str, str] = {
    "MagneticFieldStrength": "field strength (T)",
    "Manufacturer": "manufacturer",
    "ManufacturerModelName": "scanner",
}
"""Words of the covariates that DICOM names."""

KINDS: dict[str, str] = {
    "finding": "Findings",
    "grade": "Grades",
    "overlap": "Overlap of masks",
    "number": "Numbers",
    "detection": "Detections",
}
"""Headings of the kinds of tasks."""

ADVANTAGE = "advantage-"
"""Beginning of the name of a difference in a figure."""

LONGEST_STEM = 60
"""Characters of a task that a file name holds; no file system takes more than 255 in all."""

_PREFIXES = {"dice-": "Dice", "iou-": "IoU", "detect-": "Detection"}

_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


def figure_word(name: str) -> str:
    """Words the name of a figure, such as ``"ROC area"``, or of the advantage in one."""
    if name.startswith(ADVANTAGE):
        return f"advantage of A, {figure_word(name.removeprefix(ADVANTAGE))}"
    return FIGURES.get(name) or readable(name.replace("-", " "))


def task_word(name: str) -> str:
    """Words the name of a task; one that the catalogue lacks is given as it is.

    ``"dice-vertebra"`` becomes ``"Dice, vertebra"``.
    """
    for prefix, word in _PREFIXES.items():
        if name.startswith(prefix) and len(name) > len(prefix):
            return f"{word}, {catalogue('en').term(name.removeprefix(prefix))}"
    term = catalogue("en").term(name)
    return term[:1].upper() + term[1:]


def covariate_word(name: str) -> str:
    """Words the name of a covariate."""
    return COVARIATES.get(name) or readable(name.replace("_", " "))


def counted_word(count: int, unit: str) -> str:
    """Words a number of units, such as ``"1 patient"`` or ``"1,240 discs"``."""
    return f"{count:,} {unit if count == 1 else plural(unit)}"


def plural(unit: str) -> str:
    """Gives several of a unit, such as ``"discs"``, ``"studies"`` or ``"series"``."""
    if unit.endswith("y"):
        return f"{unit[:-1]}ies"
    return unit if unit.endswith("s") else f"{unit}s"


def size_words(rows: int, unit: str, patients: int) -> str:
    """Words what a figure rests on, such as ``"40 discs of 20 patients"``."""
    if unit == "patient":
        return counted_word(patients, "patient")
    return f"{counted_word(rows, unit)} of {counted_word(patients, 'patient')}"


def file_stem(*parts: str) -> str:
    """Gives a file name of letters, digits and hyphens alone."""
    safe = (_UNSAFE.sub("-", part).strip("-").lower()[:LONGEST_STEM] for part in parts)
    return "-".join(part for part in safe if part) or "figure"


def shortened(text: str, most: int) -> str:
    """Gives text on one line and no longer than there is room for in a figure."""
    line = readable(text)
    return line if len(line) <= most else line[: most - 3] + "..."


def wrapped(text: str, most: int) -> list[str]:
    """Gives text on lines that fit in a figure, what two of them cannot hold left out."""
    return textwrap.wrap(readable(text), most, max_lines=2, placeholder=" ...")


def number(value: float) -> str:
    """Words a number with as many digits as can be read."""
    if math.isnan(value):
        return "undefined"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.2f}" if abs(value) >= 10 else f"{value:.3f}"


def estimate_words(estimate: Estimate, worded: Callable[[float], str] = number) -> str:
    """Words an estimate with its interval.

    Args:
        estimate: What is worded.
        worded: How each of its numbers looks.
    """
    if math.isnan(estimate.value):
        return "undefined"
    if math.isnan(estimate.low):
        return f"{worded(estimate.value)} (no interval)"
    return f"{worded(estimate.value)} ({worded(estimate.low)} to {worded(estimate.high)})"


def p_words(value: float) -> str:
    """Words a p value."""
    if math.isnan(value):
        return "-"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
