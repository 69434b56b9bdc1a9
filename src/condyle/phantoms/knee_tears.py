"""Paints torn menisci and strained muscle."""

from __future__ import annotations

import numpy as np

from condyle.phantoms.knee_anatomy import Knee
from condyle.phantoms.knee_lesions import KneeLesions, MeniscalTear
from condyle.phantoms.knee_menisci import (
    LATERAL,
    MEDIAL,
    MeniscusPlace,
    meniscus_box,
    meniscus_place,
)
from condyle.phantoms.knee_structures import KneeLesion, KneeStructure
from condyle.phantoms.limb_canvas import Canvas
from condyle.phantoms.limb_space import Cord, Distance, Points, bezier
from condyle.phantoms.ripples import ripple
from condyle.phantoms.tissues import Tissue

_CLEFT_MM = 0.85
_HALO_MM = 1.2
_ARC = 0.42
# Corners of the course of a fragment in the notch, medial; the lateral one is its mirror.
_HANDLE = ((-9.0, -16.0, 1.0), (2.5, 2.0, 7.5), (-8.0, 18.0, 0.0))
_KEPT = 0.32
"""Share of the width of a meniscus that a bucket-handle tear leaves in place."""


def paint_tears(
    canvas: Canvas, knee: Knee, lesions: KneeLesions, *, contrast: float, size: float
) -> None:
    """Paints the meniscal tears over the intact menisci.

    Args:
        canvas: Where the knee was painted.
        knee: The knee.
        lesions: Its lesions.
        contrast: Share of the difference in signal that shows, 0 to 1.
        size: Factor on their extent.
    """
    for tear in lesions.tears:
        shape = MEDIAL if tear.medial else LATERAL
        window = canvas.window(meniscus_box(shape))
        if window is not None:
            place = meniscus_place(window.points, knee, shape)
            if tear.kind == "bucket-handle":
                _take_handle(window, place, tear, contrast=contrast, size=size)
            else:
                _split(window, place, tear, knee=knee, contrast=contrast, size=size)
        if tear.kind == "bucket-handle":
            _lay_handle(canvas, tear, contrast=contrast, size=size)


def _names(tear: MeniscalTear) -> tuple[KneeStructure, KneeLesion]:
    if tear.medial:
        return KneeStructure.MEDIAL_MENISCUS, KneeLesion.MEDIAL_MENISCUS
    return KneeStructure.LATERAL_MENISCUS, KneeLesion.LATERAL_MENISCUS


def _split(
    window: Canvas,
    place: MeniscusPlace,
    tear: MeniscalTear,
    *,
    knee: Knee,
    contrast: float,
    size: float,
) -> None:
    """Paints a horizontal or vertical cleft with softened fibrocartilage beside it."""
    structure, lesion = _names(tear)
    wave = 0.35 * ripple(window.points, knee.person.phases, 12.0)
    if tear.kind == "horizontal":
        off = place.above - 0.42 * knee.person.meniscus_mm * (1 - place.inwards / place.width)
        off = off - 0.6 + wave
        reached = place.inwards > (0.45 - 0.35 * size) * place.width
    else:
        off = place.inwards - 0.38 * place.width + wave
        reached = np.ones_like(place.inside)
    arc = np.abs(place.backwards - tear.place) < _ARC * (0.5 + 0.5 * size)
    here = place.inside & arc & reached & (window.structure == int(structure))
    off = np.abs(off)
    cleft = _CLEFT_MM * (0.5 + 0.5 * size)
    around = here & (off < cleft + _HALO_MM * size)
    window.mix(around, Tissue.DEGENERATE_MENISCUS, contrast)
    window.mix(here & (off < cleft), Tissue.TORN_MENISCUS, contrast)
    window.mark(around, lesion)


def _take_handle(
    window: Canvas, place: MeniscusPlace, tear: MeniscalTear, *, contrast: float, size: float
) -> None:
    """Takes the inner part of a meniscus away; fluid comes in its place."""
    structure, lesion = _names(tear)
    inner = place.inside & (place.inwards > _KEPT * place.width)
    inner &= (place.backwards > 0.05 - 0.85 * size) & (window.structure == int(structure))
    window.mix(inner, Tissue.JOINT_FLUID, contrast)
    window.structure[inner] = int(KneeStructure.JOINT_FLUID)
    window.mark(inner, lesion)


