"""What others found in a study: masks and findings of objects that came with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from condyle.domain.anatomy import Code


@dataclass(frozen=True)
class Maker:
    """Who made an object, as its header states it; a text may be empty.

    Attributes:
        manufacturer: Of the software or device.
        model: Its name.
        version: Of the software.
        description: Series Description.
    """

    manufacturer: str = ""
    model: str = ""
    version: str = ""
    description: str = ""


@dataclass(frozen=True)
class OutsidePlane:
    """A mask on one frame.

    Attributes:
        mask: (row, column), True within.
        instance: SOP Instance UID of the image that it was made from, or ``None``.
        frame: Frame of that image, from 0.
        affine: 4 x 4 LPS affine of (0, row, column), its first axis one slice on; ``None``
            where the object states no place.
    """

    mask: NDArray[np.bool_] = field(repr=False)
    instance: str | None
    frame: int = 0
    affine: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class OutsideMask:
    """One structure that others outlined.

    Attributes:
        label: As its maker calls it.
        code: What it is, or ``None``.
        how: ``"AUTOMATIC"``, ``"SEMIAUTOMATIC"`` or ``"MANUAL"``, or empty.
        algorithm: Name of the algorithm, or empty.
        planes: Where it is; none where the mask is empty.
    """

    label: str
    code: Code | None
    how: str
    algorithm: str
    planes: tuple[OutsidePlane, ...]


@dataclass(frozen=True)
class OutsideRegion:
    """What was drawn on an image.

    Attributes:
        shape: Graphic type, such as ``"POLYLINE"`` (PS3.3 C.18.6.1.2).
        points: (row, column) of the frame, a whole number being a pixel's centre; of a region
            in space (x, y, z) in LPS mm.
        instance: SOP Instance UID of the image; ``None`` for a region in space.
        frame: Frame of that image, from 0.
        frame_of_reference: UID of what (x, y, z) are in, of a region in space.
    """

    shape: str
    points: tuple[tuple[float, ...], ...]
    instance: str | None
    frame: int = 0
    frame_of_reference: str | None = None


@dataclass(frozen=True)
class Answer:
    """What is told of a finding: a number with its unit, a code, or words.

    Attributes:
        name: What is told, in its code's words.
        value: The number, or the words.
        unit: UCUM unit of a number, else empty.
        free: Whether the words are somebody's own, which may name a patient, and no code's.
    """

    name: str
    value: float | str
    unit: str = ""
    free: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class OutsideFinding:
    """One measurement group of a structured report.

    Attributes:
        tracking: Tracking Identifier, or empty.
        finding: What was found, in its code's words, or empty.
        site: Where, in its code's words, or empty.
        answers: Measurements and evaluations.
        regions: What was drawn.
        images: (SOP Instance UID, frame from 0) of what it points at otherwise.
    """

    tracking: str
    finding: str
    site: str
    answers: tuple[Answer, ...] = ()
    regions: tuple[OutsideRegion, ...] = ()
    images: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class OutsideResult:
    """An object of others that belongs to a study.

    Attributes:
        kind: ``"seg"`` or ``"sr"``.
        uid: SOP Instance UID.
        series_uid: Series Instance UID.
        maker: Who made it.
        title: Of a structured report, or empty.
        verified: Whether somebody verified it; ``None`` where the object cannot say.
        person: Who verified, made or observed it, as the object writes a name; or empty.
        algorithm: What made it, with its version where it is stated; or empty.
        made_on: When it was made, or ``None``.
        frame_of_reference: UID of what its masks lie in, or ``None``.
        masks: Of a segmentation.
        findings: Of a structured report.
        texts: (name, words) that a report says beside its findings.
    """

    kind: Literal["seg", "sr"]
    uid: str
    series_uid: str
    maker: Maker
    title: str = ""
    verified: bool | None = None
    person: str = ""
    algorithm: str = ""
    made_on: dt.date | None = None
    frame_of_reference: str | None = None
    masks: tuple[OutsideMask, ...] = ()
    findings: tuple[OutsideFinding, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
