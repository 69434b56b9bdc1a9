"""Paints bones, cartilage and menisci."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from condyle.phantoms.knee_anatomy import Knee
from condyle.phantoms.knee_bones import (
    FIBULA,
    compartment_radius,
    femur_distance,
    patella_distance,
    plateau_height,
    tibia_distance,
)
from condyle.phantoms.knee_structures import KneeStructure
from condyle.phantoms.limb_canvas import Canvas, Mask
from condyle.phantoms.limb_space import Coordinates, Distance, Points
from condyle.phantoms.ripples import ripple
from condyle.phantoms.tissues import Tissue

_EDGE_MM = 3.0
_PLATEAU_MM = -13.0
"""Height below which the form of the plateau no longer matters."""


@dataclass(frozen=True)
class FemoralSurface:
    """Distances to the lower end of the femur, mm.

    Attributes:
        own: The points as the femur sees them.
        bone: To the bone.
        cartilage: To the surface of the cartilage.
        edge: Inwards from the edge of the cartilage; negative where there is none.
    """

    own: Points
    bone: Distance
    cartilage: Distance
    edge: Distance


def femoral_surface(points: Points, knee: Knee) -> FemoralSurface:
    """Gives the distances to the femur's bone and to its cartilage.

    The cartilage covers the condyles and the trochlea, not the notch nor the sides, and
    thins out towards its edges. The trochlea reaches highest in its middle.
    """
    own = knee.femoral(points)
    femur = femur_distance(own, knee.person.bones)
    front = 45.0 - 1.1 * np.maximum(np.abs(own.u - 3.0) - 12.0, 0.0)
    top = np.where(own.y > -12.0, np.float32(39.0), front) - own.z
    edge = np.minimum(np.minimum(top, -2.0 - femur.sides), femur.notch - 1.0).astype(np.float32)
    share = np.clip(edge / np.float32(_EDGE_MM), 0.0, 1.0)
    thick = np.float32(knee.person.femoral_mm) * np.sqrt(share)
    return FemoralSurface(own, femur.bone, (femur.bone - thick).astype(np.float32), edge)


def paint_femur(window: Canvas, surface: FemoralSurface, knee: Knee) -> None:
    """Paints the femur and its cartilage."""
    bone, own = surface.bone, surface.own
    covered = (surface.cartilage < 0.0) & (bone > 0.0)
    window.paint(covered, Tissue.CARTILAGE, KneeStructure.FEMORAL_CARTILAGE)
    shaft = np.clip((own.z - 48.0) / 30.0, 0.0, 1.0)
    _paint_bone(window, bone, KneeStructure.FEMUR, cortex=0.6 + 1.9 * shaft)
    phases = knee.person.phases
    if knee.person.red_marrow > 0.0:
        red = 0.6 * ripple(own, phases, 19.0) + 0.5 * ripple(own, phases[::-1], 11.0)
        red = red + np.float32(0.06) * (own.z - 55.0)
        _paint_red_marrow(window, bone < -4.0, red, knee=knee)
    wave = 3.0 * np.cos(own.u / 11.0) + 2.5 * ripple(own, knee.person.phases, 30.0)
    scar = np.abs(own.z - 34.0 - wave) < 0.45
    _paint_scar(window, scar & (bone < -1.0), knee)


def paint_tibia(canvas: Canvas, knee: Knee) -> None:
    """Paints the tibia with its cartilages, and the fibula."""
    shaft = canvas.window(((-42.0, 42.0), (-36.0, 36.0), (-130.0, _PLATEAU_MM)))
    if shaft is not None:
        bone = tibia_distance(shaft.points, knee.person.bones, plateau=False)
        bone = np.where(shaft.points.z < _PLATEAU_MM, bone, np.float32(np.inf))
        deep = np.clip((-30.0 - shaft.points.z) / 40.0, 0.0, 1.0)
        _paint_bone(shaft, bone, KneeStructure.TIBIA, cortex=0.7 + 2.0 * deep)
        _paint_tibial_marrow(shaft, bone, knee)
    top = canvas.window(((-42.0, 42.0), (-36.0, 36.0), (_PLATEAU_MM, 16.0)))
    if top is not None:
        _paint_plateau(top, knee)
    fibula = canvas.window(FIBULA.box(1.0))
    if fibula is not None:
        distance = FIBULA.distance(fibula.points)
        _paint_bone(fibula, distance, KneeStructure.FIBULA, cortex=1.1)


def _paint_plateau(top: Canvas, knee: Knee) -> None:
    """Paints the upper end of the tibia with its cartilages."""
    points = top.points
    bone = tibia_distance(points, knee.person.bones)
    rise = points.z - plateau_height(points.u, points.y, knee.person.bones)
    for medial, structure in (
        (True, KneeStructure.MEDIAL_TIBIAL_CARTILAGE),
        (False, KneeStructure.LATERAL_TIBIAL_CARTILAGE),
    ):
        side = points.u < 0.0 if medial else points.u > 0.0
        thick = tibial_thickness(points, knee, medial=medial)
        film = side & (rise > 0.0) & (rise < thick + 0.2) & (thick > 0.0)
        top.paint(film, Tissue.JOINT_FLUID, KneeStructure.JOINT_FLUID)
        top.paint(side & (rise > -0.3) & (rise < thick), Tissue.CARTILAGE, structure)
    bone = np.where(points.z >= _PLATEAU_MM, bone, np.float32(np.inf))
    _paint_bone(top, bone, KneeStructure.TIBIA, cortex=0.7)
    _paint_tibial_marrow(top, bone, knee)


def _paint_tibial_marrow(window: Canvas, bone: Distance, knee: Knee) -> None:
    points, phases = window.points, knee.person.phases
    if knee.person.red_marrow > 0.0:
        red = 0.6 * ripple(points, phases, 17.0) + 0.5 * ripple(points, phases[::-1], 10.0)
        red = red - np.float32(0.05) * (points.z + 40.0)
        _paint_red_marrow(window, bone < -4.0, red - np.float32(0.3), knee=knee)
    wave = 2.0 * np.cos(points.u / 12.0) + 2.0 * ripple(points, phases, 30.0)
    _paint_scar(window, (np.abs(points.z + 16.0 - wave) < 0.45) & (bone < -1.0), knee)


def tibial_thickness(points: Points, knee: Knee, *, medial: bool) -> Coordinates:
    """Gives how thick the cartilage of a half of the plateau is."""
    squared = compartment_radius(points.u, points.y, medial=medial)
    full = knee.person.tibial_mm * (1.0 if medial else 1.12)
    thick = np.where(squared < 1.0, full * (1.0 - 0.6 * squared), -1.0)
    return np.asarray(thick, dtype=np.float32)


def paint_patella(canvas: Canvas, knee: Knee) -> None:
    """Paints the patella and its cartilage."""
    u, y, z = knee.patella
    window = canvas.window(((u - 26.0, u + 26.0), (y - 24.0, y + 8.0), (z - 25.0, z + 25.0)))
    if window is None:
        return
    points = window.points
    bone = patella_distance(points, knee.patella)
    behind = points.y - y + 0.36 * np.sqrt((points.u - u + 2.0) ** 2 + 6.0) - 0.9
    height = points.z - z
    edge = np.minimum(19.0 - np.abs(points.u - u), np.minimum(height + 13.0, 18.0 - height))
    share = np.sqrt(np.clip(edge / 5.0, 0.0, 1.0))
    covered = (bone > 0.0) & (bone < knee.person.patellar_mm * share) & (behind > -2.5)
    window.paint(covered, Tissue.CARTILAGE, KneeStructure.PATELLAR_CARTILAGE)
    _paint_bone(window, bone, KneeStructure.PATELLA, cortex=0.9)


def _paint_bone(
    window: Canvas,
    distance: Distance,
    structure: KneeStructure,
    *,
    cortex: Distance | float,
) -> None:
    window.paint(distance <= 0.0, Tissue.CORTEX, structure)
    window.paint(distance < -np.asarray(cortex, np.float32), Tissue.YELLOW_MARROW)


def _paint_red_marrow(window: Canvas, inside: Mask, pattern: Distance, *, knee: Knee) -> None:
    """Paints the red marrow of the young in patches above the growth plate."""
    share = np.clip((pattern - 0.3) * 0.8, 0.0, 0.6) * np.float32(knee.person.red_marrow)
    window.mix(inside, Tissue.MARROW, share.astype(np.float32))


def _paint_scar(window: Canvas, where: Mask, knee: Knee) -> None:
    """Paints what is left of the growth plate, fainter with age."""
    window.mix(where, Tissue.CORTEX, float(np.clip(0.75 - knee.person.age / 80.0, 0.13, 0.5)))
