"""Bowel that a network calls vertebra is taken off; what belongs to the spine stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.interpretation.made_spine import MadeSpine

from condyle.interpretation import interpret_slice
from condyle.interpretation.anatomy import SliceAnatomy
from condyle.interpretation.chain import Chain
from condyle.interpretation.discs import CANAL, VERTEBRA
from condyle.interpretation.stray_pieces import without_strays
from condyle.preprocessing import Placement

SPINES = (
    MadeSpine(),
    MadeSpine(turn=25.0),
    MadeSpine(turn=-25.0),
    MadeSpine(slips=(0.0, 0.0, 0.0, 9.0, 9.0)),
    MadeSpine(spacing=(0.6, 0.9)),
)


def labels_with_piece(
    seen: SliceAnatomy, structure: int, *, away: float, reach: int
) -> NDArray[np.uint8]:
    """Gives the labels with a square of a structure so many disc lengths before a disc."""
    disc = seen.chain.discs[1]
    row, column = (round(disc.centre[i] - away * disc.length * disc.axis[i]) for i in range(2))
    labels = seen.labelmap.copy()
    rows = slice(row - reach, row + reach + 1)
    labels[rows, max(column - reach, 0) : column + reach + 1] = structure
    return labels


@pytest.mark.parametrize("spine", SPINES)
def test_of_a_spine_alone_nothing_is_taken_off(spine: MadeSpine) -> None:
    seen = spine.anatomy()
    assert without_strays(seen.labelmap, seen.chain, seen.placement) is seen.labelmap


@pytest.mark.parametrize(
    ("structure", "away", "reach"),
    [
        *((VERTEBRA, away, 4) for away in (1.0, 2.0, 3.0)),
        *((CANAL, away, 3) for away in (1.0, 2.0)),
    ],
)
def test_a_piece_before_the_spine_is_taken_off_and_nothing_else(
    structure: int, away: float, reach: int
) -> None:
    seen = MadeSpine().anatomy()
    labels = labels_with_piece(seen, structure, away=away, reach=reach)
    assert (labels != seen.labelmap).any()
    before = labels.copy()
    cleaned = without_strays(labels, seen.chain, seen.placement)
    assert np.array_equal(cleaned, seen.labelmap)
    assert np.array_equal(labels, before)


def test_a_speck_of_canal_within_a_body_is_taken_off() -> None:
    seen = MadeSpine().anatomy()
    labels = labels_with_piece(seen, CANAL, away=0.3, reach=3)
    cleaned = without_strays(labels, seen.chain, seen.placement)
    assert np.array_equal(cleaned == CANAL, seen.labelmap == CANAL)


def test_a_whole_canal_before_the_discs_stays_to_tell_a_mirrored_slice() -> None:
    seen = MadeSpine().anatomy()
    labels = np.where(seen.labelmap == CANAL, 0, seen.labelmap)
    labels[40:200, 2:8] = CANAL
    assert np.array_equal(without_strays(labels, seen.chain, seen.placement), labels)


def test_an_arch_behind_the_canal_stays() -> None:
    seen = MadeSpine().anatomy()
    labels = seen.labelmap.copy()
    labels[100:110, -12:-2] = VERTEBRA
    assert np.array_equal(without_strays(labels, seen.chain, seen.placement), labels)


def test_where_no_disc_was_found_nothing_tells_front_from_back() -> None:
    seen = MadeSpine().anatomy()
    assert without_strays(seen.labelmap, Chain(()), seen.placement) is seen.labelmap


def test_a_piece_is_placed_on_the_prepared_grid_that_the_chain_lies_on() -> None:
    seen = MadeSpine().anatomy()
    rows, columns = seen.labelmap.shape
    wide = np.repeat(seen.labelmap, 2, axis=1)
    placement = Placement(wide.shape, seen.labelmap.shape, scale=(1.0, 2.0))
    assert np.array_equal(without_strays(wide, seen.chain, placement), wide)
    wide[rows // 2 : rows // 2 + 8, 0:8] = VERTEBRA
    cleaned = without_strays(wide, seen.chain, placement)
    assert not (cleaned[:, :8] == VERTEBRA).any()
    assert columns * 2 == cleaned.shape[1]


def test_a_reading_has_no_vertebra_before_its_spine(drawn: Callable[..., Any]) -> None:
    drawing = drawn()
    maps = drawing.probabilities.copy()
    maps[:, 120:130, 10:20] = np.array([0.1, 0.0, 0.9, 0.0], np.float32)[:, None, None]
    clean = interpret_slice(drawing.probabilities, drawing.image, drawing.placement)
    found = interpret_slice(maps, drawing.image, drawing.placement)
    assert np.array_equal(found.labelmap, clean.labelmap)
    assert replace(found, probabilities=clean.probabilities).chain.discs == clean.chain.discs
