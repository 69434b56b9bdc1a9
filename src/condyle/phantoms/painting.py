"""Paints the column, the canal and the posterior elements onto a sagittal plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from condyle.phantoms.anatomy import Body, Disc, Face, Spine
from condyle.phantoms.curves import Curves
from condyle.phantoms.plane import Coordinates, Plane, Window
from condyle.phantoms.proportions import VertebraSize
from condyle.phantoms.shapes import (
    Distance,
    body_distance,
    disc_space,
    lateral_shrink,
    local_frame,
    round_intersection,
)
from condyle.phantoms.tissues import Tissue, disc_tissue

DISC, VERTEBRA, CANAL = 1, 2, 3
"""Labels of the truth; 0 is background. The sacrum and its discs are background."""

_CORTEX_MM = 0.75
_REACH_MM = 40.0


@dataclass(frozen=True)
class CanalContents:
    """What lies in the thecal sac.

    Attributes:
        conus_z: Height at which the cord ends, mm.
        cord_mm: Thickness of the cord above the conus.
        strands: (depth in the sac, side) random field in which strands of the cauda
            equina are the high values.
        strand_level: Value above which there is a strand.
    """

    conus_z: float
    cord_mm: float
    strands: NDArray[np.float32]
    strand_level: float


def paint_canal(
    plane: Plane, curves: Curves, contents: CanalContents, *, half_width: float
) -> None:
    """Paints epidural fat, ligamentum flavum, sac, cord and cauda equina."""
    x = abs(plane.x)
    window = plane.columns(float(curves.back.min()) - 3.0, float(curves.canal_back.max()) + 8.0)
    y = window.y
    back, sac_front = curves.back[:, None], curves.sac_front[:, None]
    slant = curves.slant[:, None]
    if x > half_width + 2.0:
        return
    canal_shrink = lateral_shrink(x, half_width + 2.0, power=3.0)
    canal_back = back + (curves.canal_back[:, None] - back) * np.float32(canal_shrink)
    window.paint((y > back - 1.0) & (y < canal_back), Tissue.FAT)
    flavum = (y >= canal_back) & (y < canal_back + 3.0 * slant)
    window.paint(flavum, Tissue.FLAVUM)

    shrink = lateral_shrink(x, half_width, power=2.2)
    if shrink <= 0.0:
        return
    middle = (sac_front + curves.sac_back[:, None]) / 2.0
    half = (curves.sac_back[:, None] - sac_front) / 2.0 * np.float32(shrink)
    offset = y - middle
    inside = (np.abs(offset) < half) & (half > 0.3)
    window.paint((np.abs(offset) < half + 0.7 * slant) & (half > 0.3), Tissue.LIGAMENT)
    window.paint(inside, Tissue.CSF, CANAL)
    depth = np.clip(offset / np.maximum(half, 0.5) / 2.0 + 0.5, 0.0, 1.0)
    _paint_cord(window, curves, contents, x=plane.x, inside=inside, depth=depth)


def _paint_cord(
    window: Window,
    curves: Curves,
    contents: CanalContents,
    *,
    x: float,
    inside: NDArray[np.bool_],
    depth: Coordinates,
) -> None:
    z = window.z
    sac_mm = np.maximum((curves.sac_back - curves.sac_front)[:, None] / curves.slant[:, None], 1.0)
    taper = np.clip((z - contents.conus_z) / 28.0, 0.0, 1.0) ** 0.6
    thickness = contents.cord_mm * taper * lateral_shrink(x, contents.cord_mm * 0.6, 2.0)
    centre = 0.50 + 0.10 * (1.0 - taper)
    cord = inside & (np.abs(depth - centre) * sac_mm < thickness / 2.0)
    window.paint(cord, Tissue.CORD)
    rows, sides = contents.strands.shape
    side = int(np.clip((x / 24.0 + 0.5) * sides, 0, sides - 1))
    profile = contents.strands[:, side]
    # The strands settle on the back of the sac of someone who lies supine.
    drift = 0.04 * np.sin(z / 23.0) + 0.02 * np.sin(z / 7.0 + x)
    field = profile[np.clip((depth + drift) * rows, 0, rows - 1).astype(np.intp)]
    settle = 2.6 * (depth - 0.72)
    below = np.clip((contents.conus_z + 20.0 - z) / 30.0, 0.0, 1.0)
    thinning = np.clip((z + 5.0) / 120.0, -0.3, 0.5)
    gathered = field + settle + thinning - 3.0 * (1.0 - below)
    strand = inside & (gathered > contents.strand_level)
    window.paint(strand & ~cord, Tissue.CORD)


def _ellipse(
    face: Face,
    centre: tuple[float, float],
    radii: tuple[float, float],
    *,
    y: Coordinates,
    z: Coordinates,
    turn: float = 0.0,
) -> Distance:
    """Gives the approximate signed distance to an ellipse in a face's own frame."""
    frame = local_frame(face, y, z)
    a, b = frame.along - centre[0], frame.above - centre[1]
    cosine, sine = np.cos(turn), np.sin(turn)
    u, v = (a * cosine + b * sine) / radii[0], (b * cosine - a * sine) / radii[1]
    power = 3.0
    radius = (np.abs(u) ** power + np.abs(v) ** power) ** (1.0 / power)
    return np.asarray((radius - 1.0) * min(radii), dtype=np.float32)


