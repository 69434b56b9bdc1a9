"""Sorting the frames of one series into volumes, by geometry rather than by number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from condyle.dicom.frames import Frame

SAME_DIRECTION = 0.01
"""Largest difference of a direction cosine within one volume: about half a degree."""

SAME_PLACE_MM = 0.05
"""Two slices nearer than this along the normal are of one place."""

BLOCK_STEPS = 2.5
"""A gap of more than this many usual steps may part two blocks that were planned apart."""

SAME_STATION_MM = 5.0
"""Slices of one place further apart than this within their plane are of two stations."""


@dataclass(frozen=True)
class Stack:
    """The frames of one volume.

    Attributes:
        frames: Along the normal where there is geometry, else by instance number.
        repeated: Frames that were dropped because their place was taken.
        block: Which of the stated stacks and blocks of its orientation, from 0.
    """

    frames: tuple[Frame, ...]
    repeated: int = 0
    block: int = 0


def stacks_of(frames: Sequence[Frame]) -> list[Stack]:
    """Parts the frames of one series into volumes.

    Different sizes, pixel spacings, orientations and stated stacks are different volumes,
    and so are parallel blocks that were planned apart. Where several frames lie in one place,
    stations, echoes, image types, stacks, times and acquisitions tell them apart, in this
    order; else their order does.
    """
    alike: dict[object, list[Frame]] = {}
    for frame in frames:
        alike.setdefault((frame.shape, _rounded(frame.pixel_spacing)), []).append(frame)
    stacks: list[Stack] = []
    for group in alike.values():
        for same in by_orientation(group):
            for at, part in enumerate(_by_stated_stack(same)):
                blocks = [block for one in _unrepeated(part) for block in _blocks(one)]
                stacks.extend(replace(one, block=one.block + at * len(frames)) for one in blocks)
    return stacks


def normal_of(frame: Frame) -> NDArray[np.float64]:
    """Gives the unit normal of a frame that has an orientation."""
    if frame.orientation is None:
        raise ValueError("this frame has no orientation")
    along_row, down_column = (np.asarray(one) for one in frame.orientation)
    return np.asarray(np.cross(along_row, down_column), dtype=np.float64)


def depth_of(frame: Frame, normal: NDArray[np.float64]) -> float:
    """Gives how far along a normal a frame lies, in mm."""
    return float(normal @ np.asarray(frame.position))


def _rounded(spacing: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if spacing is None else (round(spacing[0], 3), round(spacing[1], 3))


def by_orientation(frames: Sequence[Frame]) -> list[list[Frame]]:
    """Groups frames whose directions agree; those without geometry stay together."""
    groups: list[list[Frame]] = []
    # One row a group; those without geometry share a direction that nothing else has.
    known = np.empty((len(frames), 6))
    for frame in frames:
        directions = np.full(6, 9.0)
        if frame.orientation is not None and frame.position is not None:
            directions = np.asarray(frame.orientation).ravel()
        same = np.abs(known[: len(groups)] - directions).max(axis=1) <= SAME_DIRECTION
        if same.any():
            groups[int(np.argmax(same))].append(frame)
        else:
            known[len(groups)] = directions
            groups.append([frame])
    return groups


def _by_stated_stack(frames: list[Frame]) -> list[list[Frame]]:
    """Parts frames by their Stack ID, unless it numbers single frames and so parts nothing."""
    stated: dict[str, list[Frame]] = {}
    for frame in frames:
        stated.setdefault(frame.stack, []).append(frame)
    if min(len(part) for part in stated.values()) < 2:
        return [frames]
    return [stated[key] for key in sorted(stated, key=lambda key: (len(key), key))]


def _blocks(stack: Stack) -> list[Stack]:
    """Parts parallel blocks, such as those through two discs that lie in one plane.

    A wide gap between two instances that were numbered in a row was planned so; where
    numbers are missing as well, slices are, and the gap is told instead.
    """
    frames = stack.frames
    if len(frames) < 4 or frames[0].position is None or frames[0].orientation is None:
        return [stack]
    normal = normal_of(frames[0])
    steps = np.diff([depth_of(frame, normal) for frame in frames])
    wide = steps > BLOCK_STEPS * float(np.median(steps))
    parts: list[list[Frame]] = [[frames[0]]]
    for before, here, gap in zip(frames, frames[1:], wide, strict=False):
        if gap and abs(here.instance_number - before.instance_number) == 1:
            parts.append([])
        parts[-1].append(here)
    if len(parts) == 1 or min(len(part) for part in parts) < 2:
        return [stack]
    return [
        Stack(tuple(part), 0 if at else stack.repeated, block=at) for at, part in enumerate(parts)
    ]


def _unrepeated(frames: list[Frame]) -> list[Stack]:
    """Parts frames of one orientation until no two of a volume lie in one place."""
    if frames[0].position is None or frames[0].orientation is None:
        return [Stack(tuple(sorted(frames, key=_order))) for frames in _by_phase(frames)]
    normal = normal_of(frames[0])
    ordered = sorted(frames, key=lambda frame: (depth_of(frame, normal), _order(frame)))
    places = _places(ordered, normal)
    most = max(Counter(places).values())
    if most == 1:
        return [Stack(tuple(ordered))]
    names: list[list[str]] = [
        _stations(ordered),
        *([frame.phase[at] for frame in ordered] for at in range(9)),
    ]
    for one in names:
        values = sorted(set(one))
        if 1 < len(values) <= most:
            parts = [
                [frame for frame, key in zip(ordered, one, strict=True) if key == value]
                for value in values
            ]
            return [stack for part in parts for stack in _unrepeated(part)]
    return _by_rank(ordered, places)


def _by_phase(frames: list[Frame]) -> list[list[Frame]]:
    """Parts frames without geometry by echo and image type alone."""
    groups: dict[tuple[str, ...], list[Frame]] = {}
    for frame in frames:
        groups.setdefault(frame.phase[:3], []).append(frame)
    return [groups[key] for key in sorted(groups)]


def _by_rank(ordered: list[Frame], places: list[int]) -> list[Stack]:
    """Parts frames by how many of their place came before, or drops a few repeats."""
    seen: Counter[int] = Counter()
    ranks: dict[int, list[Frame]] = {}
    for frame, place in zip(ordered, places, strict=True):
        ranks.setdefault(seen[place], []).append(frame)
        seen[place] += 1
    repeated = len(ordered) - len(ranks[0])
    if len(ranks.get(1, [])) * 2 < len(ranks[0]):
        return [Stack(tuple(ranks[0]), repeated)]
    return [Stack(tuple(frames)) for _, frames in sorted(ranks.items())]


def _places(ordered: Sequence[Frame], normal: NDArray[np.float64]) -> list[int]:
    """Numbers the places along the normal; frames of one place share a number."""
    places = [0]
    depths = [depth_of(frame, normal) for frame in ordered]
    for before, here in pairwise(depths):
        places.append(places[-1] + (1 if here - before > SAME_PLACE_MM else 0))
    return places


def _stations(frames: Sequence[Frame]) -> list[str]:
    """Names where frames lie within their plane; a gap parts two stations."""
    across = np.asarray([frame.position for frame in frames]) @ np.asarray(frames[0].orientation).T
    numbers = np.empty(across.shape, dtype=np.intp)
    for axis in range(2):
        order = np.argsort(across[:, axis], kind="stable")
        gaps = np.diff(across[order, axis]) > SAME_STATION_MM
        numbers[order, axis] = np.concatenate([[0], np.cumsum(gaps)])
    return [f"{one:07d}/{other:07d}" for one, other in numbers]


def _order(frame: Frame) -> tuple[int, int, str]:
    return (frame.instance_number, frame.index, frame.sop_instance_uid)
