"""Everything of an ankle that is no bone: limb, muscles, tendons, ligaments, vessels."""

from __future__ import annotations

import numpy as np

from condyle.phantoms.ankle_shape import AnkleShape, curve
from condyle.phantoms.limb_canvas import Canvas
from condyle.phantoms.limb_space import Column, Cord, Distance, Points, blend, column
from condyle.phantoms.ripples import ripple
from condyle.phantoms.tissues import Tissue

_SKIN_MM = 1.8
_MAY_BE_MUSCLE = (int(Tissue.FAT), int(Tissue.CONNECTIVE), int(Tissue.MUSCLE))
_OUTSIDE = (int(Tissue.AIR), int(Tissue.SKIN))
_SEPTUM, _SHEET = 0.025, 0.05

_LEG = column(
    z=(-40.0, -15.0, 0.0, 20.0, 45.0, 110.0),
    u=(0.0, 0.5, 0.5, 0.5, 0.5, 0.5),
    y=(8.5, 10.5, 9.5, 9.0, 9.0, 9.0),
    width=(30.0, 33.0, 34.0, 31.5, 34.0, 46.0),
    depth=(38.0, 39.5, 37.0, 34.5, 37.0, 47.0),
)
_FOOT = Cord(
    np.array(
        [[0.0, 25.0, -50.0], [0.0, -8.0, -41.0], [0.0, -45.0, -42.0], [0.0, -130.0, -58.0]],
        np.float32,
    ),
    np.array([27.0, 36.0, 37.0, 22.0], np.float32),
)
_SOLE_Z = -79.0

