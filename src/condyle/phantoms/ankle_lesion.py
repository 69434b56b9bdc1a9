"""Osteochondral lesions of the talus: where they lie, what they are made of, and the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from condyle.phantoms.ankle_shape import AnkleShape, dome_distance
from condyle.phantoms.difficulty import contrast_of, size_of
from condyle.phantoms.imaging import FloatImage
from condyle.phantoms.limb_space import Distance, Points
from condyle.phantoms.scene import Blend
from condyle.phantoms.tissues import Tissue

DomeSide = Literal["medial", "lateral"]

# Raikin et al., Foot Ankle Int 28:154 (2007), doi 10.3113/FAI.2007.0154: of 428 lesions
# 62 % were medial and 34 % lateral, four fifths of them in the middle third of the dome.
_MEDIAL = 62.0 / 96.0
_UNSTABLE, _CYSTIC, _BRUISED = 0.35, 0.35, 0.25


@dataclass(frozen=True)
class TalarLesion:
    """An osteochondral lesion of the dome.

    Attributes:
        side: Of the dome.
        centre: (u, y, z) on the bone of the dome, mm.
        radii: Half its width, half its length and its depth, mm.
        contrast: Share of its tissues' contrast, 0 to 1.
        oedema_mm: How far oedema reaches into the marrow around.
        unstable: Whether fluid lies between fragment and bed.
        cyst_mm: Radius of a cyst below it, 0 for none.
    """

    side: DomeSide
    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    contrast: float
    oedema_mm: float
    unstable: bool
    cyst_mm: float


@dataclass(frozen=True)
class Bruise:
    """Oedema of the marrow away from the dome, in patients with and without a lesion.

    Attributes:
        centre: (u, y, z), mm.
        radius_mm: Where it has fallen to a third.
        strength: Share of the marrow that gives way in its middle.
    """

    centre: tuple[float, float, float]
    radius_mm: float
    strength: float


def draw_lesion(rng: np.random.Generator, shape: AnkleShape, *, difficulty: float) -> TalarLesion:
    """Draws a lesion.

    Args:
        rng: Source of randomness; the number of draws is always the same.
        shape: Whose.
        difficulty: 0 to 1; at 1 it is half as large with a quarter of the contrast.
    """
    side_, unstable, cystic = (float(value) for value in rng.random(3))
    side: DomeSide = "medial" if side_ < _MEDIAL else "lateral"
    # Medial lesions are the deeper ones.
    deeper = 1.2 if side == "medial" else 0.9
    width, length, depth = (float(value) for value in rng.uniform((3.4, 4.5, 3.6), (5.4, 8.0, 6.5)))
    y = float(np.clip(rng.normal(0.0, 4.5), -10.0, 10.0))
    inset, oedema, cyst = (float(value) for value in rng.uniform((1.5, 4.0, 1.6), (4.5, 9.0, 3.0)))
    factor = size_of(difficulty)
    u = (shape.half_width - inset) * (-1.0 if side == "medial" else 1.0)
    z = float(np.sqrt(shape.radius**2 - y**2)) - shape.radius
    return TalarLesion(
        side=side,
        centre=(u, y, z - 0.3),
        radii=(width * factor, length * factor, depth * deeper * factor),
        contrast=contrast_of(difficulty),
        oedema_mm=oedema * factor,
        unstable=unstable < _UNSTABLE,
        cyst_mm=cyst * factor if cystic < _CYSTIC else 0.0,
    )


def draw_bruise(rng: np.random.Generator) -> Bruise | None:
    """Draws oedema of tibia or calcaneus, in a quarter of all patients."""
    there, bone = (float(value) for value in rng.random(2))
    spread = rng.uniform(-1.0, 1.0, 3)
    radius, strength = (float(value) for value in rng.uniform((4.0, 0.25), (9.0, 0.6)))
    middle = (-6.0, 0.0, 14.0) if bone < 0.5 else (2.0, 14.0, -46.0)
    reach = (8.0, 8.0, 5.0)
    u, y, z = (float(m + r * s) for m, r, s in zip(middle, reach, spread, strict=True))
    return Bruise((u, y, z), radius, strength) if there < _BRUISED else None


def lesion_distance(points: Points, lesion: TalarLesion) -> Distance:
    """Gives 0 in the middle of a lesion, 1 at its edge, and more beyond."""
    u, y, z = lesion.centre
    a, b, c = lesion.radii
    return np.asarray(
        np.sqrt(
            ((points.u - np.float32(u)) / a) ** 2
            + ((points.y - np.float32(y)) / b) ** 2
            + ((points.z - np.float32(z)) / c) ** 2
        ),
        np.float32,
    )


def lesion_mask(
    points: Points, tissue: NDArray[np.uint8], lesion: TalarLesion, shape: AnkleShape
) -> NDArray[np.bool_]:
    """Gives the samples that are lesion: bone and cartilage of the dome within its edge."""
    inside = lesion_distance(points, lesion) < 1.0
    if not inside.any():
        return inside
    dome = dome_distance(points, shape)
    bone = np.isin(tissue, (int(Tissue.YELLOW_MARROW), int(Tissue.CORTEX))) & (dome < 0.3)
    return np.asarray(inside & (bone | (tissue == int(Tissue.TALAR_CARTILAGE))))


def lesion_blends(
    lesion: TalarLesion | None,
    bruise: Bruise | None,
    *,
    shape: AnkleShape,
    average: Callable[[Callable[[Points], Distance]], FloatImage],
) -> tuple[Blend, ...]:
    """Gives what seeps into the tissues of an ankle.

    A lesion is a core of dense bone and oedema, a halo of oedema, damaged cartilage over
    it, and where it has them a line of fluid around the fragment and a cyst.

    Args:
        lesion: Of the talus, or ``None``.
        bruise: Elsewhere, or ``None``.
        shape: Whose.
        average: Gives the mean over each voxel of a function of points, (slice, row,
            column).
    """
    blends = []
    if bruise is not None:
        blends.append(
            _blend(Tissue.MARROW_OEDEMA, average(lambda points: _bruised(points, bruise)))
        )
    if lesion is None:
        return tuple(blends)

    def talar(share: Callable[[Distance], Distance]) -> FloatImage:
        return average(
            lambda points: (
                share(lesion_distance(points, lesion)) * (dome_distance(points, shape) < 2.0)
            )
        )

    contrast, reach = lesion.contrast, lesion.oedema_mm / min(lesion.radii)
    core = talar(lambda q: _soft(q, 1.0))
    halo = talar(
        lambda q: np.exp(-((np.maximum(q - 1.0, 0.0) / reach) ** 2)) * (1.0 - _soft(q, 1.0))
    )
    blends += [
        _blend(Tissue.SCLEROSIS, contrast * 0.50 * core),
        _blend(Tissue.MARROW_OEDEMA, np.float32(contrast) * (0.45 * core + 0.85 * halo)),
        _blend(Tissue.MARROW_OEDEMA, contrast * 0.8 * core, Tissue.CORTEX),
        _blend(Tissue.JOINT_FLUID, contrast * 0.6 * core, Tissue.TALAR_CARTILAGE),
    ]
    if lesion.unstable:
        rim = talar(lambda q: np.exp(-(((q - 0.95) / 0.09) ** 2)))
        blends.append(_blend(Tissue.JOINT_FLUID, contrast * 0.35 * rim))
    if lesion.cyst_mm > 0.0:
        cyst = average(lambda points: _soft(_cyst_distance(points, lesion), 1.0))
        blends.append(_blend(Tissue.CYST, contrast * 0.4 * cyst))
    return tuple(blends)


def _blend(tissue: Tissue, share: FloatImage, instead_of: Tissue = Tissue.YELLOW_MARROW) -> Blend:
    return Blend(tissue, instead_of, np.asarray(np.clip(share, 0.0, 1.0), np.float32))


def _soft(q: Distance, edge: float) -> Distance:
    """Gives 1 inside and 0 outside with an edge a quarter wide."""
    return np.asarray(np.clip((edge + 0.125 - q) / 0.25, 0.0, 1.0), np.float32)


def _bruised(points: Points, bruise: Bruise) -> Distance:
    u, y, z = bruise.centre
    square = (points.u - u) ** 2 + (points.y - y) ** 2 + (points.z - z) ** 2
    above = dome_distance_outside(points)
    fade = np.exp(-square / np.float32(bruise.radius_mm**2))
    return np.asarray(bruise.strength * fade * above, np.float32)


def dome_distance_outside(points: Points) -> Distance:
    """Gives 1 away from the talus and 0 in it, so that a bruise never looks like a lesion."""
    away = (points.z > 2.0) | (points.z < -27.0)
    return np.asarray(away, np.float32)


def _cyst_distance(points: Points, lesion: TalarLesion) -> Distance:
    u, y, z = lesion.centre
    down = lesion.radii[2] + 0.4 * lesion.cyst_mm
    square = (points.u - u * 0.93) ** 2 + (points.y - y) ** 2 + (points.z - (z - down)) ** 2
    return np.asarray(np.sqrt(square) / lesion.cyst_mm, np.float32)
