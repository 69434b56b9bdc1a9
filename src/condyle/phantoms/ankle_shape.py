"""One person's ankle: sizes, pose, and the bones as distances.

Everything lies in the frame of the ankle, in mm of the mean ankle: u points to the lateral
side, y backwards, z upwards. The origin is the top of the bony dome of the talus.

Sizes are rounded from published means of adults: radius of the trochlea about 20 mm and
width about 28 mm in the middle, wider in front (Stagni et al., Clin Biomech 20:307, 2005,
doi 10.1016/j.clinbiomech.2004.11.009); thickness of its cartilage 1.1 to 1.4 mm (Welsch et
al., Skeletal Radiology 37:519, 2008, doi 10.1007/s00256-008-0474-z); the rest is an
approximation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from condyle.phantoms.limb_space import Column, Cord, Distance, Points, bezier, blend, column
from condyle.phantoms.shapes import round_intersection

JOINT_MM = 3.0
"""From the bone of the dome to the bone of the plafond: two cartilages and the gap."""

SUBTALAR_MM = 2.6
"""The same between talus and calcaneus."""


@dataclass(frozen=True)
class AnkleShape:
    """How an ankle differs from the mean one.

    Attributes:
        scale: Size relative to the mean.
        turn_deg: Turn of the leg about x, y and z.
        shift_mm: Where the origin lies, LPS.
        radius: Of the dome in the sagittal plane, mm.
        half_width: Half the width of the dome in its middle, mm.
        groove: Depth of the groove along the dome, mm.
        cartilage: Thickness of the cartilage of the dome, mm.
        neck: How far the head of the talus is turned to the medial side, mm.
        effusion: Fluid around the joint, mm.
        phases: Of what is uneven in its tissues, radians.
    """

    scale: float = 1.0
    turn_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    radius: float = 20.0
    half_width: float = 14.0
    groove: float = 0.8
    cartilage: float = 1.25
    neck: float = 4.0
    effusion: float = 1.0
    phases: tuple[float, float, float] = (0.0, 2.0, 4.0)


_TIBIA = column(
    z=(-6.0, 0.0, 6.0, 14.0, 24.0, 38.0, 60.0, 110.0),
    u=(-0.5, -0.5, -1.0, -1.5, -2.5, -3.0, -4.0, -5.0),
    y=(0.5, 0.5, 0.0, -0.5, -1.0, -1.5, -2.0, -2.0),
    width=(16.5, 17.5, 18.0, 17.0, 15.0, 13.0, 11.8, 11.5),
    depth=(15.5, 17.0, 17.5, 16.5, 15.0, 13.2, 12.5, 12.5),
)
_MEDIAL_MALLEOLUS = column(
    z=(-14.0, -11.0, -5.0, 2.0, 10.0),
    u=(-20.0, -20.0, -19.5, -17.0, -14.0),
    y=(-4.0, -3.5, -2.5, -1.0, 0.0),
    width=(2.0, 5.0, 6.2, 6.5, 4.0),
    depth=(3.0, 8.0, 11.5, 13.5, 12.0),
)
_FIBULA = column(
    z=(-25.0, -21.0, -14.0, -4.0, 8.0, 20.0, 50.0, 110.0),
    u=(21.5, 22.0, 22.5, 22.5, 22.5, 23.0, 24.0, 25.0),
    y=(5.0, 5.0, 4.5, 4.0, 5.0, 6.0, 6.5, 6.0),
    width=(1.5, 4.5, 6.0, 6.2, 5.4, 4.8, 4.8, 5.0),
    depth=(2.5, 6.0, 8.0, 9.0, 8.0, 6.8, 6.2, 6.5),
)
SHAFTS: tuple[Column, ...] = (_TIBIA, _FIBULA)


def trochlea_half_width(y: Distance, shape: AnkleShape) -> Distance:
    """Gives half the width of the dome, which is wider in front."""
    return np.asarray(
        np.float32(shape.half_width) - np.float32(0.09) * np.clip(y, -18.0, 18.0), np.float32
    )


def dome_distance(points: Points, shape: AnkleShape) -> Distance:
    """Gives the distance to the trochlea: a grooved roller between two flat sides."""
    across = points.u / trochlea_half_width(points.y, shape)
    sunk = np.float32(shape.groove) * np.clip(1.0 - across * across, 0.0, 1.0)
    roller = np.hypot(points.y, points.z + np.float32(shape.radius)) - np.float32(shape.radius)
    sides = np.abs(points.u) - trochlea_half_width(points.y, shape)
    return round_intersection(
        np.asarray(roller + sunk, np.float32), np.asarray(sides, np.float32), 2.5
    )


def subtalar_height(y: Distance) -> Distance:
    """Gives the height of the underside of the talus, which slopes down forwards."""
    return np.asarray(np.maximum(-27.5 + 0.55 * y, -32.0), np.float32)


def _ball(
    points: Points, centre: tuple[float, float, float], radii: tuple[float, float, float]
) -> Distance:
    parts = [
        (values - np.float32(middle)) / np.float32(radius)
        for values, middle, radius in zip(
            (points.u, points.y, points.z), centre, radii, strict=True
        )
    ]
    radius = np.sqrt(parts[0] ** 2 + parts[1] ** 2 + parts[2] ** 2)
    return np.asarray((radius - 1.0) * np.float32(min(radii)), np.float32)


def head_distance(points: Points, shape: AnkleShape) -> Distance:
    """Gives the distance to the head of the talus."""
    return _ball(points, (-shape.neck, -34.0, -22.0), (13.0, 11.0, 11.5))


def talus_distance(points: Points, dome: Distance, shape: AnkleShape) -> Distance:
    """Gives the distance to the talus: dome, body, neck, head and posterior process."""
    # Below the shoulders the body narrows towards the sinus of the tarsus.
    sides = np.abs(points.u + 1.0) - (14.5 + 0.22 * (points.z + 14.0))
    below = round_intersection(
        np.asarray(subtalar_height(points.y) - points.z, np.float32),
        np.asarray(sides, np.float32),
        4.0,
    )
    body = np.maximum(dome, below)
    neck_path = np.array([[0.0, -8.0, -18.0], [-shape.neck, -30.0, -22.0]], np.float32)
    neck, _ = Cord(neck_path, np.array([11.5, 9.5], np.float32)).place(points)
    neck = np.maximum(neck, subtalar_height(points.y) - points.z)
    neck = np.maximum(neck, points.z + np.float32(shape.radius * 0.42) - 0.1 * points.y)
    process = _ball(points, (-1.0, 17.5, -17.0), (8.0, 6.0, 4.5))
    front = blend(neck, head_distance(points, shape), 4.0)
    return blend(blend(body, process, 3.0), front, 3.0)


def calcaneus_distance(points: Points) -> Distance:
    """Gives the distance to the calcaneus, cut where the talus lies on it."""
    path = np.array(
        [[0.0, 29.0, -47.0], [1.0, 10.0, -45.0], [4.0, -14.0, -47.0], [8.0, -33.0, -47.0]]
    )
    thin = Points(points.u * np.float32(1.12), points.y, points.z)
    trunk, _ = Cord(path.astype(np.float32), np.array([16.5, 14.5, 12.5, 12.0], np.float32)).place(
        thin
    )
    facet = _ball(points, (2.0, 7.0, -33.0), (13.0, 16.0, 13.0))
    shelf = _ball(points, (-13.0, -4.0, -36.0), (9.0, 8.0, 5.0))
    whole = blend(blend(trunk, facet, 5.0), shelf, 5.0)
    cut = points.z - subtalar_height(points.y) + np.float32(SUBTALAR_MM)
    return np.asarray(np.maximum(whole, cut), np.float32)


def tibia_distance(points: Points) -> Distance:
    """Gives the distance to the tibia with its malleolus, before the joint is cut out."""
    return blend(_TIBIA.distance(points), _MEDIAL_MALLEOLUS.distance(points), 5.0)


def fibula_distance(points: Points) -> Distance:
    """Gives the distance to the fibula, before the joint is cut out."""
    return _FIBULA.distance(points)


def midfoot_distance(points: Points, shape: AnkleShape) -> Distance:
    """Gives the distance to navicular, cuboid and what lies in front of them."""
    navicular = _ball(points, (-shape.neck - 1.0, -48.0, -23.0), (15.0, 7.5, 11.5))
    navicular = np.maximum(navicular, 2.4 - head_distance(points, shape))
    cuboid = _ball(points, (14.0, -58.0, -45.0), (12.0, 14.0, 11.0))
    wedges = _ball(points, (-6.0, -66.0, -28.0), (16.0, 9.5, 11.0))
    rays = [
        Cord(
            np.array([[u, -78.0, -32.0 - drop], [u * 1.3, -130.0, -58.0]], np.float32),
            np.array([6.5, 5.5], np.float32),
        ).place(points)[0]
        for u, drop in ((-13.0, 0.0), (-1.0, 2.0), (12.0, 10.0))
    ]
    return np.asarray(np.minimum.reduce([navicular, cuboid, wedges, *rays]), np.float32)


def curve(*corners: tuple[float, float, float], radius: float) -> Cord:
    """Gives a tendon or vessel of even thickness: smooth through three corners, else straight."""
    path = bezier(np.array(corners), 7) if len(corners) == 3 else np.array(corners, np.float32)
    return Cord(path, np.full(len(path), radius, np.float32))
