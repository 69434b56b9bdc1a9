"""Which side a paired part is of: what headers state, held against where the images lie."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from pydicom.dataset import Dataset

from condyle.dicom.values import texts
from condyle.domain.geometry import Affine
from condyle.domain.study import Attribute, Laterality

KEYWORDS = ("ImageLaterality", "FrameLaterality", "Laterality")
"""Attributes that state a side (PS3.3 C.7.6.1, C.7.6.16.2.8 and C.7.3.1), nearest first."""

SURE_MM = 60.0
"""How far from the middle of the scanner the images' centre must lie to speak for a side. Both
knees of a patient who lies in the middle are nearer than this only where they touch; a part
that was brought to the middle lies there too, and then geometry says nothing."""

_SIDES: dict[str, Laterality] = {"L": "left", "R": "right"}


def stated_sides(sources: Iterable[Dataset]) -> frozenset[str]:
    """Gives the sides that the nearest attribute states, as ``"L"``, ``"R"`` or ``"B"``.

    Args:
        sources: Of one frame, nearest first.
    """
    everywhere = list(sources)
    for keyword in KEYWORDS:
        found = frozenset(texts(everywhere, keyword)) & {"L", "R", "B"}
        if found:
            return found
    return frozenset()


def laterality_of(
    stated: Iterable[frozenset[str]], affine: Affine | None, shape: tuple[int, int, int]
) -> Attribute[Laterality]:
    """Gives the side that all frames state, unless the images lie on the other.

    In LPS the patient's left is at positive x (PS3.3 C.7.6.2.1.1).

    Args:
        stated: Of each frame, as ``stated_sides`` gives it.
        affine: 4 x 4 LPS of the volume, or ``None``.
        shape: (slice, row, column) of the volume.

    Returns:
        The side; of no value where nothing states it, statements differ, both sides are
        stated, or the images lie surely on the other side.
    """
    sides = {side for one in stated for side in one or {""}}
    if len(sides) != 1 or (side := _SIDES.get(sides.pop())) is None:
        return Attribute(None)
    if affine is not None:
        middle = (np.array(shape) - 1) / 2.0
        x = float((affine @ np.append(middle, 1.0))[0])
        if abs(x) > SURE_MM and (x > 0) != (side == "left"):
            return Attribute(None)
    return Attribute(side)
