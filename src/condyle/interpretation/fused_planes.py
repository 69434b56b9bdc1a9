"""What fused planes say of a study, and which places of their slices speak for it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from condyle.domain.volume import Volume
from condyle.interpretation.networks import Floats, RunNetwork
from condyle.preprocessing import prepare
from condyle.preprocessing.placement import apply_separable, interpolation_matrix
from condyle.preprocessing.steps import Spec

PATCHES = 7
"""Rows and columns of patches that are covered in turn: 49 runs of one slice a plane."""

FLAT = 1e-6

LEAST_DROP = 0.01
"""Fall of a logit under which a covered part counts for nothing."""


def plane_arrays(volumes: Mapping[str, Volume], spec: Spec) -> dict[str, Floats]:
    """Gives the (1, slice, row, column) input of each plane.

    Args:
        volumes: By plane, in the order of the network's inputs.
        spec: The preprocessing of the recipe.
    """
    return {plane: prepare(volume, spec).array[None] for plane, volume in volumes.items()}


def study_labels(run: RunNetwork, feeds: Mapping[str, Floats]) -> Floats:
    """Gives the (label,) probabilities of a study."""
    told: Floats = run(feeds)[0][0]
    return told


def strongest_slice(run: RunNetwork, feeds: Mapping[str, Floats], *, plane: str, label: int) -> int:
    """Gives the slice of a plane that alone gives a label its greatest probability.

    The other planes show their middle slice only, so that a run costs little.
    """
    others = _middles(feeds)
    told = [
        study_labels(run, {**others, plane: feeds[plane][:, at : at + 1]})[label]
        for at in range(feeds[plane].shape[1])
    ]
    return int(np.argmax(told))


def covered_map(
    run: RunNetwork, feeds: Mapping[str, Floats], *, plane: str, slice_index: int, label: int
) -> Floats:
    """Gives how much a label's logit falls where a part of a slice is covered.

    A grey patch is moved over the slice (occlusion: Zeiler and Fergus 2014, arXiv 1311.2901),
    in steps of its own size, ``PATCHES`` x ``PATCHES`` runs in all; what raises the logit
    counts 0. The map is as coarse as the patch, and is no outline of anything.

    Returns:
        (row, column) on the prepared grid, 0 and more.
    """
    others = _middles(feeds)
    one = feeds[plane][:, slice_index : slice_index + 1]
    rows, columns = one.shape[2:]
    whole = _logit(study_labels(run, {**others, plane: one})[label])
    grey = float(one.mean())
    heat = np.zeros((PATCHES, PATCHES), dtype=np.float32)
    edges = [np.linspace(0, side, PATCHES + 1).astype(int) for side in (rows, columns)]
    for row, (top, bottom) in enumerate(pairwise(edges[0])):
        for column, (left, right) in enumerate(pairwise(edges[1])):
            covered = one.copy()
            covered[..., top:bottom, left:right] = grey
            fall = whole - _logit(study_labels(run, {**others, plane: covered})[label])
            heat[row, column] = fall if fall >= LEAST_DROP else 0.0
    return apply_separable(
        heat,
        interpolation_matrix(rows, PATCHES, step=PATCHES / rows),
        interpolation_matrix(columns, PATCHES, step=PATCHES / columns),
    )


def _middles(feeds: Mapping[str, Floats]) -> dict[str, Floats]:
    middles = {}
    for plane, array in feeds.items():
        middle = array.shape[1] // 2
        middles[plane] = array[:, middle : middle + 1]
    return middles


def _logit(probability: float) -> float:
    held = min(max(float(probability), FLAT), 1 - FLAT)
    return float(np.log(held / (1 - held)))
