"""Everything around the spine: back muscles, fat, skin, vessels, abdomen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.phantoms.anatomy import Spine
from condyle.phantoms.curves import Curves
from condyle.phantoms.plane import Plane
from condyle.phantoms.tissues import Tissue


@dataclass(frozen=True)
class Organ:
    """An ellipsoid of the abdomen.

    Attributes:
        centre: (x, y, z) in mm.
        radii: Half axes in mm, along its own axes.
        turn: Rotation in the sagittal plane, radians.
        wall_mm: Thickness of its wall; 0 for none.
        wall: Tissue of the wall.
        content: Tissue within.
    """

    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    turn: float
    wall_mm: float
    wall: Tissue
    content: Tissue


@dataclass(frozen=True)
class Vessel:
    """A tube along the front of the column.

    Attributes:
        x: Distance to the left of the midline, mm.
        radius: In mm.
        gap: From the front of the column to its wall, mm.
        end_z: Height at which it ends below.
        tissue: What flows in it.
    """

    x: float
    radius: float
    gap: float
    end_z: float
    tissue: Tissue


@dataclass(frozen=True)
class Surroundings:
    """What was drawn for one person.

    Attributes:
        organs: Painted in this order.
        vessels: Aorta, vena cava and the like.
        wall_mm: Thickness of the muscle of the belly wall.
        fat_front_mm: Fat under the skin of the belly.
    """

    organs: tuple[Organ, ...]
    vessels: tuple[Vessel, ...]
    wall_mm: float
    fat_front_mm: float


def draw_surroundings(rng: np.random.Generator, spine: Spine, *, belly_mm: float) -> Surroundings:
    """Draws the abdomen of one person.

    Args:
        rng: Source of randomness.
        spine: Gives the heights at which vessels end.
        belly_mm: From the front of the column to the skin of the belly.
    """
    fat_front = float(rng.uniform(12.0, 28.0))
    wall = float(rng.uniform(7.0, 11.0))
    column = spine.vertebrae[2].bottom.y - spine.vertebrae[2].bottom.depth / 2.0
    nearest = column - 26.0
    farthest = column - belly_mm + fat_front + wall + 12.0
    organs = [_liver(rng, nearest, spine)]
    organs += [_loop(rng, nearest, farthest) for _ in range(46)]
    organs += _pelvis(rng, spine)
    fourth = spine.vertebrae[1]
    vessels = (
        Vessel(
            float(rng.uniform(4.0, 16.0)),
            float(rng.uniform(7.0, 9.5)),
            3.0,
            fourth.bottom.z + float(rng.uniform(-4.0, 14.0)),
            Tissue.FLOWING_BLOOD,
        ),
        Vessel(
            -float(rng.uniform(12.0, 20.0)),
            float(rng.uniform(8.0, 10.5)),
            3.0,
            fourth.bottom.z - 5.0,
            Tissue.FLOWING_BLOOD,
        ),
    )
    return Surroundings(tuple(organs), vessels, wall, fat_front)


def _liver(rng: np.random.Generator, nearest: float, spine: Spine) -> Organ:
    top = spine.vertebrae[-2].bottom.z
    return Organ(
        centre=(-28.0, nearest - 35.0, top + float(rng.uniform(-5.0, 25.0))),
        radii=(60.0, float(rng.uniform(32.0, 50.0)), float(rng.uniform(45.0, 65.0))),
        turn=float(rng.uniform(-0.3, 0.3)),
        wall_mm=0.0,
        wall=Tissue.LIVER,
        content=Tissue.LIVER,
    )


def _loop(rng: np.random.Generator, nearest: float, farthest: float) -> Organ:
    contents = (Tissue.BOWEL_SOLID, Tissue.BOWEL_FLUID, Tissue.BOWEL_WALL, Tissue.AIR)
    content = contents[int(rng.choice(4, p=[0.45, 0.15, 0.25, 0.15]))]
    radius = float(rng.uniform(4.0, 15.0))
    return Organ(
        centre=(
            float(rng.uniform(-45, 45)),
            float(rng.uniform(farthest, nearest)),
            float(rng.uniform(-90, 190)),
        ),
        radii=(float(rng.uniform(12, 40)), radius, radius * float(rng.uniform(0.9, 2.6))),
        turn=float(rng.uniform(-1.5, 1.5)),
        wall_mm=float(rng.uniform(1.2, 2.6)),
        wall=Tissue.BOWEL_WALL,
        content=content,
    )


def _pelvis(rng: np.random.Generator, spine: Spine) -> list[Organ]:
    """Draws the rectum and sigmoid in front of the sacrum, with fat between."""
    organs: list[Organ] = []
    for below, ahead in ((3, 26.0), (2, 34.0), (1, 48.0), (0, 62.0)):
        y, z = spine.sacrum[below].bottom.point(-spine.sacrum[below].bottom.depth / 2.0 - ahead)
        content = Tissue.BOWEL_SOLID if rng.random() < 0.6 else Tissue.BOWEL_WALL
        organs.append(
            Organ(
                (float(rng.uniform(-8, 8)), y, z - 8.0),
                (22.0, float(rng.uniform(8, 14)), float(rng.uniform(10, 18))),
                float(rng.uniform(-0.8, 0.8)),
                2.2,
                Tissue.BOWEL_WALL,
                content,
            )
        )
    return organs


def paint_trunk(plane: Plane, curves: Curves, around: Surroundings) -> None:
    """Paints skin, fat under the skin and the belly wall; all within starts as fat."""
    window = plane.whole()
    skin_back, skin_front = curves.skin[:, None], curves.skin_front[:, None]
    window.paint((window.y < skin_back) & (window.y > skin_front), Tissue.SKIN)
    window.paint((window.y < skin_back - 1.8) & (window.y > skin_front + 1.8), Tissue.FAT)
    inner = window.y - skin_front - around.fat_front_mm
    window.paint((inner > 0.0) & (inner < around.wall_mm), Tissue.MUSCLE)


def paint_organs(plane: Plane, around: Surroundings) -> None:
    """Paints the abdomen."""
    for organ in around.organs:
        x, y, z = organ.centre
        off = 1.0 - ((plane.x - x) / organ.radii[0]) ** 2
        if off <= 0.05:
            continue
        shrink = float(np.sqrt(off))
        window = plane.around(y, z, max(organ.radii[1:]) + 1.0)
        cosine, sine = np.cos(organ.turn), np.sin(organ.turn)
        u = (window.y - y) * cosine + (window.z - z) * sine
        v = (window.z - z) * cosine - (window.y - y) * sine
        a, b = organ.radii[1] * shrink, organ.radii[2] * shrink
        wobble = (
            1.0
            + 0.08 * np.sin(3.0 * np.arctan2(v, u) + x)
            + 0.05 * np.sin(5.0 * np.arctan2(v, u) + y)
        )
        radius = np.sqrt((u / a) ** 2 + (v / b) ** 2) / wobble
        inside = (radius < 1.0) & (window.tissue != int(Tissue.AIR))
        window.paint(inside, organ.wall)
        inner = radius < 1.0 - organ.wall_mm / min(a, b)
        window.paint(inside & inner, organ.content)


def paint_mesentery(plane: Plane, curves: Curves, folds: NDArray[np.float32]) -> None:
    """Paints thin sheets and small vessels into the fat in front of the column.

    Args:
        plane: The plane.
        curves: The lines of the spine.
        folds: (row, column) smooth random field; sheets lie where it crosses 0 or 1.
    """
    window = plane.columns(-1e6, float(curves.front.max()))
    field = folds[:, window.column0 : window.column0 + window.y.size]
    fat = (window.tissue == int(Tissue.FAT)) & (window.y < curves.front[:, None] - 4.0)
    window.paint(fat & (np.abs(field) < 0.05), Tissue.CONNECTIVE)
    window.paint(fat & (np.abs(field - 1.0) < 0.06), Tissue.MUSCLE)
    window.paint(fat & (field < -1.7), Tissue.BOWEL_WALL)


def paint_vessels(plane: Plane, curves: Curves, around: Surroundings) -> None:
    """Paints the vessels in front of the column, with a thin wall."""
    window = plane.columns(float(curves.front.min()) - 60.0, float(curves.front.max()))
    for vessel in around.vessels:
        # Below its fork the vessel leaves the midline, so that the plane cuts it obliquely.
        below = np.maximum(vessel.end_z - window.z, 0.0)
        aside = vessel.x + np.copysign(0.55, vessel.x) * below**2 / (below + 12.0)
        radius = vessel.radius * (1.0 - 0.25 * np.clip(below / 15.0, 0.0, 1.0))
        half = np.sqrt(np.maximum(radius**2 - (plane.x - aside) ** 2, 0.0))
        course = 2.5 * np.sin(window.z / 37.0 + vessel.x)
        centre = curves.front[:, None] - vessel.gap - vessel.radius + course - 0.1 * below
        there = half > 0.5
        window.paint((np.abs(window.y - centre) < half + 1.0) & there, Tissue.MUSCLE)
        window.paint((np.abs(window.y - centre) < half) & there, vessel.tissue)


def paint_back(plane: Plane, curves: Curves, streaks: NDArray[np.float32]) -> None:
    """Paints muscle, interspinous tissue and fat between the canal and the fascia.

    Args:
        plane: The plane.
        curves: The lines of the spine.
        streaks: (row, column) random field of mean 0; fat lies in the muscle where it is
            high.
    """
    window = plane.columns(float(curves.canal_back.min()) - 10.0, float(curves.fascia.max()) + 3.0)
    part = slice(window.column0, window.column0 + window.y.size)
    streaks_here = streaks[:, part]
    back, fascia = curves.canal_back[:, None], curves.fascia[:, None]
    between = (window.y >= back - 8.0) & (window.y < fascia)
    x = abs(plane.x)
    lower = np.clip((90.0 - window.z) / 110.0, 0.0, 1.2)
    if x < 5.0:
        window.paint(between, Tissue.CONNECTIVE)
        window.paint(between & (streaks_here > 0.9), Tissue.FAT)
        window.paint(between & (streaks_here < -1.6), Tissue.LIGAMENT)
    else:
        window.paint(between, Tissue.MUSCLE)
        fatty = 1.9 - 1.1 * lower - 0.6 * np.exp(-(((fascia - window.y) / 6.0) ** 2))
        window.paint(between & (streaks_here > fatty), Tissue.FAT)
    edge = np.abs(window.y - fascia)
    window.paint(edge < 0.9, Tissue.LIGAMENT)
    if x > 14.0:
        _paint_psoas(plane, curves, streaks)


def _paint_psoas(plane: Plane, curves: Curves, streaks: NDArray[np.float32]) -> None:
    window = plane.whole()
    front, back = curves.front[:, None], curves.back[:, None]
    size = np.clip((195.0 - window.z) / 120.0, 0.0, 1.0)
    reach = front + (1.0 - size) * (back - front) * 0.8 - 6.0 * size
    psoas = (window.y > reach) & (window.y < back + 6.0) & (size > 0.05)
    window.paint(psoas, Tissue.MUSCLE)
    window.paint(psoas & (streaks > 2.2), Tissue.FAT)
