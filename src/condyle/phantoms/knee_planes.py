"""Kept until all import from ``slice_grid``."""

from condyle.phantoms.slice_grid import PlaneName, SliceGrid

__all__ = ["PlaneName", "SliceGrid"]
