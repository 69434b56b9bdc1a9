"""Which way a picture lies, told by the shape of its chain of discs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.interpretation import SliceAnatomy, interpret_slice
from condyle.interpretation.chain import Chain
from condyle.interpretation.discs import Disc
from condyle.interpretation.turn import (
    FACTS,
    LEAST_UPRIGHT,
    MOST_BEYOND,
    SHIPPED,
    TURNS,
    TurnRule,
    turn_facts,
    turn_of,
)
from condyle.preprocessing.placement import Placement
from condyle.workflows.evaluation.turns import read_turn_rules

TABLE = Path(__file__).parents[2] / "docs" / "models" / "lumbar-numbering" / "turn.csv"
SIZE = 256
FLIPS = {
    "upright": (False, False),
    "upside-down": (True, False),
    "mirrored": (False, True),
    "half-turn": (True, True),
}
LORDOSIS = (-30.0, -12.0, -4.0, 0.0, 3.0, 6.0, 7.0)
"""Leans of seven discs in degrees, the lowest first; its left end is the lower one."""


def seen(
    discs: list[Disc], rows: tuple[int, int] = (0, SIZE), *, canal: float = 1.0
) -> SliceAnatomy:
    """A slice whose picture lies in some rows of the prepared grid.

    So large a share of its discs has canal to their right.
    """
    inside = np.zeros((SIZE, SIZE), dtype=bool)
    inside[rows[0] : rows[1]] = True
    empty = np.zeros((SIZE, SIZE), dtype=np.uint8)
    placement = Placement((SIZE, SIZE), (SIZE, SIZE))
    chain = Chain(tuple(discs), canal_share=canal)
    return SliceAnatomy(empty, empty, chain, placement, 0.93, inside=inside)


def spine(leans: tuple[float, ...] = LORDOSIS, bow: float = 12.0) -> list[Disc]:
    """Discs that lean as told and bow to the left, 30 pixels apart, the lowest in row 205."""
    made = []
    for number, lean in enumerate(leans):
        share = number / (len(leans) - 1)
        centre = (205.0 - 30 * number, 130.0 - bow * math.sin(math.pi * share))
        way = (math.sin(math.radians(lean)), math.cos(math.radians(lean)))
        made.append(Disc(centre, way, 34.0, 9.0, np.zeros((0, 2), dtype=np.intp)))
    return made


def flipped(discs: list[Disc], *, rows: bool, columns: bool) -> list[Disc]:
    """The same discs on a picture whose rows or columns stand in the other order."""
    made = []
    for disc in discs:
        (row, column), (down, right) = disc.centre, disc.axis
        centre = (SIZE - 1 - row if rows else row, SIZE - 1 - column if columns else column)
        # The sign of the axis is that which points to the right.
        way = (down if rows == columns else -down, right)
        made.append(replace(disc, centre=centre, axis=way))
    return sorted(made, key=lambda disc: -disc.centre[0])


@pytest.mark.parametrize("turn", TURNS)
def test_a_lordotic_spine_is_told_in_each_of_its_turns(turn: str) -> None:
    rows, columns = FLIPS[turn]
    turned = flipped(spine(), rows=rows, columns=columns)
    assert turn_of(seen(turned, canal=0.0 if columns else 1.0)) == turn


@pytest.mark.parametrize("turn", TURNS)
@given(steepest=st.floats(-42.0, -22.0), bow=st.floats(6.0, 18.0), slope=st.floats(0.6, 1.4))
def test_the_usual_range_of_spines_is_told_from_its_turns(
    turn: str, steepest: float, bow: float, slope: float
) -> None:
    leans = (steepest, *(lean * slope for lean in LORDOSIS[1:]))
    rows, columns = FLIPS[turn]
    turned = flipped(spine(leans, bow), rows=rows, columns=columns)
    told = turn_of(seen(turned, canal=0.0 if columns else 1.0))
    assert (told == "upright") == (turn == "upright")


@given(st.lists(st.floats(-40, 20), min_size=3, max_size=8), st.floats(-20, 20))
def test_a_mirrored_spine_has_the_lean_and_bow_of_the_other_sign(
    leans: list[float], bow: float
) -> None:
    discs = spine(tuple(leans), bow)
    here = turn_facts(seen(discs))
    there = turn_facts(seen(flipped(discs, rows=False, columns=True)))
    assert here is not None and there is not None
    signs = (-1, -1, -1, 1, 1, 1)
    assert there == pytest.approx([sign * fact for sign, fact in zip(signs, here, strict=True)])


@given(st.lists(st.floats(-40, 20), min_size=3, max_size=8), st.floats(-20, 20))
def test_upside_down_what_lies_below_lies_above(leans: list[float], bow: float) -> None:
    discs = spine(tuple(leans), bow)
    here = turn_facts(seen(discs))
    there = turn_facts(seen(flipped(discs, rows=True, columns=False)))
    assert here is not None and there is not None
    lean, change, bowed, below, above, _ = there
    assert (below, above) == pytest.approx((here[4], here[3]))
    assert bowed == pytest.approx(here[2])
    assert change == pytest.approx(here[1])
    assert lean == pytest.approx(-leans[-1] / 10)


def test_facts_are_what_they_are_called() -> None:
    facts = turn_facts(seen(spine((-30.0, -20.0, -10.0), bow=17.0), canal=0.75))
    assert facts is not None
    lean, change, bow, below, above, canal = facts
    assert lean == pytest.approx(-3.0)
    assert change == pytest.approx(1.0)
    assert bow == pytest.approx(-17.0 / 34.0)
    assert below == pytest.approx((SIZE - 1 - 205) / math.hypot(30, 17))
    assert above == MOST_BEYOND  # 145 rows are more than three steps
    assert canal == 0.75
    assert len(FACTS) == 6


def test_black_bars_are_no_picture_above_or_below() -> None:
    discs = spine()
    whole, barred = turn_facts(seen(discs)), turn_facts(seen(discs, rows=(20, 225)))
    assert whole is not None and barred is not None
    assert barred[:3] == whole[:3]
    assert barred[3] < whole[3] and barred[4] < whole[4]
    none = turn_facts(seen(discs, rows=(0, 0)))
    assert none is not None and none[3:5] == (0.0, 0.0)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_of_fewer_than_three_discs_nothing_is_said(count: int) -> None:
    anatomy = seen(spine()[:count])
    assert turn_facts(anatomy) is None
    assert turn_of(anatomy) == "upright"


@given(st.lists(st.floats(-6, 6), min_size=6, max_size=6))
def test_the_probabilities_are_those_of_a_softmax(facts: list[float]) -> None:
    told = SHIPPED.probabilities(facts)
    sums = np.array(SHIPPED.weights) @ np.array([*facts, 1.0])
    powers = np.exp(sums - sums.max())
    np.testing.assert_allclose(told, powers / powers.sum(), rtol=1e-9)


def test_the_limit_alone_says_whether_it_is_turned() -> None:
    def rule(upright: float) -> TurnRule:
        """Gives lying upright this probability, and mirrored most of the rest."""
        rest = (0.01, 0.98, 0.01)
        shares = (upright, *((1 - upright) * share for share in rest))
        return TurnRule(tuple((0.0,) * 6 + (math.log(share),) for share in shares))

    anatomy = seen(spine())
    assert turn_of(anatomy, rule=rule(LEAST_UPRIGHT + 0.001)) == "upright"
    assert turn_of(anatomy, rule=rule(LEAST_UPRIGHT - 0.001)) == "mirrored"


def test_the_shipped_rule_is_that_of_the_table() -> None:
    rules = read_turn_rules(TABLE)
    assert rules[-1] == SHIPPED
    assert sorted(rules) == [-1, 0, 1, 2, 3, 4]
    assert len(set(rules.values())) == 6, "each fold was left out of its own"


def test_a_drawn_spine_that_bows_is_read_with_its_facts(drawn: Callable[..., Any]) -> None:
    drawing = drawn(bow=14.0)
    facts = turn_facts(interpret_slice(drawing.probabilities, drawing.image, drawing.placement))
    assert facts is not None
    assert facts[0] == pytest.approx(-math.degrees(math.atan(4 * 14 / 165)) / 10, abs=0.3)
    assert facts[2] < 0 < facts[1]
