"""Kept until all import from ``limb_space``."""

from condyle.phantoms.limb_space import Box, Column, Cord, Distance, Points, bezier, blend, column

__all__ = ["Box", "Column", "Cord", "Distance", "Points", "bezier", "blend", "column"]
