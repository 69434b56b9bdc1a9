"""Where the frames of an instance lie in the patient, by its header as the archive keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from condyle.dicom.json_header import inflated_header

_ROWS, _COLUMNS, _FRAMES = "00280010", "00280011", "00280008"
_POSITION, _ORIENTATION, _SPACING = "00200032", "00200037", "00280030"
_BETWEEN, _THICKNESS = "00180088", "00180050"
_FRAME_OF_REFERENCE = "00200052"
_SHARED, _PER_FRAME = "52009229", "52009230"
_DEFAULT_STEP_MM = 1.0

Header = Mapping[str, Any]


@dataclass(frozen=True)
class StoredPlane:
    """Where a frame lies.

    Attributes:
        shape: (rows, columns).
        affine: 4 x 4 LPS affine of (0, row, column), its first axis one slice on, in mm.
        step_mm: From one slice to the next, else a slice's thickness.
        frame_of_reference: UID, or empty.
    """

    shape: tuple[int, int]
    affine: NDArray[np.float64] = field(repr=False)
    step_mm: float
    frame_of_reference: str


def stored_planes(header: bytes) -> tuple[StoredPlane | None, ...]:
    """Gives where each frame lies, ``None`` for one whose place is not stated.

    Functional groups are resolved (PS3.3 C.7.6.16).

    Args:
        header: As ``deflated_header`` gave it.
    """
    document = json.loads(inflated_header(header))
    count = int(_first(document, _FRAMES) or 1)
    shared = _macros(_items(document, _SHARED)[:1])
    groups = _items(document, _PER_FRAME)
    return tuple(
        _plane(document, [*_macros(groups[at : at + 1]), *shared, document]) for at in range(count)
    )


def _plane(document: Header, sources: Sequence[Header]) -> StoredPlane | None:
    position, cosines, spacing = (
        _numbers(sources, tag, count)
        for tag, count in ((_POSITION, 3), (_ORIENTATION, 6), (_SPACING, 2))
    )
    rows, columns = _first(document, _ROWS), _first(document, _COLUMNS)
    if position is None or cosines is None or spacing is None or not rows or not columns:
        return None
    along, down = cosines[:3], cosines[3:]
    if abs(np.linalg.norm(along) - 1) > 0.01 or abs(np.linalg.norm(down) - 1) > 0.01:
        return None
    step = _numbers(sources, _BETWEEN, 1)
    step = _numbers(sources, _THICKNESS, 1) if step is None else step
    step_mm = _DEFAULT_STEP_MM if step is None or not step[0] else abs(float(step[0]))
    affine = np.eye(4)
    affine[:3, 0] = np.cross(along, down) * step_mm
    affine[:3, 1] = down * spacing[0]
    affine[:3, 2] = along * spacing[1]
    affine[:3, 3] = position
    if abs(np.linalg.det(affine)) < 1e-9:
        return None
    reference = str(_first(document, _FRAME_OF_REFERENCE) or "")
    return StoredPlane((int(rows), int(columns)), affine, step_mm, reference)


def _macros(groups: Sequence[Header]) -> list[Header]:
    """Gives the first item of each functional group macro."""
    return [
        one
        for group in groups
        for tag in group
        for one in _items(group, tag)[:1]
        if isinstance(one, dict)
    ]


def _items(document: Header, tag: str) -> Sequence[Any]:
    entry = document.get(tag, {})
    values: Sequence[Any] = entry.get("Value", ()) if entry.get("vr") == "SQ" else ()
    return values


def _first(document: Header, tag: str) -> Any:
    return next(iter(document.get(tag, {}).get("Value", ())), None)


def _numbers(sources: Sequence[Header], tag: str, count: int) -> NDArray[np.float64] | None:
    for source in sources:
        values = source.get(tag, {}).get("Value", ())
        if len(values) == count and all(isinstance(one, int | float) for one in values):
            return np.asarray(values, dtype=np.float64)
    return None
