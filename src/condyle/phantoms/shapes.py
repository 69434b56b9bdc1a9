"""Signed distances of the bony parts and discs, negative inside, in mm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.phantoms.anatomy import Body, Disc, Face
from condyle.phantoms.plane import Coordinates

Distance = NDArray[np.float32]


@dataclass(frozen=True)
class LocalFrame:
    """Position relative to a body or disc.

    Attributes:
        along: Backwards from its middle, mm.
        above: Upwards from its middle, mm.
    """

    along: Distance
    above: Distance


def local_frame(face: Face, y: Coordinates, z: Coordinates) -> LocalFrame:
    """Gives positions relative to a face."""
    cosine, sine = np.float32(np.cos(face.tilt)), np.float32(np.sin(face.tilt))
    dy, dz = y - np.float32(face.y), z - np.float32(face.z)
    return LocalFrame(along=dy * cosine + dz * sine, above=dz * cosine - dy * sine)


def middle_face(bottom: Face, top: Face) -> Face:
    """Gives the face half way between two."""
    return Face(
        (bottom.y + top.y) / 2.0,
        (bottom.z + top.z) / 2.0,
        (bottom.tilt + top.tilt) / 2.0,
        (bottom.depth + top.depth) / 2.0,
    )


def lateral_shrink(x: float, half_width: float, power: float = 2.6) -> float:
    """Gives by how much an outline is smaller ``x`` mm off the midline, 1 to 0."""
    return float(max(0.0, 1.0 - (abs(x) / half_width) ** power) ** (1.0 / power))


def above_face(face: Face, y: Coordinates, z: Coordinates, *, sunk: float) -> Distance:
    """Gives the height above a face's curved surface.

    Args:
        face: The endplate.
        y: Posterior positions, mm.
        z: Superior positions, mm.
        sunk: 1 where the middle lies lower (a top endplate), -1 where it lies higher.
    """
    frame = local_frame(face, y, z)
    inner = np.clip(1.0 - (frame.along / (face.depth * 0.46)) ** 2, 0.0, None)
    return np.asarray(frame.above + np.float32(sunk * face.concavity) * inner, dtype=np.float32)


def round_intersection(first: Distance, second: Distance, radius: float) -> Distance:
    """Gives the intersection of two shapes with its edge rounded by ``radius`` mm."""
    a, b = first + np.float32(radius), second + np.float32(radius)
    outside = np.hypot(np.maximum(a, 0.0), np.maximum(b, 0.0))
    inside = np.minimum(np.maximum(a, b), 0.0)
    return np.asarray(outside + inside - np.float32(radius), dtype=np.float32)


def body_distance(body: Body, x: float, *, y: Coordinates, z: Coordinates) -> Distance:
    """Gives the signed distance to a vertebral body at ``x`` mm from the midline."""
    shrink = lateral_shrink(x, body.half_width)
    frame = local_frame(middle_face(body.bottom, body.top), y, z)
    height = float(np.hypot(body.top.y - body.bottom.y, body.top.z - body.bottom.z))
    level = np.clip(frame.above / np.float32(height) + 0.5, 0.0, 1.0)
    half = (body.bottom.depth + (body.top.depth - body.bottom.depth) * level) / 2.0
    edge = np.minimum(level, 1.0 - level) * height
    half = half - body.waist * 4.0 * level * (1.0 - level) + body.flare * np.exp(-edge / 1.5)
    # The axis of a body need not be perpendicular to its endplates: that of S1 is not.
    tilt = (body.bottom.tilt + body.top.tilt) / 2.0
    lean = (body.top.y - body.bottom.y) * np.cos(tilt) + (body.top.z - body.bottom.z) * np.sin(tilt)
    ends = np.abs(frame.along - np.float32(lean) * (level - 0.5)) - half * np.float32(shrink)
    over = above_face(body.top, y, z, sunk=1.0)
    under = -above_face(body.bottom, y, z, sunk=-1.0)
    return round_intersection(ends.astype(np.float32), np.maximum(over, under), 1.8)


@dataclass(frozen=True)
class DiscSpace:
    """Where a point lies in a disc.

    Attributes:
        outside: Signed distance to the disc's outline in front and behind, mm.
        height: -1 at the lower endplate, 0 in the middle, 1 at the upper endplate.
        within: True between the two endplates.
        along: -1 at the front, 1 at the back.
    """

    outside: Distance
    height: Distance
    within: NDArray[np.bool_]
    along: Distance


def disc_space(disc: Disc, x: float, *, y: Coordinates, z: Coordinates) -> DiscSpace:
    """Gives where points lie in a disc, ``x`` mm from the midline."""
    middle = middle_face(disc.lower.top, disc.upper.bottom)
    frame = local_frame(middle, y, z)
    half = middle.depth / 2.0 * lateral_shrink(x, disc.upper.half_width)
    over = above_face(disc.lower.top, y, z, sunk=1.0)
    under = -above_face(disc.upper.bottom, y, z, sunk=-1.0)
    gap = np.maximum(over + under, 0.3)
    height = (over - under) / gap
    bulge = disc.bulge * np.clip(1.0 - height**2, 0.0, None)
    if disc.herniation > 0.0 and abs(x) < 9.0:
        focal = np.exp(-((height + 0.2) ** 2)) * np.float32(np.cos(x / 9.0 * np.pi / 2.0))
        bulge = bulge + np.where(frame.along > 0.0, disc.herniation * focal, 0.0)
    # Behind the rims a herniation also spreads up and down.
    spread = np.where((disc.herniation > 0.0) & (frame.along > half), -3.0, 0.0)
    within = (over > spread) & (under > spread)
    return DiscSpace(
        outside=np.asarray(np.abs(frame.along) - half - bulge, dtype=np.float32),
        height=np.asarray(height, dtype=np.float32),
        within=within,
        along=np.asarray(frame.along / np.float32(max(half, 1.0)), dtype=np.float32),
    )
