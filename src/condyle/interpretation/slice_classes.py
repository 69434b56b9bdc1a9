"""What a classifier of slices says of a volume: classes, and where on a slice it saw them."""

from __future__ import annotations

import numpy as np

from condyle.domain.volume import Volume
from condyle.interpretation.networks import IMAGE, Floats, RunNetwork, by_slices
from condyle.preprocessing import prepare
from condyle.preprocessing.placement import apply_separable, interpolation_matrix
from condyle.preprocessing.steps import Spec

SLICES_AT_ONCE = 16


def slice_classes(run: RunNetwork, volume: Volume, spec: Spec) -> Floats:
    """Gives the (slice, class) probabilities of a volume.

    Args:
        run: The network.
        volume: Of one series.
        spec: The preprocessing of its recipe.
    """
    return by_slices(run, prepare(volume, spec).array, at_once=SLICES_AT_ONCE)[0]


def patient_classes(slices: Floats) -> list[float]:
    """Gives the mean over slices of each class's probability, rounded as tables hold them.

    Args:
        slices: (slice, class) probabilities of all series of a patient.
    """
    return [round(float(mean), 5) for mean in np.round(slices.astype(np.float64), 5).mean(axis=0)]


def class_map(
    run: RunNetwork, volume: Volume, spec: Spec, *, slice_index: int, label: int | None = None
) -> tuple[Floats, Floats]:
    """Gives the classes of one slice, and the map of one of them on the slice's own grid.

    The map is the network's class activation map (Zhou et al. 2016, arXiv 1512.04150) without
    what speaks against the class: how much each place adds, on the coarse grid of the last
    layer. It is no outline of anything.

    Args:
        run: The network, whose second output are the maps.
        volume: Of one series.
        spec: The preprocessing of its recipe.
        slice_index: Of the volume.
        label: Number of the class; that of the finding where there are two, else the most
            probable where ``None``.

    Returns:
        (class,) probabilities, and a (row, column) map of 0 and more.
    """
    made = prepare(volume, spec, slices=(slice_index,))
    told, maps = run({IMAGE: made.array[:, None]})[:2]
    chosen = int(told[0].argmax()) if label is None else label
    heat = np.maximum(maps[0, -1] if told.shape[1] == 2 else maps[0, chosen], 0.0)
    # The map is coarser than the prepared grid; bring it there, then to the image's own.
    rows, columns = made.array.shape[1:]
    grown = apply_separable(
        heat,
        interpolation_matrix(rows, heat.shape[0], step=heat.shape[0] / rows),
        interpolation_matrix(columns, heat.shape[1], step=heat.shape[1] / columns),
    )
    return told[0], made.placement.restore(grown)
