"""Simulated anatomy with known truth, imaged by the MR signal equations."""

from condyle.phantoms.lumbar import LumbarPhantom, lumbar_phantom
from condyle.phantoms.patient import LumbarParameters

__all__ = ["LumbarParameters", "LumbarPhantom", "lumbar_phantom"]
