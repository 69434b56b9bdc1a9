"""Evaluating an anatomy bundle: Dice a structure on masked slices, and the count of discs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from condyle.bundle import Bundle, Metric
from condyle.domain.anatomy import LABELS
from condyle.domain.case import Case
from condyle.domain.progress import ignore_progress
from condyle.domain.report import SliceView
from condyle.evaluation.overlap import CaseOverlap, overlap
from condyle.evaluation.predictions import PredictionRow
from condyle.inference import Runner
from condyle.workflows.read_study import anatomy_runner
from condyle.workflows.reading.disc_grading import study_levels
from condyle.workflows.reading.report_parts import view_of
from condyle.workflows.reading.series_choice import choose_series
from condyle.workflows.reading.study_anatomy import SeriesReading, read_anatomy
from condyle.workflows.training.anatomy_scores import COUNT_TASK, anatomy_metrics, anatomy_row

SEED = 2026


class AnatomyEvaluation:
    """Reads cases with an anatomy bundle and keeps what its figures are made from.

    Args:
        bundle: The anatomy bundle.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._manifest = bundle.manifest
        self._run = anatomy_runner(Runner(bundle))
        self._counts: list[PredictionRow] = []
        self._overlaps: dict[str, list[tuple[str, CaseOverlap]]] = {
            name: [] for name in LABELS.values()
        }

    def read(self, case: Case) -> tuple[list[PredictionRow], SliceView | None]:
        """Reads the series of a case; one that was refused is abstained and counts as wrong."""
        choices = choose_series(case.study, self._manifest.input)
        readings, _ = read_anatomy(
            choices,
            case.study.series,
            spec=self._manifest.preprocessing,
            run=self._run,
            progress=ignore_progress,
        )
        by_stem = {reading.series.stem: reading for reading in readings}
        rows: list[PredictionRow] = []
        for series in case.study.series:
            reading = by_stem.get(series.stem)
            if series.stem in case.reference.masks:
                rows += self._dice_rows(case, series.stem, reading)
            else:
                rows.append(self._count_row(case, series.stem, reading))
        index = {series.stem: position for position, series in enumerate(case.study.series)}
        views = [view_of(reading, index, study_levels(reading)) for reading in readings]
        return rows, max(views, key=lambda view: len(view.labels), default=None)

    def _dice_rows(
        self, case: Case, stem: str, reading: SeriesReading | None
    ) -> list[PredictionRow]:
        mask = case.reference.masks[stem]
        found = np.zeros_like(mask) if reading is None else reading.labelmap()
        rows = []
        for label, name in LABELS.items():
            shared = overlap(found == label, mask == label)
            self._overlaps[name].append((case.patient, shared))
            dice = shared.dice if math.isnan(shared.dice) else round(shared.dice, 5)
            row = anatomy_row(case, stem, f"dice-{name}", reference=1, prediction=dice, fold=-1)
            rows.append(replace(row, abstained=reading is None))
        return rows

    def _count_row(self, case: Case, stem: str, reading: SeriesReading | None) -> PredictionRow:
        count = math.nan if reading is None else len(reading.anatomy.chain.discs)
        graded = len(case.reference.grades)
        row = anatomy_row(case, stem, COUNT_TASK, reference=graded, prediction=count, fold=-1)
        row = replace(row, abstained=reading is None)
        self._counts.append(row)
        return row

    def measure(self, patients: frozenset[str]) -> tuple[Metric, ...]:
        """Gives the figures over the series read so far of these patients."""
        overlaps = {
            name: [item for item in found if item[0] in patients]
            for name, found in self._overlaps.items()
        }
        counts = [row for row in self._counts if row.patient in patients]
        return anatomy_metrics(counts, overlaps, seed=SEED)
