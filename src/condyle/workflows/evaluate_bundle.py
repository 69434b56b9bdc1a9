"""``condyle evaluate``: a bundle and a labelled archive in, figures with intervals out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from condyle.bundle import Bundle, find_bundle, find_required, image_hash
from condyle.datasets.layouts import open_archive
from condyle.domain.case import Case
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.errors import Cancelled, DatasetError
from condyle.evaluation.cohort import IN_SAMPLE
from condyle.evaluation.participant_flow import screening_of_cases
from condyle.evaluation.predictions import PredictionRow, Predictions, predictions_from_rows
from condyle.workflows.evaluation.anatomy_bundle import CaseReader, anatomy_reader
from condyle.workflows.evaluation.folder import EVALUATION, OutputFolder, picture_name
from condyle.workflows.evaluation.grading_bundle import grading_reader
from condyle.workflows.evaluation.image_bundle import Together, image_reader, image_recipe_of
from condyle.workflows.evaluation.pages import make_files
from condyle.workflows.evaluation.report import About, MadeBy
from condyle.workflows.evaluation.rows import Draw
from condyle.workflows.training.recipe_archive import recipe_archive

SIMULATED_BANNER = "SIMULATED TRAINING: this bundle learned from simulated images."


@dataclass(frozen=True)
class _Archive:
    """What an archive holds for one kind of bundle.

    Attributes:
        screened: All of it.
        cases: What of it has a reference, to be read.
        read: How a case is read.
        together: What adds rows of patients to those of all cases.
    """

    screened: Sequence[Case]
    cases: Sequence[Case]
    read: CaseReader
    together: Together = lambda rows: []


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
        data: The labelled archive, in a layout that ``condyle.datasets.layouts`` knows.
        out: Folder for ``predictions.csv``, ``metrics.json``, a picture a case and the
            pages; new, empty, or with an earlier evaluation, which is replaced.
        pages: Also write ``report.html``, ``report.pdf``, ``metrics.csv``, the checklists
            and ``figures/``, which needs matplotlib.
        draw: How figures are drawn.
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
    archive = _archive(tested, required, data)
    folder = OutputFolder(out, EVALUATION)
    folder.prepare()
    seen = _seen_patients(archive.cases, [tested, *required], progress=progress)
    rows: list[PredictionRow] = []
    try:
        for done, case in enumerate(archive.cases, start=1):
            found, picture = archive.read(_marked(case, seen))
            rows += [replace(row, bundle=tested.sha256) for row in found]
            if picture is not None:
                folder.write_files({picture_name(case.id): picture})
            progress(Progress("evaluate", done, len(archive.cases)))
    except (KeyboardInterrupt, Cancelled):
        folder.write_table(predictions_from_rows(rows))
        raise
    table = predictions_from_rows([*rows, *archive.together(rows)])
    folder.write_table(table)
    files = make_files(
        table,
        about=_about(tested, table),
        draw=draw,
        bundle=tested,
        made_by=MadeBy(tested.manifest, screening_of_cases(archive.screened, table)),
        picture=lambda case: folder.content(picture_name(case)),
        pages=pages,
        progress=progress,
    )
    folder.write_files(files)
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


def _archive(tested: Bundle, required: Sequence[Bundle], data: Path) -> _Archive:
    learned = image_recipe_of(tested)
    if learned is not None:
        archive, _ = recipe_archive(learned, data)
        read, together = image_reader(tested, learned, archive)
        made = _Archive(archive.cases, archive.cases, read, together)
    else:
        cases = open_archive(data).cases
        # A volume may come with a mask and with grades of its discs, slices with one of them.
        graded = [case for case in cases if case.reference.grades]
        screened = [case for case in cases if case.reference.grades or not case.reference.masks]
        if tested.manifest.tasks[0].kind == "segment":
            masked = [case for case in cases if case.reference.masks]
            others = [case for case in screened if not case.reference.masks]
            counted = [case for case in others if case.reference.grades]
            made = _Archive([*masked, *others], [*masked, *counted], anatomy_reader(tested))
        else:
            made = _Archive(screened, graded, grading_reader(required[0], tested))
    if not made.cases:
        raise DatasetError(
            "There is nothing to evaluate.",
            found="no image with a reference",
            needed="images with grades or masks, as the layout of the archive holds them",
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
