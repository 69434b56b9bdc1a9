"""Paints one ankle onto points, from the outside in."""

from __future__ import annotations

import numpy as np

from condyle.phantoms.ankle_shape import (
    JOINT_MM,
    SUBTALAR_MM,
    AnkleShape,
    calcaneus_distance,
    dome_distance,
    fibula_distance,
    head_distance,
    midfoot_distance,
    subtalar_height,
    talus_distance,
    tibia_distance,
    trochlea_half_width,
)
from condyle.phantoms.ankle_soft import paint_limb, paint_muscles, paint_strings
from condyle.phantoms.limb_canvas import Canvas
from condyle.phantoms.limb_space import Box, Distance
from condyle.phantoms.ripples import ripple
from condyle.phantoms.tissues import Tissue

_CORTEX_MM = 0.8
_JOINT: Box = ((-34.0, 34.0), (-52.0, 30.0), (-40.0, 14.0))
_SHAFTS: Box = ((-30.0, 32.0), (-22.0, 22.0), (-27.0, 110.0))
_HINDFOOT: Box = ((-24.0, 24.0), (-52.0, 52.0), (-68.0, -16.0))
_MIDFOOT: Box = ((-26.0, 30.0), (-140.0, -38.0), (-70.0, -8.0))
_CARTILAGE_ENDS_Z = -15.0


def paint_ankle(canvas: Canvas, shape: AnkleShape) -> None:
    """Paints an ankle without lesions; what is painted later covers what was there.

    Args:
        canvas: Points in the frame of the ankle.
        shape: Whose.
    """
    paint_limb(canvas, shape)
    paint_muscles(canvas, shape)
    paint_strings(canvas)
    midfoot = canvas.window(_MIDFOOT)
    if midfoot is not None:
        _paint_bone(midfoot, midfoot_distance(midfoot.points, shape))
    _paint_calcaneus(canvas)
    _paint_joint(canvas, shape)
    shafts = canvas.window(_SHAFTS)
    if shafts is not None:
        _paint_shafts(shafts, shape)


def _paint_bone(
    window: Canvas, distance: Distance, cortex_mm: Distance | float = _CORTEX_MM
) -> None:
    window.paint(distance < 0.0, Tissue.CORTEX)
    window.paint(distance < -cortex_mm, Tissue.YELLOW_MARROW)


def _paint_calcaneus(canvas: Canvas) -> None:
    window = canvas.window(_HINDFOOT)
    if window is None:
        return
    points = window.points
    below = subtalar_height(points.y) - points.z
    facet = (below > 0.0) & (below < SUBTALAR_MM) & (points.y > -8.0) & (points.y < 17.0)
    facet &= np.abs(points.u - 1.0) < 12.5
    window.paint(facet, Tissue.CARTILAGE)
    window.paint(facet & (np.abs(below - SUBTALAR_MM / 2.0) < 0.25), Tissue.JOINT_FLUID)
    _paint_bone(window, calcaneus_distance(points))


def _paint_joint(canvas: Canvas, shape: AnkleShape) -> None:
    """Paints fluid, the cartilage of the dome and of the head, and the talus."""
    window = canvas.window(_JOINT)
    if window is None:
        return
    points = window.points
    dome = dome_distance(points, shape)
    talus = talus_distance(points, dome, shape)
    recess = np.clip((np.abs(points.y) - 10.0) / 6.0, 0.0, 1.0) * np.float32(shape.effusion)
    capsule = (dome < shape.cartilage + 0.3 + recess) & (points.z > -16.0)
    capsule &= np.abs(points.y) < 22.0
    window.paint(capsule, Tissue.JOINT_FLUID)
    head = head_distance(points, shape)
    front = (head < 2.4) & (points.y < -34.0) & (points.z > -32.0) & (points.z < -12.0)
    window.paint(front & (head > 0.0), Tissue.CARTILAGE)
    window.paint(front & (np.abs(head - 1.2) < 0.2), Tissue.JOINT_FLUID)
    covered = (dome < shape.cartilage) & (points.z > _CARTILAGE_ENDS_Z) & (talus > -0.2)
    window.paint(covered, Tissue.TALAR_CARTILAGE)
    _paint_bone(window, talus)


def _paint_shafts(window: Canvas, shape: AnkleShape) -> None:
    """Paints tibia and fibula around the joint, with their cartilage."""
    points = window.points
    dome = dome_distance(points, shape)
    # Cortex thickens from the metaphysis to the shaft.
    cortex = np.clip(_CORTEX_MM + 0.055 * (points.z - 12.0), _CORTEX_MM, 3.6)
    for distance in (tibia_distance(points), fibula_distance(points)):
        facing = (distance < 0.0) & (dome < JOINT_MM) & (dome > shape.cartilage)
        facing &= points.z > _CARTILAGE_ENDS_Z
        facing &= (np.abs(points.u) < trochlea_half_width(points.y, shape) + JOINT_MM) & (
            np.abs(points.y) < 19.0
        )
        window.paint(facing, Tissue.CARTILAGE)
        gap = facing & (dome < shape.cartilage + 0.35)
        window.paint(gap, Tissue.JOINT_FLUID)
        bone = np.maximum(distance, np.float32(JOINT_MM) - dome)
        _paint_bone(window, bone, cortex)
        # What is left of the growth plate.
        scar = np.abs(points.z - 13.0 - 1.5 * ripple(points, shape.phases, 30.0)) < 0.35
        window.paint(scar & (bone < -cortex), Tissue.SCLEROSIS)
