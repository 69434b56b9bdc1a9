"""The rule for the last lumbar disc at its edges: clamped facts, borders, and what it weighs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from condyle.interpretation.chain import Chain
from condyle.interpretation.discs import DISC, VERTEBRA, Disc, describe_disc
from condyle.interpretation.lowest_disc import (
    DOUBTFUL,
    LEAST_BODY,
    SHIPPED,
    LowestRule,
    body_between,
    is_doubtful,
    lowest_facts,
    lumbar_probability,
)

ALWAYS = LowestRule(length=0.0, certainty=0.0, turn=0.0, constant=20.0)
Maps = NDArray[np.float32]


def bar(row: float, *, length: int = 40, turn: float = 0.0, column: float = 64.0) -> Disc:
    rows, columns = np.indices((128, 128)).astype(float)
    angle = math.radians(turn)
    along = (columns - column) * math.cos(angle) + (rows - row) * math.sin(angle)
    across = (rows - row) * math.cos(angle) - (columns - column) * math.sin(angle)
    return describe_disc(np.argwhere((abs(along) <= length / 2) & (abs(across) <= 2.5)))


def maps(value: float = 1.0) -> Maps:
    made = np.zeros((4, 128, 128), dtype=np.float32)
    made[DISC] = 0.5
    made[VERTEBRA] = value
    return made


@given(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(-6, 2)))
def test_the_rule_gives_a_probability_for_all_facts_that_there_are(
    facts: tuple[float, float, float],
) -> None:
    assert 0 < SHIPPED.probability(facts) < 1
    length, certainty, turn = facts
    assert SHIPPED.probability((length, certainty, turn - 0.5)) > SHIPPED.probability(facts)


def test_a_rule_is_a_logistic_sum_of_its_facts() -> None:
    rule = LowestRule(length=2.0, certainty=-1.0, turn=0.5, constant=0.25)
    assert rule.probability((1.0, 0.5, -3.5)) == pytest.approx(0.5)
    assert rule.probability((1.5, 0.5, -3.5)) == pytest.approx(1 / (1 + math.exp(-1)))
    with pytest.raises(ValueError, match="shorter"):
        rule.probability((1.0, 0.5))


@pytest.mark.parametrize(
    ("degrees", "told"), [(0, 0.0), (10, 1.0), (-30, -3.0), (45, 2.0), (-75, -6.0)]
)
def test_a_turn_is_told_in_tens_of_degrees_with_its_sign_and_within_bounds(
    degrees: float, told: float
) -> None:
    signs = {round(lowest_facts(bar(90, turn=t), bar(50), maps())[2], 0) for t in (-20, 20)}
    assert signs == {-2.0, 2.0}
    side = 1 if lowest_facts(bar(90, turn=20), bar(50), maps())[2] > 0 else -1
    found = lowest_facts(bar(90, turn=side * degrees), bar(50), maps())[2]
    assert found == pytest.approx(told, abs=0.15)


def test_the_turn_is_that_against_the_disc_above_and_not_against_the_image() -> None:
    level = lowest_facts(bar(90, turn=15), bar(50), maps())[2]
    both = lowest_facts(bar(90, turn=30), bar(50, turn=15), maps())[2]
    assert both == pytest.approx(level, abs=0.15)


def test_a_longer_disc_than_the_one_above_counts_as_of_its_length() -> None:
    assert lowest_facts(bar(90, length=60), bar(50, length=30), maps())[0] == 1.0
    assert lowest_facts(bar(90, length=30), bar(50, length=60), maps())[0] < 0.6


def test_the_certainty_is_that_over_the_discs_own_pixels() -> None:
    disc, made = bar(90), maps()
    made[DISC] = 0.0
    half = disc.pixels[disc.pixels[:, 1] < 64]
    made[DISC][half[:, 0], half[:, 1]] = 1.0
    share = len(half) / disc.area
    assert lowest_facts(disc, bar(50), made)[1] == pytest.approx(share)


@pytest.mark.parametrize(("value", "lumbar"), [(LEAST_BODY - 0.02, False), (LEAST_BODY, True)])
def test_no_rule_makes_a_disc_lumbar_without_a_body_above_it(value: float, lumbar: bool) -> None:
    found = lumbar_probability(bar(90), bar(50), maps(value + 0.01), rule=ALWAYS)
    assert found == (pytest.approx(1.0) if lumbar else 0.0)


def test_the_body_between_leaves_the_discs_themselves_and_what_is_beside_out() -> None:
    made = maps(0.0)
    made[VERTEBRA][60:81, 55:74] = 1.0
    assert body_between(bar(90), bar(50), made) > 0.95
    made[VERTEBRA] = 1.0
    made[VERTEBRA][60:81, 55:74] = 0.0
    assert body_between(bar(90), bar(50), made) < 0.05


def test_the_body_between_is_the_same_from_either_disc() -> None:
    made = maps()
    made[VERTEBRA] = np.random.default_rng(3).random((128, 128), dtype=np.float32)
    lower, upper = bar(90), bar(50, column=60.0)
    assert body_between(lower, upper, made) == pytest.approx(
        body_between(upper, lower, made), abs=0.05
    )


def test_a_disc_at_the_border_is_judged_by_what_the_image_holds() -> None:
    made = maps(0.8)
    far = Disc((140.0, 64.0), (0.0, 1.0), 40.0, 5.0, np.array([[127, 64]]))
    assert body_between(far, bar(100), made) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("lowest", "below", "doubtful"),
    [(DOUBTFUL[1], DOUBTFUL[0], False), (0.79, 0.0, True), (1.0, 0.21, True), (0.0, 0.0, True)],
)
def test_the_bounds_of_doubt_are_themselves_no_doubt(
    lowest: float, below: float, doubtful: bool
) -> None:
    assert is_doubtful(lowest, below) is doubtful


@pytest.mark.parametrize(("count", "proportion"), [(0, 1.0), (2, 1.0), (3, 2.0)])
def test_the_proportion_is_told_of_three_discs_and_more(count: int, proportion: float) -> None:
    chain = Chain(tuple(bar(110 - 20 * number) for number in range(count)))
    assert chain.proportion == pytest.approx(proportion, abs=0.1)


def test_discs_high_up_do_not_change_the_proportion() -> None:
    lowest = [bar(120 - 12 * number, length=24) for number in range(6)]
    upper = [bar(120 - 12 * number, length=70) for number in range(6, 9)]
    alone, more = Chain(tuple(lowest)), Chain((*lowest, *upper))
    assert more.proportion == alone.proportion == pytest.approx(2.0, abs=0.15)
