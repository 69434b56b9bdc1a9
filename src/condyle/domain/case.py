"""A study with its reference, as training and evaluation use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from condyle.domain.study import Study


@dataclass(frozen=True)
class Reference:
    """What is held to be true of a case.

    Attributes:
        masks: Series stem to (slice, row, column) uint8 labelmap.
        grades: Unit name (such as ``"disc-1"``, counted from caudal) to finding name
            to integer grade.
    """

    masks: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)
    grades: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


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
