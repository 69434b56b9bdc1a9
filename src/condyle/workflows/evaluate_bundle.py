"""``condyle evaluate``: a bundle and a labelled archive in, figures with intervals out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from condyle.bundle import Bundle, Metric, find_bundle, find_required, image_hash
from condyle.datasets import spider
from condyle.domain.case import Case
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.domain.report import SliceView
from condyle.errors import Cancelled, DatasetError
from condyle.evaluation.participant_flow import screening_of_cases
from condyle.evaluation.predictions import PredictionRow, Predictions, predictions_from_rows
from condyle.workflows.evaluation.evaluate_anatomy import AnatomyEvaluation
from condyle.workflows.evaluation.evaluate_grading import GradingEvaluation
from condyle.workflows.evaluation.folder import EvaluationFolder
from condyle.workflows.evaluation.report import IN_SAMPLE_REASON, About
from condyle.workflows.evaluation.rows import IN_SAMPLE, Draw

SIMULATED_BANNER = "SIMULATED TRAINING: this bundle learned from simulated images."

Read = Callable[[Case], tuple[list[PredictionRow], SliceView | None]]
Measure = Callable[[frozenset[str]], tuple[Metric, ...]]


@dataclass(frozen=True)
class _Evaluation:
    """How the cases of one kind of bundle are read, and then summed up.

    Attributes:
        screened: What the archive holds.
        cases: What of it to read.
        read: From a case to its rows and a picture.
        measure: From the patients that count to the figures.
    """

    screened: Sequence[Case]
    cases: Sequence[Case]
    read: Read
    measure: Measure


def evaluate_bundle(
    bundle: str,
    *,
    data: Path,
    out: Path,
    pages: bool = True,
    draw: Draw | None = None,
    progress: ProgressCallback = ignore_progress,
) -> Path:
    """Reads every case of a labelled archive with a bundle and says how often it was right.

    Cases are read as ``read_study`` reads them. What the bundle declined counts as wrong,
    and the share that it answered stands beside. A patient of whom the bundle, or one
    that it requires, has seen an image in training is marked in-sample in the table and
    counts in no figure.

    Args:
        bundle: Name of a bundle, or its folder.
        data: The labelled archive, in the layout ``spider``.
        out: Folder for ``predictions.csv``, ``metrics.json``, a picture a case and the
            pages; new, empty, or with an earlier evaluation, which is replaced.
        pages: Also write ``report.html``, ``report.pdf``, ``metrics.csv`` and ``figures/``,
            which needs matplotlib.
        draw: How the figures of the pages are drawn.
        progress: Told of the stages ``"recognise"``, ``"evaluate"``, ``"figures"`` and
            ``"pages"``; stops the work by raising ``Cancelled``, and the table of what was
            read by then is kept.

    Returns:
        The folder.

    Raises:
        BundleError: The bundle, or one that it requires, is absent or altered.
        DatasetError: The archive breaks its layout or holds no case.
        OutputError: The folder holds something else or cannot be written.
    """
    tested = find_bundle(bundle)
    required = [find_required(need, near=tested.path) for need in tested.manifest.requires]
    evaluation = _evaluation(tested, required, data)
    folder = EvaluationFolder(out)
    folder.prepare()
    seen = _seen_patients(evaluation.cases, [tested, *required], progress=progress)
    rows: list[PredictionRow] = []
    try:
        for done, case in enumerate(evaluation.cases, start=1):
            found, view = evaluation.read(_marked(case, seen))
            rows += [replace(row, bundle=tested.sha256) for row in found]
            if view is not None:
                folder.write_picture(case, view)
            progress(Progress("evaluate", done, len(evaluation.cases)))
    except (KeyboardInterrupt, Cancelled):
        folder.write_table(rows)
        raise
    patients = frozenset(case.patient for case in evaluation.cases)
    metrics = evaluation.measure(patients - seen) if patients - seen else None
    folder.write_table(rows)
    tasks = None
    if pages:
        from condyle.workflows.evaluation.pages import make_pages
        from condyle.workflows.evaluation.records import MadeBy

        table = predictions_from_rows(rows)
        about = _about(tested, table)
        made = make_pages(
            table,
            about=about,
            picture=folder.picture,
            draw=draw,
            made_by=MadeBy(tested.manifest, screening_of_cases(evaluation.screened, table)),
            progress=progress,
        )
        folder.write_files(made.files)
        tasks = made.tasks
    folder.write_metrics(
        tested,
        patients=len(patients),
        in_sample=len(seen),
        metrics=metrics,
        reason=IN_SAMPLE_REASON if metrics is None else None,
        tasks=tasks,
    )
    return out


def _about(tested: Bundle, table: Predictions) -> About:
    manifest = tested.manifest
    simulated = manifest.training.dataset.simulated
    return About(
        title=f"Evaluation of {manifest.name} {manifest.version}",
        facts=(
            ("bundle", f"{manifest.name} {manifest.version}"),
            ("SHA-256", tested.sha256),
            ("rows", str(len(table))),
        ),
        banners=(SIMULATED_BANNER,) if simulated else (),
    )


def _evaluation(tested: Bundle, required: Sequence[Bundle], data: Path) -> _Evaluation:
    archive = spider.graded_cases(data)
    graded = [case for case in archive if case.reference.grades]
    if tested.manifest.tasks[0].kind == "segment":
        anatomy = AnatomyEvaluation(tested)
        masked = spider.masked_cases(data)
        made = _Evaluation([*masked, *archive], [*masked, *graded], anatomy.read, anatomy.measure)
    else:
        grading = GradingEvaluation(required[0], tested)
        made = _Evaluation(archive, graded, grading.read, grading.measure)
    if not made.cases:
        raise DatasetError(
            "There is nothing to evaluate.",
            found="no image with a reference",
            needed="images in midsagittal/ with rows of their patients in gradings.csv",
            mend="give --data the folder of a labelled archive.",
        )
    return made


def _marked(case: Case, seen: frozenset[str]) -> Case:
    told = {**case.covariates, IN_SAMPLE: "yes" if case.patient in seen else "no"}
    return replace(case, covariates=told)


def _seen_patients(
    cases: Sequence[Case], bundles: Sequence[Bundle], *, progress: ProgressCallback
) -> frozenset[str]:
    """Gives the patients with an image that one of the bundles was trained on."""
    learned = {value for bundle in bundles for value in bundle.manifest.training.case_hashes}
    seen = set()
    for done, case in enumerate(cases, start=1):
        images = (image for series in case.study.series for image in series.load().array)
        if case.patient not in seen and any(image_hash(image) in learned for image in images):
            seen.add(case.patient)
        progress(Progress("recognise", done, len(cases)))
    return frozenset(seen)
