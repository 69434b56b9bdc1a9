"""Training an anatomy bundle: folds by patient, a second round of self-training, export."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from condyle.datasets.splits import Split
from condyle.domain.anatomy import LABELS
from condyle.domain.case import Case
from condyle.domain.progress import Progress, ProgressCallback
from condyle.domain.study import Series
from condyle.evaluation.overlap import CaseOverlap, overlap
from condyle.evaluation.predictions import PredictionRow
from condyle.inference import open_session
from condyle.training.execution import Execution
from condyle.training.export import check_parity
from condyle.training.networks import Network
from condyle.training.recipe import Recipe
from condyle.training.tasks.segmentation import (
    INPUT,
    Slice,
    export_segmentation,
    train_first_round,
    train_segmentation,
)
from condyle.workflows.reading.anatomy_reading import RunModel, read_around_middle, read_slices
from condyle.workflows.training.anatomy_scores import COUNT_TASK, anatomy_row
from condyle.workflows.training.run_folder import write_model
from condyle.workflows.training.segmentation_data import masked_slices, pseudo_slices


def train_folds(
    recipe: Recipe,
    *,
    masked: Sequence[Case],
    unmasked: Sequence[Case],
    split: Split,
    out: Path,
    execution: Execution,
) -> None:
    """Trains one network a fold and leaves it as ``folds/<k>/model.onnx``.

    Args:
        recipe: The declaration.
        masked: Cases with masks, of all patients.
        unmasked: Cases with series without, of all patients, for self-training.
        split: Which fold scores each patient.
        out: The run folder.
        execution: Where and how to train; finished folds are kept where it is resumed.
    """
    slices = masked_slices(masked, recipe)
    for fold in range(split.count):
        folder = out / "folds" / str(fold)
        if execution.resume and (folder / "model.onnx").is_file():
            continue
        mine = [item for item in slices if split.fold_of(item.patient) != fold]
        first = train_first_round(
            recipe,
            slices=mine,
            folder=folder,
            fold=fold,
            execution=execution,
        )
        network = first
        if recipe.self_training is not None:
            others = [case for case in unmasked if split.fold_of(case.patient) != fold]
            found = _pseudo(first, others, recipe=recipe, fold=fold, progress=execution.progress)
            network = train_segmentation(
                recipe,
                slices=[*mine, *found],
                stage=f"fold-{fold}-round-2",
                folder=folder / "round-2",
                fold_seed=1000 + fold,
                start=first,
                execution=execution,
            )
        write_model(folder, export_checked(network, recipe))


def export_checked(network: Network, recipe: Recipe) -> bytes:
    """Exports a network with its softmax and holds the file against the network itself."""
    exported = export_segmentation(network, recipe)
    check_parity([onnx_runner(exported.model)(exported.feeds[INPUT])], exported.trained)
    return exported.model


def onnx_runner(model: bytes | Path) -> RunModel:
    """Gives a function that runs an exported anatomy network."""
    session = open_session(model)

    def run(array: NDArray[np.float32]) -> NDArray[np.float32]:
        parts = [
            session.run(None, {INPUT: array[at : at + 8]})[0] for at in range(0, len(array), 8)
        ]
        result: NDArray[np.float32] = np.concatenate(parts)
        return result

    return run


def score_folds(
    recipe: Recipe,
    *,
    masked: Sequence[Case],
    unmasked: Sequence[Case],
    split: Split,
    out: Path,
    progress: ProgressCallback,
) -> tuple[list[PredictionRow], dict[str, list[tuple[str, CaseOverlap]]]]:
    """Scores every patient by the network of the fold that never saw them.

    Returns:
        The predictions table's rows (Dice a masked series and structure, and the count of
        discs a mid-sagittal slice of graded patients), and the overlaps by structure as
        (patient, overlap).
    """
    rows: list[PredictionRow] = []
    overlaps: dict[str, list[tuple[str, CaseOverlap]]] = {name: [] for name in LABELS.values()}
    cases = tuple({case.id: case for case in (*masked, *unmasked)}.values())
    runs = [onnx_runner(out / "folds" / str(k) / "model.onnx") for k in range(split.count)]
    for done, case in enumerate(cases, start=1):
        fold = split.fold_of(case.patient)
        for series in case.study.series:
            if series.stem not in case.reference.masks:
                rows += _count_rows(case, series, recipe=recipe, run=runs[fold], fold=fold)
                continue
            found = _overlaps(case, series, recipe=recipe, run=runs[fold])
            for name, one in found.items():
                overlaps[name].append((case.patient, one))
                dice = one.dice if math.isnan(one.dice) else round(one.dice, 5)
                task = f"dice-{name}"
                row = anatomy_row(case, series.stem, task, reference=1, prediction=dice, fold=fold)
                rows.append(row)
        progress(Progress("score", done, len(cases)))
    return rows, overlaps


def _count_rows(
    case: Case, series: Series, *, recipe: Recipe, run: RunModel, fold: int
) -> list[PredictionRow]:
    """Gives the row of the discs that are counted, where it is known how many there are."""
    graded = len(case.reference.grades)
    if not graded:
        return []
    seen = read_around_middle(series.load(), spec=recipe.preprocessing, run=run)
    count = len(seen.anatomy.chain.discs)
    return [
        anatomy_row(case, series.stem, COUNT_TASK, reference=graded, prediction=count, fold=fold)
    ]


def _overlaps(
    case: Case, series: Series, *, recipe: Recipe, run: RunModel
) -> dict[str, CaseOverlap]:
    """Gives the overlap of each structure over all slices of a masked series."""
    volume, reference = series.load(), case.reference.masks[series.stem]
    every = tuple(range(volume.slices))
    slices = read_slices(volume, every, spec=recipe.preprocessing, run=run)
    labelmap = np.stack([one.labelmap for one in slices])
    return {name: overlap(labelmap == label, reference == label) for label, name in LABELS.items()}


def _pseudo(
    network: Network,
    cases: Sequence[Case],
    *,
    recipe: Recipe,
    fold: int,
    progress: ProgressCallback,
) -> list[Slice]:
    run = onnx_runner(export_checked(network, recipe))
    stage = f"fold-{fold}-label"
    return pseudo_slices(cases, recipe, run, progress=progress, stage=stage)
