"""Reading a study by a bundle that outlines lesions, and from the outline decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from condyle.domain.findings import Evidence, Finding
from condyle.domain.messages import Message
from condyle.domain.names import slug
from condyle.domain.progress import Progress, ProgressCallback
from condyle.domain.report import PixelMap
from condyle.evaluation.ordinal_regression import ProportionalOdds
from condyle.interpretation.lesion import (
    DECISION_PIXELS,
    LesionSeen,
    lesion_maps,
    lesion_mask,
    lesion_seen,
    severity_measures,
    study_scores,
)
from condyle.interpretation.networks import Floats
from condyle.interpretation.outline import outline_of
from condyle.workflows.reading.image_findings import (
    MOST_PLACES,
    Found,
    Networks,
    as_bytes,
    graded,
    instance_of,
    stated,
)
from condyle.workflows.reading.image_series import Taken

LEAST_KEPT = 0.1
"""Slices whose pixels are all less probable are kept without a map, unless the bundle's own
threshold is lower: a viewer has little use for what would be drawn there."""


@dataclass(frozen=True)
class _Read:
    taken: Taken
    seen: LesionSeen
    pixels: NDArray[np.uint8] = field(repr=False)
    """(slice, structure, row, column) probabilities of the series' own grid, as 8 bits."""
    masks: NDArray[np.bool_] = field(repr=False)


def read_lesions(
    networks: Networks,
    taken: Sequence[Taken],
    abstention: Message | None,
    progress: ProgressCallback,
) -> Found:
    """Outlines the lesions of every slice of every series, and decides on the study.

    The study's probability is that of ``interpretation.lesion``, as evaluation takes it: the
    greatest over series and slices of the mean of a slice's surest pixels.

    Args:
        networks: The bundle.
        taken: Series that it reads; at least one.
        abstention: Why nothing may be decided, or ``None``.
        progress: Told of the stage ``"images"``, a series at a time.
    """
    reads = []
    for done, one in enumerate(taken, start=1):
        reads.append(_read(networks, one))
        progress(Progress("images", done, len(taken)))
    scores = study_scores([read.seen for read in reads])
    names = [output.name for output in networks.bundle.manifest.outputs()]
    findings, maps = [], []
    for k, (name, score) in enumerate(zip(names, scores, strict=True)):
        finding = stated(networks, name, score, evidence=_evidence(reads, k), abstention=abstention)
        findings.append(finding)
        maps += _maps(reads, k, finding, least=min(LEAST_KEPT, networks.threshold))
    findings += _severity(networks, reads, abstention)
    return Found(
        findings=tuple(findings),
        maps=tuple(maps),
        labelmaps={read.taken.position: _labelmap(read) for read in reads},
        structures=tuple(names),
    )


def _read(networks: Networks, taken: Taken) -> _Read:
    maps = lesion_maps(networks.run, taken.volume, networks.bundle.manifest.preprocessing)
    pixels = int(networks.settings.get("decision_pixels", DECISION_PIXELS))
    restored = maps.restored()
    return _Read(
        taken,
        lesion_seen(maps.prepared, threshold=networks.threshold, pixels=pixels),
        as_bytes(restored),
        lesion_mask(restored, threshold=networks.threshold),
    )


def _evidence(reads: Sequence[_Read], k: int) -> list[Evidence]:
    """Gives the outline of a structure on every slice that shows it, the largest first."""
    places = [
        (int(np.count_nonzero(mask)), read, number)
        for read in reads
        for number, mask in enumerate(read.masks[:, k])
    ]
    shown = sorted((place for place in places if place[0]), key=lambda place: -place[0])
    made = []
    for _, read, number in shown[:MOST_PLACES]:
        outline, box = outline_of(read.masks[number, k])
        uid = instance_of(read.taken, number)
        made.append(Evidence(read.taken.position, number, outline, box, uid))
    return made


def _maps(reads: Sequence[_Read], k: int, finding: Finding, *, least: float) -> list[PixelMap]:
    return [
        PixelMap(read.taken.position, number, finding.id, "probability", values)
        for read in reads
        for number, values in enumerate(read.pixels[:, k])
        if int(values.max()) >= int(least * 255)
    ]


def _labelmap(read: _Read) -> NDArray[np.uint8]:
    """Gives each pixel the number of its most probable structure that is called, from 1."""
    best = read.pixels.argmax(axis=1)
    return np.where(read.masks.any(axis=1), best + 1, 0).astype(np.uint8)


def _severity(
    networks: Networks, reads: Sequence[_Read], abstention: Message | None
) -> list[Finding]:
    """Gives the ordered grade that the bundle tells from the lesion, if it tells one."""
    told = networks.settings.get("severity")
    if not told:
        return []
    odds = ProportionalOdds(tuple(told["weights"]), tuple(told["cuts"]))
    measures = severity_measures([read.seen for read in reads])
    probabilities: Floats = odds.probabilities([measures])[0].astype(np.float32)
    return [
        graded(
            networks,
            slug(str(told["label"])),
            probabilities,
            classes=[str(name) for name in told["classes"]],
            evidence=[
                place for k in range(reads[0].masks.shape[1]) for place in _evidence(reads, k)
            ],
            abstention=abstention,
        )
    ]
