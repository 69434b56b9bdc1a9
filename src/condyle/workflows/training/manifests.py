"""From a finished training to the manifest of its bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
from condyle.domain.anatomy import (
    FINDINGS,
    PRIVATE_SCHEME,
    STRUCTURES,
    Code,
    finding_named,
    structure_named,
)
from condyle.training.recipe import Recipe
from condyle.workflows.training.run_folder import commit, package_versions

FOLDS_SCHEME = "{count} folds by patient, each scored by the network that never saw its patients"


def bundle_manifest(
    recipe: Recipe,
    *,
    split: Split,
    dataset: Dataset,
    case_hashes: Sequence[str],
    metrics: Sequence[Metric],
    tasks: Sequence[Task],
    interpretation: Mapping[str, Any] | None = None,
    scheme: str | None = None,
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
        metrics: Figures on patients that the networks never saw.
        tasks: What the bundle tells.
        interpretation: Settings of its reading; the recipe's own where ``None``.
        scheme: How it was validated, in words; folds by patient where ``None``.
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
        interpretation=dict(recipe.interpretation if interpretation is None else interpretation),
        tasks=tuple(tasks),
        models=tuple(f"fold-{fold}.onnx" for fold in range(split.count)),
        requires=tuple(requires),
        calibration=dict(calibration or {}),
        operating_curves=dict(curves or {}),
        validation=Validation(scheme=scheme or split_scheme(split), metrics=tuple(metrics)),
        training=Training(
            recipe_name=recipe.name,
            recipe=recipe.model_dump(mode="json", by_alias=True),
            dataset=dataset,
            split_sha256=split.sha256,
            seed=recipe.seed,
            packages=package_versions(),
            commit=commit(),
            fitted="ensemble-of-folds" if split.count > 1 else "one-fit",
            folds=split.count,
            case_hashes=tuple(case_hashes),
        ),
        licence=Licence(spdx=recipe.licence, attribution=(recipe.attribution.strip(),)),
    )


def split_scheme(split: Split) -> str:
    """Says in words how a split validates."""
    if split.is_plain:
        return FOLDS_SCHEME.format(count=split.count)
    scored = len({patient for one in split.rounds for patient in one.test})
    rounds = "one training" if split.count == 1 else f"{split.count} trainings"
    return (
        f"{split.design}, by patient: {rounds}, each stopped by validation patients and scored on "
        f"test patients that it never saw; {scored} patients scored"
    )


def anatomy_tasks(recipe: Recipe) -> tuple[Task, ...]:
    """Gives what a bundle of outlines tells."""
    classes = tuple(recipe.interpretation["classes"])
    structures = tuple(
        Output(name=name, code=_code(structure_named(name).code)) for name in classes[1:]
    )
    return (Task(kind="segment", name="anatomy", outputs=structures, tensor="probabilities"),)


def grading_tasks(recipe: Recipe) -> tuple[Task, ...]:
    """Gives what a bundle of grades tells."""
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


def concept_code(name: str) -> ConceptCode:
    """Gives the code of a finding or structure; a private one where no table has it.

    Args:
        name: Such as ``"acl-tear"``, or a label of a user's own.
    """
    known = FINDINGS.get(name) or STRUCTURES.get(name)
    if known is not None:
        return _code(known.code)
    return ConceptCode(
        scheme=PRIVATE_SCHEME, value=name[:16].rstrip("-"), meaning=name.replace("-", " ")
    )


def _code(code: Code) -> ConceptCode:
    return ConceptCode(scheme=code.scheme, value=code.value, meaning=code.meaning)
