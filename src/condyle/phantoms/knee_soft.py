"""Paints what lies around the joint: skin, fat, muscle, vessels, fluid, tendons, ligaments."""

from __future__ import annotations

import numpy as np

from condyle.phantoms.knee_anatomy import Knee, fascia_distance, structure_of_muscle
from condyle.phantoms.knee_joint import FemoralSurface
from condyle.phantoms.knee_structures import KneeStructure
from condyle.phantoms.limb_canvas import Canvas
from condyle.phantoms.limb_space import Column, Points, column
from condyle.phantoms.ripples import ripple
from condyle.phantoms.tissues import Tissue

_SKIN_MM = 1.6


def paint_limb(canvas: Canvas, knee: Knee) -> None:
    """Paints skin, the fat under it, the fascia, and fat within."""
    points = canvas.points
    deep = fascia_distance(points, knee)
    # There is little fat over the patella and its tendon.
    front = np.clip((-points.y - 30.0) / 22.0, 0.0, 1.0)
    fat = knee.person.fat_mm * (1.0 - 0.6 * front) + 0.8 * ripple(points, knee.person.phases, 90.0)
    canvas.paint(deep < fat + _SKIN_MM, Tissue.SKIN, KneeStructure.SKIN)
    canvas.paint(deep < fat, Tissue.FAT, KneeStructure.SUBCUTANEOUS_FAT)
    canvas.paint(deep < 0.0, Tissue.FAT, KneeStructure.BACKGROUND)
    canvas.paint(np.abs(deep) < 0.5, Tissue.CONNECTIVE, KneeStructure.BACKGROUND)
    septa = np.abs(ripple(points, knee.person.phases[::-1], 26.0)) < 0.018
    canvas.paint(septa & (deep > 1.0) & (deep < fat - 0.5), Tissue.CONNECTIVE)


def paint_muscles(canvas: Canvas, knee: Knee) -> None:
    """Paints the muscles, each in its sheath and streaked with fat."""
    for name, shape in knee.calf.items():
        _paint_muscle(canvas, knee, name, shape, femoral=False)
    for name, shape in knee.thigh.items():
        _paint_muscle(canvas, knee, name, shape, femoral=True)


def _paint_muscle(canvas: Canvas, knee: Knee, name: str, shape: Column, *, femoral: bool) -> None:
    sway = 130.0 * float(np.sin(knee.bend)) if femoral else 0.0
    (u, (y0, y1), z) = shape.box(1.0)
    window = canvas.window((u, (y0 - 3.0, y1 + sway), z))
    if window is None:
        return
    points = knee.femoral(window.points) if femoral else window.points
    distance = shape.distance(points)
    inside = distance < 0.0
    window.paint(distance < 0.6, Tissue.FAT, KneeStructure.BACKGROUND)
    window.paint(inside, Tissue.MUSCLE, structure_of_muscle(name))
    # Fat lies in thin sheets along the fibres.
    fibres = Points(points.u, points.y, points.z * np.float32(0.22))
    sheets = np.abs(ripple(fibres, knee.person.phases, 13.0))
    window.mix(inside & (sheets < 0.03 + 0.08 * knee.person.fatty), Tissue.FAT, 0.38)


def paint_vessels(canvas: Canvas, knee: Knee) -> None:
    """Paints the popliteal artery and vein and the tibial nerve."""
    artery, vein = knee.vessels
    for course, tissue, structure in (
        (knee.nerve, Tissue.CONNECTIVE, KneeStructure.BACKGROUND),
        (vein, Tissue.VENOUS_BLOOD, KneeStructure.VESSEL),
        (artery, Tissue.FLOWING_BLOOD, KneeStructure.VESSEL),
    ):
        _paint_vessel(canvas, course, tissue, structure)


def _paint_vessel(canvas: Canvas, course: Column, tissue: Tissue, structure: KneeStructure) -> None:
    window = canvas.window(course.box(1.0))
    if window is not None:
        distance = course.distance(window.points)
        window.paint(distance < 0.7, Tissue.CONNECTIVE, KneeStructure.BACKGROUND)
        window.paint(distance < 0.0, tissue, structure)
        if tissue == Tissue.VENOUS_BLOOD:
            # It flows slowly: part of it leaves the slice before the echo.
            window.mix(distance < 0.0, Tissue.FLOWING_BLOOD, 0.5)


