"""From the frames of one study to series that can be loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from condyle.dicom.contrast import Contrast, weighting_of
from condyle.dicom.frames import Frame
from condyle.dicom.laterality import laterality_of
from condyle.dicom.pixels import load_stack
from condyle.dicom.spacing import Placement, is_even, oddities_of, placement_of
from condyle.dicom.stacks import Stack, by_orientation, stacks_of
from condyle.dicom.values import stated_uid
from condyle.domain.geometry import (
    AS_STORED,
    hanging,
    plane_of,
    spacing_of,
)
from condyle.domain.limits import shape_fault
from condyle.domain.messages import Message, Param
from condyle.domain.study import Attribute, Instance, LeftOut, Plane, Series

MOST_SCOUT_SLICES = 5
"""Of the plane that a localizer shows least; a series that shows more of each was planned."""


def series_of(frames: Sequence[Frame]) -> tuple[tuple[Series, ...], tuple[LeftOut, ...]]:
    """Gives the volumes of one study, named ``series-1`` on in the order of the scanner.

    One DICOM series may give several: an echo, a station, an orientation, a time each.

    Args:
        frames: All frames of one study, in any order.
    """
    groups: dict[tuple[int, str], list[Frame]] = {}
    for frame in frames:
        groups.setdefault((frame.header.number, frame.header.series_uid), []).append(frame)
    series: list[Series] = []
    left_out: list[LeftOut] = []
    for (number, _), group in sorted(groups.items(), key=lambda item: item[0]):
        stacks = stacks_of(sorted(group, key=_stable))
        if _is_localizer(stacks):
            modality = group[0].header.modality or "unknown"
            message = Message("localizer", {"modality": modality, "count": len(group)}, "files")
            left_out.append(LeftOut(message, len(group)))
            continue
        made: list[Stack] = []
        for stack in stacks:
            stem = f"series-{len(series) + 1}"
            if fault := shape_fault((len(stack.frames), *stack.frames[0].shape)):
                message = Message(
                    "unusable-series", {"series_number": number, "found": fault[0]}, "files"
                )
                left_out.append(LeftOut(message, len(stack.frames)))
                continue
            if stack.repeated:
                left_out.append(_repeated(number, stack.repeated, stem))
            series.append(_one(stack, stem))
            made.append(stack)
        if made:
            series[-len(made) :] = _told(made, series[-len(made) :], number)
    return tuple(series), tuple(left_out)


def _repeated(number: int, count: int, stem: str) -> LeftOut:
    params = {"series_number": number, "count": count}
    return LeftOut(Message("repeated-position", params, stem), count)


def _stable(frame: Frame) -> tuple[int, str, int]:
    return (frame.instance_number, frame.sop_instance_uid, frame.index)


def _is_localizer(stacks: Sequence[Stack]) -> bool:
    """Tells whether one series shows all three planes in few slices, as a localizer does."""
    affines = [placement_of(stack.frames).hanging for stack in stacks]
    planes = Counter[str]()
    for stack, affine in zip(stacks, affines, strict=True):
        if affine is not None:
            planes[plane_of(affine)] += len(stack.frames)
    return len(planes) == 3 and min(planes.values()) <= MOST_SCOUT_SLICES


def _told(stacks: Sequence[Stack], made: Sequence[Series], number: int) -> list[Series]:
    """Gives the volumes of one series, the first with a note on how they were parted."""
    first = replace(made[0], notes=(*_parted(stacks, made, number), *made[0].notes))
    return [first, *made[1:]]


def _parted(stacks: Sequence[Stack], made: Sequence[Series], number: int) -> list[Message]:
    """Says that a series held several orientations, or blocks that lie apart in one."""
    placed = [stack for stack in stacks if stack.frames[0].orientation is not None]
    ways = by_orientation([stack.frames[0] for stack in placed])
    blocks = {
        (at, stack.block)
        for at, way in enumerate(ways)
        for stack in placed
        if stack.frames[0] in way
    }
    params: dict[str, Param] = {
        "series_number": number,
        "first": made[0].stem,
        "last": made[-1].stem,
    }
    if len(ways) > 1:
        return [Message("mixed-orientations", {**params, "count": len(ways)}, made[0].stem)]
    if len(blocks) > len(ways):
        return [Message("several-stacks", {**params, "count": len(blocks)}, made[0].stem)]
    return []


def _one(stack: Stack, stem: str) -> Series:
    frames, first = stack.frames, stack.frames[0]
    header = first.header
    placement = placement_of(frames)
    turn = AS_STORED if placement.hanging is None else hanging(placement.hanging)
    sides = (len(frames), *first.shape)
    affine = None if placement.affine is None else turn.apply_affine(placement.affine, sides)
    turned, in_order = frames, placement
    if turn.flips[0]:
        turned, in_order = frames[::-1], replace(placement, steps=placement.steps[::-1])
    rows, columns = (sides[axis] for axis in turn.axes[1:])
    contrast = weighting_of(first.facts) if header.modality == "MR" else NO_CONTRAST
    plane: Attribute[Plane] = Attribute(None)
    if placement.hanging is not None:
        plane = Attribute(plane_of(placement.hanging))
    return Series(
        stem=stem,
        load=partial(load_stack, frames, turn, affine, even=is_even(placement.steps)),
        kind="dicom",
        uid=stated_uid(header.series_uid),
        instances=tuple(_instance(frame) for frame in turned),
        frame_of_reference=stated_uid(header.frame_of_reference or ""),
        modality=header.modality or None,
        body_part=header.body_part,
        plane=plane,
        weighting=contrast.weighting,
        fat_suppressed=contrast.fat_suppressed,
        contrast_agent=contrast.contrast_agent,
        laterality=laterality_of(
            (frame.sides for frame in frames), affine, (len(frames), rows, columns)
        ),
        shape=(len(frames), rows, columns),
        spacing=None if affine is None else spacing_of(affine),
        description=header.description,
        simulated=any(frame.header.simulated for frame in frames),
        age_years=header.age_years,
        notes=_notes(in_order, contrast, stem, frames=turned),
        stored=turn,
    )


NO_CONTRAST = Contrast(Attribute(None), Attribute(None), Attribute(None))
"""What is known of the contrast of an image that is no MR."""


def _notes(
    placement: Placement, contrast: Contrast, stem: str, *, frames: Sequence[Frame]
) -> tuple[Message, ...]:
    """Says what is odd; the frames are in the order of the volume, the steps are too."""
    if placement.hanging is None:
        return (Message("geometry-missing", {}, stem),)
    notes = oddities_of(frames, placement.steps, stem)
    if placement.affine is None:
        notes.append(Message("spacing-missing", {}, stem))
    if contrast.named is not None:
        params = {"timing": str(contrast.weighting.value), "description": contrast.named}
        notes.append(Message("weighting-conflict", params, stem))
    return tuple(notes)


def _instance(frame: Frame) -> Instance:
    return Instance(
        stated_uid(frame.sop_instance_uid), frame.index, stated_uid(frame.sop_class_uid)
    )
