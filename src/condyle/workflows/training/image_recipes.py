"""The one path of every recipe that learns images: rounds, tables, pages, bundle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from condyle.datasets.split_rounds import Split
from condyle.datasets.splits import read_split
from condyle.domain.case import Case
from condyle.domain.progress import Progress
from condyle.errors import CondyleError, DatasetError
from condyle.evaluation.predictions import PredictionRow, Predictions, predictions_from_rows
from condyle.reporting.predictions import write_predictions
from condyle.reporting.whole_file import write_whole
from condyle.training.allocator import limit_threads
from condyle.training.loop import CHECKPOINT
from condyle.training.recipe import TaskName
from condyle.workflows.training.classification_plan import classification_plan
from condyle.workflows.training.detection_plan import detection_plan
from condyle.workflows.training.lesion_plan import lesion_plan
from condyle.workflows.training.manifests import bundle_manifest
from condyle.workflows.training.plan import Fit, Plan, RunNetwork
from condyle.workflows.training.recipe_archive import recipe_archive
from condyle.workflows.training.run_bundle import round_models, sample_of, write_run_bundle
from condyle.workflows.training.run_folder import (
    dataset_record,
    open_run,
    take_back_run,
    write_model,
)
from condyle.workflows.training.run_pages import headline_metrics, run_files, run_report
from condyle.workflows.training.run_record import round_records, write_run_record
from condyle.workflows.training.series_plan import series_plan
from condyle.workflows.training.sessions import network_runner
from condyle.workflows.training.side_by_side import (
    RoundRequest,
    recipe_of,
    train_side_by_side,
)
from condyle.workflows.training.training import Training

PLANS: Mapping[TaskName, Callable[[Training], Plan]] = {
    "lesion": lesion_plan,
    "classify": classification_plan,
    "series": series_plan,
    "detect": detection_plan,
}
"""How the recipes of each task are trained and scored."""


def train_image_recipe(training: Training) -> Path:
    """Trains every round of a recipe, scores it on its test patients, and writes the run.

    Args:
        training: What is asked for.

    Returns:
        The folder of the bundle.

    Raises:
        DatasetError: The archive does not hold what the recipe learns, or a side of a round
            has nobody on it.
        OutputError: The run folder is in use by something else.
    """
    recipe, split, out = training.recipe, training.split, training.out
    _refuse_no_validation(split)
    open_run(out, recipe, split, resume=training.execution.resume)
    try:
        plan = PLANS[recipe.task](training)
        _train_rounds(training, plan)
    except CondyleError:
        if not training.execution.resume and not any(out.rglob(CHECKPOINT)):
            take_back_run(out)
        raise
    table = _score(training, plan)
    write_predictions(out / "predictions.csv", table)
    dataset, hashes = dataset_record(training.archive.layout, training.archive.cases)
    rounds = round_records(out, split, stages=plan.stages)
    record = write_run_record(
        training,
        rounds=rounds,
        table=table,
        data=dataset.model_dump(mode="json"),
        notes=plan.notes,
    )
    more = plan.more()
    report = run_report(
        training,
        table=table,
        rounds=rounds,
        record=record,
        simulated=dataset.simulated,
        sections=more.sections,
        picture=_picture(training, plan),
    )
    _write_pages(out, {**run_files(training, report, table), **more.files})
    manifest = bundle_manifest(
        recipe,
        split=split,
        dataset=dataset,
        case_hashes=hashes if split.count > 1 else _learned(training),
        metrics=more.metrics or headline_metrics(report, plan.tasks),
        tasks=plan.tasks,
        interpretation={
            **recipe.interpretation,
            **plan.interpretation,
            **more.interpretation,
        },
    )
    models = round_models(out, split)
    sample = sample_of(models, plan.feeds, plan.outputs)
    bundle = write_run_bundle(out, manifest=manifest, models=models, sample=sample)
    training.clear_cache()
    return bundle.path


def _learned(training: Training) -> tuple[str, ...]:
    """Gives the hashes of the images that the only round learned from or was stopped by."""
    one = training.split.rounds[0]
    patients = {*one.train, *one.validation}
    cases = [case for case in training.archive.cases if case.patient in patients]
    return dataset_record(training.archive.layout, cases)[1]


def _picture(training: Training, plan: Plan) -> Callable[[str], bytes | None]:
    """Gives what draws a case by its name, with the network that never saw it."""
    cases = {case.id: case for case in training.archive.cases}
    tested = {
        patient: number for number, one in enumerate(training.split.rounds) for patient in one.test
    }

    def picture(name: str) -> bytes | None:
        case = cases.get(name)  # a row of a patient has no picture of its own
        if case is None:
            return None
        return plan.scorer.picture(runner_of(training.out, tested[case.patient]), case)

    return picture


def _write_pages(out: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = out / name
        path.parent.mkdir(exist_ok=True)
        write_whole(path, content)


def _train_rounds(training: Training, plan: Plan) -> None:
    finished = {
        number
        for number, path in enumerate(round_models(training.out, training.split).values())
        if training.execution.resume and path.is_file()
    }
    left = [number for number in range(training.split.count) if number not in finished]
    workers = min(training.execution.workers, len(left))
    if workers > 1:
        train_side_by_side(training, left, train_one=train_requested, workers=workers)
        return
    for number in left:
        _train_round(training, plan, number)


def train_requested(request: RoundRequest, told: Callable[[Progress], None]) -> None:
    """Trains the round of a request, in the process that it was sent to."""
    limit_threads(request.threads)
    recipe = recipe_of(request)
    archive, _ = recipe_archive(recipe, request.data)
    training = Training(
        recipe=recipe,
        archive=archive,
        split=read_split(str(request.out / "split.yaml")),
        data=request.data,
        out=request.out,
        execution=replace(request.execution, progress=told),
    )
    _train_round(training, PLANS[recipe.task](training), request.number)


def _train_round(training: Training, plan: Plan, number: int) -> None:
    folder = training.out / "folds" / str(number)
    fit = Fit(
        number,
        training.split.rounds[number],
        folder=folder,
        seed=training.recipe.seed + 100 * number,
    )
    write_model(folder, plan.train(fit))


def _score(training: Training, plan: Plan) -> Predictions:
    """Gives the table of what each round's network says of the patients that it never saw."""
    cases: dict[str, list[Case]] = {}
    for case in training.archive.cases:
        cases.setdefault(case.patient, []).append(case)
    rows: list[PredictionRow] = []
    total = sum(len(one.test) for one in training.split.rounds)
    done = 0
    for number, one in enumerate(training.split.rounds):
        run = runner_of(training.out, number)
        scorer = plan.scorer
        if plan.settle is not None:
            decided = [case for patient in one.validation for case in cases.get(patient, [])]
            scorer = plan.settle(run, decided)
        for patient in one.test:
            for case in cases.get(patient, []):
                rows += [replace(row, fold=number) for row in scorer.rows(run, case)]
            done += 1
            training.execution.progress(Progress("score", done, total))
    return predictions_from_rows([*rows, *plan.scorer.together(rows)])


def runner_of(out: Path, number: int) -> RunNetwork:
    """Gives the exported network of a round."""
    return network_runner(out / "folds" / str(number) / "model.onnx")


def _refuse_no_validation(split: Split) -> None:
    empty = [number for number, one in enumerate(split.rounds) if not one.validation]
    if empty:
        raise DatasetError(
            f"The split '{split.name}' has nobody to stop a training by.",
            found=f"round {empty[0]} without a validation patient",
            needed="patients to learn from, others to stop by, and others to be scored on",
            mend="choose another data.split, such as 70/15/15 or 5-fold.",
        )
