"""What is measured at each level of a slice, and why it is not where it is not.

The height index is the mean of the front, middle and back height of the disc over the mean
height of the two vertebral bodies beside it: method 6 of the seven that Chen et al. 2022
(doi 10.1016/j.jocn.2022.07.018) compared, whose methods by the middle height alone were
biased. It has no unit, and it divides a height by a height, so that it stands where the
proportions of a picture are in doubt, which an index by the disc's depth does not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from condyle.interpretation.anatomy import SliceAnatomy
from condyle.interpretation.bodies import Body, Floats, Plate, Scale, find_bodies, plate_of
from condyle.interpretation.disc_space import Gap, Line, body_height, disc_gaps, slip
from condyle.interpretation.discs import CANAL, window_of
from condyle.interpretation.thecal_sac import Sac

HEIGHTS = ("disc-height-anterior", "disc-height-middle", "disc-height-posterior")
INDEX = "disc-height-index"
SLIP, SLIP_PERCENT = "vertebral-slip", "vertebral-slip-percent"
SAC_DISC, SAC_BODY, SAC_RATIO = "thecal-sac-disc", "thecal-sac-body", "thecal-sac-ratio"

LENGTHS = (*HEIGHTS, SLIP, SAC_DISC, SAC_BODY)
"""What is in millimetres; the others divide lengths along one direction."""

TAKEN = (*HEIGHTS, INDEX, SLIP, SLIP_PERCENT, SAC_DISC, SAC_BODY, SAC_RATIO)
"""Names of what is measured at a level."""

MOST_BACKWARD = -0.3
"""Share of the endplate beyond which a backward slip is taken for a corner that was missed, as
where a mask runs on into a pedicle; on a slice of SPIDER that looked straight it gave -0.35."""

LEAST_LENGTH = 0.6
"""Share of the usual disc's length under which what is outlined is a fragment."""

LEAST_FILL = 0.4
"""Share of the room between two endplates that the disc's own mask has to fill."""

MARGIN = 3
"""Pixels about the structures that are looked at; without one the image's border cuts."""

LEAST_BEHIND = 0.5
"""Share of the discs that need the sac behind them, or the slice may be mirrored."""

PLAUSIBLE_DEPTH_MM = (22.0, 50.0)
"""Depth of a lumbar vertebral body, chosen wide: by the spacing as stated, 23 to 37 mm hold
nine of ten of SPIDER's mid-sagittal slices, and some of the rest have a wrong spacing."""


@dataclass(frozen=True)
class Taken:
    """One number, or why there is none.

    Attributes:
        value: In units of the scale, as a share, or in percent by name; ``None`` for none.
        points: Its ends as (row, column) pixels of the slice.
        reason: Code of why it is missing, or ``None``.
    """

    value: float | None
    points: tuple[tuple[float, float], ...] = ()
    reason: str | None = None


@dataclass(frozen=True)
class SliceMeasures:
    """Measures of one slice.

    Attributes:
        discs: Name to number of each disc, caudal to cranial; nothing of a disc that was not
            asked for.
        depth: Median depth of the bodies' endplates in units of the scale, or ``None``.
    """

    discs: tuple[Mapping[str, Taken], ...] = field(repr=False)
    depth: float | None


@dataclass(frozen=True)
class _Beside:
    """A disc with what lies beside it."""

    plate: Plate
    fill: float
    below: Body | None
    above: Body | None
    last: bool


def measure_slice(
    anatomy: SliceAnatomy, scale: Scale, *, only: Collection[int] | None = None
) -> SliceMeasures:
    """Measures the discs of a slice's chain.

    Args:
        anatomy: What was seen on the slice, anterior left.
        scale: (row, column) size of a pixel: in mm, or only its proportions.
        only: Which discs of the chain, from 0; all where ``None``.
    """
    window, corner = _window(anatomy.labelmap)
    labelmap = anatomy.labelmap[window]
    masks = [anatomy.disc_index[window] == n + 1 for n in range(len(anatomy.chain.discs))]
    plates = [plate_of(mask, scale) for mask in masks]
    known = [plate for plate in plates if plate is not None]
    if not known:
        return SliceMeasures(tuple(_nothing("disc-fragment") for _ in masks), None)
    length = float(np.median([plate.length for plate in known]))
    sac = Sac(labelmap == CANAL, scale, length)
    behind = [sac.behind(plate.centre, plate.axis) is not None for plate in known]
    if np.mean(behind) < LEAST_BEHIND:
        return SliceMeasures(tuple(_nothing("sac-not-behind") for _ in masks), None)
    whole = [plate.length >= LEAST_LENGTH * length for plate in known]
    usual = np.mean([plate.axis for plate, kept in zip(known, whole, strict=True) if kept], axis=0)
    usual = usual / np.linalg.norm(usual)
    known = [p if kept else replace(p, axis=usual) for p, kept in zip(known, whole, strict=True)]
    bodies = find_bodies(labelmap, known, scale)
    beside_each = iter(zip(known, whole, pairwise(bodies), strict=True))
    found = []
    for number, (mask, plate) in enumerate(zip(masks, plates, strict=True)):
        if plate is None:
            found.append(_nothing("disc-fragment"))
            continue
        steady, kept, (below, above) = next(beside_each)
        if only is not None and number not in only:
            found.append({})
            continue
        area = float(np.count_nonzero(mask) * scale[0] * scale[1])
        beside = _Beside(steady, area if kept else 0.0, below, above, last=steady is known[0])
        found.append(_moved({**_space(beside, scale), **_sac(beside, sac, scale)}, corner))
    depths = [float(np.linalg.norm(b.upper[1] - b.upper[0])) for b in bodies if b and b.whole]
    return SliceMeasures(tuple(found), float(np.median(depths)) if depths else None)


