"""Reading a study by a bundle that tells of each slice which class it is of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from condyle.domain.findings import Evidence, Finding
from condyle.domain.messages import Message
from condyle.domain.progress import Progress, ProgressCallback
from condyle.domain.report import PixelMap
from condyle.interpretation.networks import Floats
from condyle.interpretation.slice_classes import class_map, patient_classes, slice_classes
from condyle.workflows.reading.image_findings import (
    Found,
    Networks,
    as_bytes,
    graded,
    instance_of,
    stated,
)
from condyle.workflows.reading.image_series import Taken

MOST_HEATED = 3
"""Slices of a positive finding that get a heat map, those that say most."""

_Place = tuple[float, Taken, int]


def read_classes(
    networks: Networks,
    taken: Sequence[Taken],
    abstention: Message | None,
    progress: ProgressCallback,
) -> Found:
    """Tells the class of every slice of every series, and from their mean that of the study.

    The mean over slices is how the recipe states a patient. Slices that reach the threshold
    by themselves are listed whatever the mean is, so that a small lesion is not lost in it.

    Args:
        networks: The bundle.
        taken: Series that it reads; at least one.
        abstention: Why nothing may be decided, or ``None``.
        progress: Told of the stage ``"images"``, a series at a time.
    """
    spec = networks.bundle.manifest.preprocessing
    told: list[tuple[Taken, Floats]] = []
    for done, one in enumerate(taken, start=1):
        told.append((one, slice_classes(networks.run, one.volume, spec)))
        progress(Progress("images", done, len(taken)))
    (output,) = networks.bundle.manifest.outputs()
    means = patient_classes(np.concatenate([values for _, values in told]))
    if len(output.classes) == 2:
        places = _places(told, 1, least=networks.threshold)
        evidence = [_evidence(place) for place in places]
        finding = stated(networks, output.name, means[1], evidence=evidence, abstention=abstention)
        shown = finding.value is True
    else:
        best = int(np.argmax(means))
        places = _places(told, best, least=0.0)[:MOST_HEATED]
        evidence = [_evidence(place) for place in places] if best else []
        finding = graded(
            networks,
            output.name,
            means,
            classes=output.classes,
            evidence=evidence,
            abstention=abstention,
        )
        shown = bool(best) and not finding.abstained
    maps = _maps(networks, finding, places[:MOST_HEATED]) if shown else []
    return Found((finding,), tuple(maps), warnings=_warnings(told, places, output.classes))


def _places(told: Sequence[tuple[Taken, Floats]], label: int, *, least: float) -> list[_Place]:
    """Gives the slices whose probability of a class is at least so much, the surest first."""
    every = [
        (float(value), taken, number)
        for taken, values in told
        for number, value in enumerate(values[:, label])
    ]
    return sorted((place for place in every if place[0] >= least), key=lambda place: -place[0])


def _evidence(place: _Place) -> Evidence:
    _, taken, number = place
    return Evidence(taken.position, number, sop_instance_uid=instance_of(taken, number))


def _maps(networks: Networks, finding: Finding, places: Sequence[_Place]) -> list[PixelMap]:
    spec = networks.bundle.manifest.preprocessing
    label = 1 if finding.probabilities is None else int(finding.value or 1) - 1
    made = []
    for _, taken, number in places:
        _, heat = class_map(networks.run, taken.volume, spec, slice_index=number, label=label)
        if heat.max() > 0:  # else no place of the slice spoke for it by itself
            values = as_bytes(heat, most=float(heat.max()))
            made.append(PixelMap(taken.position, number, finding.id, "heat", values))
    return made


def _warnings(
    told: Sequence[tuple[Taken, Floats]], places: Sequence[_Place], classes: Sequence[str]
) -> tuple[Message, ...]:
    slices = sum(len(values) for _, values in told)
    if len(classes) != 2 or slices < 2:
        return ()
    return (Message("slices-mean", {"slices": slices, "count": len(places)}, "study"),)
