"""Vertebral bodies: the part of each vertebra that lies before the thecal sac.

A vertebra's mask holds its spinous process too, which lies behind the sac. Bodies are told
apart by the discs between them and from the posterior elements by the sac's front edge.
Everything here is in scaled coordinates, (row, column) times the size of a pixel, so that
pixels need not be square.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.interpretation.discs import CANAL, VERTEBRA, window_of

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Scale = tuple[float, float]

FRACTIONS = (0.15, 0.5, 0.85)
"""Where along an endplate, from its front corner, heights are taken; masks round the corners."""

BAND = 0.05
"""Half the width, as a share of the endplate, over which a height is a mean."""

BLUR = 0.6
"""Standard deviation in pixels of the blur that makes a mask's edge finer than a pixel."""

BLUR_REACH = 4
"""Pixels beyond which nothing of the blur is left: more than scipy's four standard deviations."""

ROUNDS = 4
"""How often the corners are looked for along the diagonals of those before."""

LEAST_AREA = 0.45
"""Share of the usual body's area under which a piece is none; a first sacral segment too."""


@dataclass(frozen=True)
class Plate:
    """A disc as a line, in scaled coordinates.

    Attributes:
        centre: (row, column).
        axis: Unit vector from front to back.
        length: Along the axis.
    """

    centre: Floats
    axis: Floats
    length: float

    @property
    def normal(self) -> Floats:
        """Unit vector across, pointing to the feet."""
        return np.array([self.axis[1], -self.axis[0]])


@dataclass(frozen=True)
class Body:
    """One vertebral body on one slice, in scaled coordinates.

    Attributes:
        field: (row, column) blurred mask, 0.5 at the body's edge.
        scale: Size of a pixel.
        axis: Unit vector from front to back.
        corners: (4, 2): upper front, upper back, lower back, lower front.
        area: In squares of the scale.
        whole: Whether a disc bounds it above and below and no border of the image cuts it.
        cut: Whether a border of the image cuts it.
    """

    field: Floats = field(repr=False)
    scale: Scale
    axis: Floats
    corners: Floats
    area: float
    whole: bool
    cut: bool

    @property
    def upper(self) -> Floats:
        """The upper endplate: front and back corner."""
        return self.corners[[0, 1]]

    @property
    def lower(self) -> Floats:
        """The lower endplate: front and back corner."""
        return self.corners[[3, 2]]

    @property
    def middle(self) -> Floats:
        """The middle of the four corners."""
        return np.asarray(self.corners.mean(axis=0), dtype=np.float64)

    def along(self, points: Floats) -> Floats:
        """Gives the blurred mask at points; 0 outside the image."""
        return sample(self.field, points, self.scale)


def plate_of(mask: Mask, scale: Scale) -> Plate | None:
    """Gives a disc's line by the principal axis of its pixels; ``None`` for a speck.

    Args:
        mask: (row, column) of one disc.
        scale: Size of a pixel.
    """
    points = np.argwhere(mask) * np.array(scale)
    if len(points) < 12:
        return None
    centre = points.mean(axis=0)
    spread = (points - centre).T @ (points - centre) / len(points)
    values, vectors = np.linalg.eigh(spread)
    axis = vectors[:, 1] * (1.0 if vectors[1, 1] >= 0 else -1.0)
    return Plate(centre, axis, float(np.sqrt(12 * values[1])))


def find_bodies(
    labelmap: NDArray[np.uint8], plates: Sequence[Plate], scale: Scale
) -> tuple[Body | None, ...]:
    """Gives the body below each disc and the one above the last, caudal to cranial.

    Args:
        labelmap: (row, column) 0 background, 1 disc, 2 vertebra, 3 canal.
        plates: The discs, caudal to cranial.
        scale: Size of a pixel.

    Returns:
        One more than there are discs; ``None`` where no body was found.
    """
    bone = (labelmap == VERTEBRA) & before_sac(labelmap == CANAL)
    rows, columns = np.indices(labelmap.shape)
    points = np.stack([rows * scale[0], columns * scale[1]], axis=-1)
    above = [(points - plate.centre) @ plate.normal < 0 for plate in plates]
    pieces = []
    for position in range(len(plates) + 1):
        inside = bone.copy()
        if position > 0:
            inside &= above[position - 1]
        if position < len(plates):
            inside &= ~above[position]
        near = [plates[n] for n in (position - 1, position) if 0 <= n < len(plates)]
        if len(near) == 1:
            away = np.abs((points - near[0].centre) @ near[0].normal)
            inside &= away < 1.3 * near[0].length
        pieces.append(_largest(inside))
    areas = [np.count_nonzero(piece) for piece in pieces]
    usual = float(np.median([area for area in areas if area])) if any(areas) else 0.0
    return tuple(
        _body(piece, plates, position, scale=scale) if area > LEAST_AREA * usual else None
        for position, (piece, area) in enumerate(zip(pieces, areas, strict=True))
    )


