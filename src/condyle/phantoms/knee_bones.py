"""The bones of a knee as distances: femur, tibia, patella and fibula.

The mean shape has a tibial plateau 72 mm wide; ``knee_person`` scales it to a person. The
radii of the condyles follow the circle of about 20 mm that fits the back of either condyle
(Li et al., J Orthop Res 30:686 (2012), doi 10.1002/jor.21575).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from condyle.phantoms.limb_space import (
    Coordinates,
    Distance,
    Points,
    belt_distance,
    blend,
    column,
    meet,
)

PIVOT = (1.0, 22.0)
"""(y, z) of the axis about which the femur bends: the middle of the back of the condyles."""

BACK_RADIUS, FRONT_RADIUS = 20.0, 26.0
_FRONT = (-20.5, 33.5)

_FEMORAL_SHAFT = column(
    z=(28.0, 36.0, 42.0, 48.0, 54.0, 60.0, 72.0, 120.0),
    u=(-1.0, -1.0, -1.5, -1.5, -1.5, -1.5, -1.5, -1.0),
    y=(-14.0, -15.0, -16.0, -17.0, -18.0, -18.5, -19.0, -19.0),
    width=(35.0, 32.5, 29.0, 25.0, 22.0, 20.0, 17.5, 15.0),
    depth=(19.0, 19.0, 18.8, 18.0, 17.0, 15.8, 14.5, 14.0),
)
_TIBIAL_SHAFT = column(
    z=(-120.0, -78.0, -60.0, -48.0, -42.0, -36.0, -30.0, -24.0, -18.0, -12.0, -6.0, 14.0),
    u=(-4.0, -3.5, -2.5, -1.0, -0.8, -0.5, 0.0, 0.0, 0.5, 0.5, 0.0, 0.0),
    y=(-1.0, -2.0, -3.0, -4.5, -5.5, -6.0, -6.0, -4.5, -2.0, -0.3, 0.3, 0.3),
    width=(13.0, 14.0, 16.5, 19.5, 21.0, 23.5, 27.0, 31.0, 34.3, 36.3, 36.3, 35.5),
    depth=(13.0, 14.5, 16.5, 18.5, 19.3, 20.2, 21.4, 22.9, 24.8, 26.4, 26.0, 25.5),
)
FIBULA = column(
    z=(-120.0, -60.0, -42.0, -34.0, -28.0, -20.0, -13.0, -9.5),
    u=(28.0, 29.0, 31.0, 33.5, 35.5, 37.0, 37.0, 37.0),
    y=(23.0, 22.5, 20.5, 20.5, 20.5, 20.5, 22.0, 23.5),
    width=(5.0, 5.2, 6.5, 8.2, 10.0, 10.2, 7.5, 2.5),
    depth=(5.5, 5.8, 6.8, 8.0, 9.2, 9.5, 7.0, 2.5),
)


@dataclass(frozen=True)
class BoneShape:
    """How the bones of a person differ from the mean ones, in mm of the mean knee.

    Attributes:
        notch_half_width: Half the width of the intercondylar notch.
        groove: Depth of the trochlear groove.
        dish: How far the medial plateau is hollow.
        slope: Fall of the plateau backwards, mm a mm.
        eminence: Height of the tibial spines.
        gap: Height of the bone of either plateau below the contact, the cartilage's thickness.
        femoral_rise: Height of the bone of the condyles above it.
    """

    notch_half_width: float = 9.5
    groove: float = 6.0
    dish: float = 1.5
    slope: float = 0.09
    eminence: float = 8.0
    gap: float = 2.4
    femoral_rise: float = 2.1


@dataclass(frozen=True)
class FemurDistance:
    """Distances to the femur, in mm.

    Attributes:
        bone: To its surface, negative inside.
        sides: To the planes of the epicondyles; cartilage keeps away from them.
        notch: To the notch, negative inside it.
    """

    bone: Distance
    sides: Distance
    notch: Distance


def femur_distance(points: Points, shape: BoneShape) -> FemurDistance:
    """Gives the distances to the femur of points in its own frame."""
    u, y = points.u, points.y
    z = points.z - np.float32(shape.femoral_rise - 2.0)
    front = np.clip((-6.0 - y) / 12.0, 0.0, 1.0)
    groove = np.float32(shape.groove) * np.exp(-(((u - 1.5) / 9.0) ** 2)) * front
    # The lateral ridge of the trochlea reaches further forward than the medial one.
    ridge = 1.6 * np.tanh(u / 10.0) * front
    profile = belt_distance(y, z, back=(*PIVOT, BACK_RADIUS), front=(*_FRONT, FRONT_RADIUS))
    # Each condyle is round from side to side too.
    swell = np.minimum((np.abs(np.abs(u + 0.5) - 22.0) / 7.2) ** 2, 6.0) * (1.0 - front)
    profile = (profile + groove - ridge + swell).astype(np.float32)
    narrow = np.clip((-4.0 - y) / 30.0, 0.0, 1.3)
    # Below and above the epicondyles the sides draw in.
    barrel = np.minimum(0.006 * (z - 26.0) ** 2, 5.0)
    half = 38.6 - 10.5 * narrow * np.sqrt(narrow) - barrel
    sides = (np.abs(u + 1.5) - half).astype(np.float32)
    body = meet(profile, sides, 10.0)
    whole = blend(body, _FEMORAL_SHAFT.distance(Points(u, y, z)), 7.0)
    notch = _notch(u, y, z, shape)
    return FemurDistance(meet(whole, -notch, 4.0), sides, notch)


def _notch(u: Coordinates, y: Coordinates, z: Coordinates, shape: BoneShape) -> Distance:
    """Gives the distance to the notch; its roof is Blumensaat's line."""
    roof = (y + 19.0) * 0.80 - (z - 9.0) * 0.60
    walls = np.abs(u - 0.5) - (shape.notch_half_width + 0.05 * y - 0.10 * (z - 16.0))
    return meet((-roof).astype(np.float32), walls.astype(np.float32), 5.0)


