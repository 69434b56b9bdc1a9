"""Sizes of the parts of a lumbar spine, as published for adults.

Sources:

- Vertebrae: Panjabi et al., Spine 17:299 (1992), doi 10.1097/00007632-199203000-00010
  (lumbar), and Spine 16:888 (1991), doi 10.1097/00007632-199108000-00006 (T9 to T12),
  rounded; heights are raised by a tenth, towards those of living adults (L5 30.3 mm in
  front and 26.3 mm behind on CT).
- Disc heights: Mansur et al., Journal of Lumbini Medical College (2020), mean of 106
  lumbar MR studies: L1-L2 6.9 mm in front, 7.9 in the middle, 5.5 behind; L4-L5 12.0 and
  8.1; L5-S1 13.6, 11.1, 6.9. The levels between are interpolated, those above continued.
- Sacrum: the back of S1 stands at about 97 degrees to its endplate (sacral table angle,
  Whitesides et al., Spine 30 (6 Suppl):S12, 2005); the other figures are an approximation.
- Loss of height with degeneration: Pfirrmann et al., Spine 26:1873 (2001),
  doi 10.1097/00007632-200109010-00011, which calls the height normal at grades I and II,
  normal to slightly decreased at III, normal to moderately decreased at IV and collapsed
  at V; the factors are chosen to suit.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class VertebraSize:
    """Mean size of a vertebra in mm.

    Attributes:
        name: Such as ``"L5"``.
        depth: Front to back, mean of both endplates.
        width: Side to side.
        height_front: Height of the body in front.
        height_back: Height of the body behind.
        spinous_length: From the back of the canal to the tip of the spinous process.
        spinous_height: Of the spinous process near its tip.
        spinous_drop: Slope at which the process descends, mm a mm.
    """

    name: str
    depth: float
    width: float
    height_front: float
    height_back: float
    spinous_length: float
    spinous_height: float
    spinous_drop: float


@dataclass(frozen=True)
class DiscSize:
    """Mean size of a healthy disc in mm.

    Attributes:
        name: Level, such as ``"L5-S1"``.
        height_front: Between the rims in front.
        height_back: Between the rims behind.
    """

    name: str
    height_front: float
    height_back: float


VERTEBRAE: tuple[VertebraSize, ...] = (
    VertebraSize("L5", 34.4, 47.5, 29.5, 25.0, 21.0, 15.0, 0.15),
    VertebraSize("L4", 34.8, 46.5, 28.0, 26.6, 27.0, 20.0, 0.15),
    VertebraSize("L3", 34.6, 44.5, 27.5, 27.0, 29.0, 22.0, 0.15),
    VertebraSize("L2", 34.3, 42.5, 26.7, 27.2, 28.0, 22.0, 0.18),
    VertebraSize("L1", 33.6, 41.0, 25.6, 26.8, 26.0, 20.0, 0.22),
    VertebraSize("T12", 32.4, 39.5, 24.2, 25.5, 22.0, 17.0, 0.35),
    VertebraSize("T11", 31.2, 36.5, 22.8, 24.0, 21.0, 14.0, 0.60),
    VertebraSize("T10", 30.5, 34.0, 21.8, 22.8, 22.0, 12.0, 0.90),
    VertebraSize("T9", 30.0, 32.0, 21.0, 22.0, 23.0, 11.0, 1.00),
)
"""From the most caudal up."""

DISCS: tuple[DiscSize, ...] = (
    DiscSize("L5-S1", 13.5, 6.9),
    DiscSize("L4-L5", 12.6, 8.1),
    DiscSize("L3-L4", 10.8, 7.5),
    DiscSize("L2-L3", 8.8, 6.6),
    DiscSize("L1-L2", 7.2, 5.7),
    DiscSize("T12-L1", 5.6, 4.8),
    DiscSize("T11-T12", 4.6, 4.4),
    DiscSize("T10-T11", 4.0, 4.2),
    DiscSize("T9-T10", 3.8, 4.0),
)
"""The disc below each vertebra of ``VERTEBRAE``."""

HEIGHT_BY_GRADE: dict[int, float] = {1: 1.0, 2: 0.98, 3: 0.90, 4: 0.78, 5: 0.42}
"""Fraction of its healthy height that a disc keeps at each Pfirrmann grade."""


@dataclass(frozen=True)
class SacralSize:
    """Mean size of a sacral segment in mm.

    Attributes:
        depth_above: Front to back at its upper end.
        depth_below: Front to back at its lower end.
        height_front: Height in front.
        height_back: Height behind.
        shift_back: How far the middle of its lower end lies behind the perpendicular of
            its upper end.
    """

    depth_above: float
    depth_below: float
    height_front: float
    height_back: float
    shift_back: float


SACRUM: tuple[SacralSize, ...] = (
    SacralSize(33.0, 21.0, 30.0, 24.0, 8.5),
    SacralSize(20.5, 15.0, 24.0, 20.0, 3.5),
    SacralSize(14.5, 11.0, 20.0, 17.0, 1.0),
    SacralSize(10.5, 8.0, 17.0, 15.0, 0.0),
    SacralSize(8.0, 6.0, 14.0, 13.0, 0.0),
)
"""S1 to S5."""
