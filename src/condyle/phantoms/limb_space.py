"""Where points lie in a limb, and shapes that are told by their distance.

Everything lies in the frame of a joint, in mm: u points to the lateral side, y backwards
(posterior), z upwards (superior). In a knee the origin is the middle of the tibial plateau
at the height at which the cartilages touch. Distances are negative inside a shape; they are
those of the nearest surface or a little less, which is what a rind of given thickness needs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

TABLE_MM = 0.25
"""Step of the heights at which a column is known."""

Coordinates = NDArray[np.float32]
Distance = NDArray[np.float32]
Box = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
Circle = tuple[float, float, float]
"""(y, z) of the middle and the radius, mm."""


@dataclass(frozen=True)
class Points:
    """Points in the frame of the joint.

    Attributes:
        u: Distance to the lateral side, mm; any shape.
        y: Distance backwards, mm; same shape.
        z: Height, mm; same shape.
    """

    u: Coordinates
    y: Coordinates
    z: Coordinates

    def part(self, window: tuple[slice, ...]) -> Points:
        """Gives the points of a window of the grid."""
        return Points(self.u[window], self.y[window], self.z[window])

    def bent(self, angle: float, pivot: tuple[float, float]) -> Points:
        """Gives the points as a bone sees them that is turned backwards about a pivot.

        Args:
            angle: By how much the upper end of the bone moves backwards, radians.
            pivot: (y, z) of the axis, which runs along u.
        """
        cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        dy, dz = self.y - np.float32(pivot[0]), self.z - np.float32(pivot[1])
        return Points(
            self.u,
            dy * cosine - dz * sine + np.float32(pivot[0]),
            dz * cosine + dy * sine + np.float32(pivot[1]),
        )


@dataclass(frozen=True)
class Column:
    """A shape with an elliptical section at each height: a shaft, a muscle, a tendon.

    Attributes:
        bottom: Height at which it begins, mm.
        table: (4, height) u and y of its middle, half its width and half its depth, mm, at
            every ``TABLE_MM`` from the bottom up. It ends with the table.
        turn: How far the section is turned about the vertical, radians.
    """

    bottom: float
    table: NDArray[np.float32]
    turn: float = 0.0

    @property
    def top(self) -> float:
        """Height at which it ends, mm."""
        return float(self.bottom + (self.table.shape[1] - 1) * TABLE_MM)

    def box(self, margin: float = 0.0) -> Box:
        """Gives what holds it."""
        u, y, width, depth = self.table
        if self.turn:
            width = depth = np.maximum(width, depth)
        return (
            (float((u - width).min()) - margin, float((u + width).max()) + margin),
            (float((y - depth).min()) - margin, float((y + depth).max()) + margin),
            (self.bottom - margin, self.top + margin),
        )

    def girth(self, factor: float) -> Column:
        """Gives one that is ``factor`` times as thick."""
        scale = np.array([[1.0], [1.0], [factor], [factor]], np.float32)
        return Column(self.bottom, self.table * scale, self.turn)

    def at(self, z: Coordinates) -> NDArray[np.float32]:
        """Gives (4, ...): the middle and half sizes at heights; beyond its ends those there."""
        index = ((z - np.float32(self.bottom - TABLE_MM / 2)) * np.float32(1 / TABLE_MM)).astype(
            np.int32
        )
        found: NDArray[np.float32] = np.take(self.table, index, axis=1, mode="clip")
        return found

    def distance(self, points: Points) -> Distance:
        """Gives the distance of points to it."""
        u, y, width, depth = self.at(points.z)
        du, dy = points.u - u, points.y - y
        if self.turn:
            cosine, sine = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
            du, dy = du * cosine + dy * sine, dy * cosine - du * sine
        du /= width
        dy /= depth
        section = (np.sqrt(du * du + dy * dy) - np.float32(1.0)) * np.minimum(width, depth)
        middle, half = (self.bottom + self.top) / 2, (self.top - self.bottom) / 2
        ends = np.abs(points.z - np.float32(middle)) - np.float32(half)
        return np.asarray(np.maximum(section, ends), dtype=np.float32)


def column(
    *,
    z: tuple[float, ...],
    u: tuple[float, ...],
    y: tuple[float, ...],
    width: tuple[float, ...],
    depth: tuple[float, ...],
    turn: float = 0.0,
) -> Column:
    """Gives the smooth column through sections at some heights, without overshoot.

    Args:
        z: Heights, rising, mm.
        u: Lateral position of its middle at each, mm.
        y: Posterior position of its middle at each, mm.
        width: Half its width at each, mm.
        depth: Half its depth at each, mm.
        turn: How far the section is turned about the vertical, radians.
    """
    heights = np.arange(z[0], z[-1] + TABLE_MM / 2, TABLE_MM)
    curves = PchipInterpolator(z, np.array([u, y, width, depth]), axis=1)
    return Column(z[0], np.asarray(curves(np.minimum(heights, z[-1])), np.float32), turn)


@dataclass(frozen=True)
class Cord:
    """A round band along a line of points: a cruciate ligament or a vessel.

    Attributes:
        path: (point, 3) u, y and z of its middle line, mm.
        radius: Its radius at each point, mm.
    """

    path: NDArray[np.float32]
    radius: NDArray[np.float32]

    @property
    def length(self) -> float:
        """Length of its middle line, mm."""
        return float(np.linalg.norm(np.diff(self.path, axis=0), axis=1).sum())

    def box(self, margin: float = 0.0) -> Box:
        """Gives what holds it."""
        reach = float(self.radius.max()) + margin
        low, high = self.path.min(axis=0) - reach, self.path.max(axis=0) + reach
        u, y, z = ((float(a), float(b)) for a, b in zip(low, high, strict=True))
        return (u, y, z)

    def place(self, points: Points) -> tuple[Distance, Distance]:
        """Gives the distance of points to it, and how far along it they lie, 0 to 1."""
        best = np.full(points.u.shape, np.inf, dtype=np.float32)
        along = np.zeros(points.u.shape, dtype=np.float32)
        count = len(self.path) - 1
        for index in range(count):
            start, step = self.path[index], self.path[index + 1] - self.path[index]
            du, dy, dz = points.u - start[0], points.y - start[1], points.z - start[2]
            part = du * step[0] + dy * step[1] + dz * step[2]
            part = np.clip(part / np.float32(step @ step), 0.0, 1.0)
            gap = np.sqrt(
                (du - part * step[0]) ** 2 + (dy - part * step[1]) ** 2 + (dz - part * step[2]) ** 2
            )
            gap -= self.radius[index] + part * (self.radius[index + 1] - self.radius[index])
            nearer = gap < best
            best = np.where(nearer, gap, best)
            along = np.where(nearer, (index + part) / np.float32(count), along)
        return best.astype(np.float32), along.astype(np.float32)


def bezier(corners: NDArray[np.float64], count: int = 9) -> NDArray[np.float32]:
    """Gives points along the quadratic Bezier curve of three corners, each (u, y, z)."""
    share = np.linspace(0.0, 1.0, count)[:, None]
    first, middle, last = np.asarray(corners, dtype=np.float64)
    curve = (1 - share) ** 2 * first + 2 * share * (1 - share) * middle + share**2 * last
    return np.asarray(curve, dtype=np.float32)


def belt_distance(y: Coordinates, z: Coordinates, *, back: Circle, front: Circle) -> Distance:
    """Gives the distance to the hull of two circles in a plane, a belt around two wheels.

    Its straight sides touch both circles: seen from the axis they lean by the difference
    of the radii over the distance of the middles.
    """
    span_y, span_z = front[0] - back[0], front[1] - back[1]
    span = float(np.hypot(span_y, span_z))
    lean = (back[2] - front[2]) / span
    upright = float(np.sqrt(1.0 - lean**2))
    dy, dz = y - np.float32(back[0]), z - np.float32(back[1])
    along = (dy * np.float32(span_y) + dz * np.float32(span_z)) / np.float32(span)
    aside = np.abs(dz * np.float32(span_y) - dy * np.float32(span_z)) / np.float32(span)
    foot = along * np.float32(upright) - aside * np.float32(lean)
    side = along * np.float32(lean) + aside * np.float32(upright) - np.float32(back[2])
    squared = aside * aside
    near = np.sqrt(along * along + squared) - np.float32(back[2])
    far = np.sqrt((along - np.float32(span)) ** 2 + squared) - np.float32(front[2])
    ends = np.where(foot > np.float32(span * upright), far, side)
    return np.asarray(np.where(foot < 0.0, near, ends), dtype=np.float32)


def meet(first: Distance, second: Distance, radius: float) -> Distance:
    """Gives the intersection of two shapes with its edge rounded by ``radius`` mm."""
    a = np.maximum(first + np.float32(radius), 0.0)
    b = np.maximum(second + np.float32(radius), 0.0)
    inside = np.minimum(np.maximum(first, second), np.float32(-radius))
    return np.asarray(np.sqrt(a * a + b * b) + inside, dtype=np.float32)


def blend(first: Distance, second: Distance, radius: float) -> Distance:
    """Gives the union of two shapes with the corner between them filled by ``radius`` mm.

    The polynomial smooth minimum: equal distances are lowered by a quarter of the radius.
    """
    near = np.maximum(np.float32(radius) - np.abs(first - second), 0.0)
    return np.asarray(
        np.minimum(first, second) - near * near * np.float32(0.25 / radius), dtype=np.float32
    )
