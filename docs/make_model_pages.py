"""Writes docs/models/ from the bundles that come with Condyle: a card each, and the figures.

Run it after a bundle was trained anew: python docs/make_model_pages.py
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

from condyle.bundle import Bundle, EstimateRecord, find_bundle
from condyle.interpretation.plausibility import PROPORTION_COST
from condyle.workflows.reading.study_anatomy import (
    MIN_CANAL_SHARE,
    MIN_CONFIDENCE,
    MIN_PICTURE_SCORE,
)

NAMES = ("lumbar-anatomy", "lumbar-grading")
FOLDER = Path(__file__).parent / "models"
REFUSALS = FOLDER / "lumbar-numbering" / "refusal.csv"
ONE_NETWORK = 0.878
"""Least score of one network alone; ``MIN_PICTURE_SCORE`` is that of the mean of five."""

REFUSALS_BEFORE = f"""## What it makes of pictures with no header

Pictures that are no spine, spines that are turned or squashed, and all shared slices, each alone
and without spacing, read by one network that had not learned from the patient
(`docs/make_refusal_table.py`; rows in `lumbar-numbering/refusal.csv`). Taken for a spine: a chain
of discs, confidence of {MIN_CONFIDENCE} and more, and confidence less {PROPORTION_COST} times the
logarithm of the discs' length over their steps of {ONE_NETWORK} and more for one network
({MIN_PICTURE_SCORE} for the shipped mean of five, whose confidence is about 0.01 lower; that one
was not measured).

| pictures | n | taken for a spine (95 %, Wilson) | before | of these off the midline: abstained |
|---|---|---|---|---|
"""

REFUSALS_AFTER = """
The rule was fitted on these pictures without those of knee and pydicom. Fitted without a kind
(flips, mirrored, noise, phantoms, quarter turns, squashed), with one in a hundred shared slices
refused, it took 65 of 243 pictures of the kind left out for a spine, where confidence alone at
0.845 took 149; fitted without a fold it took 356 of the 360 shared slices. **Upside-down and
mirrored spines are still often taken for upright ones:** nothing here names a picture's turn.
Intervals are of pictures as if each were a patient's only one; turned ones are of 24 slices,
phantoms of 3 made-up patients each.
"""

BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"

FIRST_TRY = {
    ("dice", "intervertebral-disc"): "0.84",
    ("dice", "vertebra"): "0.87",
    ("dice", "spinal-canal"): "0.86",
    ("exact", "pfirrmann-grade"): "0.55",
    ("within-one", "pfirrmann-grade"): "0.95",
    ("quadratic-kappa", "pfirrmann-grade"): "0.79",
    ("auc", "disc-narrowing"): "0.92",
    ("auc", "disc-bulging"): "0.88",
    ("auc", "modic-change"): "0.83",
    ("auc", "spondylolisthesis"): "0.84",
    ("auc", "disc-herniation"): "0.89",
}
"""What a plain first try of 42 minutes reached on the same data."""


def figures(bundles: tuple[Bundle, ...]) -> str:
    """Gives the table of figures out of fold beside the first try."""
    lines = ["| figure | out of fold | n | first try |", "|---|---|---|---|"]
    for bundle in bundles:
        for metric in bundle.manifest.validation.metrics:
            key = (metric.name, metric.output or "")
            if key not in FIRST_TRY:
                continue
            answered = next(
                (
                    other.estimate
                    for other in bundle.manifest.validation.metrics
                    if other.name == f"{metric.name}-answered" and other.output == metric.output
                ),
                None,
            )
            text = told(metric.estimate)
            if answered is not None:
                text += f"; of those answered {told(answered)}"
            unit = f"{metric.estimate.n} {metric.estimate.unit}s"
            lines.append(f"| {metric.name}, {metric.output} | {text} | {unit} | {FIRST_TRY[key]} |")
    return "\n".join(lines) + "\n"


def told(estimate: EstimateRecord) -> str:
    """Gives a figure with its interval."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "undefined"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def refusals() -> str:
    """Gives the section on pictures that are no upright spine, from ``refusal.csv``."""
    with REFUSALS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = []
    for kind in sorted({row["kind"] for row in rows}, key=lambda kind: (kind == "real", kind)):
        mine = [row for row in rows if row["kind"] == kind]
        taken = [row for row in mine if _score(row) >= ONE_NETWORK]
        before = sum(_found(row) for row in mine)
        aside = sum(float(row["canal"]) < MIN_CANAL_SHARE for row in taken)
        low, high = wilson(len(taken), len(mine))
        share = f"{len(taken) / len(mine):.3f} ({low:.3f} to {high:.3f})"
        lines.append(f"| {kind} | {len(mine)} | {share} | {before / len(mine):.3f} | {aside} |")
    return REFUSALS_BEFORE + "\n".join(lines) + "\n" + REFUSALS_AFTER


def _found(row: dict[str, str]) -> bool:
    return int(row["discs"]) > 0 and float(row["confidence"]) >= MIN_CONFIDENCE


def _score(row: dict[str, str]) -> float:
    if not _found(row):
        return 0.0
    cost = PROPORTION_COST * abs(math.log(float(row["proportion"])))
    return float(row["confidence"]) - cost


def wilson(count: int, n: int) -> tuple[float, float]:
    """Gives the 95 % score interval of a share (Wilson 1927)."""
    z2 = 1.96**2
    middle = (count + z2 / 2) / (n + z2)
    reach = 1.96 / (n + z2) * math.sqrt(count * (n - count) / n + z2 / 4)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def pages() -> dict[str, str]:
    """Gives every page that this script keeps, by file name."""
    bundles = tuple(find_bundle(name) for name in NAMES)
    made = {f"{bundle.manifest.name}.md": bundle.card() for bundle in bundles}
    made["lumbar-anatomy.md"] += "\n" + refusals()
    text = (FOLDER / "README.md").read_text("utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    made["README.md"] = f"{before}{BEGIN}\n{figures(bundles)}\n{END}{after}"
    return made


if __name__ == "__main__":
    for name, content in pages().items():
        (FOLDER / name).write_text(content, "utf-8")
