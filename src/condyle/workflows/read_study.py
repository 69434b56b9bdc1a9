"""``condyle read``: from what a user names to a report that a clinician can check."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata

import numpy as np
from numpy.typing import NDArray

from condyle.bundle import Bundle, Manifest, find_bundle, find_required
from condyle.bundle.quantised import find_quantised
from condyle.domain.anatomy import not_assessed
from condyle.domain.findings import Finding, Measurement
from condyle.domain.messages import Message
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.domain.report import Report, StudySummary
from condyle.domain.study import Study
from condyle.errors import BundleError
from condyle.inference import Runner
from condyle.workflows.open_study import open_study
from condyle.workflows.reading.anatomy_reading import RunSlices
from condyle.workflows.reading.contrast_roles import choose_roles
from condyle.workflows.reading.disc_grading import Roles, grade_discs, ungraded_discs
from condyle.workflows.reading.image_reading import READERS, ImageReader, task_of
from condyle.workflows.reading.measuring import measure_study, slip_warnings
from condyle.workflows.reading.numbering_together import Numbered, number_together
from condyle.workflows.reading.report_parts import (
    bundle_reference,
    once,
    remarks,
    series_summaries,
    study_warnings,
    view_of,
)
from condyle.workflows.reading.series_choice import choose_series
from condyle.workflows.reading.study_anatomy import SeriesReading, read_anatomy

GRADING = "lumbar-grading"
LUMBAR = "lumbar-spine"
ANATOMY = "anatomy"
"""Role of the bundle that a lumbar grading bundle stands on."""

_DISC_TASKS = frozenset({"grade", "classify"})

StudyReader = Callable[[Study, ProgressCallback], Report]
"""From a study that is open to the report of it."""

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


class LoadedBundles:
    """The anatomy and the grading bundle of a reading, each loaded once, when first needed.

    Args:
        anatomy: The anatomy bundle.
        grading: The grading bundle that requires it.
        threads: Threads of the networks; all that the process may use where ``None``.
        int8: Whether the anatomy's networks are those of 8 bits; discs are few, and graded
            by the grading bundle's own.

    Raises:
        BundleError: Networks of 8 bits are wanted, and there are none.
    """

    def __init__(
        self, anatomy: Bundle, grading: Bundle, *, threads: int | None = None, int8: bool = False
    ) -> None:
        self.anatomy = anatomy
        self.grading = grading
        self.quantised = find_quantised(anatomy) if int8 else None
        self._threads = threads
        self._loaded: tuple[RunSlices, Runner] | None = None

    def load(self, progress: ProgressCallback) -> tuple[RunSlices, Runner]:
        """Gives the anatomy network and the grader, told of in the stage ``"bundles"``."""
        if self._loaded is None:
            progress(Progress("bundles", 0, 2))
            networks = Runner(self.anatomy, threads=self._threads, quantised=self.quantised)
            run = anatomy_runner(networks)
            progress(Progress("bundles", 1, 2))
            self._loaded = run, Runner(self.grading, threads=self._threads)
            progress(Progress("bundles", 2, 2))
        return self._loaded


def read_study(
    paths: Paths,
    *,
    study: int | None = None,
    bundles: Sequence[str] | None = None,
    threads: int | None = None,
    int8: bool = False,
    progress: ProgressCallback = ignore_progress,
) -> Report:
    """Reads one study and reports what a bundle found in it.

    Args:
        paths: A file, folder or zip, or several that together are one study.
        study: Which study to read where there are several, from 1.
        bundles: Name or path of the bundle; the shipped grading bundle where ``None``.
        threads: Threads of the networks; all that the process may use where ``None``.
        int8: Whether to run networks of 8 bits; see ``quantise_bundle``.
        progress: Told of each step in the stages ``"discover"``, ``"bundles"``, and
            ``"anatomy"`` and ``"grading"`` or ``"images"``; stops the reading by raising
            ``Cancelled``.

    Raises:
        InputError: What was named cannot be read as one study.
        BundleError: A bundle is absent or altered.
    """
    named = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    read = reader_of(find_bundle(bundles[0] if bundles else GRADING), threads=threads, int8=int8)
    with open_study(named, study=study, progress=progress) as opened:
        return read(opened, progress)


def reads_studies(manifest: Manifest) -> bool:
    """Tells whether there is a way from a study to a bundle's findings."""
    return _grades_discs(manifest) or task_of(manifest) is not None