_MUSCLES: tuple[Column, ...] = (
    column(  # flexor hallucis longus
        z=(10.0, 22.0, 45.0, 110.0),
        u=(-1.0, 1.0, 4.0, 6.0),
        y=(20.0, 21.0, 22.0, 22.0),
        width=(3.0, 8.0, 13.0, 18.0),
        depth=(2.0, 5.0, 7.5, 10.0),
    ),
    column(  # soleus
        z=(30.0, 45.0, 70.0, 110.0),
        u=(0.0, 0.0, 0.0, 0.0),
        y=(33.0, 33.0, 35.0, 38.0),
        width=(4.0, 12.0, 22.0, 30.0),
        depth=(1.0, 3.0, 6.0, 10.0),
    ),
    column(  # extensors
        z=(18.0, 32.0, 60.0, 110.0),
        u=(5.0, 7.0, 9.0, 11.0),
        y=(-17.0, -16.5, -17.0, -18.0),
        width=(4.0, 9.0, 12.0, 16.0),
        depth=(2.0, 4.5, 8.0, 12.0),
    ),
    column(  # peroneal muscles
        z=(8.0, 25.0, 55.0, 110.0),
        u=(24.0, 25.5, 28.0, 33.0),
        y=(15.0, 15.5, 15.0, 12.0),
        width=(2.0, 4.5, 6.5, 9.0),
        depth=(2.5, 6.0, 9.0, 14.0),
    ),
)
_SOLE_MUSCLES: tuple[Cord, ...] = (
    curve((-3.0, 24.0, -64.0), (-3.0, -30.0, -59.0), (-3.0, -130.0, -64.0), radius=7.0),
    curve((-17.0, 14.0, -54.0), (-18.0, -30.0, -52.0), (-15.0, -130.0, -60.0), radius=7.5),
    curve((16.0, 18.0, -60.0), (18.0, -30.0, -57.0), (17.0, -130.0, -64.0), radius=6.0),
    curve((-9.0, 6.0, -57.0), (-5.0, -40.0, -53.0), (0.0, -130.0, -58.0), radius=6.5),
    curve((7.0, 12.0, -63.0), (7.0, -40.0, -57.0), (8.0, -130.0, -62.0), radius=6.0),
)
_TENDONS: tuple[Cord, ...] = (
    curve(
        (-19, 12, 110),
        (-20.5, 14, 10),
        (-20, 10, -10),
        (-19, -14, -24),
        (-15, -46, -30),
        radius=2.7,
    ),
    curve(
        (-13, 15, 110), (-16, 17.5, 10), (-17, 14, -12), (-16, -8, -42), (-8, -60, -58), radius=2.1
    ),
    curve(
        (-2, 20.5, 14), (-4, 21.5, -8), (-6, 20, -22), (-12, 4, -44), (-13, -30, -52), radius=2.5
    ),
    curve(
        (25, 14, 110), (25.5, 14.5, 5), (24.5, 15, -18), (20, 2, -38), (19, -45, -56), radius=2.6
    ),
    curve((23, 12, 60), (24, 11.5, 5), (23.5, 12, -20), (21, 2, -34), (22, -55, -44), radius=2.1),
    curve((-11, -18, 110), (-10, -20.5, 20), (-12, -26, -6), (-17, -62, -20), radius=3.0),
    curve((-1, -18, 60), (-2, -20.5, 12), (-5, -30, -5), (-12, -110, -28), radius=2.1),
    curve((8, -18, 30), (8, -19.5, 10), (8, -28, -9), (9, -62, -17), (10, -110, -38), radius=2.6),
)
_LIGAMENTS: tuple[Cord, ...] = (
    curve((-20, -3, -12), (-17.5, 1, -22), (-15, 3, -33), radius=2.2),
    curve((-19, 3, -11), (-16, 7, -16), (-14, 10, -20), radius=2.4),
    curve((-19, -9, -10), (-17, -16, -16), (-14, -22, -20), radius=1.8),
    curve((21, 0, -19), (18, -8, -18), (13, -17, -18), radius=1.4),
    curve((21, 6, -23), (20, 12, -32), (17, 16, -42), radius=1.9),
    curve((18, 10, -10), (12, 15, -12), (4, 18, -14), radius=1.8),
    curve((14, -13, 3), (18, -9, 0), (21, -4, -3), radius=1.5),
    curve((15, 13, 3), (18, 12, 0), (20, 9, -3), radius=1.8),
    curve((4, -8, -31), (3, -10, -35), (3, -12, -40), radius=2.2),
    curve((-2, 34, -64), (-3, -10, -68), (-4, -130, -70), radius=1.8),
)
_VESSELS: tuple[Cord, ...] = (
    curve((-11, 19, 110), (-13, 19.5, 5), (-14, 16, -20), (-15, 2, -42), radius=1.7),
    curve((-9, 21, 110), (-10, 22, 5), (-13, 19, -18), radius=1.5),
    curve((3, -18, 110), (3, -20.5, 12), (2, -28, -8), (0, -70, -18), radius=1.3),
    curve((-25, -8, 110), (-25, -12, 10), (-22, -20, -10), radius=1.4),
)
_ACHILLES = column(
    z=(-50.0, -40.0, -28.0, -10.0, 20.0, 50.0, 110.0),
    u=(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    y=(46.5, 46.0, 44.0, 40.5, 38.0, 38.5, 44.0),
    width=(8.0, 9.5, 9.0, 7.5, 7.0, 8.5, 14.0),
    depth=(1.0, 2.0, 3.0, 2.9, 2.7, 2.2, 1.8),
)


def _limb(points: Points) -> Distance:
    foot, _ = _FOOT.place(points)
    whole = blend(_LEG.distance(points), foot, 14.0)
    return np.asarray(np.maximum(whole, np.float32(_SOLE_Z) - points.z), np.float32)


def paint_limb(canvas: Canvas, shape: AnkleShape) -> None:
    """Paints skin, and within it fat with its septa.

    Their outlines are smooth, so that every second sample is enough to draw them.
    """
    sparse = (slice(None, None, 2), slice(None, None, 2))
    points = canvas.points.part(sparse)
    distance = _limb(points)
    septa = np.abs(ripple(points, shape.phases, 17.0)) < _SEPTUM
    septa |= np.abs(ripple(points, shape.phases[::-1], 11.0)) < _SEPTUM
    tissue = np.zeros(distance.shape, np.uint8)
    tissue[distance < 0.0] = int(Tissue.SKIN)
    tissue[distance < -_SKIN_MM] = int(Tissue.FAT)
    tissue[septa & (distance < -_SKIN_MM)] = int(Tissue.CONNECTIVE)
    canvas.tissue[:] = tissue.repeat(2, axis=0).repeat(2, axis=1)


def paint_muscles(canvas: Canvas, shape: AnkleShape) -> None:
    """Paints the muscles of leg and sole, with sheets of fat between their bundles."""
    muscles: tuple[Column | Cord, ...] = (*_MUSCLES, *_SOLE_MUSCLES)
    for number, muscle in enumerate(muscles):
        window = canvas.window(muscle.box())
        if window is not None:
            if isinstance(muscle, Cord):
                distance = muscle.place(window.points)[0]
            else:
                distance = muscle.distance(window.points)
            phases = tuple(phase * (number + 1) for phase in shape.phases)
            sheets = np.abs(ripple(window.points, phases, 12.0)) < _SHEET
            free = np.isin(window.tissue, _MAY_BE_MUSCLE)
            window.paint(free & (distance < 0.0), Tissue.CONNECTIVE)
            window.paint(free & (distance < -0.6) & ~sheets, Tissue.MUSCLE)


def paint_strings(canvas: Canvas) -> None:
    """Paints tendons with a little fluid in their sheaths, ligaments and vessels."""
    for cords, tissue, sheath in (
        (_VESSELS, Tissue.VENOUS_BLOOD, None),
        (_LIGAMENTS, Tissue.LIGAMENT, None),
        (_TENDONS, Tissue.TENDON, Tissue.SYNOVIUM),
    ):
        for cord in cords:
            window = canvas.window(cord.box(0.6))
            if window is not None:
                distance, _ = cord.place(window.points)
                within = ~np.isin(window.tissue, _OUTSIDE)
                if sheath is not None:
                    window.paint(within & (distance < 0.5), sheath)
                window.paint(within & (distance < 0.0), tissue)
    window = canvas.window(_ACHILLES.box())
    if window is not None:
        window.paint(_ACHILLES.distance(window.points) < 0.0, Tissue.TENDON)
