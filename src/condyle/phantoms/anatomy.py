"""The bony chain of a lumbar spine: bodies, discs, sacrum, posterior elements.

Everything lies in a sagittal frame of (y, z) in mm: y points backwards (posterior), z
upwards (superior), and the centre of the S1 endplate is the origin. A tilt is the angle
in radians by which an endplate rises backwards; the sacral endplate rises steeply, that
of L3 is about level. The third axis, x, points to the left with 0 in the midline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from condyle.phantoms.proportions import (
    DISCS,
    HEIGHT_BY_GRADE,
    SACRUM,
    VERTEBRAE,
    VertebraSize,
)

_FIRST_KYPHOTIC = 4  # L1


@dataclass(frozen=True)
class Face:
    """An endplate: a straight line from its front to its back rim.

    Attributes:
        y: Posterior position of its middle, mm.
        z: Superior position of its middle, mm.
        tilt: Rise backwards in radians.
        depth: Length from front to back rim, mm.
        concavity: How far its middle is sunk below the rims, mm.
    """

    y: float
    z: float
    tilt: float
    depth: float
    concavity: float = 0.0

    def point(self, along: float, above: float = 0.0) -> tuple[float, float]:
        """Gives (y, z) of a point ``along`` mm behind and ``above`` mm over the middle."""
        cosine, sine = float(np.cos(self.tilt)), float(np.sin(self.tilt))
        return (
            self.y + along * cosine - above * sine,
            self.z + along * sine + above * cosine,
        )


@dataclass(frozen=True)
class Body:
    """A vertebral body between two faces.

    Attributes:
        name: ``"L5"``, ``"S1"`` and so on.
        bottom: Its lower endplate.
        top: Its upper endplate.
        half_width: Half its width, mm.
        waist: How far it is drawn in at mid-height, mm.
        flare: How far the rims stick out (osteophytes), mm.
        size: Size that its spinous process follows, ``None`` for the sacrum.
        spinous_offset: How far the spinous process stands to the left, mm.
    """

    name: str
    bottom: Face
    top: Face
    half_width: float
    waist: float
    flare: float
    size: VertebraSize | None = None
    spinous_offset: float = 0.0

    @property
    def sacral(self) -> bool:
        """Whether it belongs to the sacrum."""
        return self.size is None


@dataclass(frozen=True)
class Disc:
    """A disc, the space between the lower body's top and the upper body's bottom.

    Attributes:
        name: Level, such as ``"L4-L5"``.
        lower: Body below.
        upper: Body above.
        grade: Pfirrmann grade, 1 to 5.
        bulge: How far its outline passes the rims, mm.
        herniation: How far it protrudes into the canal in the midline, mm.
        nucleus_shift: Backwards shift of the nucleus, as a fraction of the half depth.
    """

    name: str
    lower: Body
    upper: Body
    grade: int
    bulge: float
    herniation: float = 0.0
    nucleus_shift: float = 0.0

    @property
    def centre(self) -> tuple[float, float]:
        """(y, z) of its middle."""
        below, above = self.lower.top, self.upper.bottom
        return (below.y + above.y) / 2.0, (below.z + above.z) / 2.0


@dataclass(frozen=True)
class Spine:
    """The chain.

    Attributes:
        vertebrae: L5 first, then upwards.
        discs: L5-S1 first, then upwards.
        sacrum: S1 first, then downwards.
        sacral_discs: S1-S2 first, then downwards; rudimentary.
    """

    vertebrae: tuple[Body, ...]
    discs: tuple[Disc, ...]
    sacrum: tuple[Body, ...]
    sacral_discs: tuple[Disc, ...]


@dataclass(frozen=True)
class SpineParameters:
    """How a spine differs from the mean one.

    Attributes:
        scale: Size relative to the mean adult.
        sacral_slope_deg: Tilt of the S1 endplate; supine about 40 degrees.
        lordosis: Factor on the wedge angles of the lower discs.
        kyphosis_deg: Forward bend added at each body above L1.
        grades: Pfirrmann grade by level.
        slips_mm: Forward slip of the upper vertebra by level; none by default.
        herniations_mm: Protrusion into the canal by level; none by default.
    """

    scale: float = 1.0
    sacral_slope_deg: float = 40.0
    lordosis: float = 1.15
    kyphosis_deg: float = 0.5
    grades: Mapping[str, int] = field(default_factory=dict)
    slips_mm: Mapping[str, float] = field(default_factory=dict)
    herniations_mm: Mapping[str, float] = field(default_factory=dict)


def _jitter(rng: np.random.Generator, spread: float) -> float:
    return float(np.clip(rng.normal(1.0, spread), 1.0 - 2 * spread, 1.0 + 2 * spread))


def _step(face: Face, *, rise: float, turn: float, depth: float, concavity: float) -> Face:
    """Gives the face ``rise`` mm above another and turned by ``turn`` radians."""
    middle = face.tilt + turn / 2.0
    return Face(
        y=face.y - rise * float(np.sin(middle)),
        z=face.z + rise * float(np.cos(middle)),
        tilt=face.tilt + turn,
        depth=depth,
        concavity=concavity,
    )


def _build_vertebra(
    rng: np.random.Generator, bottom: Face, size: VertebraSize, *, scale: float, kyphosis: float
) -> Body:
    front = size.height_front * scale * _jitter(rng, 0.02)
    back = size.height_back * scale * _jitter(rng, 0.02)
    depth_top = size.depth * scale * _jitter(rng, 0.015)
    turn = -(front - back) / size.depth / scale + kyphosis
    top = _step(
        bottom,
        rise=(front + back) / 2.0,
        turn=turn,
        depth=depth_top,
        concavity=float(rng.uniform(0.5, 1.3)),
    )
    return Body(
        name=size.name,
        bottom=bottom,
        top=top,
        half_width=size.width * scale / 2.0,
        waist=float(rng.uniform(1.2, 2.2)),
        flare=float(rng.uniform(0.2, 1.2)),
        size=replace(
            size,
            spinous_length=size.spinous_length * scale * _jitter(rng, 0.07),
            spinous_height=size.spinous_height * scale * _jitter(rng, 0.08),
            spinous_drop=size.spinous_drop + float(rng.normal(0.0, 0.06)),
        ),
        spinous_offset=float(rng.normal(0.0, 1.3)),
    )


def _build_sacrum(rng: np.random.Generator, top: Face, scale: float) -> tuple[Body, ...]:
    turns = np.deg2rad([4.0, 2.0, -10.0, -22.0, -24.0])
    bodies: list[Body] = []
    face = top
    for index, size in enumerate(SACRUM):
        rise = (size.height_front + size.height_back) / 2.0 * scale * _jitter(rng, 0.03)
        bottom = _step(
            face,
            rise=-rise,
            turn=float(turns[index]) * _jitter(rng, 0.3),
            depth=size.depth_below * scale,
            concavity=0.3,
        )
        y, z = bottom.point(size.shift_back * scale)
        bottom = replace(bottom, y=y, z=z)
        half_width = (24.0 - 2.0 * index) * scale
        bodies.append(Body(f"S{index + 1}", bottom, face, half_width, waist=0.8, flare=0.2))
        if index + 1 < len(SACRUM):
            gap = (2.6, 1.2, 0.8, 0.8)[index] * scale * _jitter(rng, 0.2)
            face = _step(
                bottom,
                rise=-gap,
                turn=0.0,
                depth=SACRUM[index + 1].depth_above * scale,
                concavity=0.3,
            )
    return tuple(bodies)


def build_spine(rng: np.random.Generator, parameters: SpineParameters) -> Spine:
    """Builds the chain from the sacrum up.

    Args:
        rng: Source of the small differences between vertebrae.
        parameters: What is fixed of this spine; a level without a grade has grade 2.
    """
    scale = parameters.scale
    s1_top = Face(
        0.0, 0.0, float(np.deg2rad(parameters.sacral_slope_deg)), 33.5 * scale, concavity=0.8
    )
    sacrum = _build_sacrum(rng, s1_top, scale)
    discs: list[Disc] = []
    lower = sacrum[0]
    for index in range(len(VERTEBRAE)):
        disc = _build_segment(rng, lower, index, parameters=parameters)
        discs.append(disc)
        lower = disc.upper
    sacral_discs = tuple(
        Disc(f"{above.name}-{below.name}", below, above, grade=4, bulge=0.0)
        for above, below in pairwise(sacrum)
    )
    return Spine(tuple(disc.upper for disc in discs), tuple(discs), sacrum, sacral_discs)


def _build_segment(
    rng: np.random.Generator, lower: Body, index: int, *, parameters: SpineParameters
) -> Disc:
    """Builds the disc above a body together with the vertebra on it."""
    size, disc, scale = VERTEBRAE[index], DISCS[index], parameters.scale
    grade = parameters.grades.get(disc.name, 2)
    keep = HEIGHT_BY_GRADE[grade] * scale * _jitter(rng, 0.06)
    front = disc.height_front * keep
    back = disc.height_back * keep
    bottom = _step(
        lower.top,
        rise=(front + back) / 2.0,
        turn=-(front - back) / (size.depth * scale) * parameters.lordosis,
        depth=size.depth * scale * _jitter(rng, 0.015),
        concavity=float(rng.uniform(0.8, 1.9)),
    )
    y, z = bottom.point(-parameters.slips_mm.get(disc.name, 0.0))
    kyphosis = float(np.deg2rad(parameters.kyphosis_deg)) if index >= _FIRST_KYPHOTIC else 0.0
    upper = _build_vertebra(rng, replace(bottom, y=y, z=z), size, scale=scale, kyphosis=kyphosis)
    return Disc(
        name=disc.name,
        lower=lower,
        upper=upper,
        grade=grade,
        bulge=float(rng.uniform(0.2, 1.0)) + 0.35 * max(0, grade - 2),
        herniation=parameters.herniations_mm.get(disc.name, 0.0),
        nucleus_shift=float(rng.uniform(0.0, 0.12)),
    )