def reader_of(bundle: Bundle, *, threads: int | None = None, int8: bool = False) -> StudyReader:
    """Gives what reads studies by a bundle; its networks are opened when first needed.

    Args:
        bundle: The one that gives the findings.
        threads: Threads of the networks; all that the process may use where ``None``.
        int8: Whether to run networks of 8 bits.

    Raises:
        BundleError: There is no way to read by it, or what it requires is absent or altered.
    """
    manifest = bundle.manifest
    if _grades_discs(manifest):
        anatomy = find_required(manifest.requires[0], near=bundle.path)
        loaded = LoadedBundles(anatomy, bundle, threads=threads, int8=int8)
        return lambda study, progress: read_opened(study, loaded, progress=progress)
    if task_of(manifest) is not None:
        return ImageReader(bundle, threads=threads, int8=int8)
    raise BundleError(
        f"The bundle '{manifest.name}' reads no studies.",
        found="tasks " + ", ".join(task.kind for task in manifest.tasks),
        needed="a bundle that grades discs on an anatomy bundle, or one of a recipe of "
        + ", ".join(READERS),
        mend="choose another one: condyle bundles list",
    )


def _grades_discs(manifest: Manifest) -> bool:
    return (
        manifest.input.anatomy == LUMBAR
        and [one.role for one in manifest.requires] == [ANATOMY]
        and all(task.kind in _DISC_TASKS for task in manifest.tasks)
    )


def read_opened(
    study: Study, bundles: LoadedBundles, *, progress: ProgressCallback = ignore_progress
) -> Report:
    """Reads a study that is open, as ``read_study`` does.

    Args:
        study: As it was opened.
        bundles: The bundles to read it by.
        progress: Told of the stages ``"bundles"``, ``"anatomy"`` and ``"grading"``.
    """
    choices = choose_series(study, bundles.anatomy.manifest.input)
    readings: list[SeriesReading] = []
    broken: list[Message] = []
    if any(choice.refusal is None for choice in choices):
        run, _ = bundles.load(progress)
        spec = bundles.anatomy.manifest.preprocessing
        readings, broken = read_anatomy(
            choices, study.series, spec=spec, run=run, progress=progress
        )
    refused = [*(c.refusal for c in choices if c.refusal is not None), *broken]
    refused += [reading.refusal for reading in readings if reading.refusal is not None]
    numbered = number_together(readings)
    roles = choose_roles(
        [reading for reading in numbered.readings if reading.plausible],
        joined=numbered.joined,
        disagree=numbered.disagree,
    )
    return _report(study, bundles, numbered, roles=roles, refused=refused, progress=progress)


def _report(
    study: Study,
    bundles: LoadedBundles,
    numbered: Numbered,
    *,
    roles: Roles | None,
    refused: Sequence[Message],
    progress: ProgressCallback,
) -> Report:
    readings = numbered.readings
    index = {series.stem: position for position, series in enumerate(study.series)}
    findings: tuple[Finding, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    assumptions: list[Message] = []
    warnings = [note for series in study.series for note in series.notes]
    warnings += [warning for reading in readings for warning in reading.warnings]
    # None needs another, and the networks of so few discs leave processors idle.
    with ThreadPoolExecutor(2) as beside:
        of_images = beside.submit(study_warnings, study, readings)
        if roles is not None:
            measuring = beside.submit(measure_study, roles, report_index=index)
            findings = _findings(roles, bundles, index, progress=progress)
            measurements = measuring.result()
            assumptions, more = remarks(roles)
            slips = slip_warnings(measurements, findings)
            warnings += [*more, *numbered.warnings, *slips]
    return Report(
        study=StudySummary(
            uid=study.uid,
            anatomy=bundles.anatomy.manifest.input.anatomy,
            modality=next((s.modality for s in study.series if s.modality), None),
            simulated=any(series.simulated for series in study.series),
        ),
        series=series_summaries(study, readings),
        bundles=(
            bundle_reference(bundles.anatomy, bundles.quantised),
            bundle_reference(bundles.grading),
        ),
        findings=findings,
        measurements=measurements,
        assumptions=tuple(assumptions),
        warnings=once([*of_images.result(), *warnings]),
        refused=once(refused),
        left_out=tuple(item.reason for item in study.left_out),
        not_assessed=not_assessed(),
        views=tuple(
            view_of(reading, index, roles.levels(reading) if roles and reading.plausible else ())
            for reading in readings
        ),
        software_version=metadata.version("condyle"),
    )


def _findings(
    roles: Roles, bundles: LoadedBundles, index: Mapping[str, int], *, progress: ProgressCallback
) -> tuple[Finding, ...]:
    progress(Progress("grading", 0, 1))
    if roles.abstention is not None and not roles.readings:
        findings = ungraded_discs(roles, bundles.grading, roles.abstention, report_index=index)
    else:
        _, runner = bundles.load(progress)
        findings = grade_discs(roles, bundles.grading, runner, report_index=index)
    progress(Progress("grading", 1, 1))
    return findings


def anatomy_runner(runner: Runner) -> RunSlices:
    """Gives a bundle's anatomy network as a function from slices to what it says of each."""
    name, output = runner.inputs[0], runner.outputs[0]

    def run(array: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
        for part in runner.parts({name: array}):
            yield from part[output]

    return run