def _window(labelmap: NDArray[np.uint8]) -> tuple[tuple[slice, slice], tuple[int, int]]:
    """Gives the part of a slice that holds its structures, and where it begins."""
    rows, columns = window_of(labelmap > 0, margin=MARGIN) or (slice(0, 1), slice(0, 1))
    return (rows, columns), (rows.start, columns.start)


def _moved(taken: Mapping[str, Taken], corner: tuple[int, int]) -> dict[str, Taken]:
    """Gives numbers taken in a window with their points in the whole slice."""
    return {
        name: replace(
            one, points=tuple((row + corner[0], col + corner[1]) for row, col in one.points)
        )
        for name, one in taken.items()
    }


def _nothing(reason: str, names: Sequence[str] = TAKEN) -> dict[str, Taken]:
    return {name: Taken(None, reason=reason) for name in names}


_OF_SPACE = (*HEIGHTS, INDEX, SLIP, SLIP_PERCENT)


def _space(beside: _Beside, scale: Scale) -> dict[str, Taken]:
    """Gives heights, index and slip of a disc."""
    if beside.below is None:
        reason = "sacrum-not-seen" if beside.last else "vertebra-not-found"
        return _nothing(reason, _OF_SPACE)
    if beside.above is None:
        return _nothing("vertebra-not-found", _OF_SPACE)
    gaps = disc_gaps(beside.above, beside.below)
    if gaps is None:
        return _nothing("endplate-not-found", _OF_SPACE)
    mean = float(np.mean([gap.height for gap in gaps]))
    room = mean * float(np.linalg.norm(beside.below.upper[1] - beside.below.upper[0]))
    if beside.fill < LEAST_FILL * room:
        return _nothing("disc-fragment", _OF_SPACE)
    taken = {
        name: Taken(gap.height, _pixels(gap.line, scale))
        for name, gap in zip(HEIGHTS, gaps, strict=True)
    }
    taken[INDEX] = _index(mean, beside)
    if beside.above.cut or beside.below.cut:
        return {**taken, **_nothing("vertebra-cut", (SLIP, SLIP_PERCENT))}
    found = slip(beside.above, beside.below)
    if found.share < MOST_BACKWARD:
        return {**taken, **_nothing("corner-doubtful", (SLIP, SLIP_PERCENT))}
    points = _pixels(found.line, scale)
    taken[SLIP] = Taken(found.distance, points)
    taken[SLIP_PERCENT] = Taken(100 * found.share, points)
    return taken


def _index(mean: float, beside: _Beside) -> Taken:
    heights = [
        body_height(body)
        for body in (beside.above, beside.below)
        if body is not None and body.whole
    ]
    known = [gap.height for gap in heights if gap is not None]
    if len(known) < 2:
        return Taken(None, reason="vertebra-cut")
    return Taken(mean / float(np.mean(known)))


def _sac(beside: _Beside, sac: Sac, scale: Scale) -> dict[str, Taken]:
    """Gives the sac's diameter at the disc and at the middle of the body above it."""
    at_disc = _diameter(sac, beside.plate.centre, beside.plate.axis)
    at_body = (
        _diameter(sac, beside.above.middle, beside.above.axis)
        if beside.above is not None and beside.above.whole
        else "vertebra-cut"
    )
    taken = {
        SAC_DISC: _of_gap(at_disc, scale),
        SAC_BODY: _of_gap(at_body, scale),
    }
    if isinstance(at_disc, Gap) and isinstance(at_body, Gap):
        taken[SAC_RATIO] = Taken(at_disc.height / at_body.height)
    else:
        missing = at_disc if isinstance(at_disc, str) else at_body
        taken[SAC_RATIO] = Taken(None, reason=str(missing))
    return taken


def _diameter(sac: Sac, start: Floats, axis: Floats) -> Gap | str:
    centre = sac.behind(start, axis)
    if centre is None:
        return "sac-not-found"
    return sac.diameter(centre) or "sac-cut"


def _of_gap(gap: Gap | str, scale: Scale) -> Taken:
    if isinstance(gap, str):
        return Taken(None, reason=gap)
    return Taken(gap.height, _pixels(gap.line, scale))


def _pixels(line: Line, scale: Scale) -> tuple[tuple[float, float], ...]:
    return tuple((point[0] / scale[0], point[1] / scale[1]) for point in line)