def _spinous_process(
    face: Face, start: float, size: VertebraSize, *, y: Coordinates, z: Coordinates
) -> Distance:
    """Gives the distance to a hatchet that widens towards its tip."""
    frame = local_frame(face, y, z)
    turn = -float(np.arctan(size.spinous_drop)) - 0.55 * max(face.tilt, 0.0)
    a = frame.along - (start + 2.0)
    b = frame.above - 3.0
    along = a * np.cos(turn) + b * np.sin(turn)
    across = b * np.cos(turn) - a * np.sin(turn)
    length = size.spinous_length
    part = np.clip(along / length, 0.0, 1.0)
    half = size.spinous_height * (0.26 + 0.24 * part)
    # The lower edge hangs more than the upper one rises.
    sides = np.abs(across + 2.5 * part) - half
    ends = np.abs(along - length / 2.0) - length / 2.0
    return round_intersection(
        np.asarray(sides, dtype=np.float32), np.asarray(ends, dtype=np.float32), 4.5
    )


def paint_posterior_elements(plane: Plane, body: Body, *, canal_mm: float) -> None:
    """Paints the spinous process, laminae, pedicles and articular pillars of a vertebra."""
    if body.size is None:
        return
    x = abs(plane.x)
    face = body.bottom
    start = face.depth / 2.0 + canal_mm
    window = plane.between((face.y - 30.0, face.y + 85.0), (face.z - 45.0, face.z + 50.0))
    shapes: list[Distance] = []
    if abs(plane.x - body.spinous_offset) < 3.6:
        shapes.append(_spinous_process(face, start, body.size, y=window.y, z=window.z))
    if x < 13.0:
        shapes.append(
            _ellipse(
                face,
                (start + 3.2 - 0.25 * x, 6.5),
                (2.6, 8.0 - 0.15 * max(0.0, 4.0 - x)),
                y=window.y,
                z=window.z,
                turn=0.25,
            )
        )
    if 9.0 < x < 17.5:
        middle_height = float(np.hypot(body.top.y - face.y, body.top.z - face.z))
        shapes.append(
            _ellipse(
                face,
                (start - canal_mm / 2.0, middle_height * 0.70),
                (canal_mm / 2.0 + 5.0, 7.5),
                y=window.y,
                z=window.z,
            )
        )
    if 10.0 < x < 22.0:
        shapes.append(
            _ellipse(face, (start - 3.0, 8.0), (5.5, 20.0), y=window.y, z=window.z, turn=0.18)
        )
    if not shapes:
        return
    distance = np.minimum.reduce(shapes)
    window.paint(distance < 0.0, Tissue.CORTEX, VERTEBRA)
    window.paint(distance < -_CORTEX_MM, Tissue.MARROW, VERTEBRA)