def paint_capsule(window: Canvas, surface: FemoralSurface, knee: Knee) -> None:
    """Paints the capsule behind the joint, the pad of fat in front of it, and its fluid."""
    points, own, person = window.points, surface.own, knee.person
    away = surface.cartilage
    behind = (points.y > 4.0) & (points.z > -8.0) & (points.z < 40.0) & (np.abs(points.u) < 36.0)
    window.paint(behind & (away > 1.2) & (away < 2.4), Tissue.LIGAMENT)
    _paint_hoffa(window, knee)
    wet = ripple(points, person.phases, 22.0)
    film = np.float32(0.15 + 0.2 * person.effusion_mm) * (1.0 + 0.5 * wet)
    near = (away < film) & (surface.edge > -1.0) & (own.z < 44.0)
    ends = np.clip((own.z - 8.0) / 8.0, 0.0, 1.0) * np.clip((52.0 - own.z) / 12.0, 0.0, 1.0)
    gutter = away < (person.effusion_mm - 0.8) * (1.5 + wet) * np.sqrt(ends)
    gutter &= (np.abs(own.u) > 20.0) & (own.y < 2.0)
    window.paint(near | gutter, Tissue.JOINT_FLUID, KneeStructure.JOINT_FLUID)
    _paint_recess(window, knee)


def _paint_recess(window: Canvas, knee: Knee) -> None:
    """Paints the recess above the patella, between two pads of fat."""
    u, y, z = knee.patella
    thick = 0.1 + 0.8 * knee.person.effusion_mm
    recess = column(
        z=(z + 10.0, z + 19.0, z + 28.0, z + 38.0, z + 42.0 + 4.0 * thick),
        u=(u, u, u, u, u),
        y=(y + 1.5, y + 0.3, y + 0.6, y + 2.2, y + 2.5),
        width=(12.0, 18.0, 19.0, 14.0, 3.0),
        depth=(thick * 0.5, thick * 0.8, thick, thick * 0.8, 0.3),
    )
    inner = window.window(recess.box(1.0))
    if inner is not None:
        distance = recess.distance(inner.points)
        inner.paint(distance < 0.7, Tissue.SYNOVIUM)
        inner.paint(distance < 0.0, Tissue.JOINT_FLUID, KneeStructure.JOINT_FLUID)


def _paint_hoffa(window: Canvas, knee: Knee) -> None:
    """Names the fat pad below the patella and draws its septa."""
    u, _, z = knee.patella
    points = window.points
    tendon = knee.bands[KneeStructure.PATELLAR_TENDON]
    front = tendon.at(points.z)[1] + 1.5
    lean = np.float32(0.55) * (points.y + 30.0)
    pad = (points.y > front) & (points.y < -6.0) & (np.abs(points.u - u) < 25.0)
    pad &= (points.z > -12.0 + lean) & (points.z < z - 8.0) & (points.z < 24.0)
    pad &= window.tissue == int(Tissue.FAT)
    window.paint(pad, Tissue.FAT, KneeStructure.HOFFA_FAT_PAD)
    septa = np.abs(ripple(points, knee.person.phases, 18.0)) < 0.03
    window.mix(pad & septa, Tissue.CONNECTIVE, 0.5)


def paint_bands(canvas: Canvas, knee: Knee) -> None:
    """Paints tendons and collateral ligaments."""
    for structure, shape in knee.bands.items():
        window = canvas.window(shape.box(1.0))
        if window is not None:
            tendon = structure in (
                KneeStructure.PATELLAR_TENDON,
                KneeStructure.QUADRICEPS_TENDON,
            )
            distance = shape.distance(window.points)
            window.paint(distance < 0.0, Tissue.TENDON if tendon else Tissue.LIGAMENT, structure)


def paint_cruciates(canvas: Canvas, knee: Knee) -> None:
    """Paints the cruciates in the fat and fluid of the notch; bone stays bone."""
    for cord, tissue, structure in (
        (knee.pcl, Tissue.LIGAMENT, KneeStructure.PCL),
        (knee.acl, Tissue.CRUCIATE, KneeStructure.ACL),
    ):
        window = canvas.window(cord.box(1.0))
        if window is None:
            continue
        distance, _ = cord.place(window.points)
        free = ~np.isin(
            window.structure, (KneeStructure.FEMUR, KneeStructure.TIBIA, KneeStructure.PCL)
        )
        window.paint(free & (distance < 0.5), Tissue.SYNOVIUM, KneeStructure.BACKGROUND)
        window.paint(free & (distance < 0.0), tissue, structure)
