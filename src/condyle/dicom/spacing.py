"""Where the slices of a volume lie, and what is odd about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.dicom.frames import Frame
from condyle.dicom.stacks import normal_of
from condyle.domain.geometry import Affine
from condyle.domain.messages import Message, Param

UNEVEN = 0.1
"""Share of the usual step by which a step may differ before it is told."""

UNEVEN_MM = 0.1
"""Steps that differ by less than this never count as uneven."""


@dataclass(frozen=True)
class Placement:
    """Geometry of a stack of frames as they are sorted.

    Attributes:
        affine: 4 x 4 LPS affine, or ``None`` where the headers do not give one.
        hanging: 4 x 4 affine that is right in its directions alone, for planes and
            turns; ``None`` where there is no orientation.
        steps: Distance from each slice to the next along the normal, in mm.
    """

    affine: Affine | None
    hanging: Affine | None
    steps: tuple[float, ...] = ()


def placement_of(frames: Sequence[Frame]) -> Placement:
    """Gives the geometry of frames sorted along their normal (PS3.3 C.7.6.2.1.1).

    The step from slice to slice is the mean one, so that the first and last slice lie
    where their headers say even where a slice is missing between.
    """
    first, last = frames[0], frames[-1]
    if first.orientation is None or first.position is None:
        return Placement(None, None)
    normal = normal_of(first)
    positions = np.array([frame.position for frame in frames], dtype=np.float64)
    steps = tuple(float(step) for step in np.diff(positions @ normal))
    along_row, down_column = (np.asarray(one) for one in first.orientation)
    rows, columns = first.pixel_spacing or (1.0, 1.0)
    affine = np.eye(4)
    affine[:3, 1] = down_column * rows
    affine[:3, 2] = along_row * columns
    affine[:3, 3] = positions[0]
    step: NDArray[np.float64] | None = None
    if len(frames) > 1:
        step = (positions[-1] - positions[0]) / (len(frames) - 1)
    elif last.slice_spacing:
        step = normal * last.slice_spacing
    affine[:3, 0] = normal if step is None else step
    known = step is not None and first.pixel_spacing is not None
    return Placement(affine if known else None, affine, steps)


def oddities_of(frames: Sequence[Frame], steps: Sequence[float], subject: str) -> list[Message]:
    """Gives a message for each gap of whole slices, or one for uneven spacing.

    Args:
        frames: In the order of the volume.
        steps: Distance from each slice to the next, in the order of the volume.
        subject: What the messages are about.
    """
    if len(steps) < 2:
        return []
    usual = float(np.median(steps))
    if usual <= 0:
        return []
    tolerance = max(UNEVEN * usual, UNEVEN_MM)
    messages = []
    uneven = False
    for at, step in enumerate(steps, start=1):
        missing = round(step / usual) - 1
        if missing >= 1 and abs(step - (missing + 1) * usual) <= tolerance:
            messages.append(_gap(at, missing, step, frames=frames, subject=subject))
        elif abs(step - usual) > tolerance:
            uneven = True
    if uneven:
        params_mm = {"least_mm": round(min(steps), 2), "most_mm": round(max(steps), 2)}
        messages.append(Message("uneven-spacing", params_mm, subject))
    return messages


def is_even(steps: Sequence[float]) -> bool:
    """Tells whether slices lie so evenly that lengths may be measured across them.

    Args:
        steps: Distance from each slice to the next, in mm.
    """
    usual = float(np.median(steps)) if len(steps) else 0.0
    tolerance = max(UNEVEN * usual, UNEVEN_MM)
    return all(abs(step - usual) <= tolerance for step in steps)


def _gap(at: int, missing: int, step: float, *, frames: Sequence[Frame], subject: str) -> Message:
    """Tells between which slices and instances something is missing, and how wide the gap is."""
    before, after = frames[at - 1], frames[at]
    params: dict[str, Param] = {
        "after": at,
        "before": at + 1,
        "count": missing,
        "gap_mm": round(step, 2),
        "after_instance": _instance_of(before, after),
        "before_instance": _instance_of(after, before),
    }
    return Message("missing-slice", params, subject)


def _instance_of(frame: Frame, other: Frame) -> str:
    """Gives an instance's number, with that of the frame where one instance holds both."""
    number = str(frame.instance_number)
    return f"{number}/{frame.index + 1}" if frame.file.label == other.file.label else number
