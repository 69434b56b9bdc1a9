"""``condyle train``: from a recipe and a labelled archive to a validated bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from condyle.bundle import (
    Bundle,
    Manifest,
    Metric,
    Requirement,
    model_card,
    open_bundle,
    write_bundle,
)
from condyle.datasets.layouts import open_archive
from condyle.datasets.splits import Split, read_split, split_text
from condyle.domain.case import Case
from condyle.domain.progress import ProgressCallback, ignore_progress
from condyle.errors import BadConfiguration
from condyle.evaluation.predictions import predictions_from_rows
from condyle.inference import open_session
from condyle.reporting.predictions import write_predictions
from condyle.training.recipe import Recipe, read_recipe
from condyle.training.tasks import grading, segmentation
from condyle.workflows.training import grading_scores, train_anatomy, train_grading
from condyle.workflows.training.anatomy_scores import anatomy_metrics
from condyle.workflows.training.grading_calibration import calibrate, calibrations
from condyle.workflows.training.grading_curves import operating_curves
from condyle.workflows.training.manifests import bundle_manifest
from condyle.workflows.training.run_folder import dataset_record, open_run, write_json
from condyle.workflows.training.scored_discs import Scored


def train_recipe(
    name: str,
    *,
    data: Path,
    out: Path,
    settings: Mapping[str, str] | None = None,
    device: str = "auto",
    resume: bool = False,
    progress: ProgressCallback = ignore_progress,
) -> Path:
    """Trains a recipe by patient folds, scores it out of fold, and writes its bundle.

    Args:
        name: A recipe of the package, or the path of one.
        data: The labelled archive.
        out: The run folder; a stopped run goes on with ``resume``.
        settings: Dotted recipe field to new value.
        device: ``"auto"``, ``"cpu"`` or ``"cuda"``.
        resume: Whether to go on from checkpoints.
        progress: Told of every step.

    Returns:
        The folder of the bundle, inside the run folder.
    """
    changed = dict(settings or {})
    anatomy_run = changed.pop("anatomy_run", None)
    recipe = read_recipe(name, settings=changed)
    split = read_split(recipe.data.split)
    archive = open_archive(data, layout=recipe.data.layout)
    masked = [case for case in archive.cases if case.reference.masks]
    graded = [case for case in archive.cases if not case.reference.masks]
    if recipe.task == "segment":
        open_run(out, recipe, split, resume=resume)
        train_anatomy.train_folds(
            recipe,
            masked=masked,
            unmasked=graded,
            split=split,
            out=out,
            device=device,
            resume=resume,
            progress=progress,
        )
        return finish_anatomy(
            recipe, masked=masked, unmasked=graded, split=split, out=out, progress=progress
        )
    if anatomy_run is None:
        raise BadConfiguration(
            f"The recipe '{recipe.name}' needs the run of its anatomy recipe.",
            found="no anatomy run",
            needed="the run folder of lumbar-anatomy, trained under the same split",
            mend="add --set anatomy_run=RUN.",
        )
    anatomy, bundle = _anatomy_of(Path(anatomy_run), recipe, split)
    open_run(out, recipe, split, resume=resume)
    scored = train_grading.train_folds(
        recipe,
        cases=graded,
        split=split,
        anatomy_run=Path(anatomy_run),
        anatomy=anatomy,
        out=out,
        device=device,
        resume=resume,
        progress=progress,
    )
    return finish_grading(recipe, scored, cases=graded, split=split, anatomy=bundle, out=out)


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
    metrics = anatomy_metrics(rows, overlaps, seed=recipe.seed)
    write_predictions(out / "predictions.csv", predictions_from_rows(rows))
    dataset, hashes = dataset_record(split.name, [*masked, *unmasked])
    manifest = bundle_manifest(
        recipe, split=split, dataset=dataset, case_hashes=hashes, metrics=metrics
    )
    models = _models(out, split)
    size = segmentation.network_size(recipe)
    image = np.random.default_rng(recipe.seed).random((1, 1, *size), dtype=np.float32)
    sample = _sample(models, {segmentation.INPUT: image}, (segmentation.OUTPUT,))
    return _write(out, manifest=manifest, models=models, sample=sample, metrics=metrics).path


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
    dataset, hashes = dataset_record(split.name, cases)
    manifest = bundle_manifest(
        recipe,
        split=split,
        dataset=dataset,
        case_hashes=hashes,
        metrics=metrics,
        calibration=calibrations(calibrated, grade=grade, findings=findings),
        curves=operating_curves(scored, calibrated, findings=findings, seed=recipe.seed),
        requires=[Requirement(name=anatomy.manifest.name, sha256=anatomy.sha256, role="anatomy")],
    )
    models = _models(out, split)
    rng = np.random.default_rng(recipe.seed)
    crop = recipe.interpretation["crop"]
    size = (1, int(recipe.network.parameters["inputs"]), int(crop["rows"]), int(crop["columns"]))
    feeds = {
        "crop": rng.random(size, dtype=np.float32),
        "facts": rng.random((1, int(recipe.network.parameters["facts"])), dtype=np.float32),
    }
    sample = _sample(models, feeds, grading.OUTPUTS)
    return _write(out, manifest=manifest, models=models, sample=sample, metrics=metrics).path


def _models(out: Path, split: Split) -> dict[str, Path]:
    return {
        f"fold-{fold}.onnx": out / "folds" / str(fold) / "model.onnx" for fold in range(split.count)
    }


def _sample(
    models: Mapping[str, Path], feeds: Mapping[str, NDArray[np.float32]], outputs: Sequence[str]
) -> dict[str, NDArray[np.float32]]:
    """Gives an input, and the mean of what the models say of it, as a bundle stores them."""
    given = [open_session(model).run(list(outputs), dict(feeds)) for model in models.values()]
    sample = {f"input.{name}": value for name, value in feeds.items()}
    for position, name in enumerate(outputs):
        sample[f"output.{name}"] = np.mean([one[position] for one in given], axis=0)
    return sample


def _write(
    out: Path,
    *,
    manifest: Manifest,
    models: Mapping[str, Path],
    sample: Mapping[str, NDArray[np.float32]],
    metrics: Sequence[Metric],
) -> Bundle:
    """Writes the metrics and the bundle of a run."""
    write_json(out / "metrics.json", [metric.model_dump(mode="json") for metric in metrics])
    return write_bundle(
        out / "bundle" / manifest.name,
        manifest=manifest,
        model=models,
        card=model_card(manifest),
        sample=sample,
        replace=True,
    )