def before_sac(canal: Mask) -> Mask:
    """Tells which pixels lie before the sac's front edge, which is carried on beyond its ends.

    Args:
        canal: (row, column) of the thecal sac.
    """
    canal = large_pieces(canal)
    rows = np.flatnonzero(canal.any(axis=1))
    everywhere = np.arange(canal.shape[0])
    if len(rows) < 8:
        return np.zeros(canal.shape, dtype=bool)
    first = canal[rows].argmax(axis=1).astype(np.float64)
    smooth = ndimage.median_filter(first, 7, mode="nearest")
    edge = np.interp(everywhere, rows, smooth)
    for end, reach in ((rows < rows[0] + 30, rows[0]), (rows > rows[-1] - 30, rows[-1])):
        slope, start = np.polyfit(rows[end], smooth[end], 1)
        outside = everywhere < reach if reach == rows[0] else everywhere > reach
        edge[outside] = slope * everywhere[outside] + start
    return np.asarray(np.arange(canal.shape[1])[None, :] < edge[:, None])


def large_pieces(mask: Mask, share: float = 0.1) -> Mask:
    """Leaves out pieces smaller than a share of the largest."""
    labels, count = ndimage.label(mask, structure=np.ones((3, 3)))
    if count < 2:
        return mask
    sizes = np.bincount(labels.ravel())[1:]
    kept = np.flatnonzero(sizes >= share * sizes.max()) + 1
    return np.asarray(np.isin(labels, kept))


def sample(values: NDArray[np.floating], points: Floats, scale: Scale) -> Floats:
    """Gives an image's values at (n, 2) scaled points, bilinearly; 0 outside it."""
    found = ndimage.map_coordinates(
        values, (points / np.array(scale)).T, order=1, mode="constant", cval=0.0
    )
    return np.asarray(found, dtype=np.float64)


def blurred(mask: Mask) -> Floats:
    """Gives a mask blurred by ``BLUR``; what the blur does not reach is not looked at."""
    made = np.zeros(mask.shape, dtype=np.float64)
    window = window_of(mask, margin=BLUR_REACH)
    if window is not None:
        made[window] = ndimage.gaussian_filter(mask[window].astype(np.float64), BLUR)
    return made


def _largest(mask: Mask) -> Mask:
    """Gives the largest piece once thin bridges are cut."""
    found = np.zeros(mask.shape, dtype=bool)
    window = window_of(mask)
    if window is None:
        return found
    labels, count = ndimage.label(ndimage.binary_opening(mask[window], structure=np.ones((3, 3))))
    if count:
        found[window] = labels == 1 + int(np.bincount(labels.ravel())[1:].argmax())
    return found


def _body(mask: Mask, plates: Sequence[Plate], position: int, *, scale: Scale) -> Body:
    near = [plates[n] for n in (position - 1, position) if 0 <= n < len(plates)]
    axis = np.sum([plate.axis for plate in near], axis=0)
    axis = axis / np.linalg.norm(axis)
    border = mask.copy()
    border[1:-1, 1:-1] = False
    cut = bool(border.any())
    return Body(
        field=blurred(mask),
        scale=scale,
        axis=axis,
        corners=_corners(mask, axis, scale),
        area=float(np.count_nonzero(mask) * scale[0] * scale[1]),
        whole=len(near) == 2 and not cut,
        cut=cut,
    )


def _corners(mask: Mask, axis: Floats, scale: Scale) -> Floats:
    """Gives the four corners: where the mask reaches furthest along each corner's diagonal.

    The first diagonals are those of the discs beside the body; the next ones halve the
    angles of the box that was found, since a body is a wedge and may lie askew to its discs.
    """
    points = np.argwhere(mask) * np.array(scale)
    down = np.array([axis[1], -axis[0]])
    ways = np.array([-axis - down, axis - down, axis + down, down - axis])
    for _ in range(ROUNDS):
        corners = np.array([_furthest(points, way, scale) for way in ways])
        to_next = np.roll(corners, -1, axis=0) - corners
        to_next /= np.maximum(np.linalg.norm(to_next, axis=1, keepdims=True), 1e-9)
        ways = np.roll(to_next, 1, axis=0) - to_next
    return corners


def _furthest(points: Floats, way: Floats, scale: Scale) -> Floats:
    """Gives the mean of the points within a pixel of the furthest along a way."""
    score = points @ (way / max(float(np.linalg.norm(way)), 1e-9))
    return np.asarray(points[score >= score.max() - max(scale)].mean(axis=0), dtype=np.float64)
