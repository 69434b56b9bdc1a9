"""Paints the menisci: wedges between femur and tibia, bent to a C."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from condyle.phantoms.knee_anatomy import Knee
from condyle.phantoms.knee_bones import plateau_height
from condyle.phantoms.knee_joint import femoral_surface, tibial_thickness
from condyle.phantoms.knee_structures import KneeStructure
from condyle.phantoms.limb_canvas import Canvas, Mask
from condyle.phantoms.limb_space import Box, Distance, Points
from condyle.phantoms.tissues import Tissue


@dataclass(frozen=True)
class MeniscusShape:
    """Where a meniscus lies on its half of the plateau, mm of the mean knee."""

    medial: bool
    centre: tuple[float, float]
    outer: tuple[float, float]
    widths: tuple[float, float]
    opening: float


MEDIAL = MeniscusShape(True, (-21.5, 0.5), (16.5, 22.5), (8.0, 11.5), 11.0)
LATERAL = MeniscusShape(False, (20.0, 1.5), (15.0, 16.5), (9.5, 10.0), 6.5)
"""Widths are those of the front and the back horn; the opening is half its breadth."""


@dataclass(frozen=True)
class MeniscusPlace:
    """Where points lie in a meniscus.

    Attributes:
        inside: Whether they lie in it.
        inwards: Distance from its outer edge, mm.
        width: Its width there, mm.
        level: 0 at its lower surface, 1 at its outer height.
        backwards: Sine of the direction from its middle: -1 in front, 1 behind.
        above: Height over the cartilage of the tibia, mm.
    """

    inside: Mask
    inwards: Distance
    width: Distance
    level: Distance
    backwards: Distance
    above: Distance


def meniscus_box(shape: MeniscusShape) -> Box:
    """Gives what holds a meniscus."""
    (u, y), (width, depth) = shape.centre, shape.outer
    return ((u - width - 2, u + width + 2), (y - depth - 2, y + depth + 2), (-9.0, 12.0))


def meniscus_place(points: Points, knee: Knee, shape: MeniscusShape) -> MeniscusPlace:
    """Gives where points lie in a meniscus: a wedge between femur and tibia, bent to a C."""
    du, dy = points.u - np.float32(shape.centre[0]), points.y - np.float32(shape.centre[1])
    reach = np.hypot(du, dy)
    round_ = np.maximum(np.hypot(du / shape.outer[0], dy / shape.outer[1]), 1e-3)
    inwards = reach * (1.0 / round_ - 1.0)
    backwards = dy / np.maximum(reach, 1e-3)
    front, back = shape.widths
    width = knee.person.meniscus_width * (front + (back - front) * (0.5 + 0.5 * backwards))
    bone = plateau_height(points.u, points.y, knee.person.bones)
    floor = bone + np.maximum(tibial_thickness(points, knee, medial=shape.medial), 0.0)
    above = points.z - floor
    height = knee.person.meniscus_mm * np.clip(1.0 - inwards / width, 0.0, 1.0) ** 0.85 + 0.5
    surface = femoral_surface(points, knee).cartilage
    towards = du if shape.medial else -du
    open_ = (towards > 0.0) & (np.abs(dy) < shape.opening)
    inside = (inwards > 0.0) & (inwards < width) & (above > 0.1) & (above < height)
    inside &= (surface > 0.15) & ~open_ & (towards < shape.outer[0] - 4.0)
    return MeniscusPlace(
        inside=inside,
        inwards=inwards.astype(np.float32),
        width=np.asarray(width, dtype=np.float32),
        level=(above / knee.person.meniscus_mm).astype(np.float32),
        backwards=backwards.astype(np.float32),
        above=above.astype(np.float32),
    )


def paint_menisci(canvas: Canvas, knee: Knee) -> None:
    """Paints both menisci."""
    for shape, structure in (
        (MEDIAL, KneeStructure.MEDIAL_MENISCUS),
        (LATERAL, KneeStructure.LATERAL_MENISCUS),
    ):
        window = canvas.window(meniscus_box(shape))
        if window is not None:
            place = meniscus_place(window.points, knee, shape)
            window.paint(place.inside, Tissue.MENISCUS, structure)
