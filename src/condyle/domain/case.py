"""A study with its reference, as training and evaluation use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from condyle.domain.study import Study

STUDY_UNIT = "study"
"""Unit of a label that is held to be true of a whole study."""


@dataclass(frozen=True)
class LabelledBox:
    """A box that someone drew on a slice.

    Attributes:
        box: (row0, column0, row1, column1) in pixels of the slice, half-open.
        labels: What it holds, sorted; several where it shows several things at once,
            none where it shows the object without any of the classes.
        slice: Index of the slice in its series.
        annotator: Who drew it, as a pseudonym; empty for a consensus or a single reader.
        difficult: True where the annotator was not sure; such a box counts neither way.
    """

    box: tuple[float, float, float, float]
    labels: tuple[str, ...]
    slice: int = 0
    annotator: str = ""
    difficult: bool = False


@dataclass(frozen=True)
class Reference:
    """What is held to be true of a case.

    Attributes:
        masks: Series stem to (slice, row, column) uint8 labelmap.
        grades: Unit to label or finding to its integer value. A unit is ``"study"``, the
            stem of a series (a label of that image or series), or ``"disc-1"`` and so on,
            counted from caudal.
        boxes: Series stem to the boxes on it; a stem with an empty tuple was looked at
            and holds none, a stem that is absent was not looked at.
    """

    masks: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)
    grades: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    boxes: Mapping[str, tuple[LabelledBox, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One study of one patient with its reference.

    Attributes:
        id: Unique in its data set.
        patient: The unit that is split; never shared between sides of a split.
        study: The images.
        reference: What is held to be true.
        covariates: Such as scanner, sex, field strength; for subgroups.
    """

    id: str
    patient: str
    study: Study
    reference: Reference
    covariates: Mapping[str, str] = field(default_factory=dict)
