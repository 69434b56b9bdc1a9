"""A study as it came: series, the instances behind them, and what was left out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from condyle.domain.geometry import AS_STORED, Reorientation
from condyle.domain.geometry import Plane as Plane
from condyle.domain.messages import Message
from condyle.domain.volume import Volume

T = TypeVar("T")

Laterality = Literal["left", "right"]

Weighting = Literal["t1", "t2", "t2-space", "pd", "stir", "unknown"]


@dataclass(frozen=True)
class Attribute(Generic[T]):
    """A property of a series and whether a header stated it.

    Attributes:
        value: The property, or ``None`` where nothing tells.
        estimated: True where it was estimated from the pixels, not read from a header.
    """

    value: T | None
    estimated: bool = False


@dataclass(frozen=True)
class Instance:
    """One stored image of a series, in slice order.

    Attributes:
        sop_instance_uid: DICOM SOP Instance UID, or ``None`` outside DICOM.
        frame: Frame number from 0 in a multi-frame instance.
        sop_class_uid: DICOM SOP Class UID, or ``None`` outside DICOM.
    """

    sop_instance_uid: str | None = None
    frame: int = 0
    sop_class_uid: str | None = None


@dataclass(frozen=True)
class Series:
    """One acquisition that can be loaded as one volume.

    Attributes:
        stem: Name safe for output files: ``"series-<n>"`` for DICOM, the file's own
            stem otherwise.
        load: Reads the pixels; raises ``BadImage`` where they cannot be used.
        kind: ``"dicom"``, ``"nifti"``, ``"nrrd"``, ``"metaimage"``, ``"array"`` or
            ``"picture"``.
        uid: Series Instance UID, or ``None`` outside DICOM.
        instances: Source of each slice, in the order of the volume's first axis.
        frame_of_reference: Frame of Reference UID, or ``None``.
        modality: DICOM modality such as ``"MR"``, or ``None`` where nothing tells.
        body_part: Free header text on anatomy, lower case, or ``None``.
        plane: Plane of the slices.
        weighting: Contrast of the sequence.
        fat_suppressed: Whether fat was suppressed.
        contrast_agent: Whether a contrast agent was given.
        laterality: Side of a paired part, where a header states it and the geometry does not
            gainsay it.
        shape: (slice, row, column) of the volume.
        spacing: (slice, row, column) in mm or ``None``.
        description: Series description, cleaned of identity; may be empty.
        simulated: True where the header says that the images are simulated.
        age_years: Age of the patient from the header, or ``None``.
        notes: What a reader must know of this series, such as a missing slice.
        stored: How the file's own array was turned into the volume; its ``invert``
            gives an array of the volume's shape back on the file's own grid.
    """

    stem: str
    load: Callable[[], Volume] = field(compare=False, repr=False)
    kind: str = "picture"
    uid: str | None = None
    instances: tuple[Instance, ...] = ()
    frame_of_reference: str | None = None
    modality: str | None = None
    body_part: str | None = None
    plane: Attribute[Plane] = Attribute(None)
    weighting: Attribute[Weighting] = Attribute(None)
    fat_suppressed: Attribute[bool] = Attribute(None)
    contrast_agent: Attribute[bool] = Attribute(None)
    laterality: Attribute[Laterality] = Attribute(None)
    shape: tuple[int, int, int] = (0, 0, 0)
    spacing: tuple[float, float, float] | None = None
    description: str = ""
    simulated: bool = False
    age_years: float | None = None
    notes: tuple[Message, ...] = ()
    stored: Reorientation = AS_STORED


@dataclass(frozen=True)
class LeftOut:
    """Files that are not read as images of the study, and why.

    Attributes:
        reason: The message that says why; its subject names the series or file kind.
        count: How many files it concerns.
    """

    reason: Message
    count: int = 1


@dataclass(frozen=True)
class Study:
    """All series of one examination of one patient.

    Attributes:
        uid: Study Instance UID, or ``None`` outside DICOM.
        series: What can be loaded, in a stable order.
        left_out: What was found and not used.
    """

    uid: str | None
    series: tuple[Series, ...]
    left_out: tuple[LeftOut, ...] = ()


def takes(series: Series, *, planes: Collection[Plane], weightings: Collection[Weighting]) -> bool:
    """Says whether a recipe or a bundle takes a series; what the series does not tell is taken.

    Args:
        series: Of one study.
        planes: That are read.
        weightings: That are read.
    """
    plane, weighting = series.plane.value, series.weighting.value
    return (plane is None or plane in planes) and (
        weighting in (None, "unknown") or weighting in weightings
    )


def largest_of_planes(taken: Iterable[Series]) -> dict[Plane, Series]:
    """Gives the series of each known plane: the one of the most slices, the first of equals.

    Args:
        taken: Series of one study.
    """
    chosen: dict[Plane, Series] = {}
    for series in taken:
        plane = series.plane.value
        if plane is not None and (plane not in chosen or series.shape[0] > chosen[plane].shape[0]):
            chosen[plane] = series
    return chosen
