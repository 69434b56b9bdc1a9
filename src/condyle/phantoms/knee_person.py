"""Draws one person's knee: size, pose, age, and the course of every soft structure.

Sizes. The width of the tibial plateau is 76.0 (SD 3.0) mm in men and 67.3 (3.2) mm in women
(MRI of 200 knees, doi 10.1186/s13018-021-02708-8); a person's knee is the mean one scaled to
a width drawn so. Cartilage is 1.57 to 2.43 mm thick on average and thickest in the patella
(Eckstein et al., Osteoarthritis Cartilage 9:101 (2001), doi 10.1053/joca.2000.0365). The
anterior cruciate ligament is 31 (3) mm long (Odensten and Gillquist, J Bone Joint Surg Am
67:257 (1985)) with a section of 30 to 53 mm2 (review of 92 papers,
doi 10.2106/JBJS.RVW.18.00145), the posterior one 1.2 to 1.5 times as thick (Harner et al.,
J Orthop Res 13:429 (1995)). How thickness falls with age is an approximation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from condyle.phantoms.knee_bones import BoneShape
from condyle.phantoms.simulated import Laterality, Person, Sex

MEAN_WIDTH_MM = 73.0
"""Width of the tibial plateau of the mean shape."""


@dataclass(frozen=True)
class KneePerson:
    """One person's knee without its lesions. Lengths are mm of the mean knee but for ``scale``.

    Attributes:
        sex: ``"F"`` or ``"M"``.
        age: Years.
        laterality: ``"left"`` or ``"right"``.
        scale: Size relative to the mean knee.
        flexion_deg: By how much the femur is bent backwards against the tibia.
        turn_deg: Rotation of the whole knee about x, y and z in the scanner.
        shift_mm: Where the middle of the plateau lies in the scanner, (x, y, z).
        bones: Shape of the bones.
        femoral_mm: Thickness of the femoral cartilage.
        tibial_mm: Greatest thickness of the tibial cartilages.
        patellar_mm: Thickness of the patellar cartilage.
        meniscus_mm: Height of the menisci at their outer edge.
        meniscus_width: Factor on the width of the menisci.
        acl_mm: Radius of the anterior cruciate ligament in its middle.
        acl_foot: Shift of its tibial foot backwards.
        effusion_mm: Thickness of the fluid in the recesses.
        fat_mm: Thickness of the fat under the skin.
        muscle: Factor on the girth of the muscles.
        red_marrow: Share of the marrow above the growth plate that is red, 0 to 1.
        fatty: How much fat streaks the muscles, 0 to 1.
        phases: Phases of the fine structure, radians.
    """

    sex: Sex
    age: float
    laterality: Laterality
    scale: float
    flexion_deg: float
    turn_deg: tuple[float, float, float]
    shift_mm: tuple[float, float, float]
    bones: BoneShape
    femoral_mm: float
    tibial_mm: float
    patellar_mm: float
    meniscus_mm: float
    meniscus_width: float
    acl_mm: float
    acl_foot: float
    effusion_mm: float
    fat_mm: float
    muscle: float
    red_marrow: float
    fatty: float
    phases: tuple[float, ...]


def _around(rng: np.random.Generator, mean: float, spread: float) -> float:
    """Draws a normal value, held within two standard deviations."""
    return float(mean + spread * np.clip(rng.standard_normal(), -2.0, 2.0))


def draw_knee(rng: np.random.Generator, who: Person) -> KneePerson:
    """Draws a person's knee: size by sex, cartilage, marrow and muscle by age.

    Args:
        rng: Source of randomness.
        who: Sex, age and side.
    """
    sex, age = who.sex, float(who.age_years)
    width = _around(rng, *((67.3, 3.2) if sex == "F" else (76.0, 3.0)))
    # Cartilage of the young is thicker; about a tenth is lost by old age.
    cartilage = _around(rng, 1.0, 0.10) * (1.04 - 0.15 * float(np.clip((age - 30) / 45, 0, 1)))
    # Thickness hardly grows with height (Eckstein 2001: R = 0.22), so large knees are not scaled.
    cartilage /= (width / MEAN_WIDTH_MM) ** 0.7
    femoral, tibial = 2.4 * cartilage, 2.9 * cartilage * _around(rng, 1.0, 0.05)
    bones = BoneShape(
        notch_half_width=_around(rng, 9.6, 0.7),
        groove=_around(rng, 6.0, 0.8),
        dish=_around(rng, 1.6, 0.3),
        slope=_around(rng, 0.10, 0.02),
        eminence=_around(rng, 8.0, 0.9),
        gap=tibial,
        femoral_rise=femoral,
    )
    young = float(np.clip((45.0 - age) / 30.0, 0.0, 1.0))
    return KneePerson(
        sex=sex,
        age=age,
        laterality=who.laterality or "right",
        scale=width / MEAN_WIDTH_MM,
        flexion_deg=float(rng.uniform(0.0, 20.0)),
        turn_deg=(_around(rng, 0.0, 2.0), _around(rng, 0.0, 2.0), _around(rng, 0.0, 3.0)),
        shift_mm=(_around(rng, 0.0, 2.0), _around(rng, 0.0, 3.0), _around(rng, -4.0, 4.0)),
        bones=bones,
        femoral_mm=femoral,
        tibial_mm=tibial,
        patellar_mm=2.9 * cartilage * _around(rng, 1.0, 0.08),
        meniscus_mm=_around(rng, 6.2, 0.4),
        meniscus_width=_around(rng, 1.0, 0.06),
        acl_mm=_around(rng, 3.55, 0.17),
        acl_foot=_around(rng, 0.0, 1.0),
        effusion_mm=float(rng.uniform(0.3, 1.2)),
        fat_mm=float(rng.uniform(3.0, 10.0) + (3.0 if sex == "F" else 0.0)),
        muscle=_around(rng, 1.0, 0.05),
        red_marrow=float(np.clip(young * 0.6 + (0.2 if sex == "F" else 0.0), 0.0, 0.7)),
        fatty=float(np.clip(_around(rng, (age - 20.0) / 70.0, 0.15), 0.0, 1.0)),
        phases=tuple(float(p) for p in rng.uniform(0.0, 2 * np.pi, 6)),
    )
