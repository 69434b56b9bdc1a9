"""Pure steps from a volume to the array that a network reads, and back."""

from condyle.preprocessing.placement import Placement
from condyle.preprocessing.prepare import Prepared, prepare
from condyle.preprocessing.steps import STEPS, Spec

__all__ = ["STEPS", "Placement", "Prepared", "Spec", "prepare"]