def _lay_handle(canvas: Canvas, tear: MeniscalTear, *, contrast: float, size: float) -> None:
    """Lays it into the notch in front of and below the posterior cruciate ligament."""
    structure, lesion = _names(tear)
    corners = np.array(_HANDLE) * np.array([1.0 if tear.medial else -1.0, 1.0, 1.0])
    handle = Cord(bezier(corners), np.full(9, 1.4 + 0.9 * size, np.float32))
    window = canvas.window(handle.box(1.0))
    if window is None:
        return
    distance, _ = handle.place(window.points)
    solid = (
        KneeStructure.FEMUR,
        KneeStructure.TIBIA,
        KneeStructure.FEMORAL_CARTILAGE,
        KneeStructure.MEDIAL_TIBIAL_CARTILAGE,
        KneeStructure.LATERAL_TIBIAL_CARTILAGE,
        KneeStructure.ACL,
        KneeStructure.PCL,
    )
    free = ~np.isin(window.structure, solid)
    window.mix(free & (distance < 0.8), Tissue.JOINT_FLUID, contrast)
    fragment = free & (distance < 0.0)
    window.mix(fragment, Tissue.MENISCUS, contrast)
    window.structure[fragment] = int(structure)
    window.mark(fragment, lesion)


# Middle of the strain where the fibres of the medial head end on its tendon, and half sizes
# of the oedema and of the fluid by grade, mm.
_STRAIN = (-20.0, 30.0, -46.0)
_OEDEMA = {1: (9.0, 8.0, 17.0), 2: (12.0, 10.0, 22.0), 3: (15.0, 13.0, 26.0)}
_BLOOD = {2: (3.5, 3.0, 8.0), 3: (8.0, 6.5, 14.0)}


def paint_strain(
    canvas: Canvas, knee: Knee, lesions: KneeLesions, *, contrast: float, size: float
) -> None:
    """Paints a strain of the medial gastrocnemius: feathery oedema, and blood where it tore."""
    if lesions.strain == 0:
        return
    scale = 0.5 + 0.5 * size
    halves = [1.3 * scale * half for half in _OEDEMA[lesions.strain]]
    box = [(c - half, c + half) for c, half in zip(_STRAIN, halves, strict=True)]
    window = canvas.window((box[0], box[1], box[2]))
    if window is None:
        return
    points = window.points
    fibres = Points(points.u, points.y, points.z * np.float32(0.3))
    feather = ripple(fibres, knee.person.phases, 6.0)
    muscle = window.structure == int(KneeStructure.MEDIAL_GASTROCNEMIUS)
    away = _away(points, _OEDEMA[lesions.strain], scale)
    share = np.clip(2.0 * (1.0 - away) + 0.5 * feather, 0.0, 1.0)
    strong = contrast * (0.7 if lesions.strain == 1 else 1.0)
    window.mix(muscle, Tissue.MUSCLE_OEDEMA, (share * strong).astype(np.float32))
    window.mark(muscle & (share > 0.4), KneeLesion.MUSCLE)
    if lesions.strain in _BLOOD:
        blood = muscle & (_away(points, _BLOOD[lesions.strain], scale) + 0.25 * feather < 1.0)
        window.mix(blood, Tissue.HAEMATOMA, contrast)
        window.mark(blood, KneeLesion.MUSCLE)
        if lesions.strain == 3:
            window.structure[blood] = int(KneeStructure.JOINT_FLUID)


def _away(points: Points, half: tuple[float, float, float], scale: float) -> Distance:
    u, y, z = _STRAIN
    squared = (
        ((points.u - u) / (half[0] * scale)) ** 2
        + ((points.y - y) / (half[1] * scale)) ** 2
        + ((points.z - z) / (half[2] * scale)) ** 2
    )
    return np.asarray(np.sqrt(squared), dtype=np.float32)
