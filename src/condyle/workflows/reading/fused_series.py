"""Reading a study by a bundle that judges whole series, a network a plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from condyle.domain.findings import Evidence, Finding
from condyle.domain.messages import Message
from condyle.domain.progress import Progress, ProgressCallback
from condyle.domain.report import PixelMap
from condyle.domain.study import largest_of_planes
from condyle.interpretation.fused_planes import (
    covered_map,
    plane_arrays,
    strongest_slice,
    study_labels,
)
from condyle.interpretation.networks import Floats
from condyle.preprocessing import prepare
from condyle.workflows.reading.image_findings import (
    Found,
    Networks,
    as_bytes,
    instance_of,
    stated,
)
from condyle.workflows.reading.image_series import Taken


def read_planes(
    networks: Networks,
    taken: Sequence[Taken],
    abstention: Message | None,
    progress: ProgressCallback,
) -> Found:
    """Gives the probability of each finding from a series of each plane.

    Of several series of a plane, that of the most slices is read, as in evaluation. Where a
    plane is missing, every finding is abstained. A positive finding gets one slice a plane,
    the one that speaks most for it, with a heat map.

    Args:
        networks: The bundle.
        taken: Series that it reads; at least one.
        abstention: Why nothing may be decided, or ``None``.
        progress: Told of the stage ``"images"``, a plane of each positive finding at a time.
    """
    manifest = networks.bundle.manifest
    names = [output.name for output in manifest.outputs()]
    planes = [str(plane) for plane in manifest.input.planes]
    chosen = _by_plane(taken)
    missing = [plane for plane in planes if plane not in chosen]
    if missing:
        lacking = Message("plane-missing", {"plane": missing[0]}, "study")
        return Found(
            tuple(stated(networks, name, None, abstention=lacking) for name in names),
            warnings=(lacking,),
        )
    progress(Progress("images", 0, 1))
    volumes = {plane: chosen[plane].volume for plane in planes}
    feeds = plane_arrays(volumes, manifest.preprocessing)
    told = study_labels(networks.run, feeds)
    progress(Progress("images", 1, 1))
    findings: list[Finding] = []
    maps: list[PixelMap] = []
    for label, name in enumerate(names):
        finding = stated(networks, name, float(told[label]), abstention=abstention)
        if finding.value is True:
            places, heats = _heated(networks, finding, feeds, chosen, label=label)
            finding = stated(networks, name, float(told[label]), evidence=places)
            maps += heats
        findings.append(finding)
    return Found(tuple(findings), tuple(maps))


def _by_plane(taken: Sequence[Taken]) -> dict[str, Taken]:
    by_stem = {one.series.stem: one for one in taken}
    largest = largest_of_planes(one.series for one in taken)
    return {str(plane): by_stem[series.stem] for plane, series in largest.items()}


def _heated(
    networks: Networks,
    finding: Finding,
    feeds: Mapping[str, Floats],
    chosen: Mapping[str, Taken],
    *,
    label: int,
) -> tuple[list[Evidence], list[PixelMap]]:
    """Gives the slice of each plane that speaks most for a finding, and where on it."""
    spec = networks.bundle.manifest.preprocessing
    places, maps = [], []
    for plane in feeds:
        taken = chosen[plane]
        at = strongest_slice(networks.run, feeds, plane=plane, label=label)
        heat = covered_map(networks.run, feeds, plane=plane, slice_index=at, label=label)
        places.append(Evidence(taken.position, at, sop_instance_uid=instance_of(taken, at)))
        most = float(np.max(heat))
        if most > 0:  # else no part of the slice spoke for it by itself
            placement = prepare(taken.volume, spec, slices=(at,)).placement
            values = as_bytes(placement.restore(heat), most=most)
            maps.append(PixelMap(taken.position, at, finding.id, "heat", values))
    return places, maps
