"""What can be simulated, so that a slip of the hand is told and not drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator

from condyle.errors import UsageError
from condyle.phantoms.patient import LumbarParameters, check_levels

MOST_SAMPLES = 8192
"""Fine samples along a side of a slice: beyond this a slice takes gigabytes."""

_WHOLE = {
    "slices": (1, 512),
    "matrix": (32, 2048),
    "supersampling": (1, 16),
    "planes": (1, 64),
}
_SIZES = {
    "pixel_mm": (0.05, 20.0),
    "thickness_mm": (0.05, 50.0),
    "gap_mm": (0.0, 50.0),
    "noise": (0.0, 1.0),
}
# A vertebra that slips by more than its own depth has fallen off (spondyloptosis); a
# protrusion deeper than the canal has nowhere to go.
_MOST_SLIP_MM, _MOST_HERNIATION_MM = 35.0, 20.0


def check_parameters(parameters: LumbarParameters) -> None:
    """Refuses what cannot be simulated, all of it at once.

    Raises:
        UsageError: A level or grade that does not exist, or a number that is out of range.
    """
    check_levels(parameters)
    faults = list(_faults(parameters))
    if faults:
        raise UsageError(
            "This study cannot be simulated.",
            found=", ".join(f"{name} {value}" for name, value, _ in faults),
            needed=", ".join(f"{name} {wanted}" for name, _, wanted in faults),
            mend="give numbers within these ranges.",
        )


def _faults(parameters: LumbarParameters) -> Iterator[tuple[str, object, str]]:
    """Gives name, value and range of each number that is out of its range."""
    for name, (least, most) in _WHOLE.items():
        value = getattr(parameters, name)
        if not isinstance(value, int) or not least <= value <= most:
            yield name, value, f"a whole number of {least} to {most}"
    for name, (low, high) in _SIZES.items():
        if not low <= (value := getattr(parameters, name)) <= high:
            yield name, value, f"of {low} to {high}"
    if _is_whole(parameters) and parameters.matrix * parameters.supersampling > MOST_SAMPLES:
        samples = parameters.matrix * parameters.supersampling
        yield "matrix x supersampling", samples, f"at most {MOST_SAMPLES}"
    for name in ("t1_sequence", "t2_sequence"):
        timing = getattr(parameters, name)
        for what in ("repetition_time_ms", "echo_time_ms"):
            if not (math.isfinite(value := getattr(timing, what)) and value > 0.0):
                yield f"{name} {what}", value, "over 0"
    for level, slip in parameters.slips_mm.items():
        if not abs(slip) <= _MOST_SLIP_MM:
            yield f"slip at {level}", slip, f"of -{_MOST_SLIP_MM} to {_MOST_SLIP_MM} mm"
    for level, depth in parameters.herniations_mm.items():
        if not 0.0 <= depth <= _MOST_HERNIATION_MM:
            yield f"herniation at {level}", depth, f"of 0 to {_MOST_HERNIATION_MM} mm"


def _is_whole(parameters: LumbarParameters) -> bool:
    return isinstance(parameters.matrix, int) and isinstance(parameters.supersampling, int)
