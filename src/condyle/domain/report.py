"""The report of one study: what was found, by what, and what was not looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from condyle.domain.anatomy import LABELS
from condyle.domain.findings import Finding, Measurement
from condyle.domain.geometry import AS_STORED, Reorientation
from condyle.domain.messages import Message
from condyle.domain.study import Attribute, Instance, Plane, Weighting


@dataclass(frozen=True)
class StudySummary:
    """What the report says of the study as a whole.

    Attributes:
        uid: Study Instance UID or ``None``.
        anatomy: Name of the anatomy that the bundles read, such as ``"lumbar-spine"``.
        modality: Such as ``"MR"``, or ``None`` where nothing tells.
        simulated: True where the images are simulated, which every page then says.
    """

    uid: str | None
    anatomy: str
    modality: str | None = None
    simulated: bool = False


@dataclass(frozen=True)
class SeriesSummary:
    """What the report says of one series that was offered to the bundles.

    Attributes:
        index: Position in the report, from 0; findings point here.
        stem: Safe name used in output files.
        uid: Series Instance UID or ``None``.
        instances: Source of each slice.
        frame_of_reference: Frame of Reference UID or ``None``.
        plane: Plane, and whether it was estimated.
        weighting: Contrast, and whether it was estimated.
        spacing: (slice, row, column) in mm or ``None``.
        shape: (slice, row, column).
        used: True where the anatomy bundle read it.
        labelmap: (slice, row, column) uint8 on the series' own grid, or ``None``:
            0 background, then the ``structures`` from 1.
        affine: 4 x 4 LPS affine of that grid or ``None``.
        labelmap_file: Name of the written labelmap, or ``None``.
        kind: ``"dicom"``, ``"nifti"``, ``"nrrd"``, ``"metaimage"``, ``"array"`` or
            ``"picture"``.
        stored: How the file's own array was turned into this grid, so that a labelmap
            can be written back on the file's own grid.
        structures: Names of the labelmap's values, from 1.
    """

    index: int
    stem: str
    uid: str | None
    instances: tuple[Instance, ...]
    frame_of_reference: str | None
    plane: Attribute[Plane]
    weighting: Attribute[Weighting]
    spacing: tuple[float, float, float] | None
    shape: tuple[int, int, int]
    used: bool
    labelmap: NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)
    affine: NDArray[np.float64] | None = field(default=None, compare=False, repr=False)
    labelmap_file: str | None = None
    kind: str = "picture"
    stored: Reorientation = AS_STORED
    structures: tuple[str, ...] = tuple(LABELS.values())


MapKind = Literal["probability", "heat"]


@dataclass(frozen=True)
class PixelMap:
    """A value a pixel of one slice, for the eye: it shows where a finding comes from.

    Attributes:
        series: Position of the series in the report, from 0.
        slice: Slice of that series, from 0.
        finding: Id of the finding that it belongs to.
        kind: ``"probability"`` of each pixel, from which an outline is drawn at a threshold;
            or ``"heat"``, what in the slice spoke for the finding, which outlines nothing.
        values: (row, column) uint8 on the series' own grid; 255 stands for 1, or for the
            hottest place of the slice.
        file: Name of its file.
    """

    series: int
    slice: int
    finding: str
    kind: MapKind
    values: NDArray[np.uint8] = field(compare=False, repr=False)
    file: str = ""


@dataclass(frozen=True)
class SliceView:
    """A slice that the report shows with its overlay.

    Attributes:
        series: Position of the series in the report, from 0.
        slice: Slice of that series, from 0.
        image: (row, column) uint8, windowed for display.
        labelmap: (row, column) uint8, 0 background, then the ``structures`` from 1.
        labels: (text, row, column) of each level label.
        row_over_column: Height of a pixel over its width, 1.0 where unknown.
        file: Name of the written overlay picture.
        structures: Names of the labelmap's values, from 1.
        heat: (row, column) uint8 heat map that is laid over the image, or ``None``.
        boxes: (row0, column0, row1, column1) and text of each box.
        outlines: (row, column) pixels around what a reader drew, and the name of each.
    """

    series: int
    slice: int
    image: NDArray[np.uint8] = field(compare=False, repr=False)
    labelmap: NDArray[np.uint8] = field(compare=False, repr=False)
    labels: tuple[tuple[str, float, float], ...] = ()
    row_over_column: float = 1.0
    file: str = ""
    structures: tuple[str, ...] = tuple(LABELS.values())
    heat: NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)
    boxes: tuple[tuple[tuple[float, float, float, float], str], ...] = ()
    outlines: tuple[tuple[tuple[tuple[float, float], ...], str], ...] = ()


@dataclass(frozen=True)
class BundleRef:
    """A bundle that made part of a report.

    Attributes:
        name: Bundle name.
        version: Bundle version.
        sha256: Hash of the whole bundle.
        intended_use: One paragraph.
        exclusions: Codes of patients and images that it is not for.
        attribution: Licence and source of its training data.
        simulated_training: True where it learned from simulated patients.
        thresholds: Decision threshold of each finding.
        quantised_sha256: Of its networks of 8 bits, where those were run; else ``""``.
    """

    name: str
    version: str
    sha256: str
    intended_use: str = ""
    exclusions: tuple[str, ...] = ()
    attribution: str = ""
    simulated_training: bool = False
    thresholds: tuple[tuple[str, float], ...] = ()
    quantised_sha256: str = ""


@dataclass(frozen=True)
class Report:
    """Everything that one reading of a study gives.

    Attributes:
        study: The study as a whole.
        series: Each series that was found readable.
        bundles: What made the report.
        findings: Caudal to cranial, then by name.
        measurements: Numbers with units.
        assumptions: What was taken for granted, such as the count of vertebrae.
        warnings: What to bear in mind.
        refused: What a bundle declined to read, with the reason.
        left_out: Files and series that were not used, with the reason.
        not_assessed: What nobody looked at; never empty.
        views: Slices shown with overlays.
        maps: Probability and heat maps of single slices.
        software_version: Version of Condyle.
    """

    study: StudySummary
    series: tuple[SeriesSummary, ...]
    bundles: tuple[BundleRef, ...]
    findings: tuple[Finding, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    assumptions: tuple[Message, ...] = ()
    warnings: tuple[Message, ...] = ()
    refused: tuple[Message, ...] = ()
    left_out: tuple[Message, ...] = ()
    not_assessed: tuple[Message, ...] = ()
    views: tuple[SliceView, ...] = field(default=(), compare=False, repr=False)
    maps: tuple[PixelMap, ...] = field(default=(), compare=False, repr=False)
    software_version: str = ""
