"""Simulated anatomy with known truth, imaged by the MR signal equations."""

from condyle.phantoms.lumbar import LumbarParameters, LumbarPhantom, lumbar_phantom

__all__ = ["LumbarParameters", "LumbarPhantom", "lumbar_phantom"]
