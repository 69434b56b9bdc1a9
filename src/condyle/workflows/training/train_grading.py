"""Training a grading bundle on discs that were found by networks that did not know them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from condyle.datasets.splits import Split
from condyle.domain.case import Case
from condyle.errors import BundleError
from condyle.inference import open_session
from condyle.training.execution import Execution
from condyle.training.export import (
    HALVES_TOLERANCE,
    TOLERANCE,
    check_parity,
    store_in_halves,
)
from condyle.training.graded_discs import GradedDiscs
from condyle.training.networks import Network
from condyle.training.recipe import Recipe
from condyle.training.tasks.grading import OUTPUTS, export_grading, train_grading
from condyle.workflows.training.grading_data import graded_discs, read_labels
from condyle.workflows.training.run_folder import write_model
from condyle.workflows.training.scored_discs import DiscRow, Scored
from condyle.workflows.training.train_anatomy import onnx_runner


def train_folds(
    recipe: Recipe,
    *,
    cases: Sequence[Case],
    split: Split,
    anatomy_run: Path,
    anatomy: Recipe,
    out: Path,
    execution: Execution,
) -> Scored:
    """Trains one network a fold, leaves it as ``folds/<k>/model.onnx``, and scores it.

    Every patient's discs are those that the anatomy network of the patient's own fold finds,
    which never saw the patient: what is learned from is as good as what will be graded.

    Args:
        recipe: Of the grading bundle.
        cases: With grades, of all patients.
        split: The split that the anatomy run was trained under.
        anatomy_run: Run folder of the anatomy bundle, with a network a fold.
        anatomy: Recipe of the anatomy bundle.
        out: The run folder.
        execution: Where and how to train; finished folds are kept where it is resumed.
    """
    runs = [onnx_runner(anatomy_network(anatomy_run, fold)) for fold in range(split.count)]
    discs, rows = graded_discs(
        cases,
        recipe,
        anatomy_spec=anatomy.preprocessing,
        run_of=lambda patient: runs[split.fold_of(patient)],
        progress=execution.progress,
        stage="crops",
    )
    found = np.array([row.found for row in rows])
    learned = read_labels(discs, recipe)
    parts = []
    for fold in range(split.count):
        folder = out / "folds" / str(fold)
        scored = np.array([split.fold_of(row.case.patient) == fold for row in rows])
        if not (execution.resume and (folder / "model.onnx").is_file()):
            network = train_grading(
                recipe,
                discs=learned.where(~scored & found),
                stage=f"fold-{fold}",
                folder=folder,
                fold_seed=fold,
                execution=execution,
            )
            write_model(folder, export_checked(network, discs))
        mine = discs.where(scored)
        grade, findings = run_grader(folder / "model.onnx", mine)
        kept = [row for row, chosen in zip(rows, scored, strict=True) if chosen]
        parts.append((kept, np.full(len(kept), fold), mine, grade, findings))
    return _join(parts)


def anatomy_network(run: Path, fold: int) -> Path:
    """Gives the anatomy network of a fold.

    Raises:
        BundleError: If the run folder has none.
    """
    path = run / "folds" / str(fold) / "model.onnx"
    if not path.is_file():
        raise BundleError(
            "The anatomy run that the grading recipe needs is not complete.",
            found=f"no network of fold {fold} in '{run.name}'",
            needed="a finished run of the anatomy recipe under the same split",
            mend="train lumbar-anatomy first and name its run with --set anatomy_run=RUN.",
        )
    return path


def export_checked(network: Network, discs: GradedDiscs) -> bytes:
    """Exports a grading network, its weights as halves, and holds the file against it."""
    exported = export_grading(network, discs)
    small = store_in_halves(exported.model)
    for model, tolerance in ((exported.model, TOLERANCE), (small, HALVES_TOLERANCE)):
        found = open_session(model).run(list(OUTPUTS), dict(exported.feeds))
        check_parity(found, exported.trained, tolerance=tolerance)
    return small


def run_grader(model: Path, discs: GradedDiscs) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gives the (disc, grade) and (disc, finding) logits of an exported network."""
    session = open_session(model)
    grades, findings = [], []
    for at in range(0, len(discs.patients), 64):
        feeds = {
            "crop": discs.crops[at : at + 64].astype(np.float32),
            "facts": discs.facts[at : at + 64],
        }
        grade, finding = session.run(list(OUTPUTS), feeds)
        grades.append(grade)
        findings.append(finding)
    return np.concatenate(grades).astype(np.float64), np.concatenate(findings).astype(np.float64)


def _join(
    parts: Sequence[
        tuple[
            list[DiscRow],
            NDArray[np.int64],
            GradedDiscs,
            NDArray[np.float64],
            NDArray[np.float64],
        ]
    ],
) -> Scored:
    rows, folds, discs, grades, findings = zip(*parts, strict=True)
    return Scored(
        rows=tuple(row for part in rows for row in part),
        folds=np.concatenate(folds),
        discs=GradedDiscs(
            patients=np.concatenate([part.patients for part in discs]),
            crops=np.zeros((0, 0, 0, 0), dtype=np.float16),
            facts=np.concatenate([part.facts for part in discs]),
            grade=np.concatenate([part.grade for part in discs]),
            findings=np.concatenate([part.findings for part in discs]),
        ),
        grade_logits=np.concatenate(grades),
        finding_logits=np.concatenate(findings),
    )
