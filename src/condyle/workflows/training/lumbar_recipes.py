"""The two recipes of the lumbar path: outlines, and grades of the discs that they find."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from condyle.bundle import Bundle, Requirement, open_bundle
from condyle.datasets.splits import Split, split_text
from condyle.domain.case import Case
from condyle.domain.progress import ProgressCallback
from condyle.errors import BadConfiguration, DatasetError
from condyle.evaluation.predictions import predictions_from_rows
from condyle.interpretation.crops import CHANNELS, FACTS
from condyle.reporting.predictions import write_predictions
from condyle.training.recipe import Recipe, network_size
from condyle.training.tasks import grading, segmentation
from condyle.workflows.training import grading_scores, train_anatomy, train_grading
from condyle.workflows.training.anatomy_scores import SLICES, VOLUMES, anatomy_metrics
from condyle.workflows.training.grading_calibration import calibrate, calibrations
from condyle.workflows.training.grading_curves import operating_curves
from condyle.workflows.training.manifests import (
    anatomy_tasks,
    bundle_manifest,
    grading_tasks,
)
from condyle.workflows.training.run_bundle import round_models, sample_of, write_run_bundle
from condyle.workflows.training.run_folder import dataset_record, open_run, write_metrics
from condyle.workflows.training.scored_discs import Scored
from condyle.workflows.training.training import Training


def train_anatomy_recipe(training: Training) -> Path:
    """Trains, scores and writes the bundle that outlines the lumbar spine.

    Args:
        training: What is asked for.

    Raises:
        DatasetError: The archive has no masks.
    """
    recipe, split, out = training.recipe, training.split, training.out
    _require(training.masked, recipe, "outlines", "a mask of discs, vertebrae and canal")
    open_run(out, recipe, split, resume=training.execution.resume)
    train_anatomy.train_folds(
        recipe,
        masked=training.masked,
        unmasked=training.unmasked,
        split=split,
        out=out,
        execution=training.execution,
    )
    return finish_anatomy(
        recipe,
        masked=training.masked,
        unmasked=training.unmasked,
        split=split,
        out=out,
        progress=training.execution.progress,
    )


def train_grading_recipe(training: Training) -> Path:
    """Trains, scores and writes the bundle that grades lumbar discs.

    Args:
        training: What is asked for; its anatomy run is the run of the recipe required.

    Raises:
        BadConfiguration: No anatomy run is named, or one that does not fit.
        DatasetError: The archive has no grades of discs.
    """
    recipe, split, out, run = training.recipe, training.split, training.out, training.anatomy_run
    if run is None:
        raise BadConfiguration(
            f"The recipe '{recipe.name}' needs the run of its anatomy recipe.",
            found="no anatomy run",
            needed="the run folder of lumbar-anatomy, trained under the same split",
            mend="add --set anatomy_run=RUN.",
        )
    anatomy, bundle = _anatomy_of(run, recipe, split)
    _require(training.graded, recipe, "grades of discs", "a row of grades a disc")
    open_run(out, recipe, split, resume=training.execution.resume)
    scored = train_grading.train_folds(
        recipe,
        cases=training.graded,
        split=split,
        anatomy_run=run,
        anatomy=anatomy,
        out=out,
        execution=training.execution,
    )
    return finish_grading(
        recipe, scored, cases=training.graded, split=split, anatomy=bundle, out=out
    )


def read_recipe_of(run: Path) -> Recipe:
    """Gives the resolved recipe of a run folder.

    Raises:
        BadConfiguration: If it is no run folder.
    """
    path = run / "recipe.json"
    if not path.is_file():
        raise BadConfiguration(
            f"'{run.name}' is not a run folder.",
            found="no recipe.json in it",
            needed="a folder that 'condyle train' wrote",
            mend="name the --out of an earlier 'condyle train'.",
        )
    return Recipe.model_validate_json(path.read_text("utf-8"))


def _anatomy_of(run: Path, recipe: Recipe, split: Split) -> tuple[Recipe, Bundle]:
    """Gives the recipe and the bundle of the run that a grading recipe stands on.

    Raises:
        BundleError: The run is not finished.
        BadConfiguration: It is a run of another recipe, or under another split, so that a
            fold's anatomy network may have learned from the patients that the fold scores.
    """
    anatomy = read_recipe_of(run)
    needed = {part.role: part.name for part in recipe.requires}.get("anatomy", "")
    folds = run / "split.yaml"
    same = folds.is_file() and folds.read_text("utf-8") == split_text(split)
    if anatomy.name == needed and same:
        return anatomy, open_bundle(run / "bundle" / anatomy.name)
    raise BadConfiguration(
        f"The recipe '{recipe.name}' cannot stand on the run '{run.name}'.",
        found=f"a run of '{anatomy.name}'" + ("" if same else " under another split"),
        needed=f"a run of '{needed}' under the same split",
        mend="train that first under this split, and name it with --set anatomy_run=RUN.",
    )


def _require(cases: Sequence[Case], recipe: Recipe, learned: str, needed: str) -> None:
    if not cases:
        raise DatasetError(
            f"The recipe '{recipe.name}' learns {learned}, and the archive has none.",
            found=f"layout '{recipe.data.layout}', no case with them",
            needed=f"{needed}, as the layouts 'spider' and 'spider-volumes' hold them",
            mend="check --data with 'condyle data check', and data.layout in the recipe.",
        )


def finish_anatomy(
    recipe: Recipe,
    *,
    masked: Sequence[Case],
    unmasked: Sequence[Case],
    split: Split,
    out: Path,
    progress: ProgressCallback,
) -> Path:
    """Scores the folds of an anatomy run and writes its tables and bundle."""
    rows, overlaps = train_anatomy.score_folds(
        recipe, masked=masked, unmasked=unmasked, split=split, out=out, progress=progress
    )
    drawn = [s for case in masked for s in case.study.series if s.stem in case.reference.masks]
    of = VOLUMES if any(series.shape[0] > 1 for series in drawn) else SLICES
    metrics = anatomy_metrics(rows, overlaps, seed=recipe.seed, of=of)
    write_metrics(out, metrics)
    write_predictions(out / "predictions.csv", predictions_from_rows(rows))
    cases = {case.id: case for case in (*masked, *unmasked)}
    dataset, hashes = dataset_record(split.name, cases.values())
    manifest = bundle_manifest(
        recipe,
        split=split,
        dataset=dataset,
        case_hashes=hashes,
        metrics=metrics,
        tasks=anatomy_tasks(recipe),
    )
    models = round_models(out, split)
    size = network_size(recipe)
    image = np.random.default_rng(recipe.seed).random((1, 1, *size), dtype=np.float32)
    sample = sample_of(models, {segmentation.INPUT: image}, (segmentation.OUTPUT,))
    return write_run_bundle(out, manifest=manifest, models=models, sample=sample).path


def finish_grading(
    recipe: Recipe,
    scored: Scored,
    *,
    cases: Sequence[Case],
    split: Split,
    anatomy: Bundle,
    out: Path,
) -> Path:
    """Calibrates a grading run and writes its tables and bundle."""
    grade = str(recipe.interpretation["grade"])
    findings = tuple(recipe.interpretation["findings"])
    calibrated = calibrate(scored)
    rows = grading_scores.prediction_rows(scored, calibrated, grade=grade, findings=findings)
    write_predictions(out / "predictions.csv", predictions_from_rows(rows))
    answered = grading_scores.answered_discs(scored, calibrated, grade=grade, findings=findings)
    metrics = grading_scores.metrics(answered, grade=grade, findings=findings, seed=recipe.seed)
    write_metrics(out, metrics)
    dataset, hashes = dataset_record(split.name, cases)
    manifest = bundle_manifest(
        recipe,
        split=split,
        dataset=dataset,
        case_hashes=hashes,
        metrics=metrics,
        tasks=grading_tasks(recipe),
        calibration=calibrations(calibrated, grade=grade, findings=findings),
        curves=operating_curves(scored, calibrated, findings=findings, seed=recipe.seed),
        requires=[Requirement(name=anatomy.manifest.name, sha256=anatomy.sha256, role="anatomy")],
    )
    models = round_models(out, split)
    rng = np.random.default_rng(recipe.seed)
    crop = recipe.interpretation["crop"]
    size = (1, CHANNELS, int(crop["rows"]), int(crop["columns"]))
    feeds = {
        "crop": rng.random(size, dtype=np.float32),
        "facts": rng.random((1, FACTS), dtype=np.float32),
    }
    sample = sample_of(models, feeds, grading.OUTPUTS)
    return write_run_bundle(out, manifest=manifest, models=models, sample=sample).path
