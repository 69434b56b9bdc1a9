"""Names of the tissues that an anatomy is painted with, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Tissue(IntEnum):
    """Every tissue that an anatomy may be painted with.

    ``DISC_<grade>_<shell>`` is a disc of that Pfirrmann grade: shell 0 is the annulus, 3
    the core of the nucleus, 1 and 2 lie between.
    """

    AIR = 0
    SKIN = 1
    FAT = 2
    MUSCLE = 3
    MARROW = 4
    CORTEX = 5
    CSF = 6
    CORD = 7
    LIGAMENT = 8
    FLAVUM = 9
    FLOWING_BLOOD = 10
    VENOUS_BLOOD = 11
    LIVER = 12
    BOWEL_WALL = 13
    BOWEL_FLUID = 14
    BOWEL_SOLID = 15
    CONNECTIVE = 16
    ENDPLATE = 17
    DISC_1_0 = 32
    DISC_1_1 = 33
    DISC_1_2 = 34
    DISC_1_3 = 35
    DISC_2_0 = 36
    DISC_2_1 = 37
    DISC_2_2 = 38
    DISC_2_3 = 39
    DISC_3_0 = 40
    DISC_3_1 = 41
    DISC_3_2 = 42
    DISC_3_3 = 43
    DISC_4_0 = 44
    DISC_4_1 = 45
    DISC_4_2 = 46
    DISC_4_3 = 47
    DISC_5_0 = 48
    DISC_5_1 = 49
    DISC_5_2 = 50
    DISC_5_3 = 51
    YELLOW_MARROW = 64
    CARTILAGE = 65
    DEGENERATE_CARTILAGE = 66
    TALAR_CARTILAGE = 67
    MENISCUS = 68
    DEGENERATE_MENISCUS = 69
    TORN_MENISCUS = 70
    CRUCIATE = 71
    TORN_LIGAMENT = 72
    TENDON = 73
    DEGENERATE_TENDON = 74
    JOINT_FLUID = 75
    SYNOVIUM = 76
    MARROW_OEDEMA = 77
    MUSCLE_OEDEMA = 78
    HAEMATOMA = 79
    SCLEROSIS = 80
    CYST = 81
    METAL = 82


@dataclass(frozen=True)
class TissueProperties:
    """What the signal equation needs to know of a tissue.

    Attributes:
        proton_density: Fraction of that of water, 0 to about 1.
        t1_ms: Longitudinal relaxation time.
        t2_ms: Transverse relaxation time.
        source: Key of the list in the docstring of ``tissues`` or ``joint_tissues``.
        texture: Standard deviation of the signal within the tissue, as a fraction of it;
            not measured, chosen as plausible.
        fat_fraction: Share of its signal that comes from fat, which fat saturation takes.
        t2_star_ms: Transverse relaxation time with what the field's unevenness adds;
            ``None`` where ``tissue_table`` is to estimate it.
    """

    proton_density: float
    t1_ms: float
    t2_ms: float
    source: str
    texture: float = 0.02
    fat_fraction: float = 0.0
    t2_star_ms: float | None = None
