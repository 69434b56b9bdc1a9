"""From a finished training to the manifest of its bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from condyle.bundle import (
    Calibration,
    ConceptCode,
    Dataset,
    InputContract,
    Licence,
    Manifest,
    Metric,
    OperatingCurve,
    Output,
    Requirement,
    Task,
    Training,
    Validation,
)
from condyle.datasets.splits import Split
from condyle.domain.anatomy import Code, finding_named, structure_named
from condyle.training.recipe import Recipe
from condyle.workflows.training.run_folder import commit, package_versions

SCHEME = "{folds} folds by patient, each scored by the network that never saw its patients"


def bundle_manifest(
    recipe: Recipe,
    *,
    split: Split,
    dataset: Dataset,
    case_hashes: Sequence[str],
    metrics: Sequence[Metric],
    calibration: Mapping[str, Calibration] | None = None,
    curves: Mapping[str, OperatingCurve] | None = None,
    requires: Sequence[Requirement] = (),
) -> Manifest:
    """Gives everything that is known of a bundle beside its weights.

    Args:
        recipe: What it was trained by, kept verbatim.
        split: Under which folds.
        dataset: On what.
        case_hashes: Content hash of each training image.
        metrics: Figures out of fold.
        calibration: By output name.
        curves: Operating curves by output name.
        requires: The bundles that must run first, by hash.
    """
    return Manifest(
        name=recipe.name,
        version=recipe.version,
        summary=recipe.summary,
        input=InputContract(
            anatomy=recipe.input.anatomy,
            modality=recipe.input.modality,
            planes=recipe.input.planes,
            weightings=recipe.input.weightings,
            min_pixels=recipe.input.min_pixels,
        ),
        intended_use=recipe.intended_use.strip(),
        exclusions=recipe.exclusions,
        preprocessing=recipe.preprocessing,
        interpretation=recipe.interpretation,
        tasks=_tasks(recipe),
        models=tuple(f"fold-{fold}.onnx" for fold in range(split.count)),
        requires=tuple(requires),
        calibration=dict(calibration or {}),
        operating_curves=dict(curves or {}),
        validation=Validation(scheme=SCHEME.format(folds=split.count), metrics=tuple(metrics)),
        training=Training(
            recipe_name=recipe.name,
            recipe=recipe.model_dump(mode="json", by_alias=True),
            dataset=dataset,
            split_sha256=split.sha256,
            seed=recipe.seed,
            packages=package_versions(),
            commit=commit(),
            fitted="ensemble-of-folds",
            folds=split.count,
            case_hashes=tuple(case_hashes),
        ),
        licence=Licence(spdx=recipe.licence, attribution=(recipe.attribution.strip(),)),
    )


def _tasks(recipe: Recipe) -> tuple[Task, ...]:
    if recipe.task == "segment":
        classes = tuple(recipe.interpretation["classes"])
        structures = tuple(
            Output(name=name, code=_code(structure_named(name).code)) for name in classes[1:]
        )
        return (Task(kind="segment", name="anatomy", outputs=structures, tensor="probabilities"),)
    grade = str(recipe.interpretation["grade"])
    graded = Output(
        name=grade,
        code=_code(finding_named(grade).code),
        classes=tuple(str(n + 1) for n in range(int(recipe.loss["grades"]))),
    )
    found = tuple(
        Output(name=name, code=_code(finding_named(name).code))
        for name in recipe.interpretation["findings"]
    )
    return (
        Task(kind="grade", name="grade", outputs=(graded,), tensor="grade", activation="softmax"),
        Task(
            kind="classify", name="findings", outputs=found, tensor="findings", activation="sigmoid"
        ),
    )


def _code(code: Code) -> ConceptCode:
    return ConceptCode(scheme=code.scheme, value=code.value, meaning=code.meaning)
