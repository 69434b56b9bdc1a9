"""Reading a study by a bundle that ``condyle train`` made: one reader a task of a recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import metadata
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from condyle.bundle import Bundle, Manifest
from condyle.bundle.quantised import find_quantised
from condyle.domain.anatomy import not_assessed
from condyle.domain.findings import Evidence, Finding
from condyle.domain.messages import Message
from condyle.domain.progress import Progress, ProgressCallback
from condyle.domain.report import (
    BundleRef,
    PixelMap,
    Report,
    SeriesSummary,
    SliceView,
    StudySummary,
)
from condyle.domain.study import Study
from condyle.inference.networks import networks_of
from condyle.preprocessing.prepare import prepare
from condyle.workflows.reading.classify import read_classes
from condyle.workflows.reading.detect import read_boxes
from condyle.workflows.reading.fused_series import read_planes
from condyle.workflows.reading.image_findings import Found, Networks, ReadImages
from condyle.workflows.reading.image_series import Taken, Taking, take_series
from condyle.workflows.reading.lesion import read_lesions
from condyle.workflows.reading.report_parts import bundle_reference, once, series_summary

READERS: Mapping[str, ReadImages] = MappingProxyType(
    {
        "lesion": read_lesions,
        "classify": read_classes,
        "series": read_planes,
        "detect": read_boxes,
    }
)
"""What reads a study by a bundle, by the task of the recipe that made it."""

POOLED = frozenset({"detect"})
"""Tasks whose networks' outputs are put together, not averaged."""

THRESHOLD = 0.5
"""Least probability of a positive decision, of a bundle that states none."""

MOST_VIEWS = 6


def task_of(manifest: Manifest) -> str | None:
    """Gives the task of the recipe that made a bundle, or ``None`` where no reader has it."""
    task = manifest.training.recipe.get("task")
    return task if isinstance(task, str) and task in READERS else None


class ImageReader:
    """A bundle that reads studies, its networks opened when they are first needed.

    Args:
        bundle: Of a task of ``READERS``.
        threads: Threads of an operator; all that the process may use where ``None``.
        int8: Whether to run its networks of 8 bits.

    Raises:
        BundleError: Networks of 8 bits are wanted, and there are none.
    """

    def __init__(self, bundle: Bundle, *, threads: int | None = None, int8: bool = False) -> None:
        self._bundle = bundle
        self._quantised = find_quantised(bundle) if int8 else None
        self._threads = threads
        self._task = str(task_of(bundle.manifest))
        self._networks: Networks | None = None

    def __call__(self, study: Study, progress: ProgressCallback) -> Report:
        """Reads a study that is open.

        Args:
            study: As it was opened.
            progress: Told of the stages ``"bundles"`` and ``"images"``.

        Raises:
            BundleError: A network was altered, or cannot be run.
        """
        taking = take_series(study, self._bundle.manifest)
        found = Found(())
        if taking.taken:
            networks = self._open(progress)
            found = READERS[self._task](networks, taking.taken, taking.abstention, progress)
        made = bundle_reference(self._bundle, self._quantised)
        return _report(study, self._bundle, taking, found, made=made)

    def _open(self, progress: ProgressCallback) -> Networks:
        if self._networks is None:
            progress(Progress("bundles", 0, 1))
            pooled = self._task in POOLED
            run = networks_of(
                self._bundle, pooled=pooled, threads=self._threads, quantised=self._quantised
            )
            self._networks = Networks(self._bundle, run, threshold_of(self._bundle.manifest))
            progress(Progress("bundles", 1, 1))
        return self._networks


def threshold_of(manifest: Manifest) -> float:
    """Gives the threshold that a bundle states, or the first one of its recipe."""
    told = manifest.interpretation.get("threshold")
    if told is None:
        target = manifest.training.recipe.get("target")
        several = target.get("thresholds") if isinstance(target, dict) else None
        told = several[0] if isinstance(several, list) and several else THRESHOLD
    return float(told) if isinstance(told, int | float) else THRESHOLD


