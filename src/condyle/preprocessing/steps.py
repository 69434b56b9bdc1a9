"""The steps that a preprocessing spec may name, each invertible by its placement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import ndimage

from condyle.errors import BadConfiguration, UnknownName
from condyle.preprocessing.placement import (
    Floats,
    Placement,
    apply_separable,
    interpolation_matrix,
)

Spec = tuple[Mapping[str, Any], ...]
"""A preprocessing spec: one mapping a step, ``{"step": name, **parameters}``."""

_Step = Callable[..., tuple[Floats, Placement]]


def window(
    array: Floats, placement: Placement, *, low: float, high: float
) -> tuple[Floats, Placement]:
    """Maps the ``low`` to ``high`` percentile of each slice's pixels above its least to 0 to 1.

    Black padding around the field of view is left out of the percentiles, so that the
    same tissue has the same value whatever the padding.
    """
    if not 0 <= low < high <= 100:
        raise ValueError(f"percentiles ascend within 0 to 100, these are {low} and {high}")
    result = np.empty(array.shape, dtype=np.float32)
    for position, image in enumerate(array):
        inside = image[image > image.min()]
        if inside.size == 0:
            result[position] = 0.0
            continue
        bottom, top = np.percentile(inside, [low, high])
        span = max(float(top - bottom), 1e-6)
        result[position] = np.clip((image - bottom) / span, 0.0, 1.0)
    return result, placement


def fit(
    array: Floats, placement: Placement, *, rows: int, columns: int
) -> tuple[Floats, Placement]:
    """Scales to fit ``rows`` x ``columns`` with the aspect kept, and pads with zeros."""
    if rows < 1 or columns < 1:
        raise ValueError(f"a slice has at least one row and column, not {rows} x {columns}")
    if placement.offset != (0.0, 0.0) or placement.prepared != placement.source:
        raise ValueError("'fit' stands once in a spec")
    height, width = array.shape[1:]
    ratio = placement.scale[0] / placement.scale[1]
    factor = max(height / rows, width * ratio / columns)
    scale = (factor, factor / ratio)
    inner = (
        min(rows, max(1, round(height / scale[0]))),
        min(columns, max(1, round(width / scale[1]))),
    )
    before = ((rows - inner[0]) // 2, (columns - inner[1]) // 2)
    scaled = apply_separable(
        array,
        interpolation_matrix(inner[0], height, step=height / inner[0]),
        interpolation_matrix(inner[1], width, step=width / inner[1]),
    )
    result = np.zeros((array.shape[0], rows, columns), dtype=np.float32)
    result[:, before[0] : before[0] + inner[0], before[1] : before[1] + inner[1]] = scaled
    return result, replace(
        placement,
        prepared=(rows, columns),
        scale=(height / inner[0], width / inner[1]),
        offset=(float(before[0]), float(before[1])),
    )


def median(array: Floats, placement: Placement, *, size: int) -> tuple[Floats, Placement]:
    """Takes the median of ``size`` x ``size`` pixels of each slice, which takes out noise."""
    if size < 1 or size % 2 == 0:
        raise ValueError(f"the size of a median is odd and at least 1, this one is {size}")
    return ndimage.median_filter(array, size=(1, size, size), mode="nearest"), placement


def finer(spec: Spec, factor: float) -> Spec:
    """Gives the same spec on a grid with ``factor`` times as many pixels along each axis.

    Training keeps slices on a finer grid than the network's, so that they can be
    magnified at random without a second interpolation.
    """
    changed = []
    for step in spec:
        copy = dict(step)
        if copy.get("step") == "fit":
            copy["rows"] = round(copy["rows"] * factor)
            copy["columns"] = round(copy["columns"] * factor)
        changed.append(copy)
    return tuple(changed)


STEPS: dict[str, _Step] = {"window": window, "fit": fit, "median": median}


def run_step(
    step: Mapping[str, Any], array: Floats, placement: Placement
) -> tuple[Floats, Placement]:
    """Runs one step of a spec.

    Raises:
        UnknownName: If the step is not in the registry.
        BadConfiguration: If its parameters do not fit.
    """
    name = str(step.get("step", ""))
    if name not in STEPS:
        raise UnknownName("preprocessing step", name, STEPS)
    parameters = {key: value for key, value in step.items() if key != "step"}
    try:
        return STEPS[name](array, placement, **parameters)
    except (TypeError, ValueError) as error:
        raise BadConfiguration(
            f"The preprocessing step '{name}' cannot run.",
            found=", ".join(sorted(parameters)) or "no parameters",
            needed=str(error),
            mend="correct the step in the recipe or bundle.",
        ) from error
