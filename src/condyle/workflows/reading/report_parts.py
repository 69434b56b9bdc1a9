"""What a report says of a reading beside its findings: series, views, bundles, remarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from condyle.bundle import Bundle, Manifest
from condyle.bundle.quantised import Quantised
from condyle.domain.messages import Message
from condyle.domain.report import BundleRef, SeriesSummary, SliceView
from condyle.domain.study import Series, Study
from condyle.interpretation.signal_void import slices_with_void
from condyle.preprocessing.prepare import prepare
from condyle.workflows.reading.disc_grading import Roles, contrasts_of, study_levels
from condyle.workflows.reading.study_anatomy import SeriesReading


def remarks(roles: Roles) -> tuple[list[Message], list[Message]]:
    """Gives what was assumed in naming levels, and what to bear in mind."""
    chain = roles.primary.anatomy.chain
    subject = roles.primary.series.stem
    assumptions, warnings = [], []
    if chain.sacrum_in_view:
        assumptions.append(Message("counted-from-last-disc", {}, "study"))
    else:
        warnings.append(Message("sacrum-out-of-view", {}, subject))
    for role, count in roles.lowest.items():
        told: dict[str, str | int | float] = {
            "series": roles.readings[role].series.stem,
            "count": count,
        }
        warnings.append(Message("levels-from-other-series", told, subject))
    if chain.gaps:
        warnings.append(Message("disc-missing", {"after": min(chain.gaps) + 1}, subject))
    if roles.abstention is not None:
        warnings.append(roles.abstention)
    if "t2" not in roles.readings:
        warnings.append(Message("no-plain-t2", {}, "study"))
    if roles.abstention is None:
        warnings += _on_one_contrast(roles)
    return assumptions, warnings


def _on_one_contrast(roles: Roles) -> list[Message]:
    """Says of the study, or of a level, that its Modic change was judged on one contrast."""
    code = "modic-on-one-contrast"
    if len(roles.readings) == 1:
        (only,) = roles.readings
        return [Message(code, {"contrast": only.upper()}, "study")]
    found = []
    for position, level in enumerate(study_levels(roles.primary)):
        shown = contrasts_of(roles, position)
        if len(shown) == 1:
            told: dict[str, str | int | float] = {"contrast": shown[0].upper()}
            found.append(Message(code, told, level or f"disc-{position + 1}"))
    return found


def study_warnings(study: Study, readings: Sequence[SeriesReading]) -> list[Message]:
    """Gives what to bear in mind of the images themselves."""
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
        elif reading.plausible and not reading.shows_canal:
            warnings.append(Message("slice-shows-little-canal", {}, stem))
        if hollow := slices_with_void(reading.volume, _looked_at(reading)):
            told = {"slice": hollow[0] + 1, "count": len(hollow)}
            warnings.append(Message("signal-void", told, stem))
    return warnings


def _looked_at(reading: SeriesReading) -> list[int]:
    """Gives every second slice of a reading: what metal leaves is wider than one."""
    return sorted(
        {
            reading.first + reading.middle,
            *range(reading.first, reading.first + len(reading.slices), 2),
        }
    )


def series_summary(position: int, series: Series) -> SeriesSummary:
    """Gives what the report says of a series of the study that was not read.

    Args:
        position: Of the series in the study.
        series: As it was found.
    """
    return SeriesSummary(
        index=position,
        stem=series.stem,
        uid=series.uid,
        instances=series.instances,
        frame_of_reference=series.frame_of_reference,
        plane=series.plane,
        weighting=series.weighting,
        spacing=series.spacing,
        shape=series.shape,
        used=False,
        kind=series.kind,
        stored=series.stored,
    )


def series_summaries(study: Study, readings: Sequence[SeriesReading]) -> tuple[SeriesSummary, ...]:
    """Gives what the report says of every series of the study, read or not."""
    summaries = [series_summary(position, one) for position, one in enumerate(study.series)]
    for reading in readings:
        position = reading.choice.position
        summaries[position] = replace(
            summaries[position],
            weighting=reading.series.weighting,
            used=True,
            labelmap=reading.labelmap(),
            affine=reading.volume.affine,
        )
    return tuple(summaries)


def view_of(
    reading: SeriesReading, index: Mapping[str, int], names: Sequence[str | None]
) -> SliceView:
    """Gives the mid-sagittal slice of a reading, windowed for display, with its labels.

    Args:
        reading: Of one series.
        index: Series stem to its position in the report.
        names: Level of each of its discs, caudal to cranial, or ``None``.
    """
    number = reading.first + reading.middle
    image = prepare(
        reading.volume, ({"step": "window", "low": 0.5, "high": 99.5},), slices=(number,)
    ).array[0]
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


def bundle_reference(bundle: Bundle, quantised: Quantised | None = None) -> BundleRef:
    """Gives what the report says of a bundle that made part of it.

    Args:
        bundle: The bundle.
        quantised: Its networks of 8 bits, where those were run.
    """
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
        quantised_sha256="" if quantised is None else quantised.sha256,
    )


def once(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Leaves out a message that was said before of the same subject."""
    seen: dict[tuple[str, str], Message] = {}
    for message in messages:
        seen.setdefault((message.code, message.subject), message)
    return tuple(seen.values())
