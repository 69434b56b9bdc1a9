"""From the frames of one study to series that can be loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from condyle.dicom.contrast import Contrast, weighting_of
from condyle.dicom.frames import Frame
from condyle.dicom.laterality import laterality_of
from condyle.dicom.pixels import load_stack
from condyle.dicom.spacing import Placement, oddities_of, placement_of
from condyle.dicom.stacks import Stack, stacks_of
from condyle.dicom.values import stated_uid
from condyle.domain.geometry import (
    AS_STORED,
    Affine,
    Reorientation,
    hanging,
    plane_of,
    spacing_of,
)
from condyle.domain.limits import shape_fault
from condyle.domain.messages import Message
from condyle.domain.study import Attribute, Instance, LeftOut, Plane, Series
from condyle.domain.volume import Volume


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
        if _is_three_planes(stacks):
            modality = group[0].header.modality or "unknown"
            message = Message("localizer", {"modality": modality, "count": len(group)}, "files")
            left_out.append(LeftOut(message, len(group)))
            continue
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
    return tuple(series), tuple(left_out)


def _repeated(number: int, count: int, stem: str) -> LeftOut:
    params = {"series_number": number, "count": count}
    return LeftOut(Message("repeated-position", params, stem), count)


def _stable(frame: Frame) -> tuple[int, str, int]:
    return (frame.instance_number, frame.sop_instance_uid, frame.index)


def _is_three_planes(stacks: Sequence[Stack]) -> bool:
    """Tells whether one series shows all three planes, as only a localizer does."""
    affines = [placement_of(stack.frames).hanging for stack in stacks]
    planes = {plane_of(affine) for affine in affines if affine is not None}
    return {"sagittal", "coronal", "axial"} <= planes


def _one(stack: Stack, stem: str) -> Series:
    frames, first = stack.frames, stack.frames[0]
    header = first.header
    placement = placement_of(frames)
    turn = AS_STORED if placement.hanging is None else hanging(placement.hanging)
    sides = (len(frames), *first.shape)
    affine = None if placement.affine is None else turn.apply_affine(placement.affine, sides)
    turned = frames[::-1] if turn.flips[0] else frames
    rows, columns = (sides[axis] for axis in turn.axes[1:])
    contrast = weighting_of(first.facts) if header.modality == "MR" else NO_CONTRAST
    plane: Attribute[Plane] = Attribute(None)
    if placement.hanging is not None:
        plane = Attribute(plane_of(placement.hanging))
    return Series(
        stem=stem,
        load=_loader(frames, turn, affine),
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
        notes=_notes(placement, contrast, stem, reverse=turn.flips[0]),
        stored=turn,
    )


NO_CONTRAST = Contrast(Attribute(None), Attribute(None), Attribute(None))
"""What is known of the contrast of an image that is no MR."""


def _notes(
    placement: Placement, contrast: Contrast, stem: str, *, reverse: bool
) -> tuple[Message, ...]:
    if placement.hanging is None:
        return (Message("geometry-missing", {}, stem),)
    notes = oddities_of(placement.steps[::-1] if reverse else placement.steps, stem)
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


def _loader(
    frames: tuple[Frame, ...], turn: Reorientation, affine: Affine | None
) -> Callable[[], Volume]:
    return partial(load_stack, frames, turn, affine)
