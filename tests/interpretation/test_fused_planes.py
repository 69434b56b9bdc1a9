"""Covering parts of a slice finds the part that a network looks at."""

import numpy as np
import pytest

from condyle.interpretation.fused_planes import PATCHES, covered_map, strongest_slice, study_labels

SIDE = 28
SPOT = (slice(8, 12), slice(20, 24))
"""Wholly within the patch of row 2 and column 5."""


def network(feeds):
    """Tells of two labels: how bright the spot is on the brightest slice, and nothing."""
    bright = max(
        float(one[:, :, SPOT[0], SPOT[1]].mean(axis=(2, 3)).max()) for one in feeds.values()
    )
    told = 1 / (1 + np.exp(-(6 * bright - 3)))
    return [np.array([[told, 0.5]], dtype=np.float32)]


@pytest.fixture(name="feeds")
def _feeds():
    feeds = {plane: np.zeros((1, 5, SIDE, SIDE), np.float32) for plane in ("sagittal", "axial")}
    feeds["axial"][0, 3, SPOT[0], SPOT[1]] = 1.0
    return feeds


def test_the_slice_that_speaks_most_for_a_label_is_found(feeds):
    assert strongest_slice(network, feeds, plane="axial", label=0) == 3
    assert study_labels(network, feeds)[0] > 0.9


def test_the_heat_lies_where_the_network_looks(feeds):
    heat = covered_map(network, feeds, plane="axial", slice_index=3, label=0)
    assert heat.shape == (SIDE, SIDE)
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    assert (row * PATCHES // SIDE, column * PATCHES // SIDE) == (2, 5)
    assert heat[20:, :12].max() == 0


def test_a_label_that_nothing_moves_has_no_heat(feeds):
    assert covered_map(network, feeds, plane="axial", slice_index=3, label=1).max() == 0


def test_a_network_is_asked_a_bounded_number_of_times_on_one_slice_a_plane(feeds):
    asked = []

    def counted(given):
        asked.append({plane: array.shape[1] for plane, array in given.items()})
        return network(given)

    covered_map(counted, feeds, plane="axial", slice_index=3, label=0)
    assert len(asked) == PATCHES**2 + 1
    assert all(shapes == {"sagittal": 1, "axial": 1} for shapes in asked)
