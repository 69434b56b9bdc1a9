"""Reading a study by a bundle that finds boxes on single slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from condyle.domain.findings import Evidence, Finding
from condyle.domain.messages import Message
from condyle.domain.progress import Progress, ProgressCallback
from condyle.interpretation.boxes import Box, BoxSettings, detect_slices, iou
from condyle.workflows.reading.image_findings import Found, Networks, instance_of, stated
from condyle.workflows.reading.image_series import Taken

SAME_PLACE = 0.3
"""Least overlap of boxes on slices side by side that are one place."""

MOST_PLACES = 12
"""Places of a finding that are stated, those of the best scores."""


ABSENCE = "no-"
"""Begins the name of what a box shows where it shows none of the findings: such a box says where
a structure lies, and is no finding, nor a word that the structure is normal."""


@dataclass(frozen=True)
class _Hit:
    score: float
    taken: Taken
    slice_index: int
    box: Box


@dataclass
class _Place:
    hits: list[_Hit] = field(default_factory=list)

    def takes(self, hit: _Hit) -> bool:
        """Tells whether a box lies on a slice beside one of the place's, at the same spot."""
        return any(
            one.taken is hit.taken
            and abs(one.slice_index - hit.slice_index) == 1
            and float(iou(np.array([one.box]), np.array([hit.box]))[0, 0]) >= SAME_PLACE
            for one in self.hits
        )


def read_boxes(
    networks: Networks,
    taken: Sequence[Taken],
    abstention: Message | None,
    progress: ProgressCallback,
) -> Found:
    """Finds boxes on every slice of every series, and states each place that they mark.

    A finding of a name that nothing reaches the threshold of is stated once, as not found, with
    its best score. A box that shows none of the bundle's findings states nothing.

    Args:
        networks: The bundle.
        taken: Series that it reads; at least one.
        abstention: Why nothing may be decided, or ``None``.
        progress: Told of the stage ``"images"``, a series at a time.
    """
    manifest = networks.bundle.manifest
    told = manifest.interpretation.get("boxes", {})
    settings = BoxSettings.of(told if isinstance(told, dict) else {})
    names = [output.name for output in manifest.outputs()]
    hits: list[list[_Hit]] = [[] for _ in names]
    for done, one in enumerate(taken, start=1):
        found = detect_slices(networks.run, one.volume, manifest.preprocessing, settings=settings)
        for number, here in enumerate(found):
            for item in here:
                for label, score in item.scores.items():
                    hits[label].append(_Hit(score, one, number, item.box))
        progress(Progress("images", done, len(taken)))
    findings: list[Finding] = []
    for name, own in zip(names, hits, strict=True):
        if name.startswith(ABSENCE):
            continue
        findings += _stated(networks, name, own, abstention)
    return Found(tuple(findings), warnings=(Message("boxes-by-score", {}, "study"),))


def _stated(
    networks: Networks, name: str, hits: Sequence[_Hit], abstention: Message | None
) -> list[Finding]:
    best_first = sorted(hits, key=lambda hit: -hit.score)
    curve = networks.bundle.manifest.operating_curves.get(name)
    least = networks.threshold if curve is None else curve.chosen
    places = _places([hit for hit in best_first if hit.score >= least])
    if not places:
        score = best_first[0].score if best_first else 0.0
        return [stated(networks, name, score, abstention=abstention)]
    return [
        stated(
            networks,
            name,
            place.hits[0].score,
            evidence=[_evidence(hit) for hit in place.hits],
            abstention=abstention,
            number=number,
        )
        for number, place in enumerate(places[:MOST_PLACES], start=1)
    ]


def _places(hits: Sequence[_Hit]) -> list[_Place]:
    """Gathers boxes of slices side by side, the best first, into places."""
    places: list[_Place] = []
    for hit in hits:
        place = next((one for one in places if one.takes(hit)), None)
        if place is None:
            place = _Place()
            places.append(place)
        place.hits.append(hit)
    return places


def _evidence(hit: _Hit) -> Evidence:
    return Evidence(
        hit.taken.position,
        hit.slice_index,
        box=hit.box,
        sop_instance_uid=instance_of(hit.taken, hit.slice_index),
    )
