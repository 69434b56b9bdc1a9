"""What a voxel of a simulated knee belongs to, and what the lesions are called."""

from __future__ import annotations

from enum import IntEnum


class KneeStructure(IntEnum):
    """Labels of the anatomy; 0 is air and what has no name of its own."""

    BACKGROUND = 0
    FEMUR = 1
    TIBIA = 2
    PATELLA = 3
    FIBULA = 4
    FEMORAL_CARTILAGE = 5
    MEDIAL_TIBIAL_CARTILAGE = 6
    LATERAL_TIBIAL_CARTILAGE = 7
    PATELLAR_CARTILAGE = 8
    MEDIAL_MENISCUS = 9
    LATERAL_MENISCUS = 10
    ACL = 11
    PCL = 12
    MCL = 13
    LCL = 14
    PATELLAR_TENDON = 15
    QUADRICEPS_TENDON = 16
    HOFFA_FAT_PAD = 17
    MEDIAL_GASTROCNEMIUS = 18
    LATERAL_GASTROCNEMIUS = 19
    HAMSTRINGS = 20
    QUADRICEPS = 21
    OTHER_MUSCLE = 22
    JOINT_FLUID = 23
    VESSEL = 24
    SUBCUTANEOUS_FAT = 25
    SKIN = 26


class KneeLesion(IntEnum):
    """Labels of the lesions; 0 is none."""

    NONE = 0
    ACL = 1
    MEDIAL_MENISCUS = 2
    LATERAL_MENISCUS = 3
    MUSCLE = 4
    BONE_BRUISE = 5


LESION_NAMES: tuple[str, ...] = (
    "background",
    "acl-tear",
    "medial-meniscal-tear",
    "lateral-meniscal-tear",
    "muscle-strain",
    "bone-bruise",
)
"""Name of each value of a lesion mask, by its number."""

STRUCTURE_NAMES: tuple[str, ...] = tuple(
    structure.name.lower().replace("_", "-") for structure in KneeStructure
)
"""Name of each value of a structure labelmap, by its number."""