def compartment_radius(u: Coordinates, y: Coordinates, *, medial: bool) -> Coordinates:
    """Gives the square of the radius in a half of the plateau, 1 at the edge of its cartilage."""
    centre, width, depth = (-21.0, 15.5, 21.0) if medial else (20.0, 14.5, 18.5)
    squared = ((u - centre) / width) ** 2 + ((y - 1.0) / depth) ** 2
    return np.asarray(squared, dtype=np.float32)


def plateau_height(u: Coordinates, y: Coordinates, shape: BoneShape) -> Coordinates:
    """Gives the height of the bone of the plateau, without its cartilage."""
    hollow = np.minimum(compartment_radius(u, y, medial=True), 1.0)
    # The lateral half is hollow from side to side and bulges from front to back.
    across = np.minimum(((u - 20.0) / 14.5) ** 2, 1.0) - 0.6 * np.minimum((y / 18.0) ** 2, 1.0)
    height = shape.dish * np.where(u < 0.0, hollow, 0.5 * across)
    height = height - shape.gap - shape.slope * (y + 3.0)
    spines = np.exp(-(((u + 5.0) / 3.4) ** 2) - ((y - 1.0) / 9.0) ** 2)
    spines = spines + 0.85 * np.exp(-(((u - 5.5) / 3.2) ** 2) - ((y - 4.0) / 8.0) ** 2)
    trough = np.exp(-((u / 7.0) ** 2)) * np.clip((np.abs(y - 2.0) - 9.0) / 8.0, 0.0, 1.0)
    rim = np.clip(np.hypot(u / 36.0, y / 25.0) - 0.9, 0.0, None) * 12.0
    return np.asarray(height + shape.eminence * spines - 2.5 * trough - rim, dtype=np.float32)


def tibia_distance(points: Points, shape: BoneShape, *, plateau: bool = True) -> Distance:
    """Gives the distance to the tibia.

    Args:
        points: Where.
        shape: Of the person.
        plateau: Whether some lie so high that the plateau matters; its form takes long.
    """
    # The back of the plateau is notched between the condyles for the cruciate.
    popliteal = np.float32(22.5) + np.float32(0.016) * points.u * points.u - points.y
    body = np.maximum(_TIBIAL_SHAFT.distance(points), -popliteal)
    if plateau:
        top = (points.z - plateau_height(points.u, points.y, shape)) * np.float32(0.9)
        return meet(body, top, 1.5)
    bump = np.sqrt(
        ((points.u - 2.0) / 9.0) ** 2
        + ((points.y + 24.0) / 5.5) ** 2
        + ((points.z + 36.0) / 13.0) ** 2
    )
    return blend(body, ((bump - 1.0) * 5.5).astype(np.float32), 5.0)


def patella_distance(points: Points, centre: tuple[float, float, float]) -> Distance:
    """Gives the distance to a patella whose ridge lies at ``centre``."""
    u, y, z = (points.u - centre[0], points.y - centre[1], points.z - centre[2])
    # It is broad above and runs out into an apex below.
    half = 20.8 - 5.0 * np.clip((-z - 4.0) / 14.0, 0.0, 1.4) ** 2
    shell = np.sqrt((u / half) ** 2 + ((y + 6.0) / 13.8) ** 2 + (z / 20.3) ** 2)
    bulk = ((shell - 1.0) * 13.8).astype(np.float32)
    facets = (y + 0.36 * np.sqrt((u + 2.0) ** 2 + 6.0) - 0.9 + 0.004 * z * z) * np.float32(0.94)
    return meet(bulk, facets.astype(np.float32), 3.0)
