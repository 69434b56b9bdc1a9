"""What an image bundle's reader gives, whatever its task, and how a decision is stated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from condyle.bundle import Bundle
from condyle.domain.anatomy import FINDINGS
from condyle.domain.findings import Evidence, Finding, Site
from condyle.domain.messages import Message
from condyle.domain.progress import ProgressCallback
from condyle.domain.report import PixelMap
from condyle.interpretation.networks import Floats, RunNetwork
from condyle.workflows.reading.image_series import Taken

MOST_PLACES = 40
"""Slices of a finding that are listed as evidence, those that say most."""


@dataclass(frozen=True)
class Networks:
    """A bundle with its networks open.

    Attributes:
        bundle: What is read by.
        run: All its networks together.
        threshold: Least probability of a decision that is positive, where the bundle's
            operating curves state none.
    """

    bundle: Bundle
    run: RunNetwork = field(repr=False)
    threshold: float

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the bundle's interpretation is set to."""
        return self.bundle.manifest.interpretation


@dataclass(frozen=True)
class Found:
    """What a bundle found in the series that it read.

    Attributes:
        findings: In the order of the bundle's outputs.
        maps: Of single slices; ``series`` is the position in the study.
        labelmaps: Position of a series to its (slice, row, column) labelmap of the
            ``structures``.
        structures: Names of the labelmaps' values, from 1.
        warnings: What to bear in mind.
        assumptions: What was taken for granted.
    """

    findings: tuple[Finding, ...]
    maps: tuple[PixelMap, ...] = ()
    labelmaps: Mapping[int, NDArray[np.uint8]] = field(default_factory=dict, repr=False)
    structures: tuple[str, ...] = ()
    warnings: tuple[Message, ...] = ()
    assumptions: tuple[Message, ...] = ()


ReadImages = Callable[[Networks, Sequence[Taken], Message | None, ProgressCallback], Found]
"""From networks, the series that they read and why nothing may be decided, to what they found."""


def stated(
    networks: Networks,
    name: str,
    probability: float | None,
    *,
    evidence: Sequence[Evidence] = (),
    abstention: Message | None = None,
    number: int | None = None,
) -> Finding:
    """Gives a finding that is present or not, decided at the bundle's own threshold.

    Args:
        networks: What found it.
        name: Of the bundle's output.
        probability: That the study shows it, or ``None`` where no network ran.
        evidence: Where to look, what says most first.
        abstention: Why it is not decided, or ``None``.
        number: From 1, where there may be several of a name.
    """
    manifest = networks.bundle.manifest
    curve = manifest.operating_curves.get(name)
    threshold = networks.threshold if curve is None else curve.chosen
    site = site_of(networks, name)
    finding = Finding(
        id=f"{name}/{site.structure}" + ("" if number is None else f"-{number}"),
        name=name,
        site=site,
        value=None,
        probability=None if probability is None else _rounded(probability),
        threshold=threshold,
        abstained=abstention is not None,
        abstention=abstention,
        evidence=tuple(evidence)[:MOST_PLACES],
        bundle=manifest.name,
        operating_point=None if curve is None else curve.operating_point(),
    )
    if probability is None or abstention is not None or (curve is not None and not curve.shown):
        return finding
    return replace(finding, value=bool(probability >= threshold))


def graded(
    networks: Networks,
    name: str,
    probabilities: Floats | Sequence[float],
    *,
    classes: Sequence[str],
    evidence: Sequence[Evidence] = (),
    abstention: Message | None = None,
) -> Finding:
    """Gives a finding that is one of several classes, from 1 in their order."""
    told = [_rounded(float(value)) for value in probabilities]
    best = int(np.argmax(told))
    site = site_of(networks, name)
    return Finding(
        id=f"{name}/{site.structure}",
        name=name,
        site=site,
        value=None if abstention is not None else best + 1,
        probability=told[best],
        probabilities=tuple(told),
        abstained=abstention is not None,
        abstention=abstention,
        evidence=tuple(evidence)[:MOST_PLACES],
        bundle=networks.bundle.manifest.name,
        classes=tuple(classes),
    )


def site_of(networks: Networks, name: str) -> Site:
    """Gives where a finding is: the structure that the table names, else the bundle's anatomy."""
    known = FINDINGS.get(name)
    return Site(networks.bundle.manifest.input.anatomy if known is None else known.structure)


def instance_of(taken: Taken, slice_index: int) -> str | None:
    """Gives the SOP Instance UID behind a slice, or ``None`` outside DICOM."""
    instances = taken.series.instances
    return instances[slice_index].sop_instance_uid if slice_index < len(instances) else None


def as_bytes(values: Floats, *, most: float = 1.0) -> NDArray[np.uint8]:
    """Gives a map as 8 bits: 255 stands for ``most`` and more, 0 for nothing."""
    share = np.clip(values / max(most, 1e-9), 0.0, 1.0)
    return np.asarray(np.rint(share * 255), dtype=np.uint8)


def _rounded(value: float) -> float:
    return round(min(max(float(value), 0.0), 1.0), 5)
