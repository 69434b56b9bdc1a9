"""Writes docs/models/ from the bundles that come with Condyle: a card each, and the figures.

Run it after a bundle was trained anew: python docs/make_model_pages.py
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

from condyle.bundle import Bundle, EstimateRecord, find_bundle
from condyle.interpretation.midline import LEAST_CANAL
from condyle.interpretation.plausibility import PROPORTION_COST
from condyle.interpretation.turn import LEAST_UPRIGHT, UPRIGHT
from condyle.workflows.reading.study_anatomy import (
    MIN_CANAL_SHARE,
    MIN_CONFIDENCE,
    MIN_PICTURE_SCORE,
    MOST_SQUASHED,
    MOST_STRETCHED,
)

NAMES = ("lumbar-anatomy", "lumbar-grading")
FOLDER = Path(__file__).parent / "models"
REFUSALS = FOLDER / "lumbar-numbering" / "refusal.csv"
NAMED = ("upside-down", "mirrored", "half-turn", "squashed", "stretched")
ONE_NETWORK = 0.897
"""Least score of one network alone; ``MIN_PICTURE_SCORE`` is that of the mean of five."""

REFUSALS_BEFORE = f"""## What it makes of pictures with no header

Pictures that are no spine, spines that are turned or squashed, and all shared slices, each alone
and without spacing, read by one network that had not learned from the patient
(`docs/make_refusal_table.py`; rows in `lumbar-numbering/refusal.csv`). Taken for a spine: a chain
of discs, confidence of {MIN_CONFIDENCE} and more, and confidence less {PROPORTION_COST} times the
logarithm of the discs' length over their steps of {ONE_NETWORK} and more for one network
({MIN_PICTURE_SCORE} for the shipped mean of five, which is less sure where its networks differ:
it took none of the knees, phantoms, noise and pydicom's files for an upright spine, the knees
scoring 0.74 at most, and 357 of the 360 shared slices, on most of which four of the five had
learned). Of those, one is refused as turned where the rule of `interpretation/turn.py` (fitted by
`docs/fit_turn.py` without the patient's fold) gives it a probability of lying upright under
{LEAST_UPRIGHT}, and as squashed or stretched where discs are over {MOST_SQUASHED} or under
{MOST_STRETCHED} times as long as their steps in the picture's own pixels. "Before" is without
these three. Slices with masks are "off-midline" where they show under half of the canal's area on
the patient's slice that shows most of it, "on-midline" from three quarters on. "Told" counts
slices with canal behind under half of the discs, on which bulging and herniation are told of the
others alone, and slices on which the canal is under {LEAST_CANAL} of a disc's length deep, which
are graded with a warning (39 of the shared slices were called off the midline by eye, as the
canal of a curved spine leaves them).

The last column but one has those told to lie beside the midline, the last one the spines refused
as upside-down; mirrored; half-turned; squashed; stretched.

| pictures | n | taken for an upright spine (95 %, Wilson) | before | told | named |
|---|---|---|---|---|---|
"""

REFUSALS_AFTER = f"""
What a wrong proportion costs was fitted to what 0.1.0 saw of these pictures, knee and pydicom left
out, and kept; the two least scores were set so that one shared slice in a hundred is refused, on
these slices themselves. The rule of turns knows
five numbers: the lean of the lowest disc, its change from disc to disc, the bow of the chain, and
how far the picture goes on below and above it. So **a picture that is cropped close to the discs,
or of a spine that bends otherwise than those of SPIDER, may be called turned**, and which turn it
is named is less sure than that it is one. Images laid by a DICOM or NIfTI header are never refused
as turned; there the same rule warns. Nothing is turned back silently. The limits of
{LEAST_UPRIGHT}, {MOST_SQUASHED} and {MOST_STRETCHED} were chosen on these slices themselves.
Intervals are of pictures as if each were a patient's only one; phantoms are of 3 made-up patients
each.
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
        spines = [row for row in mine if _score(row) >= ONE_NETWORK]
        named = [_named(row) for row in spines]
        taken = [row for row, name in zip(spines, named, strict=True) if name is None]
        before = len(spines)
        aside = sum(_beside(row) for row in taken)
        told = "; ".join(str(named.count(name)) for name in NAMED)
        low, high = wilson(len(taken), len(mine))
        share = f"{len(taken) / len(mine):.3f} ({low:.3f} to {high:.3f})"
        cells = (kind, len(mine), share, f"{before / len(mine):.3f}", aside, told)
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return REFUSALS_BEFORE + "\n".join(lines) + "\n" + REFUSALS_AFTER


def _named(row: dict[str, str]) -> str | None:
    """Gives as what a picture of a spine is refused, or ``None``."""
    if row["turn"] not in ("", UPRIGHT):
        return row["turn"]
    proportion = float(row["aspect"]) * float(row["proportion"])
    if proportion < MOST_STRETCHED:
        return "stretched"
    return "squashed" if proportion > MOST_SQUASHED else None


def _beside(row: dict[str, str]) -> bool:
    """Says whether a reader is told that a slice lies beside the midline."""
    return float(row["canal"]) < MIN_CANAL_SHARE or float(row["depth"]) < LEAST_CANAL


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
