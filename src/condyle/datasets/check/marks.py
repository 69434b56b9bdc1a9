"""What is wrong with masks and boxes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.domain.case import LabelledBox
from condyle.domain.data_report import Fault, Place

SPREAD = 0.9
"""Share of a slice from which a mask or a box marks the whole picture, and so nothing."""

LEAST_SIDE = 4.0
"""Pixels along a side under which a box holds too little to be learned from."""

_MANY_VALUES = 8
_RESTLESS = 0.25
_OVER_EDGE = 1.0  # pixels by which an annotation tool may round


@dataclass(frozen=True)
class MaskLook:
    """What a mask holds.

    Attributes:
        place: Of its series.
        values: Values other than 0, in order.
        share: Greatest share of a slice that is not 0.
        digest: Hash of its pixels, empty where it is empty.
        faults: What is wrong with it.
    """

    place: Place
    values: tuple[int, ...]
    share: float
    digest: bytes
    faults: tuple[Fault, ...] = ()


def look_at_mask(
    mask: NDArray[np.uint8],
    *,
    place: Place,
    shape: tuple[int, int, int],
    structures: Sequence[str] = (),
) -> MaskLook:
    """Looks at a labelmap.

    Args:
        mask: (slice, row, column).
        place: Of its series.
        shape: Of the series.
        structures: Names of its values from 0; empty where they are not known.
    """
    values = tuple(int(v) for v in np.flatnonzero(np.bincount(mask.ravel(), minlength=1)) if v)
    shares = (mask != 0).mean(axis=tuple(range(1, mask.ndim)))
    share = float(shares.max())
    digest = hashlib.blake2b(mask.tobytes(), digest_size=16).digest() if values else b""
    found: list[tuple[str, str]] = []
    if mask.shape != shape:
        found.append(("mask-size", f"{_size(mask.shape)} for an image of {_size(shape)}"))
    if _is_heat_map(mask, values):
        found.append(("mask-heat-map", f"{len(values)} values that change from pixel to pixel"))
    elif structures and values and values[-1] >= len(structures):
        found.append(
            ("mask-value", f"{values[-1]}, the greatest known being {len(structures) - 1}")
        )
    if share > SPREAD:
        found.append(("mask-spread", f"{100 * share:.0f} % of a slice"))
    elif values and _is_rectangle(mask):
        found.append(("mask-rectangle", "every marked pixel of a rectangle, and no other"))
    faults = tuple(Fault(code, place, detail) for code, detail in found)
    return MaskLook(place, values, share, digest, faults)


def repeated_masks(looks: Sequence[MaskLook]) -> tuple[Fault, ...]:
    """Finds masks that are marked and the same, pixel by pixel, under several patients."""
    patients: dict[bytes, set[str]] = {}
    for look in looks:
        patients.setdefault(look.digest, set()).add(look.place.patient)
    return tuple(
        Fault("mask-repeated", look.place, f"the same under {len(patients[look.digest])} patients")
        for look in looks
        if look.digest and len(patients[look.digest]) > 1
    )


def look_at_boxes(
    boxes: Sequence[LabelledBox], *, place: Place, shape: tuple[int, int, int]
) -> tuple[Fault, ...]:
    """Looks at the boxes of a series.

    Args:
        boxes: In pixels of their slice.
        place: Of the series.
        shape: (slice, row, column) of the series.
    """
    faults: list[Fault] = []
    seen: set[tuple[object, ...]] = set()
    for box in boxes:
        here = Place(place.case, place.patient, place.series, box.slice)
        fault = _box_fault(box, shape)
        same = (box.slice, box.box, box.labels, box.annotator)
        if fault is None and same in seen:
            fault = ("box-twice", _side(box))
        seen.add(same)
        if fault is not None:
            faults.append(Fault(fault[0], here, fault[1]))
    return tuple(faults)


def _box_fault(box: LabelledBox, shape: tuple[int, int, int]) -> tuple[str, str] | None:
    row0, column0, row1, column1 = box.box
    slices, rows, columns = shape
    if not 0 <= box.slice < slices:
        return "box-slice", f"slice {box.slice} of {slices}"
    if not (row1 > row0 and column1 > column0):
        return "box-empty", _side(box)
    least, rows_over, columns_over = min(row0, column0), row1 - rows, column1 - columns
    if -least > _OVER_EDGE or max(rows_over, columns_over) > _OVER_EDGE:
        return "box-outside", f"{max(-least, rows_over, columns_over):.0f} pixels over the edge"
    if min(row1 - row0, column1 - column0) < LEAST_SIDE:
        return "box-tiny", _side(box)
    if (row1 - row0) * (column1 - column0) > SPREAD * rows * columns:
        return "box-spread", _side(box)
    return None


def _side(box: LabelledBox) -> str:
    row0, column0, row1, column1 = box.box
    return f"{row1 - row0:g} x {column1 - column0:g} pixels"


def _size(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))


def _is_heat_map(mask: NDArray[np.uint8], values: Sequence[int]) -> bool:
    """Says whether marked neighbours differ more often than structures can touch."""
    if len(values) < _MANY_VALUES:
        return False
    left, right = mask[..., :-1], mask[..., 1:]
    both = (left != 0) & (right != 0)
    return bool(both.any()) and float((left != right)[both].mean()) > _RESTLESS


def _is_rectangle(mask: NDArray[np.uint8]) -> bool:
    """Says whether each marked slice is one filled rectangle, as of a box drawn as a mask."""
    for marked in mask[(mask != 0).any(axis=(1, 2))] != 0:
        rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
        height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
        if min(height, width) < LEAST_SIDE or int(marked.sum()) != height * width:
            return False
    return True