def _report(
    study: Study, bundle: Bundle, taking: Taking, found: Found, *, made: BundleRef
) -> Report:
    manifest = bundle.manifest
    notes = [note for series in study.series for note in series.notes]
    warnings = [*notes, *taking.warnings, *found.warnings]
    if any(series.simulated for series in study.series):
        warnings.insert(0, Message("simulated-study", {}, "study"))
    if manifest.training.dataset.simulated:
        warnings.append(Message("simulated-training", {}, "study"))
    if any(one.kind == "heat" for one in found.maps):
        warnings.append(Message("heat-map", {}, "study"))
    if taking.abstention is not None:
        warnings.append(taking.abstention)
    told = [output.name for output in manifest.outputs()]
    return Report(
        study=StudySummary(
            uid=study.uid,
            anatomy=manifest.input.anatomy,
            modality=next((s.modality for s in study.series if s.modality), None),
            simulated=any(series.simulated for series in study.series),
        ),
        series=_summaries(study, taking, found),
        bundles=(made,),
        findings=found.findings,
        assumptions=found.assumptions,
        warnings=once(warnings),
        refused=once(taking.refused),
        left_out=tuple(item.reason for item in study.left_out),
        not_assessed=not_assessed(manifest.input.anatomy, told),
        views=_views(taking.taken, found),
        maps=found.maps,
        software_version=metadata.version("condyle"),
    )


def _summaries(study: Study, taking: Taking, found: Found) -> tuple[SeriesSummary, ...]:
    summaries = [
        replace(series_summary(position, series), structures=found.structures)
        for position, series in enumerate(study.series)
    ]
    for one in taking.taken:
        summaries[one.position] = replace(
            summaries[one.position],
            used=True,
            labelmap=found.labelmaps.get(one.position),
            affine=one.volume.affine,
        )
    return tuple(summaries)


def _views(taken: Sequence[Taken], found: Found) -> tuple[SliceView, ...]:
    """Gives the slices that show most of each finding, or the middle of a series without any."""
    places: dict[tuple[int, int], list[tuple[Finding, Evidence]]] = {}
    for finding in found.findings:
        seen: set[int] = set()
        for place in finding.evidence:
            if place.series not in seen:
                seen.add(place.series)
                places.setdefault((place.series, place.slice), []).append((finding, place))
    shown = {position for position, _ in places}
    for one in taken:
        if one.position not in shown:
            places[one.position, one.series.shape[0] // 2] = []
    by_position = {one.position: one for one in taken}
    ordered = sorted(places.items(), key=lambda item: (not item[1], item[0]))
    return tuple(
        _view(by_position[position], number, told, found)
        for (position, number), told in sorted(ordered[:MOST_VIEWS], key=lambda item: item[0])
    )


def _view(
    taken: Taken, number: int, told: Sequence[tuple[Finding, Evidence]], found: Found
) -> SliceView:
    window = ({"step": "window", "low": 0.5, "high": 99.5},)
    image = prepare(taken.volume, window, slices=(number,)).array[0]
    labelmap = found.labelmaps.get(taken.position)
    spacing = taken.volume.spacing
    return SliceView(
        series=taken.position,
        slice=number,
        image=np.asarray(np.rint(image * 255), dtype=np.uint8),
        labelmap=np.zeros(image.shape, np.uint8) if labelmap is None else labelmap[number],
        row_over_column=spacing[1] / spacing[2] if spacing else 1.0,
        structures=found.structures,
        heat=_heat(found.maps, taken.position, number),
        boxes=tuple(
            (place.box, finding.name)
            for finding, place in told
            if place.box is not None and not place.outline
        ),
    )


def _heat(maps: Sequence[PixelMap], position: int, number: int) -> NDArray[np.uint8] | None:
    own = [m for m in maps if (m.series, m.slice, m.kind) == (position, number, "heat")]
    return np.maximum.reduce([one.values for one in own]) if own else None
