"""Kept until all import from ``limb_canvas``."""

from condyle.phantoms.limb_canvas import Canvas, Mask

__all__ = ["Canvas", "Mask"]
