"""Paints a ruptured anterior cruciate ligament and the bruises that come with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from condyle.phantoms.knee_anatomy import Knee
from condyle.phantoms.knee_lesions import KneeLesions
from condyle.phantoms.knee_structures import KneeLesion, KneeStructure
from condyle.phantoms.limb_canvas import Canvas
from condyle.phantoms.limb_space import Cord, bezier
from condyle.phantoms.ripples import ripple
from condyle.phantoms.tissues import Tissue

_GAP_MM = 5.0
_SWELLING_MM = 1.9
_REACH = 0.36
"""Half the length of the altered part of the ligament, as a share of it."""

# Middle and half sizes, mm: the notch of the lateral condyle that strikes the back rim of
# the lateral plateau when the knee gives way.
_BRUISES = (((21.0, -14.0, 10.0), (10.0, 12.0, 10.0)), ((22.0, 15.0, -9.0), (11.0, 9.0, 9.0)))


def slacken(knee: Knee, lesions: KneeLesions, *, size: float) -> Knee:
    """Gives the knee with the ligament as a complete rupture leaves it: lax and sagging."""
    if lesions.acl < 2:
        return knee
    foot, middle, head = (knee.acl.path[index].astype(np.float64) for index in (0, 4, -1))
    corner = 2.0 * middle - (foot + head) / 2.0 + np.array([0.0, 2.5, -7.0]) * size
    path = bezier(np.stack([foot, corner, head]), len(knee.acl.path))
    return replace(knee, acl=Cord(path, knee.acl.radius))


def paint_rupture(
    canvas: Canvas, knee: Knee, lesions: KneeLesions, *, contrast: float, size: float
) -> None:
    """Paints the rupture over the intact ligament.

    A partial one leaves the back half of the fibres; a complete one leaves two swollen
    stumps with a gap between, filled with blood and fluid.

    Args:
        canvas: Where the knee was painted.
        knee: The knee.
        lesions: Its lesions.
        contrast: Share of the difference in signal that shows, 0 to 1.
        size: Factor on its extent.
    """
    if lesions.acl == 0:
        return
    window = canvas.window(knee.acl.box(_SWELLING_MM + 1.0))
    if window is None:
        return
    points = window.points
    distance, along = knee.acl.place(points)
    middle = 0.5 + 0.1 * float(np.sin(knee.person.phases[3]))
    away = np.abs(along - middle) / np.float32(_REACH * (0.55 + 0.45 * size))
    frayed = ripple(points, knee.person.phases, 7.0)
    swollen = _SWELLING_MM * size * np.clip(1.15 - away * away, 0.0, 1.0) * (1.0 + 0.3 * frayed)
    free = ~np.isin(window.structure, (KneeStructure.FEMUR, KneeStructure.TIBIA, KneeStructure.PCL))
    torn = free & (away < 1.0) & (distance < swollen)
    if lesions.acl == 1:
        course = np.interp(along, np.linspace(0, 1, len(knee.acl.path)), knee.acl.path[:, 1])
        torn &= points.y - course < 0.4
    window.mix(torn, Tissue.TORN_LIGAMENT, contrast)
    window.structure[torn] = int(KneeStructure.ACL)
    window.mark(torn, KneeLesion.ACL)
    if lesions.acl == 2:
        half = _GAP_MM * (0.5 + 0.5 * size) / 2.0 / knee.acl.length
        gap = torn & (np.abs(along - middle - 0.02 * frayed) < half)
        window.mix(gap, Tissue.HAEMATOMA, contrast)
        window.mix(gap & (frayed > 0.0), Tissue.JOINT_FLUID, contrast)
        window.structure[gap] = int(KneeStructure.JOINT_FLUID)


def paint_bruises(
    canvas: Canvas, knee: Knee, lesions: KneeLesions, *, contrast: float, size: float
) -> None:
    """Paints the oedema of the marrow of a pivot shift, with a ragged soft edge."""
    if not lesions.bruise:
        return
    for (u, y, z), half in _BRUISES:
        reach = [extent * (0.5 + 0.5 * size) for extent in half]
        box = tuple((c - 1.4 * r, c + 1.4 * r) for c, r in zip((u, y, z), reach, strict=True))
        window = canvas.window((box[0], box[1], box[2]))
        if window is None:
            continue
        points = window.points
        away = np.sqrt(
            ((points.u - u) / reach[0]) ** 2
            + ((points.y - y) / reach[1]) ** 2
            + ((points.z - z) / reach[2]) ** 2
        )
        share = np.clip(2.2 * (1.0 - away) + 0.35 * ripple(points, knee.person.phases, 11.0), 0, 1)
        marrow = np.isin(window.tissue, (Tissue.YELLOW_MARROW, Tissue.MARROW))
        window.mix(marrow, Tissue.MARROW_OEDEMA, (share * contrast).astype(np.float32))
        window.mark(marrow & (share > 0.4), KneeLesion.BONE_BRUISE)
