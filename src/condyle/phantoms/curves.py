"""Lines that run down the whole plane: the walls of the column, canal, skin.

Each is a posterior position (or thickness) in mm for every row of the grid.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from condyle.phantoms.anatomy import Body, Spine
from condyle.phantoms.plane import Coordinates, PlaneGrid


@dataclass(frozen=True)
class Curves:
    """Lines of one spine on one grid, each of shape (row,).

    Attributes:
        front: Front of the vertebral column.
        back: Back of the vertebral bodies.
        slant: Length of a horizontal step over its perpendicular, at least 1.
        sac_front: Front of the thecal sac.
        sac_back: Back of the thecal sac; equal to the front below its end.
        canal_back: Back of the bony canal.
        tips: Line through the tips of the spinous processes.
        fascia: Back of the muscles.
        skin: Skin of the back.
        skin_front: Skin of the belly.
    """

    front: Coordinates
    back: Coordinates
    slant: Coordinates
    sac_front: Coordinates
    sac_back: Coordinates
    canal_back: Coordinates
    tips: Coordinates
    fascia: Coordinates
    skin: Coordinates
    skin_front: Coordinates


def through(
    points: Iterable[tuple[float, float]], grid: PlaneGrid, smooth_mm: float
) -> Coordinates:
    """Draws a line through (y, z) points, one value a row, smoothed over ``smooth_mm``."""
    ordered = sorted(points, key=lambda point: point[1])
    y = np.array([point[0] for point in ordered])
    z = np.array([point[1] for point in ordered])
    line = np.interp(grid.z, z, y)
    line = _extend(line, grid, y=y, z=z)
    smoothed = ndimage.gaussian_filter1d(line, smooth_mm / grid.step_mm, mode="nearest")
    return np.asarray(smoothed, dtype=np.float32)


def _extend(line: Coordinates, grid: PlaneGrid, *, y: Coordinates, z: Coordinates) -> Coordinates:
    """Continues the line straight beyond its last points."""
    slope_up = (y[-1] - y[-3]) / (z[-1] - z[-3])
    slope_down = (y[2] - y[0]) / (z[2] - z[0])
    line = np.where(grid.z > z[-1], y[-1] + slope_up * (grid.z - z[-1]), line)
    return np.where(grid.z < z[0], y[0] + slope_down * (grid.z - z[0]), line)


def _wall(bodies: Iterable[Body], side: float) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for body in bodies:
        for face in (body.bottom, body.top):
            points.append(face.point(side * face.depth / 2.0))
        (y0, z0), (y1, z1) = points[-2:]
        points.append(((y0 + y1) / 2.0 - side * body.waist, (z0 + z1) / 2.0))
    return points


def spinous_tip(body: Body, canal_mm: float) -> tuple[float, float]:
    """Gives (y, z) of the tip of a spinous process."""
    if body.size is None:
        return body.top.point(body.top.depth / 2.0 + canal_mm * 0.6 + 5.0, -8.0)
    along = body.bottom.depth / 2.0 + canal_mm + body.size.spinous_length
    return body.bottom.point(along, 6.0 - body.size.spinous_drop * body.size.spinous_length)


@dataclass(frozen=True)
class CurveParameters:
    """Thicknesses that vary between people.

    Attributes:
        canal_mm: Depth of the bony canal at L3.
        sac_mm: Depth of the thecal sac at L3.
        fat_back_mm: Fat under the skin of the back at L3.
        fat_sacral_mm: Fat added over the sacrum.
        belly_mm: From the front of the column to the skin of the belly.
        pad_mm: Depth of the fat behind the sac between the laminae.
    """

    canal_mm: float = 18.0
    sac_mm: float = 14.0
    fat_back_mm: float = 14.0
    fat_sacral_mm: float = 10.0
    belly_mm: float = 140.0
    pad_mm: float = 4.0


def build_curves(spine: Spine, grid: PlaneGrid, parameters: CurveParameters) -> Curves:
    """Draws the lines of a spine.

    The sac ends at the middle of S2, where it does in most adults (Macdonald et al.,
    Clinical Anatomy 12:149, 1999, 136 adults on MR).
    """
    bodies = (*spine.vertebrae, *spine.sacrum)
    front = through(_wall(bodies, -1.0), grid, 2.0)
    back = through(_wall(bodies, 1.0), grid, 2.0)
    smooth_back = ndimage.gaussian_filter1d(back, 8.0 / grid.step_mm, mode="nearest")
    slope = np.gradient(smooth_back, grid.z)
    slant = np.sqrt(1.0 + slope**2)

    s1, s2 = spine.sacrum[0], spine.sacrum[1]
    sac_end = (s2.top.z + s2.bottom.z) / 2.0
    heights = [sac_end - 40.0, sac_end, s1.bottom.z, s1.top.z, 60.0, 120.0, 400.0]
    canal = np.interp(grid.z, heights, np.array([0.2, 0.5, 0.75, 1.0, 1.0, 1.0, 0.92]))
    epidural = np.interp(grid.z, heights, [3.0, 3.0, 3.5, 3.5, 1.2, 1.0, 1.0])
    sac = np.interp(grid.z, heights, np.array([0.0, 0.0, 0.45, 0.82, 0.97, 1.0, 0.98]))
    sac = np.where(grid.z < sac_end, 0.0, sac * parameters.sac_mm)
    canal = np.maximum(canal * parameters.canal_mm, epidural + sac)
    base = np.maximum(smooth_back, back - 1.0)
    sac_front = base + epidural * slant
    pads = np.zeros(grid.z.size)
    for disc in spine.discs:
        pads += np.exp(-(((grid.z - disc.centre[1] - 6.0) / 7.5) ** 2))
    pads *= parameters.pad_mm
    tips, fascia, skin, belly = _trunk(spine, front, grid, parameters=parameters)
    as_float = [
        np.asarray(line, dtype=np.float32)
        for line in (
            front,
            back,
            slant,
            sac_front,
            sac_front + sac * slant,
            base + (canal + pads) * slant,
            tips,
            fascia,
            skin,
            belly,
        )
    ]
    return Curves(*as_float)


def _trunk(
    spine: Spine, front: Coordinates, grid: PlaneGrid, *, parameters: CurveParameters
) -> tuple[Coordinates, Coordinates, Coordinates, Coordinates]:
    """Gives the tips of the spinous processes, fascia, skin of the back and of the belly."""
    bodies = (*spine.vertebrae, *spine.sacrum)
    tips = through((spinous_tip(body, parameters.canal_mm) for body in bodies), grid, 9.0)
    fascia = ndimage.gaussian_filter1d(tips, 14.0 / grid.step_mm, mode="nearest") + 4.0
    fat = parameters.fat_back_mm + parameters.fat_sacral_mm * np.exp(
        -(((grid.z + 5.0) / 55.0) ** 2)
    )
    skin = ndimage.gaussian_filter1d(fascia + fat, 18.0 / grid.step_mm, mode="nearest")
    column = ndimage.gaussian_filter1d(front, 40.0 / grid.step_mm, mode="nearest")
    belly = column.mean() - parameters.belly_mm - 10.0 * np.cos((grid.z - 60.0) / 90.0)
    return tips, fascia, skin, belly
