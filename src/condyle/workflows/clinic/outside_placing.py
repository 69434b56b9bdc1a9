"""Where on a study's images lies what others outlined and drew, as a viewer takes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.dicom.stored_planes import StoredPlane
from condyle.domain.outside import OutsidePlane, OutsideRegion
from condyle.workflows.clinic.outlines import pieces_of
from condyle.workflows.clinic.placing import Point, ShownFrame

Points = NDArray[np.float64]

WITHIN = 0.5
"""A place belongs to a slice that it lies from by no more than this share of a slice's step."""

PARALLEL = 0.99
"""Least cosine between the normals of a mask's plane and of a frame that it is drawn on."""

_MARK_PIXELS = 2.0
_CURVE = 48
_ROUNDING = 1e-3
_LEAST_RING = 3


@dataclass(frozen=True)
class StudyFrame:
    """A frame of the study.

    Attributes:
        shown: How a viewer finds it.
        shape: (rows, columns), or ``None``.
        plane: Where it lies, ``None`` where its header does not say.
    """

    shown: ShownFrame
    shape: tuple[int, int] | None
    plane: StoredPlane | None


@dataclass(frozen=True)
class OutsidePlace:
    """Something outlined on one frame.

    Attributes:
        frame: The frame.
        outlines: (row, column) of the frame, a whole number being a pixel's centre; none where
            the frame as a whole is pointed at.
        closed: Whether each line returns to where it began.
    """

    frame: ShownFrame
    outlines: tuple[tuple[Point, ...], ...] = ()
    closed: bool = True


@dataclass(frozen=True)
class StudyFrames:
    """All frames of a study's images, by instance and in space."""

    frames: Sequence[StudyFrame]
    _at: dict[tuple[str, int], StudyFrame] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = {(one.shown.instance_uid, one.shown.frame): one for one in self.frames}
        object.__setattr__(self, "_at", known)

    def at(self, instance_uid: str | None, frame: int) -> StudyFrame | None:
        """Gives a frame by its instance and its number from 0."""
        return self._at.get((instance_uid or "", frame))

    def of_reference(self, uid: str | None) -> Iterator[tuple[StudyFrame, StoredPlane]]:
        """Gives the frames that lie in a frame of reference."""
        for one in self.frames:
            if uid and one.plane is not None and one.plane.frame_of_reference == uid:
                yield one, one.plane


def place_mask(
    plane: OutsidePlane, frame_of_reference: str | None, frames: StudyFrames
) -> OutsidePlace | None:
    """Gives where a mask is drawn: on the frame that it was made on, else where it lies in space.

    Args:
        plane: The mask on one frame.
        frame_of_reference: UID of what its place is in.
        frames: Of the study.

    Returns:
        The place, or ``None`` where no frame of the study lies there.
    """
    known = frames.at(plane.instance, plane.frame)
    if known is not None and known.shape == plane.mask.shape and _is_same(known.plane, plane):
        return OutsidePlace(known.shown, _rounded(rings_of(plane.mask)))
    if plane.affine is None:
        return None
    rings = [_in_space(plane.affine, ring) for ring in rings_of(plane.mask)]
    normal = _normal(plane.affine)
    near = [
        (one, stored)
        for one, stored in frames.of_reference(frame_of_reference)
        if abs(float(_normal(stored.affine) @ normal)) >= PARALLEL
    ]
    return next(iter(_nearest(rings, near)), None)


def place_region(region: OutsideRegion, frames: StudyFrames) -> tuple[OutsidePlace, ...]:
    """Gives where a region is drawn: on its own frame; one in space once in each series.

    Args:
        region: As a structured report draws it.
        frames: Of the study.
    """
    lines, closed = _lines(region)
    if region.instance is not None:
        known = frames.at(region.instance, region.frame)
        if known is None:
            return ()
        marks = _marks(lines) if _is_points(region) else lines
        return (OutsidePlace(known.shown, _rounded(marks), closed),)
    near = list(frames.of_reference(region.frame_of_reference))
    if not _is_points(region):
        return tuple(_nearest(lines, near, closed=closed))
    return tuple(place for line in lines for place in _nearest([line], near, marks=True))


def rings_of(mask: NDArray[np.bool_]) -> list[Points]:
    """Gives the outer border of each piece of a mask, and the border of each hole in it.

    A piece that is too thin for a border has the edges of its box.
    """
    found = []
    holes = ndimage.binary_fill_holes(mask, structure=np.ones((3, 3))) & ~mask
    for part in (mask, holes):
        for outline, _ in pieces_of(part, least=1):
            ring = np.asarray(outline, dtype=np.float64).reshape(-1, 2)
            flat = len(ring) < _LEAST_RING or (np.ptp(ring, axis=0) == 0).any()
            found.append(_box(ring) if flat else ring)
    return found


