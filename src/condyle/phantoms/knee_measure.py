"""Measures a simulated knee on an even grid, to be held against real ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from condyle.phantoms.knee_painting import PatientKnee, paint_knee
from condyle.phantoms.knee_structures import KneeStructure
from condyle.phantoms.limb_canvas import Canvas
from condyle.phantoms.limb_space import Box, Points

WHOLE: Box = ((-56.0, 56.0), (-66.0, 60.0), (-60.0, 76.0))
"""What holds the joint and the muscles around it, mm of the person."""

JOINT: Box = ((-46.0, 50.0), (-62.0, 36.0), (-34.0, 60.0))
"""What holds the joint."""

_HALF = np.full((1, 1, 1), 0.5, np.float32)


@dataclass(frozen=True)
class KneeBlock:
    """A knee on an even grid in the frame of its plateau.

    Attributes:
        structures: (u, y, z) ``KneeStructure`` numbers; u to the lateral side, y backwards.
        lesions: (u, y, z) ``KneeLesion`` numbers.
        tissue: (u, y, z) tissue numbers.
        origin_mm: (u, y, z) of the first voxel, mm of the person.
        step_mm: Side of a voxel.
    """

    structures: NDArray[np.uint8]
    lesions: NDArray[np.uint8]
    tissue: NDArray[np.uint8]
    origin_mm: tuple[float, float, float]
    step_mm: float

    def volume_ml(self, structure: KneeStructure) -> float:
        """Gives the volume of a structure within the block, ml."""
        count = np.count_nonzero(self.structures == int(structure))
        return count * self.step_mm**3 / 1000.0

    def between(self, low_mm: float, high_mm: float) -> KneeBlock:
        """Gives the part between two heights."""
        rows = slice(
            *(round((height - self.origin_mm[2]) / self.step_mm) for height in (low_mm, high_mm))
        )
        return replace(
            self,
            structures=self.structures[..., rows],
            lesions=self.lesions[..., rows],
            tissue=self.tissue[..., rows],
            origin_mm=(*self.origin_mm[:2], self.origin_mm[2] + rows.start * self.step_mm),
        )

    def length_mm(self, structure: KneeStructure) -> float:
        """Gives how far a structure reaches along its principal axis, mm."""
        places = np.argwhere(self.structures == int(structure)) * self.step_mm
        if len(places) < 2:
            return 0.0
        places = places - places.mean(axis=0)
        # The greatest of the rising eigenvalues belongs to the last column.
        along = places @ np.linalg.eigh(places.T @ places)[1][:, -1]
        return float(along.max() - along.min())

    def thickness_mm(self, cartilage: KneeStructure, bone: KneeStructure) -> float:
        """Gives the mean distance of the free surface of a cartilage to its bone, mm."""
        own = self.structures == int(cartilage)
        under = self.structures == int(bone)
        free = own & ~ndimage.binary_erosion(own | under)
        if not free.any():
            return 0.0
        away = ndimage.distance_transform_edt(~under) * self.step_mm
        # From the middle of the last voxel of bone to that of the last of cartilage.
        return float(away[free].mean())

    def extent_mm(self, structure: KneeStructure) -> tuple[float, float, float]:
        """Gives the size of a structure along u, y and z, mm; 0 where there is none."""
        found = self.structures == int(structure)
        if not found.any():
            return (0.0, 0.0, 0.0)
        sizes = []
        for axis in range(3):
            others = tuple(other for other in range(3) if other != axis)
            hit = np.flatnonzero(found.any(axis=others))
            sizes.append(float(hit[-1] - hit[0] + 1) * self.step_mm)
        return (sizes[0], sizes[1], sizes[2])


def knee_block(patient: PatientKnee, *, step_mm: float = 1.5, reach: Box = WHOLE) -> KneeBlock:
    """Paints a knee on an even grid that holds the joint.

    Args:
        patient: The knee.
        step_mm: Side of a voxel, mm.
        reach: Lowest and highest u, y and z, mm of the person.
    """
    scale = patient.knee.person.scale
    axes = [np.arange(low, high, step_mm, dtype=np.float32) / scale for low, high in reach]
    u, y, z = np.meshgrid(*axes, indexing="ij")
    points = Points(*(axis.astype(np.float32) for axis in (u, y, z)))
    canvas = Canvas.empty(points, step_mm=step_mm / scale, dither=_HALF)
    paint_knee(canvas, patient)
    first = (reach[0][0], reach[1][0], reach[2][0])
    return KneeBlock(canvas.structure, canvas.lesion, canvas.tissue, first, step_mm)


_S = KneeStructure
_VOLUMES = {
    "patella": _S.PATELLA,
    "femoral cartilage": _S.FEMORAL_CARTILAGE,
    "medial tibial cartilage": _S.MEDIAL_TIBIAL_CARTILAGE,
    "lateral tibial cartilage": _S.LATERAL_TIBIAL_CARTILAGE,
    "patellar cartilage": _S.PATELLAR_CARTILAGE,
    "medial meniscus": _S.MEDIAL_MENISCUS,
    "lateral meniscus": _S.LATERAL_MENISCUS,
    "anterior cruciate ligament": _S.ACL,
    "posterior cruciate ligament": _S.PCL,
    "infrapatellar fat pad": _S.HOFFA_FAT_PAD,
}


def measure_knee(block: KneeBlock) -> dict[str, float]:
    """Measures a knee, simulated or real, in the same way.

    Bones are cut off where an image ends, so their volumes are those within 30 mm below
    and 45 mm above the joint. What the block does not hold is left out.

    Returns:
        Name with its unit to value.
    """
    found = {}
    near = block.between(-30.0, 45.0)
    for name, bone in (("femur, to 45 mm above", _S.FEMUR), ("tibia, to 30 mm below", _S.TIBIA)):
        found[f"{name}, ml"] = near.volume_ml(bone)
    for name, structure in _VOLUMES.items():
        found[f"{name}, ml"] = block.volume_ml(structure)
    found["width of the femur, mm"] = near.extent_mm(_S.FEMUR)[0]
    found["width of the tibia, mm"] = near.extent_mm(_S.TIBIA)[0]
    found["depth of the femur, mm"] = block.between(0.0, 30.0).extent_mm(_S.FEMUR)[1]
    found["depth of the tibia, mm"] = block.between(-15.0, 0.0).extent_mm(_S.TIBIA)[1]
    found["height of the patella, mm"] = block.extent_mm(_S.PATELLA)[2]
    found["femoral cartilage, mm"] = block.thickness_mm(_S.FEMORAL_CARTILAGE, _S.FEMUR)
    found["patellar cartilage, mm"] = block.thickness_mm(_S.PATELLAR_CARTILAGE, _S.PATELLA)
    for name, ligament in (("anterior", _S.ACL), ("posterior", _S.PCL)):
        found[f"length of the {name} cruciate, mm"] = block.length_mm(ligament)
    return {name: value for name, value in found.items() if value > 0.0}