def paint_foramina(plane: Plane, disc: Disc, *, canal_mm: float) -> None:
    """Paints fat and a nerve root in the foramen beside a disc."""
    x = abs(plane.x)
    if not 10.0 < x < 20.0:
        return
    face = disc.upper.bottom
    centre = face.depth / 2.0 + canal_mm * 0.25
    window = plane.around(face.y, face.z, _REACH_MM + 10.0)
    fat = _ellipse(face, (centre, 1.0), (6.0, 10.0), y=window.y, z=window.z)
    root = _ellipse(face, (centre, 5.0), (2.8, 3.2), y=window.y, z=window.z)
    window.paint(fat < 0.0, Tissue.FAT)
    window.paint(root < 0.0, Tissue.CORD)


def paint_disc(plane: Plane, disc: Disc, *, label: int | None = DISC) -> None:
    """Paints annulus, nucleus and its cleft; bodies are painted over the edges later."""
    y0, z0 = disc.centre
    window = plane.around(y0, z0, _REACH_MM)
    if abs(plane.x) >= disc.upper.half_width:
        return
    space = disc_space(disc, plane.x, y=window.y, z=window.z)
    inside = space.within & (space.outside < 0.0)
    window.paint(inside, disc_tissue(disc.grade, 0), label)
    lateral = (plane.x / (0.72 * disc.upper.half_width)) ** 2
    along = (space.along - disc.nucleus_shift) / 0.74
    radius = np.sqrt(along**2 + (space.height / 0.98) ** 2 * 0.72 + lateral)
    for shell, limit in ((1, 1.0), (2, 0.88), (3, 0.72)):
        window.paint(inside & (radius < limit), disc_tissue(disc.grade, shell), label)
    if disc.grade in (2, 3):
        cleft = inside & (radius < 0.8) & (np.abs(space.height) < 0.10)
        window.paint(cleft, disc_tissue(disc.grade, 1), label)
    outer = space.within & (np.abs(space.outside + 0.6) < 0.7) & (np.abs(space.height) < 0.9)
    window.paint(outer, Tissue.LIGAMENT, label)


def paint_body(plane: Plane, body: Body, *, vein: bool = True) -> None:
    """Paints a vertebral body: cortex, endplates, marrow, basivertebral vein."""
    if abs(plane.x) >= body.half_width:
        return
    label = None if body.sacral else VERTEBRA
    middle_y, middle_z = (body.bottom.y + body.top.y) / 2.0, (body.bottom.z + body.top.z) / 2.0
    window = plane.around(middle_y, middle_z, _REACH_MM)
    distance = body_distance(body, plane.x, y=window.y, z=window.z)
    window.paint(distance < 0.0, Tissue.CORTEX, label)
    window.paint(distance < -_CORTEX_MM, Tissue.MARROW, label)
    if vein and not body.sacral and abs(plane.x) < 5.0:
        tilt = (body.bottom.tilt + body.top.tilt) / 2.0
        frame = local_frame(Face(middle_y, middle_z, tilt, 1.0), window.y, window.z)
        back = (body.bottom.depth + body.top.depth) / 4.0 - body.waist
        inward = back - frame.along
        reach = 8.0 - abs(plane.x)
        notch = (inward > -2.0) & (inward < reach)
        notch &= np.abs(frame.above) < 0.4 + 1.1 * np.clip(1.0 - inward / reach, 0.0, 1.0)
        window.paint(notch & (distance < 0.6), Tissue.VENOUS_BLOOD, label)


def paint_column(plane: Plane, spine: Spine, curves: Curves) -> None:
    """Paints discs, bodies, sacrum and the ligaments in front of and behind them."""
    for disc in spine.sacral_discs:
        paint_disc(plane, disc, label=None)
    for disc in spine.discs:
        paint_disc(plane, disc)
    for body in (*spine.sacrum, *spine.vertebrae):
        paint_body(plane, body)
    if abs(plane.x) < 12.0:
        window = plane.columns(float(curves.front.min()) - 3.0, float(curves.front.max()) + 3.0)
        ahead = curves.front[:, None] - window.y
        bare = (window.label == 0) & (window.tissue != int(Tissue.MARROW))
        window.paint((ahead > -0.4) & (ahead < 0.5 * curves.slant[:, None]) & bare, Tissue.LIGAMENT)