def _box(ring: Points) -> Points:
    (row0, column0), (row1, column1) = ring.min(axis=0) - 0.5, ring.max(axis=0) + 0.5
    return np.array([(row0, column0), (row0, column1), (row1, column1), (row1, column0)])


def _is_same(stored: StoredPlane | None, plane: OutsidePlane) -> bool:
    """Tells whether a mask lies where the frame lies that it names; where neither says, it does."""
    if stored is None or plane.affine is None:
        return True
    rows, columns = plane.mask.shape
    corners = np.array([(0, 0), (0, columns - 1), (rows - 1, 0), (rows - 1, columns - 1)], float)
    at = _on(stored, _in_space(plane.affine, corners))
    apart = np.abs(at[:, 1:] - corners)
    return bool((np.abs(at[:, 0]) <= WITHIN).all() and (apart <= WITHIN).all())


def _nearest(
    lines: Sequence[Points],
    near: Sequence[tuple[StudyFrame, StoredPlane]],
    *,
    closed: bool = True,
    marks: bool = False,
) -> list[OutsidePlace]:
    """Gives, of each series, the frame next to lines in space that holds them, if one does."""
    if not lines:
        return []
    every = np.concatenate(list(lines))
    best: dict[str, tuple[float, StudyFrame, StoredPlane]] = {}
    for one, stored in near:
        at = _on(stored, every)
        furthest = float(np.abs(at[:, 0]).max())
        last = np.asarray(stored.shape) - 0.5
        seen = ((at[:, 1:] >= -0.5) & (at[:, 1:] <= last)).all(axis=1).any()
        known = best.get(one.shown.series_uid)
        fits = furthest <= WITHIN + _ROUNDING and bool(seen)
        if fits and (known is None or furthest < known[0]):
            best[one.shown.series_uid] = furthest, one, stored
    places = []
    for _, one, stored in best.values():
        drawn = [_on(stored, line)[:, 1:] for line in lines]
        outlines = _rounded(_marks(drawn) if marks else drawn)
        places.append(OutsidePlace(one.shown, outlines, closed))
    return places


def _lines(region: OutsideRegion) -> tuple[list[Points], bool]:
    """Gives a region's lines and whether they are closed (PS3.3 C.18.6.1.2 and C.18.9.1.2)."""
    points = np.asarray(region.points, dtype=np.float64)
    if points.ndim != 2 or not np.isfinite(points).all():
        return [], True
    if _is_points(region):
        return [one[None] for one in points], True
    if region.shape == "CIRCLE" and len(points) == 2:
        reach = points[1] - points[0]
        return [_curve(points[0], reach, np.array([-reach[1], reach[0]]))], True
    if region.shape == "ELLIPSE" and len(points) == 4:
        middle = points.mean(axis=0)
        return [_curve(middle, (points[1] - points[0]) / 2, (points[3] - points[2]) / 2)], True
    closed = region.shape == "POLYGON" or bool((points[0] == points[-1]).all())
    return [points], closed and len(points) >= _LEAST_RING


def _is_points(region: OutsideRegion) -> bool:
    return region.shape in ("POINT", "MULTIPOINT", "ELLIPSOID")


def _curve(middle: Points, first: Points, second: Points) -> Points:
    turn = np.linspace(0, 2 * np.pi, _CURVE, endpoint=False)[:, None]
    return np.asarray(middle + np.cos(turn) * first + np.sin(turn) * second)


def _marks(lines: Sequence[Points]) -> list[Points]:
    """Gives a small diamond around each point, which has no size of its own."""
    reach = _MARK_PIXELS * np.array([(-1, 0), (0, 1), (1, 0), (0, -1)], dtype=np.float64)
    return [line[0] + reach for line in lines]


def _in_space(affine: Points, ring: Points) -> Points:
    return np.asarray(ring @ affine[:3, 1:3].T + affine[:3, 3])


def _on(stored: StoredPlane, places: Points) -> Points:
    """Gives places in space as (slice, row, column) of a frame."""
    inverse = np.linalg.inv(stored.affine)
    return np.asarray(places @ inverse[:3, :3].T + inverse[:3, 3])


def _normal(affine: Points) -> Points:
    normal = np.cross(affine[:3, 2], affine[:3, 1])
    return np.asarray(normal / (np.linalg.norm(normal) or 1.0))


def _rounded(lines: Sequence[Points]) -> tuple[tuple[Point, ...], ...]:
    return tuple(
        tuple((round(float(row), 2), round(float(column), 2)) for row, column in line)
        for line in lines
    )
