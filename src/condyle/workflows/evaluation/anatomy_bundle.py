"""What an anatomy bundle says of a case: Dice a structure on masked slices, else its discs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from condyle.bundle import Bundle
from condyle.domain.anatomy import LABELS
from condyle.domain.case import Case
from condyle.domain.progress import ignore_progress
from condyle.domain.report import SliceView
from condyle.evaluation.overlap import overlap
from condyle.evaluation.predictions import PredictionRow
from condyle.inference import Runner
from condyle.reporting.overlays import overlay_png
from condyle.workflows.read_study import anatomy_runner
from condyle.workflows.reading.disc_grading import study_levels
from condyle.workflows.reading.report_parts import view_of
from condyle.workflows.reading.series_choice import choose_series
from condyle.workflows.reading.study_anatomy import SeriesReading, read_anatomy
from condyle.workflows.training.anatomy_scores import COUNT_TASK, anatomy_row

CaseReader = Callable[[Case], tuple[list[PredictionRow], bytes | None]]
"""Gives the rows of a case, and a picture of it as PNG where there is one."""


def anatomy_reader(bundle: Bundle) -> CaseReader:
    """Gives what reads the series of a case; one that was refused is abstained.

    Args:
        bundle: The anatomy bundle.
    """
    manifest, run = bundle.manifest, anatomy_runner(Runner(bundle))

    def read(case: Case) -> tuple[list[PredictionRow], bytes | None]:
        readings, _ = read_anatomy(
            choose_series(case.study, manifest.input),
            case.study.series,
            spec=manifest.preprocessing,
            run=run,
            progress=ignore_progress,
        )
        return _rows(case, readings), case_picture(case, _best_view(case, readings))

    return read


def case_picture(case: Case, view: SliceView | None) -> bytes | None:
    """Draws a case's view, and says on it where its images are simulated."""
    if view is None:
        return None
    return overlay_png(view, simulated=any(series.simulated for series in case.study.series))


def _rows(case: Case, readings: list[SeriesReading]) -> list[PredictionRow]:
    by_stem = {reading.series.stem: reading for reading in readings}
    rows: list[PredictionRow] = []
    for series in case.study.series:
        reading = by_stem.get(series.stem)
        if series.stem in case.reference.masks:
            rows += _dice_rows(case, series.stem, reading)
        elif case.reference.grades:
            rows.append(_count_row(case, series.stem, reading))
    return rows


def _dice_rows(case: Case, stem: str, reading: SeriesReading | None) -> list[PredictionRow]:
    mask = case.reference.masks[stem]
    found = np.zeros_like(mask) if reading is None else reading.labelmap()
    rows = []
    for label, name in LABELS.items():
        dice = overlap(found == label, mask == label).dice
        dice = dice if math.isnan(dice) else round(dice, 5)
        row = anatomy_row(case, stem, f"dice-{name}", reference=1, prediction=dice, fold=-1)
        rows.append(replace(row, abstained=reading is None))
    return rows


def _count_row(case: Case, stem: str, reading: SeriesReading | None) -> PredictionRow:
    count = math.nan if reading is None else len(reading.anatomy.chain.discs)
    graded = len(case.reference.grades)
    row = anatomy_row(case, stem, COUNT_TASK, reference=graded, prediction=count, fold=-1)
    return replace(row, abstained=reading is None)


def _best_view(case: Case, readings: list[SeriesReading]) -> SliceView | None:
    index = {series.stem: position for position, series in enumerate(case.study.series)}
    views = [view_of(reading, index, study_levels(reading)) for reading in readings]
    return max(views, key=lambda view: len(view.labels), default=None)
