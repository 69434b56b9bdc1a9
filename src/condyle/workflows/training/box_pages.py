"""What a detector's run says beside its table: average precision at one overlap and at ten."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

from condyle.domain.evaluation_report import Section, Table
from condyle.reporting.evaluation.words import estimate_words
from condyle.workflows.training.detection_case import SliceDetections
from condyle.workflows.training.detection_scores import (
    DetectionFigures,
    detection_figures,
    detection_metrics,
)
from condyle.workflows.training.plan import MoreFigures
from condyle.workflows.training.training import Training

BOXES_FILE = "boxes.csv"
"""Every box that was found, in pixels of its slice, with its scores."""


def box_figures(
    found: Sequence[SliceDetections], labels: Sequence[str], *, training: Training
) -> MoreFigures:
    """Gives the figures of boxes that need the boxes themselves.

    Args:
        found: On every slice that was scored.
        labels: In the order of the scores.
        training: Whose seed and replicates they are drawn with.
    """
    figures = detection_figures(
        found,
        labels,
        rng=np.random.default_rng(training.recipe.seed),
        replicates=training.replicates,
    )
    return MoreFigures(
        sections=(_section(figures, images=len(found)),),
        metrics=detection_metrics(figures),
        files={BOXES_FILE: boxes_csv(found, labels).encode()},
    )


def _section(figures: DetectionFigures, *, images: int) -> Section:
    rows = [
        (one.label, str(one.boxes), estimate_words(one.ap50), estimate_words(one.ap50_95))
        for one in figures.classes
    ]
    total = str(sum(one.boxes for one in figures.classes))
    mean = ("mean", total, estimate_words(figures.map50), estimate_words(figures.map50_95))
    return Section(
        title="Average precision of boxes",
        tables=(
            Table(
                "",
                ("label", "boxes", "overlap 0.5", "overlap 0.5 to 0.95"),
                (*rows, mean),
                note=f"Value (95 % interval, whole patients drawn again); {images} images. The "
                "mean is over the labels that have a box.",
            ),
        ),
    )


def boxes_csv(found: Sequence[SliceDetections], labels: Sequence[str]) -> str:
    """Gives every box that was found as CSV, a row a box."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ("patient", "study", "series", "slice", "row0", "column0", "row1", "column1", *labels)
    )
    for one in found:
        for item in one.found:
            scores = [
                f"{item.scores[k]:.4f}" if k in item.scores else "" for k in range(len(labels))
            ]
            place = [f"{edge:.1f}" for edge in item.box]
            writer.writerow([one.patient, one.study, one.series, one.slice_index, *place, *scores])
    return stream.getvalue()
