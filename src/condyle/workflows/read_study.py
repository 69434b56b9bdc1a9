"""``condyle read``: from what a user names to a report that a clinician can check."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import metadata

import numpy as np
from numpy.typing import NDArray

from condyle.bundle import Bundle, Manifest, find_bundle, find_required
from condyle.domain.anatomy import not_assessed
from condyle.domain.messages import Message
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.domain.report import BundleRef, Report, SeriesSummary, SliceView, StudySummary
from condyle.domain.study import Study
from condyle.inference import Runner
from condyle.interpretation.agreement import chain_shift
from condyle.preprocessing.prepare import prepare
from condyle.workflows.anatomy_reading import RunModel
from condyle.workflows.disc_grading import Roles, grade_discs, study_levels, ungraded_discs
from condyle.workflows.open_study import open_study
from condyle.workflows.series_choice import Choice, choose_series
from condyle.workflows.study_anatomy import SeriesReading, read_anatomy

GRADING = "lumbar-grading"
T2_FAMILY = ("t2", "t2-space")

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


def read_study(
    paths: Paths,
    *,
    study: int | None = None,
    bundles: Sequence[str] | None = None,
    threads: int | None = None,
    progress: ProgressCallback = ignore_progress,
) -> Report:
    """Reads one study and reports what the lumbar bundles found in it.

    Args:
        paths: A file, folder or zip, or several that together are one study.
        study: Which study to read where there are several, from 1.
        bundles: Name or path of the grading bundle; the shipped one where ``None``.
        threads: Threads of the networks; all that the process may use where ``None``.
        progress: Told of each step in the stages ``"discover"``, ``"bundles"``,
            ``"anatomy"`` and ``"grading"``; stops the reading by raising ``Cancelled``.

    Raises:
        InputError: What was named cannot be read as one study.
        BundleError: A bundle is absent or altered.
    """
    named = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    grading = find_bundle(bundles[0] if bundles else GRADING)
    anatomy = find_required(grading.manifest.requires[0], near=grading.path)
    with open_study(named, study=study, progress=progress) as opened:
        return _read(opened, anatomy, grading, threads=threads, progress=progress)


def _read(
    study: Study,
    anatomy: Bundle,
    grading: Bundle,
    *,
    threads: int | None,
    progress: ProgressCallback,
) -> Report:
    choices = choose_series(study, anatomy.manifest.input)
    readings: list[SeriesReading] = []
    broken: list[Message] = []
    if any(choice.refusal is None for choice in choices):
        progress(Progress("bundles", 0, 2))
        run = _anatomy_runner(Runner(anatomy, threads=threads))
        progress(Progress("bundles", 1, 2))
        readings, broken = read_anatomy(
            choices, study.series, spec=anatomy.manifest.preprocessing, run=run, progress=progress
        )
    refused = [*(c.refusal for c in choices if c.refusal is not None), *broken]
    refused += [Message("no-spine-found", {}, r.series.stem) for r in readings if not r.plausible]
    roles = choose_roles([reading for reading in readings if reading.plausible])
    index = {series.stem: position for position, series in enumerate(study.series)}
    findings: tuple[object, ...] = ()
    assumptions: list[Message] = []
    warnings = [note for series in study.series for note in series.notes]
    warnings += [warning for reading in readings for warning in reading.warnings]
    if roles is not None:
        progress(Progress("grading", 0, 1))
        blocking = roles.abstention
        if blocking is not None and not roles.readings:
            findings = ungraded_discs(roles, grading, blocking, report_index=index)
        else:
            runner = Runner(grading, threads=threads)
            findings = grade_discs(roles, grading, runner, report_index=index)
        progress(Progress("grading", 1, 1))
        assumptions, more = _remarks(roles)
        warnings += more
    return Report(
        study=StudySummary(
            uid=study.uid,
            anatomy=anatomy.manifest.input.anatomy,
            modality=next((s.modality for s in study.series if s.modality), None),
            simulated=any(series.simulated for series in study.series),
        ),
        series=_summaries(study, readings),
        bundles=tuple(_reference(bundle) for bundle in (anatomy, grading)),
        findings=findings,  # type: ignore[arg-type]
        assumptions=tuple(assumptions),
        warnings=_once([*_study_warnings(study, readings), *warnings]),
        refused=_once(refused),
        left_out=tuple(item.reason for item in study.left_out),
        not_assessed=not_assessed(),
        views=tuple(_view(reading, index) for reading in readings),
        software_version=metadata.version("condyle"),
    )


def choose_roles(readings: Sequence[SeriesReading]) -> Roles | None:
    """Decides which reading serves as T1 and which as T2, and which numbers the discs.

    Plain T2 goes before T2-SPACE, a longer chain before a shorter one. T1 and T2 that
    count their discs differently are not read together: everything is abstained.

    Args:
        readings: Those in which a chain of discs was found.
    """
    if not readings:
        return None
    usable = [r for r in readings if r.choice.abstention is None]
    ages = [r.choice.abstention for r in readings if _is_age(r.choice)]
    found: dict[str, SeriesReading] = {}
    for role, weightings in (("t1", ("t1",)), ("t2", T2_FAMILY)):
        fitting = [r for r in usable if r.series.weighting.value in weightings]
        if fitting:
            found[role] = min(
                fitting,
                key=lambda r: (
                    not r.on_midline,
                    r.series.weighting.value == "t2-space",
                    -len(r.anatomy.chain.discs),
                ),
            )
    if not found:
        primary = max(readings, key=lambda r: len(r.anatomy.chain.discs))
        reason = primary.choice.abstention or Message("no-plain-t2", {}, primary.series.stem)
        return Roles({}, primary, reason)
    primary = found.get("t2") or found["t1"]
    abstention = ages[0] if ages else None
    if not primary.on_midline:
        abstention = Message("slice-off-midline", {}, primary.series.stem)
    if len(found) == 2 and _counts_differ(found["t2"], found["t1"]):
        counts = {f"{role}_count": len(r.anatomy.chain.discs) for role, r in found.items()}
        abstention = Message("series-disagree", counts, "study")
    return Roles(found, primary, abstention)


def _is_age(choice: Choice) -> bool:
    return choice.abstention is not None and choice.abstention.code == "out-of-scope-age"


def _counts_differ(first: SeriesReading, second: SeriesReading) -> bool:
    return chain_shift(first.anatomy, second.anatomy) != 0


def _remarks(roles: Roles) -> tuple[list[Message], list[Message]]:
    """Gives what was assumed in naming levels, and what to bear in mind."""
    chain = roles.primary.anatomy.chain
    subject = roles.primary.series.stem
    assumptions, warnings = [], []
    if chain.sacrum_in_view:
        assumptions.append(Message("counted-from-last-disc", {}, "study"))
    else:
        warnings.append(Message("sacrum-out-of-view", {}, subject))
    if chain.gaps:
        warnings.append(Message("disc-missing", {"after": min(chain.gaps) + 1}, subject))
    if roles.abstention is not None:
        warnings.append(roles.abstention)
    if "t2" not in roles.readings:
        warnings.append(Message("no-plain-t2", {}, "study"))
    elif "t1" not in roles.readings:
        warnings.append(Message("needs-t1-and-t2", {}, "study"))
    return assumptions, warnings


def _study_warnings(study: Study, readings: Sequence[SeriesReading]) -> list[Message]:
    warnings = []
    if any(series.simulated for series in study.series):
        warnings.append(Message("simulated-study", {}, "study"))
    for reading in readings:
        stem = reading.series.stem
        if reading.series.plane.value is None or reading.series.plane.estimated:
            warnings.append(Message("plane-estimated", {}, stem))
        if reading.volume.spacing is None:
            warnings.append(Message("spacing-unknown", {}, stem))
        if reading.plausible and not reading.on_midline:
            warnings.append(Message("slice-off-midline", {}, stem))
    return warnings


def _summaries(study: Study, readings: Sequence[SeriesReading]) -> tuple[SeriesSummary, ...]:
    by_position = {reading.choice.position: reading for reading in readings}
    summaries = []
    for position, series in enumerate(study.series):
        reading = by_position.get(position)
        known = reading.series if reading else series
        summaries.append(
            SeriesSummary(
                index=position,
                stem=series.stem,
                uid=series.uid,
                instances=series.instances,
                frame_of_reference=series.frame_of_reference,
                plane=series.plane,
                weighting=known.weighting,
                spacing=series.spacing,
                shape=series.shape,
                used=reading is not None,
                labelmap=reading.labelmap() if reading else None,
                affine=reading.volume.affine if reading else None,
                kind=series.kind,
                stored=series.stored,
            )
        )
    return tuple(summaries)


def _view(reading: SeriesReading, index: dict[str, int]) -> SliceView:
    """Gives the mid-sagittal slice of a reading, windowed for display, with its labels."""
    number = reading.first + reading.middle
    image = prepare(
        reading.volume, ({"step": "window", "low": 0.5, "high": 99.5},), slices=(number,)
    ).array[0]
    names = study_levels(reading)
    labels = []
    for position, name in enumerate(names):
        row, column = reading.anatomy.centre(position)
        labels.append((name or f"{position + 1}", row, column))
    spacing = reading.volume.spacing
    return SliceView(
        series=index[reading.series.stem],
        slice=number,
        image=np.asarray(np.rint(image * 255), dtype=np.uint8),
        labelmap=reading.anatomy.labelmap,
        labels=tuple(labels),
        row_over_column=spacing[1] / spacing[2] if spacing else reading.aspect,
        file=f"overlay-{reading.series.stem}.png",
    )


def _reference(bundle: Bundle) -> BundleRef:
    manifest: Manifest = bundle.manifest
    return BundleRef(
        name=manifest.name,
        version=manifest.version,
        sha256=bundle.sha256,
        intended_use=manifest.intended_use,
        exclusions=tuple(manifest.exclusions),
        attribution=" ".join(manifest.licence.attribution),
        simulated_training=manifest.training.dataset.simulated,
        thresholds=tuple(sorted(manifest.thresholds().items())),
    )


def _anatomy_runner(runner: Runner) -> RunModel:
    name, output = runner.inputs[0], runner.outputs[0]

    def run(array: NDArray[np.float32]) -> NDArray[np.float32]:
        result: NDArray[np.float32] = runner.run({name: array})[output]
        return result

    return run


def _once(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Leaves out a message that was said before of the same subject."""
    seen: dict[tuple[str, str], Message] = {}
    for message in messages:
        seen.setdefault((message.code, message.subject), message)
    return tuple(seen.values())
