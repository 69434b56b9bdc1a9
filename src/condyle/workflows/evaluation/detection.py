"""What an evaluation says of a detection, from boxes that were matched beforehand.

In a predictions table a task ``detect-<class>`` has one row a found box (a probability,
and a reference of 1 where it hit a reference box, else 0), one a missed reference box
(a reference of 1, no probability) and one an image without any box (neither).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from condyle.domain.evaluation_charts import Chart, Curve, LineChart
from condyle.domain.evaluation_report import Score, TaskReport
from condyle.errors import InputError
from condyle.evaluation.detection import (
    FROC_RATES,
    Matches,
    average_precision_of_boxes,
    box_curve,
    froc_score,
    froc_sensitivity,
)
from condyle.evaluation.predictions import TextArray
from condyle.reporting.evaluation.words import estimate_words
from condyle.workflows.evaluation.finding_charts import thinned
from condyle.workflows.evaluation.rows import Draw, TaskRows

MARKED_RATES = (0.5, 1.0, 2.0)


def detection_report(rows: TaskRows, draw: Draw) -> TaskReport:
    """Gives average precision and FROC of matched boxes, an image being the row.

    Args:
        rows: Of the task.
        draw: How figures are drawn.

    Raises:
        InputError: A row of a box without a probability has a reference of 0.
    """
    matches, patients = matched_boxes(rows)
    whole = draw.plan(rows.table, "image")
    plan = replace(whole, patients=patients)
    precision = average_precision_of_boxes(matches, plan)
    froc = froc_score(matches, plan)
    scores = [Score("average-precision", precision, headline=True), Score("froc-score", froc)]
    for rate in MARKED_RATES:
        found = froc_sensitivity(matches, plan, rate=rate)
        scores.append(Score(f"sensitivity-at-{rate:g}-false-an-image", found))
    return replace(
        rows.report(tuple(scores)),
        unit="image",
        rows=len(patients),
        charts=_charts(rows.name, matches, (estimate_words(precision), estimate_words(froc))),
        notes=(
            f"{int(matches.targets.sum())} reference boxes and {len(matches.right)} found ones "
            f"in {len(patients)} images, matched before the table was written.",
        ),
    )


def matched_boxes(rows: TaskRows) -> tuple[Matches, TextArray]:
    """Gives the boxes of a task as matches, and the patient of each image.

    Raises:
        InputError: A row without a probability has a reference of 0.
    """
    names = np.array(
        [f"{s}\x1f{t}" for s, t in zip(rows.table.study, rows.table.series, strict=True)]
    )
    images, first, image = np.unique(names, return_index=True, return_inverse=True)
    found = ~np.isnan(rows.probability)
    hit = rows.table.reference == 1.0
    senseless = int((~found & (rows.table.reference == 0.0)).sum())
    if senseless or (found & np.isnan(rows.table.reference)).any():
        raise InputError(
            f"The task '{rows.name}' cannot be evaluated.",
            found="a found box without a reference, or none with a reference of 0",
            needed="a probability and a reference of 1 or 0 for a found box; a reference of 1 "
            "and no probability for a missed one; neither for an image without boxes",
            mend="see 'Detections' in docs/how-to/evaluate-a-model.md.",
        )
    order = np.argsort(-rows.probability[found], kind="stable")
    matches = Matches(
        right=hit[found][order],
        scores=rows.probability[found][order],
        image=image[found][order].astype(np.int64),
        targets=np.bincount(image[hit], minlength=len(images)).astype(np.int64),
    )
    return matches, rows.table.patient[first]


def _charts(name: str, matches: Matches, words: tuple[str, str]) -> tuple[tuple[str, Chart], ...]:
    curve = box_curve(matches)
    if not matches.targets.sum() or not len(curve.thresholds):
        return ()
    recall, precision = thinned(curve.sensitivity, curve.ppv)
    x, y = thinned(np.maximum(curve.false_boxes, FROC_RATES[0] / 2), curve.sensitivity)
    return (
        (
            "precision-recall",
            LineChart(
                "precision-recall",
                f"{name}: precision and recall",
                (Curve("", recall, precision),),
                note=f"average precision {words[0]}",
            ),
        ),
        (
            "froc",
            LineChart("froc", f"{name}: FROC", (Curve("", x, y),), note=f"mean {words[1]}"),
        ),
    )
