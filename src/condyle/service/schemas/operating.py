"""What a bundle's thresholds mean on its own validation."""

from __future__ import annotations

from condyle.service.schemas.base import Body
from condyle.service.schemas.dashboard import Share


class OperatingPointEntry(Body):
    """Deciding from one probability on: how many of each kind are then right."""

    threshold: float
    sensitivity: Share
    specificity: Share


class OperatingCurveEntry(Body):
    """A finding's decisions at a range of thresholds.

    ``chosen`` is the bundle's own threshold; ``shown`` is false where its decisions were too
    poor to be printed.
    """

    name: str
    title: str
    chosen: float
    shown: bool
    points: list[OperatingPointEntry]


class OperatingCurves(Body):
    """The curves of the bundle that made a run, from its own validation.

    ``known`` is false where exactly that bundle is installed no more; ``curves`` is empty for
    one that decides nothing by a threshold of probability, as one that outlines by pixels.
    """

    bundle: str
    version: str
    known: bool
    scheme: str
    curves: list[OperatingCurveEntry]
