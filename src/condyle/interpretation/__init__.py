"""From a prediction to what it means; used by training and by reading alike."""

from condyle.interpretation.anatomy import SliceAnatomy, interpret_slice
from condyle.interpretation.chain import Chain, find_chain
from condyle.interpretation.crops import (
    CropShape,
    DiscInput,
    DiscPlace,
    GradableSlice,
    disc_inputs,
)
from condyle.interpretation.discs import Disc
from condyle.interpretation.midline import disc_slices, matching_disc, midsagittal_slice

__all__ = [
    "Chain",
    "CropShape",
    "Disc",
    "DiscInput",
    "DiscPlace",
    "GradableSlice",
    "SliceAnatomy",
    "disc_inputs",
    "disc_slices",
    "find_chain",
    "interpret_slice",
    "matching_disc",
    "midsagittal_slice",
]
